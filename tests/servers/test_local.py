"""Facts about a path, as the engine would find it; nothing is opened that could wait for ever."""

import multiprocessing
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superalgos_rsa.servers.local import MAX_KEY_FILE, Likeness, Near, PathFacts, examine, looked_for

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes, links and FIFOs are POSIX's")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A working folder with one key file in `My-Secrets`."""
    folder = tmp_path / "Superalgos"
    (folder / "My-Secrets").mkdir(parents=True)
    (folder / "My-Secrets" / "k.pem").write_bytes(b"key text\n")
    (folder / "My-Secrets" / "k.pem").chmod(0o640)
    return folder


def _examine(path: str, root: Path, *beside: Path) -> PathFacts:
    return examine(path, str(root), tuple(map(str, beside)))


# --- What lies there --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked", ["My-Secrets/k.pem", "./My-Secrets/k.pem", "My-Secrets//k.pem", "My-Secrets/../My-Secrets/k.pem", "link"]
)
def test_a_file_is_found_from_the_working_folder(root: Path, asked: str) -> None:
    (root / "link").symlink_to("My-Secrets/k.pem")
    found = _examine(asked, root)
    assert (found.status, found.content, found.mode) == ("file", b"key text\n", 0o640)
    assert found.target == str(root / "My-Secrets" / "k.pem")
    assert found.asked == asked
    assert found.engine_reads


def test_an_absolute_path_and_one_through_a_linked_folder(root: Path, tmp_path: Path) -> None:
    (tmp_path / "there").symlink_to(root / "My-Secrets")
    assert _examine(str(root / "My-Secrets" / "k.pem"), tmp_path).status == "file"
    found = _examine("../there/k.pem", root)
    assert (found.status, found.resolved) == ("file", str(tmp_path / "there" / "k.pem"))
    assert found.target == str(root / "My-Secrets" / "k.pem")


def _nothing(path: Path) -> None:
    pass


def _dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def _loop(path: Path) -> None:
    path.symlink_to("other")
    path.with_name("other").symlink_to(path)


def _to_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _large(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(MAX_KEY_FILE + 1)


@pytest.mark.parametrize(
    ("make", "status"),
    [
        (_nothing, "missing"),
        (Path.mkdir, "directory"),
        (os.mkfifo, "special"),
        (_to_device, "special"),
        (_dangling, "dangling-link"),
        (_loop, "link-loop"),
        (_large, "too-large"),
    ],
)
def test_what_is_no_readable_file_is_told_and_not_read(root: Path, make: Callable[[Path], object], status: str) -> None:
    make(root / "thing")
    found = _examine("thing", root)
    assert (found.status, found.content) == (status, None)
    assert found.engine_reads is (status == "too-large")


@pytest.mark.parametrize("device", ["/dev/null", "/dev/zero", "/dev/stdin"])
def test_a_device_is_special(root: Path, device: str) -> None:
    program = f"from superalgos_rsa.servers.local import examine; print(examine({device!r}, '/').status)"
    command = [sys.executable, "-c", program]
    ran = subprocess.run(command, stdin=subprocess.PIPE, capture_output=True, text=True, timeout=20, check=True)
    assert ran.stdout.strip() == "special"


@pytest.mark.skipif(not os.path.exists("/proc/self/mountinfo"), reason="only Linux has such files")
@pytest.mark.parametrize("path", ["/proc/self/environ", "/sys/kernel/uevent_seqnum", "/proc/self/ns/net"])
def test_what_the_kernel_makes_up_is_not_read(root: Path, path: str) -> None:
    found = _examine(path, root)
    assert (found.status, found.content, found.engine_reads) == ("made-up", None, False)


@pytest.mark.skipif(not os.path.isdir("/dev/shm"), reason="only Linux has such a folder")
def test_what_lies_in_memory_alone_is_a_file_like_any_other() -> None:
    """It has no disk either, and neither has anything in a container."""
    with tempfile.NamedTemporaryFile(dir="/dev/shm") as stream:
        stream.write(b"x")
        stream.flush()
        assert os.major(os.stat(stream.name).st_dev) == 0
        assert examine(stream.name, "/").content == b"x"


def test_a_socket_is_special(root: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(root / "s"))
        assert _examine("s", root).status == "special"


@pytest.mark.parametrize("mode", [0o000, 0o200, 0o111])
def test_a_file_closed_to_the_engines_user(
    anyones_folder: Path, unprivileged: Callable[[Callable[[], PathFacts]], PathFacts], mode: int
) -> None:
    (anyones_folder / "k.pem").write_bytes(b"key")
    (anyones_folder / "k.pem").chmod(mode)
    found = unprivileged(lambda: _examine("k.pem", anyones_folder))
    assert (found.status, found.content, found.engine_reads) == ("unreadable", None, False)


def test_a_folder_closed_to_the_engines_user(
    anyones_folder: Path, unprivileged: Callable[[Callable[[], PathFacts]], PathFacts]
) -> None:
    (anyones_folder / "closed").mkdir(mode=0o700)
    (anyones_folder / "closed" / "k.pem").write_bytes(b"key")
    (anyones_folder / "closed").chmod(0)
    assert unprivileged(lambda: _examine("closed/k.pem", anyones_folder)).status == "unreadable"


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("", "missing"),
        (" ", "missing"),
        ("a\0b", "impossible"),
        ("\0", "impossible"),
        ("a\nb", "missing"),
        ("x" * 300, "missing"),
        ("x/" * 5000, "missing"),
        ("My-Secrets/k.pem/", "missing"),
        ("My-Secrets/k.pem/x", "missing"),
        ("\ud800", "missing"),
        ("k.pem\u200b", "missing"),
        (".", "directory"),
        ("..", "directory"),
        ("/", "directory"),
    ],
)
def test_odd_paths(root: Path, asked: str, status: str) -> None:
    found = _examine(asked, root)
    assert found.status == status
    assert found.content is None


