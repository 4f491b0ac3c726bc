"""The API: what its page shows is so, it holds what it lists, and it costs nothing until it is used."""

import doctest
import importlib
import inspect
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from installations import KEY_FILE, Site, ecosystem, exchange, key

import superalgos_rsa
from superalgos_rsa.errors import UsageError
from superalgos_rsa.reports import json_report
from superalgos_rsa.superalgos import demo_installation as demo

PROJECT = Path(__file__).parents[1]
PAGE = PROJECT / "docs" / "api.md"
FUNCTIONS = ("check", "inspect_key", "plan_fixes", "update_key", "watch")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    demo.build(folder, "1.6.1", "2.7.62")
    return folder


@pytest.fixture
def demo_root(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("demo_root")
def test_every_example_of_the_page_runs_as_it_stands() -> None:
    text = PAGE.read_text("utf-8")
    page = doctest.DocTestParser().get_doctest(text.replace("```", ""), {}, "api.md", str(PAGE), 0)
    told: list[str] = []
    assert len(page.examples) > 20
    failed, tried = doctest.DocTestRunner(verbose=False).run(page, out=told.append)
    assert (failed, tried) == (0, len(page.examples)), "".join(told)


def test_the_page_calls_every_function() -> None:
    shown = "".join(example.source for example in doctest.DocTestParser().get_examples(PAGE.read_text("utf-8")))
    assert {name for name in FUNCTIONS if f"superalgos_rsa.{name}(" in shown} == set(FUNCTIONS)
    assert "ELLIPSIS" not in PAGE.read_text("utf-8")


def _in_a_fresh_process(code: str) -> str:
    environment = {"PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def test_dir_is_the_api_and_no_more() -> None:
    listed = _in_a_fresh_process("import superalgos_rsa; print(dir(superalgos_rsa))")
    assert listed == f"{sorted(superalgos_rsa.__all__)}\n"
    assert superalgos_rsa.__all__ == sorted(superalgos_rsa.__all__)
    assert set(FUNCTIONS) < set(superalgos_rsa.__all__)


def test_the_import_alone_imports_no_other_module() -> None:
    code = """
import sys
before = set(sys.modules)
import superalgos_rsa
print(*sorted(set(sys.modules) - before))
"""
    loaded = _in_a_fresh_process(code).split()
    assert loaded == ["superalgos_rsa"]


@pytest.mark.parametrize("name", [name for name in superalgos_rsa.__all__ if name != "__version__"])
def test_a_name_is_that_of_the_module_where_it_is_written(name: str) -> None:
    value = getattr(superalgos_rsa, name)
    assert value.__name__ == name
    assert getattr(importlib.import_module(value.__module__), name) is value


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'chekc'"):
        getattr(superalgos_rsa, "chekc")  # noqa: B009  # the type checker knows that it is not there


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_tells_its_arguments_and_what_it_raises(name: str) -> None:
    function = getattr(superalgos_rsa, name)
    told = inspect.cleandoc(function.__doc__)
    arguments = function.__code__.co_varnames[: function.__code__.co_argcount + function.__code__.co_kwonlyargcount]
    assert [argument for argument in arguments if f"\n    {argument}: " not in told] == []
    assert "Returns:" in told
    assert "Raises:" in told or name == "inspect_key"


# --- The same as the commands -----------------------------------------------------------------------------------------


def _json_of(*words: str) -> dict[str, object]:
    command = [sys.executable, "-m", "superalgos_rsa", *words, "--format", "json"]
    ended = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(PROJECT)}, capture_output=True, check=False)
    value: dict[str, object] = json.loads(ended.stdout)
    return value


@pytest.mark.parametrize(("command", "before_start"), [("check", False), ("preflight", True)])
def test_check_gives_the_report_of_the_command(demo_root: Path, command: str, before_start: bool) -> None:
    report = superalgos_rsa.check(demo_root, before_start=before_start)
    assert json_report.to_dict(report) == _json_of(command)


@pytest.mark.parametrize("unsafe", [False, True])
def test_plan_fixes_gives_the_steps_of_the_command(demo_root: Path, unsafe: bool) -> None:
    of_command = _json_of("fix", *(["--unsafe"] if unsafe else []))["steps"]
    steps = superalgos_rsa.plan_fixes(demo_root, unsafe=unsafe, environment=os.environ)
    assert isinstance(of_command, list)
    assert [(s.finding.rule, s.title, s.applicability, s.status, s.reason) for s in steps] == [
        (step["rule"], step["title"], step["applicability"], step["status"], step["reason"]) for step in of_command
    ]


def test_check_reads_every_workspace_and_the_vault_or_what_is_named(demo_root: Path) -> None:
    every = [Path(document.path).name for document in superalgos_rsa.check(demo_root).documents]
    assert every == ["Demo.json", "workspace-credentials.json"]
    named = superalgos_rsa.check(demo_root, [demo_root / demo.WORKSPACE])
    assert [document.path for document in named.documents] == [str(demo_root / demo.WORKSPACE)]


