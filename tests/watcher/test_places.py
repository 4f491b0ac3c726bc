"""What is judged again once a platform runs, and where it was started."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from installations import Site, key, trading
from platforms import platform_at
from superalgos.test_docker import SHIPPED

from superalgos_rsa.validator.validator import validate
from superalgos_rsa.watcher.incremental import Incremental
from watcher.watched import check, question


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = Site(tmp_path / "Superalgos")
    site.put_key()
    site.workspace(*trading(key()))
    return site


@pytest.mark.skipif(sys.platform != "linux", reason="no other system tells a working folder")
def test_a_platform_that_starts_elsewhere_counts_at_the_next_judgement(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    incremental = Incremental(question(site.root))
    usable = []
    for cwd in (None, site.root, tmp_path, None):
        if cwd is None:
            report = validate(incremental.gather(()).all_facts)
            assert report == check(site.root)
        else:
            with platform_at(site.root, monkeypatch, cwd):
                report = validate(incremental.gather(()).all_facts)
                assert report == check(site.root)
        usable.append(report.keys[0].usable)
    assert usable == [True, True, False, True]


def test_workspaces_that_a_platform_keeps_elsewhere_are_judged_while_it_runs(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ws").mkdir()
    (site.root / "Platform/My-Workspaces/W.json").rename(tmp_path / "ws/Other.json")
    site.workspace(*trading(key("My-Secrets/no.pem")))
    incremental = Incremental(question(site.root))
    assert [document.loads for document in incremental.gather(()).all_facts.documents[:-1]] == [True]
    with platform_at(site.root, monkeypatch, PATH_TO_MY_WORKSPACES=str(tmp_path / "ws")):
        assert validate(incremental.gather(()).all_facts) == check(site.root)
        assert incremental.gather(()).names[0] == str(tmp_path / "ws/Other.json")


def test_a_document_that_a_container_has_from_now_on(site: Site) -> None:
    incremental = Incremental(question(site.root))
    assert validate(incremental.gather(()).all_facts).keys[0].usable is True
    (site.root / "compose.yml").write_text(SHIPPED.replace("./My-W", "./Platform/My-W"))
    incremental.forget()
    report = validate(incremental.gather(()).all_facts)
    assert report == check(site.root)
    assert report.keys[0].usable is None
