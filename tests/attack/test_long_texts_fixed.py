"""A config of any length is repaired, or left alone, within the limit: no pattern reads a text over and over."""

from __future__ import annotations

from pathlib import Path

import pytest
from installations import Site, key, trading

from attack.limits import attacked

LENGTH = 400_000

TEXTS = {
    "escaped quotes, no end": '{"a": "' + '\\"' * LENGTH,
    "quotes": '"' * LENGTH,
    "escaped quotes and a lone backslash": '{"a": ' + '\\"' * LENGTH + "\\",
    "typographic quotes, no end": "{\u201ca\u201d: \u201c" + "\\\u201c" * LENGTH,
    "commas": "{" + "," * LENGTH,
    "commas and white space": "{" + (",\n" + " " * 1000) * (LENGTH // 1000),
    "a comma before white space": '{"a": 1,' + " " * LENGTH + "x",
    "backslashes": '{"a": "' + "\\" * (2 * LENGTH + 1) + '"}',
    "a Windows path": '{"a": "C:\\' + "\\k" * LENGTH + '",}',
    "a share": '{"a": "\\\\' + "k\\" * LENGTH + 'k",}',
    "strings": "{" + '"a": "\\k",' * (LENGTH // 10) + "}",
    "brackets": "[" * LENGTH,
    "marks": "\ufeff" * LENGTH + "{}",
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_long_config_takes_no_longer_than_the_limit(name: str, tmp_path: Path) -> None:
    site = Site(tmp_path / "superalgos")
    site.put_key()
    site.workspace(*trading(key(raw=TEXTS[name])))
    other = site.workspace(*trading(key("~/My-Secrets/k.pem")), name="Other")
    answer = attacked(["--root", str(site.root), "fix", "--apply"], environment={"HOME": str(tmp_path)})
    assert answer.holds, (answer.cpu, answer.peak, answer.err[-300:])
    assert "~" not in other.read_text()
