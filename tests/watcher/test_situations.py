"""Real files, changed as editors, deployments and the platform do: each ends in the right verdict, every time."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import absent
from installations import KEY_FILE, VAULT, Site, entry, key, trading
from key_samples import private_pem, public_pem, rsa_key

from superalgos_rsa.validator.report import Report
from watcher.watched import Watched, check, watching

TIMES = 20
GOOD, OTHER, PUBLIC = private_pem(rsa_key()), private_pem(rsa_key(number=1)), public_pem(rsa_key())
DOCUMENT = "Platform/My-Workspaces/W.json"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """One task with one good key."""
    site = Site(tmp_path / "superalgos")
    site.put(KEY_FILE, GOOD)
    site.workspace(*trading(key()))
    return site


def errors(report: Report) -> list[str]:
    return [finding.rule for finding in report.findings if finding.severity == "error"]


def good(report: Report) -> bool:
    return not errors(report) and report.keys[0].signing == "rsa"


def back_and_forth(watched: Watched, spoil: Callable[[], object], mend: Callable[[], object]) -> None:
    """Twenty times there and back, and each time the verdict is the one of a fresh `check`."""
    for _ in range(TIMES):
        spoil()
        watched.wait_until(lambda report: not good(report))
        mend()
        watched.wait_until(good)
    assert watched.report == check(watched.root)
    assert watched.warnings == []


def test_an_editor_that_saves_by_rename(site: Site) -> None:
    def save(data: bytes) -> None:
        site.put(KEY_FILE + ".swp", data)
        os.replace(site.root / (KEY_FILE + ".swp"), site.root / KEY_FILE)

    with watching(site.root) as watched:
        back_and_forth(watched, lambda: save(PUBLIC), lambda: save(GOOD))


def test_an_editor_that_keeps_the_old_file_as_a_backup(site: Site) -> None:
    path = site.root / KEY_FILE

    def save(data: bytes) -> None:
        path.rename(f"{path}~")
        path.write_bytes(data)
        os.unlink(f"{path}~")

    with watching(site.root) as watched:
        back_and_forth(watched, lambda: save(PUBLIC), lambda: save(GOOD))


def test_a_file_written_in_place(site: Site) -> None:
    path = site.root / KEY_FILE
    with watching(site.root) as watched:
        back_and_forth(watched, lambda: path.write_bytes(PUBLIC), lambda: path.write_bytes(GOOD))


def test_the_platform_s_own_save(site: Site) -> None:
    """Truncate, a part, the whole, then the vault once a key; what lies between is never told."""
    path = site.root / DOCUMENT
    texts = [path.read_bytes(), path.read_bytes().replace(b"k.pem", b"no.pem")]

    def save(data: bytes) -> None:
        with open(path, "wb", buffering=0) as stream:
            stream.write(data[:100])
            stream.write(data[100:])
        for count in range(4):
            site.vault(*(entry("secret", f"other{number}") for number in range(count)))

    with watching(site.root) as watched:
        back_and_forth(watched, lambda: save(texts[1]), lambda: save(texts[0]))
        told = {rule for _, settled in watched.seen for rule in errors(settled.report)}
        assert told == {"path-not-found"}


@pytest.mark.parametrize("name", [DOCUMENT, VAULT, KEY_FILE])
def test_a_file_written_in_two_parts_is_judged_when_it_is_whole(site: Site, name: str) -> None:
    """The second part comes long after the debounce, and no verdict on the first is given."""
    site.vault(entry(KEY_FILE))
    path = site.root / name
    data = path.read_bytes()
    with watching(site.root) as watched:
        for _ in range(TIMES):
            rounds = len(watched.seen)
            path.write_bytes(data[:60])
            assert not watched.wait(lambda rounds=rounds: len(watched.seen) > rounds, 0.15)  # type: ignore[misc]
            path.write_bytes(data)
            assert watched.wait(lambda rounds=rounds: len(watched.seen) > rounds)  # type: ignore[misc]
        assert all(good(settled.report) for _, settled in watched.seen)


@pytest.mark.parametrize("name", [DOCUMENT, VAULT, KEY_FILE])
def test_a_file_that_stays_half_written_is_called_broken(site: Site, name: str) -> None:
    site.vault(entry(KEY_FILE))
    path = site.root / name
    data = path.read_bytes()
    with watching(site.root) as watched:
        path.write_bytes(data[:60])
        assert errors(watched.wait_until(lambda report: not good(report)))
        path.write_bytes(data)
        watched.wait_until(good)


def test_a_folder_removed_and_made_again(site: Site) -> None:
    folder = site.root / "keys"
    site.put("keys/k.pem", GOOD)
    site.workspace(*trading(key("keys/k.pem")))
    with watching(site.root) as watched:
        back_and_forth(watched, lambda: shutil.rmtree(folder), lambda: site.put("keys/k.pem", GOOD))


def test_the_folder_of_the_documents_removed_and_made_again(site: Site) -> None:
    folder, text = site.root / "Platform/My-Workspaces", (site.root / DOCUMENT).read_bytes()
    with watching(site.root) as watched:
        for _ in range(TIMES):
            shutil.rmtree(folder)
            watched.wait_until(lambda report: not report.keys and not errors(report))
            site.put(DOCUMENT, text)
            watched.wait_until(lambda report: bool(report.keys) and good(report))


def test_a_link_to_a_folder_of_documents_that_comes_and_goes(site: Site) -> None:
    link = site.root / "Platform/My-Workspaces/far"
    site.put("far/W.json", b"{}")
    with watching(site.root) as watched:
        for _ in range(TIMES):
            link.symlink_to("../../far")
            watched.wait_until(lambda report: errors(report) == ["document-shape"])
            site.put("far/new.json", b"{")
            watched.wait_until(lambda report: errors(report) == ["document-shape", "document-unreadable"])
            (site.root / "far/new.json").unlink()
            link.unlink()
            watched.wait_until(good)


def test_a_key_file_that_appears_later_in_a_folder_that_appears_later(site: Site) -> None:
    site.workspace(*trading(key("one/two/three/k.pem")))
    with watching(site.root) as watched:
        for _ in range(TIMES):
            (site.root / "one/two/three").mkdir(parents=True)
            site.put("one/two/three/k.pem", GOOD)
            watched.wait_until(good)
            shutil.rmtree(site.root / "one")
            watched.wait_until(lambda report: not good(report))


def test_a_document_and_a_folder_of_documents_that_appear_later(site: Site) -> None:
    text = (site.root / DOCUMENT).read_bytes()
    with watching(site.root) as watched:
        for _ in range(TIMES):
            site.put("Platform/My-Workspaces/a/b/New.json", text)
            watched.wait_until(lambda report: len(report.documents) == 3)
            shutil.rmtree(site.root / "Platform/My-Workspaces/a")
            watched.wait_until(lambda report: len(report.documents) == 2)


def test_a_link_swapped(site: Site) -> None:
    path, link = site.root / KEY_FILE, site.root / "fresh"
    path.unlink()
    site.put("good.pem", GOOD)
    site.put("bad.pem", PUBLIC)
    path.symlink_to("../good.pem")

    def swap(target: str) -> None:
        link.symlink_to(target)
        os.replace(link, path)

    with watching(site.root) as watched:
        back_and_forth(watched, lambda: swap("../bad.pem"), lambda: swap("../good.pem"))


def test_the_target_of_a_link_elsewhere(site: Site, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere/k.pem"
    target.parent.mkdir()
    (site.root / KEY_FILE).rename(target)
    (site.root / KEY_FILE).symlink_to(target)
    with watching(site.root) as watched:
        back_and_forth(watched, target.unlink, lambda: target.write_bytes(GOOD))


def test_a_volume_of_kubernetes(site: Site) -> None:
    """k.pem is a link through `..data`, which is a link to a dated folder; only `..data` ever changes."""
    volume = site.root / "volume"
    for name, data in (("..1", GOOD), ("..2", PUBLIC)):
        site.put(f"volume/{name}/k.pem", data)
    (volume / "..data").symlink_to("..1")
    (volume / "k.pem").symlink_to("..data/k.pem")
    site.workspace(*trading(key("volume/k.pem")))

    def publish(generation: str) -> None:
        (volume / "..data_tmp").symlink_to(generation)
        os.replace(volume / "..data_tmp", volume / "..data")

    with watching(site.root) as watched:
        back_and_forth(watched, lambda: publish("..2"), lambda: publish("..1"))


@pytest.mark.parametrize("name", [KEY_FILE, "My-Secrets", DOCUMENT])
def test_moved_away_and_back(site: Site, tmp_path: Path, name: str) -> None:
    path, away = site.root / name, tmp_path / "away"
    with watching(site.root, str(site.root / DOCUMENT)) as watched:
        for _ in range(TIMES):
            path.rename(away)
            watched.wait_until(lambda report: bool(errors(report)))
            away.rename(path)
            watched.wait_until(lambda report: bool(report.keys) and good(report))


def test_the_whole_installation_moved_away_and_back(site: Site, tmp_path: Path) -> None:
    """None of the folders below it sees any change."""
    with watching(site.root, str(site.root / DOCUMENT)) as watched:
        for _ in range(TIMES):
            site.root.rename(tmp_path / "away")
            watched.wait_until(lambda report: bool(errors(report)))
            (tmp_path / "away").rename(site.root)
            watched.wait_until(lambda report: bool(report.keys) and good(report))


def test_a_folder_replaced_by_another_is_watched_itself(site: Site, tmp_path: Path) -> None:
    folder, spare = site.root / "My-Secrets", tmp_path / "spare"
    shutil.copytree(folder, spare)
    (spare / "k.pem").write_bytes(PUBLIC)
    with watching(site.root) as watched:
        for _ in range(TIMES):
            folder.rename(tmp_path / "old")
            spare.rename(folder)
            watched.wait_until(lambda report: not good(report))
            (folder / "k.pem").write_bytes(GOOD)
            watched.wait_until(good)
            (folder / "k.pem").write_bytes(PUBLIC)
            (tmp_path / "old").rename(spare)
            (spare / "k.pem").write_bytes(PUBLIC)
            (folder / "k.pem").write_bytes(GOOD)
            watched.wait_until(good)


def test_permission_changes(site: Site) -> None:
    path = site.root / KEY_FILE
    with watching(site.root) as watched:
        for _ in range(TIMES):
            path.chmod(0o644)
            watched.wait_until(lambda report: [f.rule for f in report.findings] == ["file-permissions"])
            path.chmod(0o600)
            watched.wait_until(lambda report: not report.findings)


def test_the_same_dates_and_size_hide_nothing(site: Site) -> None:
    """A copy that keeps the dates of its source, as `cp -p` and clocks that were set back bring about."""
    path = site.root / KEY_FILE
    dates = (10**18, 10**18)
    os.utime(path, ns=dates)
    other = OTHER.ljust(len(GOOD), b"\n")[: len(GOOD)]
    with watching(site.root) as watched:
        for number in range(TIMES):
            before = watched.report.keys[0].public_key_sha256
            path.write_bytes(GOOD if number % 2 else other)
            os.utime(path, ns=dates)
            watched.wait_until(lambda report, before=before: report.keys[0].public_key_sha256 != before)  # type: ignore[misc]


@pytest.mark.parametrize("moment", [0, 10**18, 4 * 10**18], ids=["1970", "2001", "2096"])
def test_dates_of_another_time(site: Site, moment: int) -> None:
    path = site.root / KEY_FILE
    with watching(site.root) as watched:
        for _ in range(TIMES):
            path.write_bytes(PUBLIC)
            os.utime(path, ns=(moment, moment))
            watched.wait_until(lambda report: not good(report))
            path.write_bytes(GOOD)
            os.utime(path, ns=(moment, moment))
            watched.wait_until(good)


def test_a_file_that_another_program_replaces_without_pause(site: Site) -> None:
    """The last of many is the one that counts."""
    path = site.root / KEY_FILE
    with watching(site.root) as watched:
        for number in range(TIMES):
            for _ in range(50):
                path.write_bytes(OTHER)
                path.write_bytes(PUBLIC)
            path.write_bytes(GOOD if number % 2 else PUBLIC)
            watched.wait_until(lambda report, number=number: good(report) == bool(number % 2))  # type: ignore[misc]


def test_reading_is_no_change(site: Site) -> None:
    with watching(site.root) as watched:
        rounds = len(watched.seen)
        for _ in range(TIMES):
            for name in (DOCUMENT, KEY_FILE, VAULT):
                (site.root / name).read_bytes()
            os.listdir(site.root / "My-Secrets")
        (site.root / KEY_FILE).chmod(0o400)
        watched.wait_until(lambda report: len(watched.seen) > rounds)
        assert len(watched.seen) == rounds + 1


def test_a_neighbour_of_the_key_counts_and_other_files_do_not(site: Site) -> None:
    with watching(site.root) as watched:
        for _ in range(TIMES):
            site.put("My-Log-Files/x.log", "x")
            site.put("My-Secrets/copy.pem", GOOD)
            watched.wait_until(lambda report: [f.rule for f in report.findings] == ["file-copies"])
            (site.root / "My-Secrets/copy.pem").unlink()
            watched.wait_until(lambda report: not report.findings)


def test_what_was_meant_appears_in_another_place(site: Site) -> None:
    """The paths that were only looked for in a broken one's stead are watched too."""
    site.workspace(*trading(key("keys/K.pem")))
    with watching(site.root) as watched:
        for _ in range(TIMES):
            site.put("keys/k.pem", GOOD)
            watched.wait_until(lambda report: "path-case" in errors(report))
            shutil.rmtree(site.root / "keys")
            watched.wait_until(lambda report: "path-not-found" in errors(report))