def test_a_lone_surrogate_is_what_node_makes_of_it(root: Path) -> None:
    (root / "\ufffd").write_bytes(b"odd")
    assert _examine("\ud800", root).content == b"odd"


@given(st.text(max_size=20) | st.text(alphabet="~/.\\ $%{}My-Secrtk:file\"'", max_size=20))
def test_no_path_raises(text: str) -> None:
    found = examine(text, "/usr", ("/etc",))
    assert found.asked == text
    assert (found.content is not None) == (found.status == "file")


def test_facts_do_not_show_the_content(root: Path) -> None:
    assert "key text" not in repr(_examine("My-Secrets/k.pem", root))


def test_a_file_of_just_the_limit_is_read(root: Path) -> None:
    (root / "k").write_bytes(b"x" * MAX_KEY_FILE)
    assert len(_examine("k", root).content or b"") == MAX_KEY_FILE


# --- What was probably meant ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "likeness", "path"),
    [
        (" My-Secrets/k.pem", "trimmed", "My-Secrets/k.pem"),
        ("My-Secrets/k.pem\n", "trimmed", "My-Secrets/k.pem"),
        ("\u200bMy-Secrets/k.pem\ufeff", "trimmed", "My-Secrets/k.pem"),
        ('"My-Secrets/k.pem"', "unquoted", "My-Secrets/k.pem"),
        ("'My-Secrets/k.pem'", "unquoted", "My-Secrets/k.pem"),
        ("\u201cMy-Secrets/k.pem\u201d", "unquoted", "My-Secrets/k.pem"),
        (' "My-Secrets/k.pem" ', "unquoted", "My-Secrets/k.pem"),
        ("my-secrets/K.PEM", "case", "My-Secrets/k.pem"),
        ("./MY-SECRETS/../my-secrets/k.pem", "case", "./My-Secrets/../My-Secrets/k.pem"),
        ("My-Secrets\\k.pem", "separators", "My-Secrets/k.pem"),
        (".\\My-Secrets\\k.pem", "separators", "./My-Secrets/k.pem"),
        ("C:\\Users\\me\\k.pem", "secrets", "My-Secrets/k.pem"),
        ("k.pem", "secrets", "My-Secrets/k.pem"),
        ("k", "secrets", "My-Secrets/k.pem"),
        ("/some/other/place/k.pem", "secrets", "My-Secrets/k.pem"),
        ("file:My-Secrets/k.pem", "url", "My-Secrets/k.pem"),
    ],
)
def test_a_file_one_change_away_is_offered(root: Path, asked: str, likeness: Likeness, path: str) -> None:
    found = _examine(asked, root)
    assert found.status == "missing"
    assert found.near[0] == Near(likeness, path)
    assert all(_examine(near.path, root).status == "file" for near in found.near)


@pytest.mark.parametrize("url", ["file://{}", "file://localhost{}", "file:{}", "FILE://{}"])
def test_a_url_is_offered_as_the_path_in_it(root: Path, url: str) -> None:
    path = str(root / "My-Secrets" / "k.pem")
    assert _examine(url.format(path), root).near[0] == Near("url", path)


@pytest.mark.parametrize("asked", ["~/k.pem", "$HOME/k.pem", "${HOME}/k.pem", "%HOME%/k.pem"])
def test_what_a_shell_would_expand_is_offered_expanded(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "k.pem").write_bytes(b"")
    found = _examine(asked, root)
    assert found.status == "missing"
    assert found.near[0] == Near("expanded", str(tmp_path / "k.pem"))


@pytest.mark.parametrize("name", ["USERPROFILE", "APPDATA", "LOCALAPPDATA", "SUPERALGOS_ROOT"])
@pytest.mark.parametrize("form", ["${}/k.pem", "${{{}}}/k.pem", "%{}%/k.pem"])
def test_other_folders_of_the_user_s_own_are_expanded_too(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, form: str
) -> None:
    monkeypatch.setenv(name, str(tmp_path))
    (tmp_path / "k.pem").write_bytes(b"")
    assert _examine(form.format(name), root).near[0] == Near("expanded", str(tmp_path / "k.pem"))


