"""I/O stays at the edges, and files stay small. That imports go downwards only is held by `lint-imports`."""

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PACKAGE = TESTS.parent / "superalgos_rsa"
MODULES = [path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py")]
CLI = ("cli/", "__main__.py")


@functools.cache
def _parsed(module: str) -> ast.Module:
    return ast.parse((PACKAGE / module).read_text("utf-8"))


def _imports(module: str) -> Iterator[str]:
    for node in ast.walk(_parsed(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _of(*parts: str) -> list[str]:
    found = [module for module in MODULES if module.startswith(parts)]
    assert found, f"there is no {parts}"
    return found


def test_reports_know_the_report_and_the_difference_of_two_alone() -> None:
    values = ("validator.report", "watcher.transitions.Transition")
    known = tuple(f"superalgos_rsa.{name}" for name in (*values, "documents", "reports", "__version__"))
    for module in (*_of("reports/"), "watcher/transitions.py"):
        own = [name for name in _imports(module) if name.startswith("superalgos_rsa")]
        assert [name for name in own if not name.startswith(known)] == [], module


def test_documents_and_the_node_tree_know_no_files() -> None:
    pure = {module for module in _of("documents/") if module != "documents/schema.py"}  # which reads its own schemas
    for module in (*pure, "superalgos/load_route.py", "superalgos/key_config.py", "superalgos/workspace.py"):
        of_files = [name for name in _imports(module) if name.startswith("superalgos_rsa.files")]
        roots = {name.split(".")[0] for name in _imports(module)}
        assert (of_files, roots & {"os", "pathlib", "subprocess", "socket"}) == ([], set()), module


def test_rules_do_no_io() -> None:
    for module in _of("validator/rules/"):
        roots = {name.split(".")[0] for name in _imports(module)}
        assert not roots & {"subprocess", "socket", "shutil", "tempfile", "time", "datetime", "random"}, module
        assert not any(name.startswith("superalgos_rsa.files.regular") for name in _imports(module)), module


# --- Streams, the environment and the end of the process belong to the commands ---------------------------------------


def _uses(module: str) -> Iterator[str]:
    for node in ast.walk(_parsed(module)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield f"{node.func.id}()"
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"


PRINTING = {"print()", "input()", "exit()", "sys.exit", "sys.stdout", "sys.stderr", "sys.stdin", "sys.argv"}
ENVIRONMENT = {"os.environ", "os.getenv", "os.putenv"}


ALLOWED = {
    "servers/local.py": ENVIRONMENT,  # which tells what a path would be if it were expanded
    "validator/rules/__main__.py": {"sys.stdout"},  # prints the pages when it is run by itself
    # A child process has this one's environment, less what would change its answer.
    "keys/work_tree.py": {"os.environ"},
    "superalgos/engine/installed_ccxt.py": {"os.environ"},
    # On Windows a program is looked for here, and not by the system, which begins in the current folder.
    "watcher/on_change.py": {"os.environ"},
    "files/windows_access.py": {"os.environ"},
}


@pytest.mark.parametrize("module", [module for module in MODULES if not module.startswith(CLI)])
def test_streams_and_environment_belong_to_the_commands(module: str) -> None:
    assert set(_uses(module)) & (PRINTING | ENVIRONMENT) - ALLOWED.get(module, set()) == set()


# --- Writing ----------------------------------------------------------------------------------------------------------

WRITERS = {
    "files/regular.py",  # for all others: it keeps the old bytes through every failure
    "files/new_files.py",  # which gives a new file its name once it is whole
    "files/lease.py",  # which holds a file open for it
    "files/locks.py",  # which locks it, beside it where it cannot be locked itself
    "files/attributes.py",  # which gives a new file what the old one had
    "files/modes.py",  # which gives one known file another mode
    "files/far_files.py",  # whose child leaves the streams of this process alone
    "files/changes.py",  # which makes and removes the folders of a change
    "files/journal_folder.py",  # which keeps what is needed to take changes back, in a private place
    "superalgos/demo_installation.py",  # which makes an installation in a temporary folder
    "keys/work_tree.py",  # which makes an empty repository in a private temporary folder, for one question
    "watcher/heartbeat.py",  # which gives a file a new date, to show that the loop is alive
}
CHANGING_METHODS = {"write_text", "write_bytes", "touch", "symlink_to", "hardlink_to", "mkdir", "rmdir", "unlink"}
CHANGING_FUNCTIONS = {
    *("replace", "rename", "remove", "unlink", "link", "symlink", "mkdir", "makedirs", "rmdir", "rmtree", "write"),
    *("chmod", "chown", "fchmod", "fchown", "truncate", "copy", "copyfile", "copytree", "move"),
}
WRITING_FLAGS = {"O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND"}


def _writes(module: str) -> Iterator[str]:
    """Calls that change what lies on a disk."""
    for node in ast.walk(_parsed(module)):
        if not isinstance(node, ast.Call):
            continue
        name, of = _called(node.func)
        if name == "open":
            changes = _may_write(_flags(node)) if of == "os" else bool(_mode(node) & set("wax+"))
        else:
            changes = name in CHANGING_METHODS or (of in ("os", "shutil") and name in CHANGING_FUNCTIONS)
        if changes:
            yield name


def _called(function: ast.expr) -> tuple[str, str]:
    """Name of a function, and the name of what it is an attribute of."""
    if isinstance(function, ast.Attribute):
        return function.attr, function.value.id if isinstance(function.value, ast.Name) else ""
    return function.id if isinstance(function, ast.Name) else "", ""


def _flags(call: ast.Call) -> set[str]:
    return {node.attr for argument in call.args for node in ast.walk(argument) if isinstance(node, ast.Attribute)}


def _may_write(flags: set[str]) -> bool:
    """Flags that stand elsewhere may be any."""
    return not flags or bool(flags & WRITING_FLAGS)


def _mode(call: ast.Call) -> set[str]:
    """The letters of every text that can be a mode: `open(path, "w")`, `path.open("w")`, `open(path, mode="w")`."""
    given = [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg == "mode")]
    texts = [argument.value for argument in given if isinstance(argument, ast.Constant)]
    return {letter for text in texts if isinstance(text, str) for letter in text}


def test_few_modules_write() -> None:
    writing = {module for module in MODULES if not module.startswith(CLI) and any(_writes(module))}
    assert writing <= WRITERS
    assert "files/regular.py" in writing


@pytest.mark.parametrize("module", MODULES)
def test_no_file_is_long(module: str) -> None:
    assert len((PACKAGE / module).read_text("utf-8").splitlines()) <= 400


def test_no_file_of_tests_is_long() -> None:
    files = [path for path in TESTS.rglob("*.py") if "node_modules" not in path.parts]
    assert [path.name for path in files if len(path.read_text("utf-8").splitlines()) > 400] == []


def test_commands_speak_through_one_module() -> None:
    """There whatever would command a terminal becomes an escape, and what may be a secret is left out."""
    for module in _of("cli/"):
        spoken = {
            node.func.attr
            for node in ast.walk(_parsed(module))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        }
        raw = spoken & {"echo", "secho", "echo_via_pager", "writelines"}
        assert raw <= ({"echo"} if module == "cli/session.py" else set()), module
        names = {node.id for node in ast.walk(_parsed(module)) if isinstance(node, ast.Name)}
        assert "print" not in names, module
