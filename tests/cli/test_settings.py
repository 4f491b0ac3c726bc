"""Settings: whose file says what, which one wins, and what a Superalgos folder's own file may not say."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from installations import KEY_FILE, Site, key, trading
from key_samples import private_pem, rsa_key

from cli.conftest import Call
from superalgos_rsa.cli import settings
from superalgos_rsa.cli.settings import NAME, own_file, read_settings
from superalgos_rsa.errors import UsageError
from superalgos_rsa.superalgos.installation import Installation, open_installation

ACCEPT, REFUSE = "accept_rsa_4096 = true\n", "accept_rsa_4096 = false\n"
WORKSPACE = "Platform/My-Workspaces/W.json"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """An installation whose one used key has 4096 bits."""
    site = Site(tmp_path / "Superalgos")
    site.put(KEY_FILE, private_pem(rsa_key(4096)))
    site.workspace(*trading(key()))
    return site


@pytest.fixture
def own() -> Path:
    """Where the user's own file would be."""
    return Path(os.environ["XDG_CONFIG_HOME"], NAME)


def installation(site: Site, *, chosen: bool) -> Installation:
    return open_installation(site.root, {}, chosen=chosen)


def read(site: Site, *, chosen: bool = True, named: str | None = None) -> tuple[dict[str, object], list[str]]:
    """The settings, and what was warned of."""
    said: list[str] = []
    found = read_settings(
        installation(site, chosen=chosen), named, os.environ, lambda message, _hint: said.append(message)
    )
    return found, said


# --- Which counts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("named", "mine", "of_root", "accepted"),
    [
        (None, None, None, False), (None, None, ACCEPT, True), (None, ACCEPT, None, True), (ACCEPT, None, None, True),
        (None, REFUSE, ACCEPT, False), (None, ACCEPT, REFUSE, True), (REFUSE, ACCEPT, ACCEPT, False),
        (ACCEPT, REFUSE, REFUSE, True), (REFUSE, None, ACCEPT, False), ("", "", ACCEPT, True), ("", ACCEPT, "", True),
    ],
)  # fmt: skip
def test_the_command_line_s_file_before_the_user_s_own_before_the_root_s(
    site: Site, call: Call, own: Path, tmp_path: Path, named: str | None, mine: str | None, of_root: str | None,
    accepted: bool,
) -> None:  # fmt: skip
    for path, text in ((tmp_path / "named.toml", named), (own, mine), (site.root / NAME, of_root)):
        if text is not None:
            path.write_text(text)
    config: list[str | Path] = ["--config", tmp_path / "named.toml"] if named is not None else []
    ended = call("--root", site.root, *config, "check", "--format", "json")
    assert (ended.code, ended.err) == (0 if accepted else 1, "")
    assert ended.rules() == ["key-size"]


def test_search_folders_add_up_from_the_nearest_to_the_user(site: Site, own: Path, tmp_path: Path) -> None:
    (tmp_path / "named.toml").write_text('search = ["a", "/b"]')
    own.write_text('search = ["c"]')
    (site.root / NAME).write_text('search = ["d"]')
    found, said = read(site, named=str(tmp_path / "named.toml"))
    assert found["search"] == (str(tmp_path / "a"), "/b", str(own.parent / "c"), str(site.root / "d"))
    assert said == []


def test_without_any_file_or_installation_nothing_is_set(site: Site) -> None:
    assert read(site) == ({}, [])
    assert read_settings(None, None, {"XDG_CONFIG_HOME": "/nowhere"}, print) == {}


@pytest.mark.skipif(os.name != "posix", reason="Windows has another place for it")
def test_the_user_s_own_file_lies_where_xdg_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert own_file({"XDG_CONFIG_HOME": "/c"}) == f"/c/{NAME}"
    for ignored in ({}, {"XDG_CONFIG_HOME": ""}, {"XDG_CONFIG_HOME": "relative"}):
        assert own_file(ignored) == str(tmp_path / ".config" / NAME)


