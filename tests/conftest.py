"""What several tests share: the real workspaces, a JavaScript engine to ask, and a user without privileges."""

import itertools
import os
import pickle
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn, TypeVar

import pytest
from hypothesis import settings
from node_json import NodeJson

# What a slow machine needs says nothing about the law. In CI each run tries the same examples, so that what nobody
# changed does not fail; everywhere else each run seeks others.
settings.register_profile("laws", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.register_profile("fast lane", settings.get_profile("laws"), max_examples=20)

T = TypeVar("T")

NOBODY = 65534
_TESTS = Path(__file__).parent
_FAST_LANE = "not slow"
# Files of which most tests take about a second, or start a process; a single such test has the mark itself.
_SLOW = (
    "attack", "conformance", "cli/test_engine_apart.py", "cli/test_engine_option.py", "cli/test_interrupted_set.py",
    "cli/test_pasted.py", "cli/test_real_workspaces.py", "cli/test_remedies.py", "cli/test_streams.py",
    "cli/test_watch.py", "config/test_in_documents.py", "fixer/test_crash_safety.py", "fixer/test_identity.py",
    "fixer/test_sixteen_paths.py", "fixer/test_three_writers.py", "keys/test_work_tree.py", "reports/test_known.py",
    "test_ansible_example.py", "test_canaries.py",
    "test_readme.py", "test_wheel.py", "watcher/test_situations.py", "watcher/test_soak.py",
)  # fmt: skip
_SHARED = Path(__file__).parents[2] / "shared"


def _is_slow(path: Path) -> bool:
    return path.relative_to(_TESTS).as_posix().startswith(_SLOW)


def pytest_configure(config: pytest.Config) -> None:
    assert all((_TESTS / name).exists() for name in _SLOW)
    settings.load_profile("fast lane" if config.option.markexpr == _FAST_LANE else "laws")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """The fast lane does not even import what it leaves out."""
    return (config.option.markexpr == _FAST_LANE and _is_slow(collection_path)) or None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for path, of_file in itertools.groupby(items, lambda item: item.path):
        if _is_slow(path):
            for item in of_file:
                item.add_marker(pytest.mark.slow)


def absent(reason: str) -> NoReturn:
    """Skips, except where everything must run: there a skipped test would be a hole nobody sees."""
    if os.environ.get("SUPERALGOS_RSA_REQUIRE_ALL") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def _folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """New folders, made faster than those of pytest."""
    base = tmp_path_factory.mktemp("own")
    return (base / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def _own_state(_folders: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """The journal of changes and the settings are not those of the user who runs the tests."""
    for variable in ("XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        folder = next(_folders)
        folder.mkdir()
        monkeypatch.setenv(variable, str(folder))


@pytest.fixture(scope="session")
def real_workspaces() -> Path:
    """The folder of real workspaces. They are not part of this project, so they may be absent."""
    return _shared("workspaces")


@pytest.fixture(scope="session")
def reported_cases() -> Path:
    """The folder of situations that people reported, each rebuilt small."""
    return _shared("cases")


def _shared(name: str) -> Path:
    if not (_SHARED / name).is_dir():
        absent(f"the shared {name} are not beside the project")
    return _SHARED / name


@pytest.fixture(scope="session")
def node() -> str:
    return shutil.which("node") or absent("there is no Node to ask")


@pytest.fixture(scope="session")
def node_json(node: str) -> Iterator[NodeJson]:
    with NodeJson(node) as asked:
        yield asked


@pytest.fixture
def anyones_folder() -> Iterator[Path]:
    """A folder that every user can enter; pytest's own are closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="superalgos-rsa-test-"))
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


def give_to_nobody(path: Path) -> None:
    """To the user that `unprivileged` makes of root; any other user has it already."""
    if os.geteuid() == 0:
        os.chown(path, NOBODY, NOBODY)


@pytest.fixture(scope="session")
def unprivileged() -> Callable[[Callable[[], T]], T]:
    """Calls a function as a user whom file permissions bind: in a child process that gave root away, if need be."""
    if os.name != "posix":
        absent("file permissions of this system are not those of POSIX")

    def call(function: Callable[[], T]) -> T:
        if os.geteuid() != 0:
            return function()
        read_end, write_end = os.pipe()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # a fork among threads; the child starts none
            child = os.fork()
        if child == 0:
            with open(write_end, "wb") as stream:
                pickle.dump(_as_nobody(function), stream)
            os._exit(0)
        os.close(write_end)
        with open(read_end, "rb") as stream:
            result, error = pickle.load(stream)
        os.waitpid(child, 0)
        if error is not None:
            raise error
        return result  # type: ignore[no-any-return]  # what the child's function returned

    return call


def _as_nobody(function: Callable[[], T]) -> tuple[T | None, BaseException | None]:
    try:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        return function(), None
    except BaseException as error:  # handed to the parent, which raises it
        return None, error


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What the laws have tried: a test that counts says so with `record_property("counts", …)`."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    counts = [text for report in reports for name, text in report.user_properties if name == "counts"]
    if counts:
        terminalreporter.section("laws")
        for line in sorted(counts):
            terminalreporter.write_line(line)