def test_the_version_of_the_engine(site: Site) -> None:
    site.workspace(*trading(key(), code_name="kraken"))
    with watching(site.root) as watched:
        for number in range(TIMES):
            version = "4.5.84" if number % 2 else "2.7.62"
            site.put("package-lock.json", json.dumps({"packages": {"node_modules/ccxt": {"version": version}}}))
            watched.wait_until(lambda report, version=version: report.installation.ccxt == version)  # type: ignore[misc]


def test_git_ignores_the_key_from_now_on(site: Site) -> None:
    if shutil.which("git") is None:
        absent("there is no git")
    subprocess.run(["git", "init", "-q", site.root], check=True)
    with watching(site.root) as watched:
        for _ in range(TIMES):
            watched.wait_until(lambda report: "file-in-git" in [f.rule for f in report.findings])
            site.put(".gitignore", "My-Secrets/\n")
            watched.wait_until(lambda report: not report.findings)
            (site.root / ".gitignore").unlink()


def test_a_file_nobody_may_read(anyones_folder: Path, unprivileged: Callable[[Callable[[], object]], object]) -> None:
    import watchdog.observers  # noqa: F401  # what another user may not be able to load from here

    def scene() -> None:
        site = Site(anyones_folder / "superalgos")
        path = site.put(KEY_FILE, GOOD)
        site.workspace(*trading(key()))
        with watching(site.root) as watched:
            back_and_forth(watched, lambda: path.chmod(0), lambda: path.chmod(0o600))

    unprivileged(scene)


def test_a_clean_copy_that_comes_and_goes(site: Site) -> None:
    def offered(report: Report) -> bool:
        return any(
            f.fix is not None and f.fix.title.endswith("--secret My-Secrets/k.pkcs8.pem") for f in report.findings
        )

    site.put(KEY_FILE, GOOD.replace(b"\n", b"\\n"))
    with watching(site.root) as watched:
        for _ in range(3):
            copy = site.put("My-Secrets/k.pkcs8.pem", GOOD)
            watched.wait_until(offered)
            copy.unlink()
            watched.wait_until(lambda report: not offered(report))
        assert watched.report == check(watched.root)