@pytest.mark.skipif(os.name != "posix", reason="Windows has another place for it")
def test_without_a_home_no_folder_named_like_one_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "relative")
    monkeypatch.chdir(tmp_path)
    assert own_file({}) is None


# --- What a root's own file may say -----------------------------------------------------------------------------------


def test_a_root_that_was_named_or_is_stood_in_is_the_user_s(
    site: Site, call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (site.root / NAME).write_text(ACCEPT)
    document = site.root / WORKSPACE
    monkeypatch.chdir(tmp_path)
    assert call("--root", site.root, "check", document).code == 0
    monkeypatch.setenv("SUPERALGOS_ROOT", str(site.root))
    assert call("check", document).code == 0
    monkeypatch.delenv("SUPERALGOS_ROOT")
    monkeypatch.chdir(site.root / "My-Secrets")
    assert call("check").code == 0
    assert call("check", document).code == 0


def test_a_root_that_was_only_found_above_the_document_turns_no_red_green(
    site: Site, call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, own: Path
) -> None:
    (site.root / NAME).write_text(ACCEPT)
    monkeypatch.chdir(tmp_path)
    for command in ("check", "preflight"):
        ended = call(command, site.root / WORKSPACE)
        assert ended.code == 1
        assert ended.err.count("accept_rsa_4096 is ignored") == 1
        assert str(own) in ended.err, "the hint says where it belongs"
    own.write_text(ACCEPT)
    assert call("check", site.root / WORKSPACE).code == 0


@pytest.mark.parametrize(
    "folder", ["..", "../x", "/", "/net/host", "//host/share", "a/../..", ".", "link", "link/x", "../Superalgos2"]
)
@pytest.mark.parametrize("chosen", [True, False])
def test_search_folders_elsewhere_are_passed_over_in_a_root_s_own_file(site: Site, folder: str, chosen: bool) -> None:
    (site.root / "link").symlink_to("/etc")
    (site.root / NAME).write_text(f'search = ["{folder}", "below"]')
    found, said = read(site, chosen=chosen)
    below = () if folder != "." else (f"{site.root}/.",)
    assert found["search"] == (*below, str(site.root / "below"))
    assert len(said) == (0 if below else 1)
    assert not any(folder in message for message in said if len(folder) > 3)


BROKEN = ["= 1", "nonesuch = true", "search = 5", 'search = ["a\\u0000b"]', "\0", "\ud800", "a" * 1001, "[" * 900]


@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
def test_a_file_that_cannot_be_used_is_an_error_where_it_is_the_user_s_and_else_passed_over(
    site: Site, own: Path, tmp_path: Path, text: str
) -> None:
    data = text.encode("utf-8", "surrogatepass")
    (site.root / NAME).write_bytes(data)
    found, said = read(site, chosen=False)
    assert (found, len(said)) == ({"search": ()}, 1)
    with pytest.raises(UsageError, match=NAME):
        read(site, chosen=True)
    (site.root / NAME).unlink()
    own.write_bytes(data)
    with pytest.raises(UsageError, match=NAME):
        read(site)
    own.unlink()
    (tmp_path / "named.toml").write_bytes(data)
    with pytest.raises(UsageError, match=r"named\.toml"):
        read(site, named=str(tmp_path / "named.toml"))


def test_a_file_named_on_the_command_line_must_be_there(site: Site) -> None:
    for name in ("nowhere.toml", ""):
        with pytest.raises(UsageError, match="cannot read"):
            read(site, named=name)


def test_a_file_of_just_the_limits_is_read(site: Site) -> None:
    line = "#" * settings.MAX_LINE + "\n"
    (site.root / NAME).write_text(ACCEPT + line * (settings.MAX_BYTES // len(line) - 1))
    assert read(site)[0]["accept_rsa_4096"] is True
    (site.root / NAME).write_text("#" * (settings.MAX_LINE + 1))
    with pytest.raises(UsageError, match="a line of more than"):
        read(site)
    (site.root / NAME).write_text("#\n" * (settings.MAX_BYTES // 2 + 1))
    with pytest.raises(UsageError, match="the limit is"):
        read(site)