CANARY = "c4n4ry"
NOT_EXPANDED = [
    "$SECRET", "${SECRET}/k.pem", "%SECRET%", "/net/host/$SECRET", "//host/$SECRET/k.pem", "\\\\host\\%SECRET%\\k",
    "My-Secrets/$SECRET", "My-Secrets/${SECRET}.pem", "/net/host/$HOME", "/net/host/~", "a$HOME/k", "$HOMEX/k.pem",
    "$HOME$SECRET", "~$SECRET", "file://$SECRET/x", "%HOME%%SECRET%/k", " $SECRET/k", '"$SECRET/k"', "~root/k.pem",
]  # fmt: skip


@pytest.mark.parametrize("asked", NOT_EXPANDED)
def test_no_other_variable_is_looked_for_or_shown(root: Path, monkeypatch: pytest.MonkeyPatch, asked: str) -> None:
    """Its value may be a secret: it goes into no name that another machine is asked for, and into no report."""
    monkeypatch.setenv("SECRET", CANARY)
    monkeypatch.setenv("HOME", f"/{CANARY}")
    for name in (CANARY, f"My-Secrets/{CANARY}", f"My-Secrets/{CANARY}.pem"):
        (root / name).touch()
    assert not any(CANARY in place for place in looked_for(asked, str(root), ("/elsewhere",)))
    assert CANARY not in repr(_examine(asked, root))


_PIECES = st.sampled_from(["$SECRET", "${SECRET}", "%SECRET%", "$HOME", "${HOME}", "%HOME%", "~", "/", "\\", "net"])


@given(st.lists(_PIECES | st.text(max_size=3), max_size=6).map("".join))
def test_a_variable_s_value_is_at_most_the_beginning_of_what_is_looked_for(asked: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECRET", CANARY)
        patch.setenv("HOME", "/h0m3")
        for place in looked_for(asked, "/root", ("/beside",)):
            assert CANARY not in place
            assert place.rfind("h0m3") <= 1


@pytest.mark.parametrize("home", ["", "relative", "~"])
def test_a_home_that_is_no_absolute_path_is_none(root: Path, monkeypatch: pytest.MonkeyPatch, home: str) -> None:
    monkeypatch.setenv("HOME", home)
    assert "expanded" not in {near.likeness for near in _examine("$HOME/k.pem", root).near}
    assert not any("relative" in place for place in looked_for("$HOME/k.pem", str(root)))


def test_a_file_beside_the_document_is_offered(root: Path, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "own.pem").write_bytes(b"")
    assert _examine("own.pem", root, tmp_path / "docs").near == (Near("beside", str(tmp_path / "docs" / "own.pem")),)


def test_two_files_in_other_cases_are_no_answer(root: Path) -> None:
    (root / "A.pem").touch()
    (root / "a.PEM").touch()
    assert _examine("a.pem", root).near == ()


def test_a_folder_is_never_offered(root: Path) -> None:
    assert _examine(" My-Secrets", root).near == ()


def test_a_folder_that_cannot_be_listed_hides_no_other_offer(
    anyones_folder: Path, unprivileged: Callable[[Callable[[], PathFacts]], PathFacts]
) -> None:
    for name in ("My-Secrets", "unlisted"):
        (anyones_folder / name).mkdir()
    (anyones_folder / "My-Secrets" / "k.pem").touch()
    (anyones_folder / "unlisted").chmod(0o711)
    found = unprivileged(lambda: _examine("unlisted/k.pem", anyones_folder))
    assert found.near == (Near("secrets", "My-Secrets/k.pem"),)


def test_what_stands_behind_a_file_hides_no_other_offer(root: Path) -> None:
    (root / "notes").touch()
    assert _examine("notes/k.pem", root).near == (Near("secrets", "My-Secrets/k.pem"),)


@pytest.mark.parametrize(
    ("asked", "exists"),
    [
        ("My-Secrets/other.pem", True),
        ("./My-Secrets/other", True),
        ("/usr/other.pem", True),
        ("nowhere/k.pem", False),
        ("other.pem", False),
        ("./other.pem", False),
        ("/other", False),
        ("//other", False),
    ],
)
def test_whether_the_folder_is_there_says_that_a_path_was_meant(root: Path, asked: str, exists: bool) -> None:
    """The working folder and the root of the file system are there for every text, so they say nothing."""
    assert _examine(asked, root).parent_exists is exists


def _swap_for_ever(path: Path) -> None:
    while True:
        os.mkfifo(path.with_name("fifo"))
        path.with_name("fifo").rename(path)
        path.with_name("file").write_bytes(b"x")
        path.with_name("file").rename(path)


def test_a_file_that_becomes_a_fifo_at_any_moment_is_never_waited_for(root: Path) -> None:
    swapper = multiprocessing.get_context("spawn").Process(target=_swap_for_ever, args=[root / "swapped"])
    swapper.start()
    seen: set[str] = set()
    try:
        while not {"file", "special"} <= seen:
            assert swapper.is_alive()
            seen.add(_examine("swapped", root).status)
        seen |= {_examine("swapped", root).status for _ in range(3000)}
    finally:
        swapper.kill()
        swapper.join()
    assert seen - {"missing"} == {"file", "special"}
