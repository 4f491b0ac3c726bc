"""File systems that may not answer: which they are, the way to them, and what comes of one that does not answer."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from superalgos_rsa.files import far_files
from superalgos_rsa.files.far_files import FarFiles

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no other process to ask through")


def test_a_path_on_this_machine_s_disk_is_asked_for_in_this_process(tmp_path: Path) -> None:
    assert FarFiles(mounts=[]).answer(str(tmp_path), os.getpid) == os.getpid()


def test_what_lies_below_a_far_mount_is_asked_for_in_another_process(tmp_path: Path) -> None:
    found = FarFiles(mounts=[str(tmp_path)]).answer(str(tmp_path / "k.pem"), os.getpid)
    assert found not in (None, os.getpid())


@pytest.mark.parametrize("way", ["{0}/far/k.pem", "{0}/far", "{0}/link/k.pem", "{0}/near/../far/k.pem", "{0}/near/up"])
def test_every_way_to_it_is_seen(tmp_path: Path, way: str) -> None:
    (tmp_path / "near").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "far")
    (tmp_path / "near" / "up").symlink_to("../far/k.pem")
    assert FarFiles(mounts=[str(tmp_path / "far")]).is_far(way.format(tmp_path))


@pytest.mark.parametrize("way", ["{0}/near/k.pem", "{0}/farther/k.pem", "{0}/far/../near", "{0}/loop"])
def test_what_leads_elsewhere_is_near(tmp_path: Path, way: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    far = FarFiles(mounts=[str(tmp_path / "far")])
    # A way through the far folder and out again has to be looked up there.
    assert far.is_far(way.format(tmp_path)) is (way == "{0}/far/../near")


def test_a_file_system_that_does_not_answer_is_asked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(far_files, "PATIENCE", 0.05)
    far = FarFiles(mounts=[str(tmp_path)])
    assert far.answer(str(tmp_path / "a"), signal.pause) is None
    asked: list[str] = []
    assert far.answer(str(tmp_path / "b"), lambda: asked.append("again")) is None
    assert asked == []


def test_a_folder_that_was_read_from_already_answers(tmp_path: Path) -> None:
    far = FarFiles([str(tmp_path / "root")], mounts=[str(tmp_path)])
    assert far.answer(str(tmp_path / "root" / "k.pem"), os.getpid) == os.getpid()


def test_a_question_that_fails_there_is_no_answer(tmp_path: Path) -> None:
    def fail() -> None:
        raise OSError

    assert FarFiles(mounts=[str(tmp_path)]).answer(str(tmp_path / "k.pem"), fail) is None
