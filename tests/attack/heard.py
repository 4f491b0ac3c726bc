"""Commands on an installation, run in this process, and all that they say and leave behind."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from installations import Site

from superalgos_rsa.cli import main


class Heard:
    def __init__(self, site: Site, capfd: pytest.CaptureFixture[str]) -> None:
        self.site, self._capfd, self.text = site, capfd, ""

    def run(self, *words: str) -> int:
        code = main(["--root", str(self.site.root), *words])
        self.text += "".join(self._capfd.readouterr())
        for report in Path().glob("report*"):
            self.text += report.read_text("utf-8")
            report.unlink()
        return code

    def judge(self, ways: Sequence[str]) -> str:
        for way in ways:
            assert self.run(*way.split()) in (0, 1, 3), way
        return self.text