def test_check_looks_for_the_workspaces_where_data_path_puts_them(demo_root: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "data"
    moved = elsewhere / "Superalgos_Data" / "My-Workspaces" / "Other.json"
    moved.parent.mkdir(parents=True)
    (demo_root / demo.WORKSPACE).rename(moved)
    report = superalgos_rsa.check(demo_root, environment={"DATA_PATH": str(elsewhere)})
    assert report.documents[0].path == str(moved)


def test_check_reads_no_document_beyond_the_limit(demo_root: Path) -> None:
    (finding,) = superalgos_rsa.check(demo_root, [demo.WORKSPACE], max_bytes=100).findings
    assert finding.rule == "document-unreadable"


@pytest.mark.parametrize("export", [False, True])
def test_check_looks_for_what_must_not_be_shared_when_asked(demo_root: Path, export: bool) -> None:
    text = (demo_root / demo.WORKSPACE).read_text("utf-8")
    (demo_root / "Demo.json").write_text(text.replace("Fresh from", "me@example.org: fresh from"), "utf-8")
    rules = {finding.rule for finding in superalgos_rsa.check(".", ["Demo.json"], export=export).findings}
    assert ("export-personal" in rules) is export


def test_check_takes_a_key_of_4096_bits_for_a_choice_when_told(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.put_key(bits=4096)
    site.workspace(ecosystem(exchange(key())))
    told = []
    for accept in (False, True):
        report = superalgos_rsa.check(tmp_path, accept_rsa_4096=accept)
        told.append([f.severity for f in report.findings if f.rule == "key-size"])
    assert told == [["error"], ["info"]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"root": "nowhere"}, "nowhere is no Superalgos directory"),
        ({"root": ".", "documents": []}, "there are no documents in an empty list"),
        ({"root": ".", "documents": demo.WORKSPACE}, "`documents` is one path"),
        ({"root": ".", "documents": Path(demo.WORKSPACE)}, "`documents` is one path"),
    ],
)
@pytest.mark.parametrize("name", ["check", "plan_fixes", "watch"])
@pytest.mark.usefixtures("demo_root")
def test_what_makes_no_sense_is_refused_at_the_call(name: str, arguments: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        getattr(superalgos_rsa, name)(**arguments)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"tasks": ["a"]}, "goes with `before_start=True`"),
        ({"tasks": "a", "before_start": True}, "one name, not a list"),
        ({"tasks": ["a"], "before_start": True}, "there is no task 'a'"),
    ],
)
def test_check_refuses_tasks_that_it_cannot_judge(demo_root: Path, more: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        superalgos_rsa.check(demo_root, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("secret", ["", " My-Secrets/k.pem", "My-Secrets\tk.pem"])
def test_update_key_refuses_a_value_that_nobody_means(demo_root: Path, secret: str) -> None:
    before = (demo_root / demo.WORKSPACE).read_bytes()
    with pytest.raises(UsageError, match="`secret` is empty, or has white space"):
        superalgos_rsa.update_key(demo_root, demo_root / demo.WORKSPACE, "Key with a tilde", secret=secret)
    with pytest.raises(UsageError, match="nothing to set"):
        superalgos_rsa.update_key(demo_root, demo_root / demo.WORKSPACE, "Key with a tilde")
    assert (demo_root / demo.WORKSPACE).read_bytes() == before


def test_update_key_says_when_there_is_nothing_to_change(demo_root: Path) -> None:
    document = demo_root / demo.WORKSPACE
    values = {"secret": demo.KEY_FILE, "environment": os.environ, "clock": lambda: 1_800_000_000.0}
    numbers = [
        superalgos_rsa.update_key(demo_root, document, "Key with a tilde", **values)  # type: ignore[arg-type]
        for _ in range(2)
    ]
    assert numbers == [1, None]


def test_plan_fixes_names_no_secret_that_stands_in_a_title(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.put_key()
    token = "Zy9Xw8Vu" * 6
    site.workspace(ecosystem(exchange(key("my-secrets/K.pem", name=token))))
    (step,) = [step for step in superalgos_rsa.plan_fixes(tmp_path) if step.status == "planned"]
    assert KEY_FILE in step.title
    assert token not in step.title


def test_plan_fixes_refuses_one_folder_where_a_list_belongs(demo_root: Path) -> None:
    with pytest.raises(UsageError, match="`search` is one path"):
        superalgos_rsa.plan_fixes(demo_root, search="My-Secrets")


def test_plan_fixes_looks_in_the_folders_it_is_given(demo_root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    moved = tmp_path_factory.mktemp("away") / "binance-rsa.pem"
    (demo_root / demo.KEY_FILE).rename(moved)
    (demo_root / demo.PUBLIC_FILE).unlink()
    assert not any(str(moved) in step.title for step in superalgos_rsa.plan_fixes(demo_root))
    steps = superalgos_rsa.plan_fixes(demo_root, search=[moved.parent])
    assert [step.status for step in steps if str(moved) in step.title]


def test_a_watch_that_is_closed_watches_no_more(demo_root: Path) -> None:
    import threading

    before = set(threading.enumerate())
    reports = superalgos_rsa.watch(demo_root)
    next(reports)
    assert set(threading.enumerate()) - before
    reports.close()
    assert not set(threading.enumerate()) - before
