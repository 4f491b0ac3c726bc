"""A saved report from a machine that is not trusted: large, wrong, or deep."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from installations import Site, key

from attack.limits import attacked
from superalgos_rsa.reports import json_report

HOSTILE = {
    "one finding at many places": (1, lambda finding: {"findings": [finding] * 15_000}),
    "many findings": (1, lambda finding: {"findings": [{**finding, "message": f"m{n}"} for n in range(15_000)]}),
    "many mistakes": (2, lambda _: {"findings": [0] * 450_000}),
    "beyond the limit": (2, lambda _: {"findings": [{}] * 160_000}),
    "many unknown members": (1, lambda _: {f"later {number}": number for number in range(200_000)}),
}


@pytest.mark.parametrize(("code", "change"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_report_ends_within_the_limit(
    tmp_path: Path, code: int, change: Callable[[dict[str, object]], dict[str, object]]
) -> None:
    value: Any = json_report.to_dict(Site(tmp_path / "Superalgos").trade(key("My-Secrets/gone.pem")).report)
    changed = change(value["findings"][0])
    (tmp_path / "tokyo.json").write_text(json.dumps({**value, **changed}), "utf-8")
    answer = attacked(["report", "tokyo.json"], cwd=tmp_path)
    assert answer.holds, answer
    assert answer.code == code
