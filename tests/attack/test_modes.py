"""Of all files, only the user's own private key in the installation, or where the user named it, gets another mode."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import NOBODY
from installations import KEY_FILE, Site, key, trading
from key_samples import private_pem, rsa_key

from attack.limits import Answer, attacked
from superalgos_rsa.errors import ConflictError
from superalgos_rsa.files.changes import Change
from superalgos_rsa.files.journal import Journal
from superalgos_rsa.files.modes import look

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
as_root = pytest.mark.skipif(os.name == "posix" and os.geteuid() != 0, reason="only root can give files away")
SYSTEM = Path("/etc/passwd")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def site(anyones_folder: Path) -> Site:
    return Site(anyones_folder / "superalgos")


@pytest.fixture
def elsewhere(anyones_folder: Path) -> Path:
    folder = anyones_folder / "elsewhere"
    folder.mkdir()
    return put_key(folder / "k.pem")


def put_key(path: Path, mode: int = 0o644) -> Path:
    path.write_bytes(private_pem(rsa_key()))
    path.chmod(mode)
    return path


def run(site: Site, *words: str | Path, **environment: str) -> Answer:
    home = str(site.root.parent)
    answer = attacked(
        ["--root", str(site.root), *map(str, words)],
        environment={"HOME": home, "XDG_STATE_HOME": home + "/state", **environment},
    )
    assert answer.holds, answer
    return answer


def named_by(site: Site, secret: str | Path) -> None:
    site.workspace(*trading(key(str(secret))))


# --- What a hostile workspace names -----------------------------------------------------------------------------------


@pytest.fixture
def system_file() -> Iterator[Path]:
    before = mode(SYSTEM)
    yield SYSTEM
    SYSTEM.chmod(before)


@pytest.mark.parametrize("how", ["named", "through a link", "through a folder that is a link"])
def test_a_file_of_the_system_keeps_its_mode(site: Site, system_file: Path, how: str) -> None:
    before = mode(system_file)
    if how == "named":
        named_by(site, system_file)
    elif how == "through a link":
        (site.root / KEY_FILE).symlink_to(system_file)
        named_by(site, KEY_FILE)
    else:
        (site.root / "etc").symlink_to(system_file.parent)
        named_by(site, f"etc/{system_file.name}")
    answer = run(site, "fix", "--apply", "--unsafe", "--yes")
    assert mode(system_file) == before
    assert f"chmod 600 {system_file}" not in answer.out + run(site, "check").out


def a_text(site: Site, elsewhere: Path) -> tuple[str, Path]:
    return "README.txt", site.put("README.txt", "what to know\n" * 20, 0o644)


def a_key_elsewhere(site: Site, elsewhere: Path) -> tuple[str, Path]:
    return str(elsewhere), elsewhere


def a_link_to_a_key_elsewhere(site: Site, elsewhere: Path) -> tuple[str, Path]:
    (site.root / KEY_FILE).symlink_to(elsewhere)
    return KEY_FILE, elsewhere


def a_folder_that_links_elsewhere(site: Site, elsewhere: Path) -> tuple[str, Path]:
    shutil.rmtree(site.root / "My-Secrets")
    (site.root / "My-Secrets").symlink_to(elsewhere.parent)
    return KEY_FILE, elsewhere


def another_name_of_a_key_elsewhere(site: Site, elsewhere: Path) -> tuple[str, Path]:
    (site.root / KEY_FILE).hardlink_to(elsewhere)
    return KEY_FILE, elsewhere


def a_key_beside_by_dots(site: Site, elsewhere: Path) -> tuple[str, Path]:
    return f"My-Secrets/../../{elsewhere.parent.name}/{elsewhere.name}", elsewhere


@pytest.mark.parametrize(
    "build",
    [a_text, a_key_elsewhere, a_link_to_a_key_elsewhere, a_folder_that_links_elsewhere,
     another_name_of_a_key_elsewhere, a_key_beside_by_dots],
)  # fmt: skip
def test_what_is_no_key_of_the_installation_keeps_its_mode(
    site: Site, elsewhere: Path, build: Callable[[Site, Path], tuple[str, Path]]
) -> None:
    secret, file = build(site, elsewhere)
    named_by(site, secret)
    answer = run(site, "fix", "--apply", "--unsafe")
    assert mode(file) == 0o644
    if build is not a_text:
        assert f"not done automatically: chmod 600 {os.path.realpath(site.root / secret)}: " in answer.out


@as_root
@pytest.mark.parametrize(
    ("root_of", "key_of", "changed"),
    [(0, 0, True), (NOBODY, NOBODY, True), (NOBODY, 0, False), (0, NOBODY, False), (NOBODY, 12345, False)],
)
def test_root_changes_what_belongs_to_the_owner_of_the_installation(
    site: Site, root_of: int, key_of: int, changed: bool
) -> None:
    file = site.put_key()
    file.chmod(0o644)
    named_by(site, KEY_FILE)
    for path in (site.root, *site.root.rglob("*")):
        os.chown(path, root_of, root_of)
    os.chown(file, key_of, key_of)
    run(site, "fix", "--apply")
    assert mode(file) == (0o600 if changed else 0o644)


def test_the_key_of_the_installation_is_closed_and_opened_again(site: Site) -> None:
    file = site.put_key()
    file.chmod(0o664)
    named_by(site, KEY_FILE)
    assert "planned: chmod 600" in run(site, "fix", "--apply").out
    assert mode(file) == 0o600
    run(site, "undo")
    assert mode(file) == 0o664


@pytest.mark.parametrize("named", ["--search", "--choose"])
def test_where_the_user_named_it_a_key_elsewhere_is_closed(site: Site, elsewhere: Path, named: str) -> None:
    named_by(site, elsewhere)
    value = str(elsewhere.parent) if named == "--search" else f"Key={elsewhere}"
    run(site, "fix", "--apply", named, value)
    assert mode(elsewhere) == 0o600


# --- What is swapped in between ---------------------------------------------------------------------------------------


def to_a_link(file: Path, victim: Path) -> None:
    file.unlink()
    file.symlink_to(victim)


def to_another_name(file: Path, victim: Path) -> None:
    file.unlink()
    file.hardlink_to(victim)


def to_a_folder_that_is_a_link(file: Path, victim: Path) -> None:
    file.parent.rename(file.parent.with_name("away"))
    file.parent.symlink_to(victim.parent)


def to_a_fifo(file: Path, victim: Path) -> None:
    file.unlink()
    os.mkfifo(file, mode(victim))


def to_nothing(file: Path, victim: Path) -> None:
    file.unlink()


SWAPS = [to_a_link, to_another_name, to_a_folder_that_is_a_link, to_a_fifo, to_nothing]


@pytest.fixture
def swapped(tmp_path: Path) -> tuple[Path, Path, Journal]:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    return put_key(tmp_path / "a" / "k.pem"), tmp_path / "b" / "k.pem", Journal(tmp_path / "state")


def closing(file: Path) -> Change:
    seen = look(str(file))
    assert seen is not None
    return Change(str(file), old_mode=0o644, new_mode=0o600, identity=seen.identity)


@pytest.mark.parametrize("swap", SWAPS)
def test_what_took_the_place_of_the_key_before_it_was_closed_keeps_its_mode(
    swapped: tuple[Path, Path, Journal], swap: Callable[[Path, Path], None]
) -> None:
    file, victim, journal = swapped
    put_key(victim, 0o644)
    change = closing(file)
    swap(file, victim)
    with pytest.raises(ConflictError):
        journal.apply([change], "t", 0)
    assert mode(victim) == 0o644
    assert journal.entries() == []


@pytest.mark.parametrize("swap", SWAPS)
def test_what_took_the_place_of_the_key_since_is_not_opened_by_undo(
    swapped: tuple[Path, Path, Journal], swap: Callable[[Path, Path], None]
) -> None:
    file, victim, journal = swapped
    put_key(victim, 0o600)
    journal.apply([closing(file)], "t", 0)
    assert mode(file) == 0o600
    swap(file, victim)
    with pytest.raises(ConflictError):
        journal.undo(None, 0)
    assert mode(victim) == 0o600


@pytest.mark.parametrize("swap", [to_a_link, to_another_name, to_a_folder_that_is_a_link])
def test_what_took_its_place_before_the_next_start_is_not_opened_then(
    swapped: tuple[Path, Path, Journal], swap: Callable[[Path, Path], None], tmp_path: Path
) -> None:
    """The process died between the change and its end, so that the next start takes it back."""
    file, victim, journal = swapped
    put_key(victim, 0o600)
    journal.apply([closing(file)], "t", 0)
    plan = tmp_path / "state" / "1" / "plan.json"
    plan.write_text(plan.read_text().replace('"applied"', '"applying"'))
    swap(file, victim)
    journal.recover(0)
    assert mode(victim) == 0o600


def test_a_link_is_never_followed_and_a_fifo_never_waited_for(tmp_path: Path) -> None:
    file = put_key(tmp_path / "k.pem")
    (tmp_path / "link").symlink_to(file)
    os.mkfifo(tmp_path / "fifo")
    names = ("link", "fifo", ".", "nothing", "k.pem/x")
    assert [look(str(tmp_path / name)) for name in names] == [None] * len(names)
    assert look(str(file)) is not None
    assert "PRIVATE" not in repr(look(str(file)))


def test_a_key_of_somebody_else_is_left_to_its_owner(
    anyones_folder: Path, unprivileged: Callable[[Callable[[], int]], int]
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can make a file that belongs to somebody else")
    site = Site(anyones_folder / "superalgos")
    file = site.put_key()
    named_by(site, KEY_FILE)
    for path in (site.root, *site.root.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)

    def fix() -> int:
        from superalgos_rsa.cli import main

        os.environ["XDG_STATE_HOME"] = str(anyones_folder / "state")
        return main(["--root", str(site.root), "fix", "--apply"])

    fix()  # what is imported must be so by a user who can read it
    file.chmod(0o644)
    shutil.rmtree(anyones_folder / "state")
    assert unprivileged(fix) == 0
    assert mode(file) == 0o644
