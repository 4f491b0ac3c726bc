"""What is done with an input of each kind: judge, tell in every format, plan, apply, look, take back."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import traceback
from collections.abc import Callable

from fixer.trees import Tree, tree
from installations import VAULT, Judged, keep_laws

from attack import laws
from attack.arena import Arena, Broken, Ended, put, without_names
from attack.cases import KEY, SETTINGS, Case, mutated_journal
from attack.pairs import read
from attack.samples import WORKSPACE
from superalgos_rsa.cli.session import Session, judge
from superalgos_rsa.documents import schema

_CLOSER_EVERY = 10
_FORMATS = (
    ("check",), ("check", "--verbose"), ("check", "--quiet"), ("check", "--export", "--verbose"), ("show",),
    ("preflight",), ("preflight", "--format", "json"), ("show", "--format", "json"), ("check", WORKSPACE, VAULT),
    ("check", "-"), ("check", "--output-file", "{home}/report"), ("check", "--format", "json", "--export"),
)  # fmt: skip


def examine(arena: Arena, case: Case) -> None:
    """Raises `Broken`; `arena.tried` is then the case with the bytes that were tried."""
    arena.build(case)
    if case.kind != "journal":
        put(arena.root / case.place, case.data)
        _read_only(arena)
    _SCRIPTS.get(case.kind, _mend)(arena)


def _read_only(arena: Arena) -> None:
    before = tree(arena.root)
    judged = arena.call("check", "--format", "json")
    if judged.code in (0, 1):
        _keep_laws_of_verdict(arena, judged)
    for words in arena.tried.chance.sample(_FORMATS, 2):
        os.environ["FORCE_COLOR"] = arena.tried.chance.choice(("", "1"))
        arena.call(*words)
    arena.unchanged(before, "a command that only reads")


def _keep_laws_of_verdict(arena: Arena, judged: Ended) -> None:
    if judged.code != (judged.json["summary"]["errors"] > 0):
        raise Broken("the exit code is not that of the report", "check --format json")
    if arena.tried.seed % _CLOSER_EVERY:
        return
    problems = schema.problems("report", judged.json)
    if problems:
        raise Broken(f"the report is not valid: {problems[0].message}", "check --format json")
    if arena.call("check", "--format", "json").out != judged.out:
        raise Broken("the same is judged otherwise the second time", "check --format json")
    try:
        keep_laws(Judged(*judge(Session(None, None), ())))
    except Exception as error:  # of the law, or of looking up what the report names
        said = str(error).partition("\n")[0] or _place(error)
        raise Broken(f"a law of verdicts: {without_names(said)}", "check --format json", _place(error)) from None


def _place(error: BaseException) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return last.line or ""


def _mend(arena: Arena) -> None:
    """Plan, apply, look, take back, look again."""
    before = tree(arena.root)
    options = ("--unsafe",) if arena.tried.kind == "repair" or arena.tried.seed % 2 else ()
    planned = arena.call("fix", *options, "--format", "json")
    arena.unchanged(before, "a plan")
    if planned.code not in (0, 1) or not planned.json["files"]:
        return
    arena.call("fix", *options)
    applied = arena.call("fix", *options, "--apply", "--yes", "--format", "json")
    after = tree(arena.root)
    if applied.code == 2 or applied.json["applied"] is None:
        raise Broken("a plan cannot be applied", "fix --apply", applied.err)
    for problem in laws.unplanned(before, after, applied.json, VAULT):
        raise Broken(f"fix: {without_names(problem)}", "fix --apply", problem)
    if arena.tried.seed % 4 == 0:
        again = arena.call("fix", *options, "--format", "json")
        if again.code == 2 or again.json["files"]:
            raise Broken("a repair is not the last", "fix", json.dumps(again.json["steps"])[:2000])
    _take_back(arena, before)


def _take_back(arena: Arena, before: Tree) -> None:
    undone = arena.call("undo")
    if undone.code != 0:
        raise Broken("what was applied cannot be undone", "undo", undone.err)
    arena.unchanged(before, "apply and undo")


def _set(arena: Arena) -> None:
    """`set` on the first key of the document, and back."""
    before = tree(arena.root)
    words = ["--secret", KEY] + (["--code-name", "n" * 64] if arena.tried.seed % 3 else [])
    changed = arena.call("set", WORKSPACE, "Key", *words)
    if changed.code != 2 and tree(arena.root) != before:  # 1 and 3: it is written, and does not work, or nobody knows
        for name in (WORKSPACE, VAULT):
            if (arena.root / name).is_file():
                _parse((arena.root / name).read_bytes(), f"set {name}")
        _take_back(arena, before)
    else:
        arena.unchanged(before, "a set that was refused")


def _document(arena: Arena) -> None:
    _mend(arena)
    if arena.tried.seed % 3 == 0:
        _set(arena)


def _key_file(arena: Arena) -> None:
    before = tree(arena.root)
    descriptor = "" if arena.tried.seed % 3 else "passphrase"
    _with_passphrase(arena, descriptor, "pubkey", KEY)
    arena.call("pubkey", "My-Secrets/k.pub.pem", "--match", KEY)
    arena.call("check", KEY)
    copy = arena.home / "copy.pem"
    if _with_passphrase(arena, descriptor, "convert", KEY, "-o", "{home}/copy.pem").code == 0:
        _load(copy.read_bytes())
    elif copy.exists():
        raise Broken("convert failed, and left a file", "convert")
    arena.unchanged(before, "pubkey and convert")
    _mend(arena)


def _with_passphrase(arena: Arena, text: str, *words: str) -> Ended:
    if not text:
        return arena.call(*words)
    read_end, write_end = os.pipe()
    os.write(write_end, text.encode() + b"\n")
    os.close(write_end)
    ended = arena.call(*words, "--passphrase-fd", str(read_end))
    with contextlib.suppress(OSError):
        os.close(read_end)
    return ended


def _settings(arena: Arena) -> None:
    arena.call("--config", SETTINGS, "check")
    _mend(arena)


def _journal(arena: Arena) -> None:
    """A change is made, then something in the journal is not what it was."""
    case, before, here = arena.tried, tree(arena.root), os.fsencode(arena.folder)
    if arena.call("fix", "--apply", "--yes").code == 2:
        raise Broken("a plan cannot be applied", "fix --apply")
    changed = tree(arena.root)
    target = arena.state / case.place
    if case.data == b"@":
        found = (target if target.is_file() else arena.state / "1/plan.json").read_bytes()
        arena.tried = case = case.with_data(mutated_journal(case, found.replace(here, b"{folder}")))
    data = case.data.replace(b"{folder}", here) if isinstance(case.data, bytes) else case.data
    if target.is_dir() and data != "folder":
        shutil.rmtree(target)
    put(target, data)
    arena.call("undo", "--list")
    if case.seed % 3:
        arena.call("check")
    if not case.place.endswith("plan.json"):
        arena.unchanged(changed, "a listing and a check")
    for words in case.chance.sample((("undo",), ("undo", "1"), ("fix", "--apply", "--yes"), ("fix",)), 3):
        arena.call(*words)
    if case.place == "fingerprints.json" and tree(arena.root) not in (before, changed):
        raise Broken("a file is neither as it was nor as it became", "undo")


def _parse(data: bytes, what: str) -> None:
    try:
        read(data.decode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError):
        raise Broken(f"{what} leaves no JSON", "set") from None


def _load(data: bytes) -> None:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        load_pem_private_key(data, None)
    except Exception as error:
        raise Broken(f"what convert wrote is no key: {type(error).__name__}", "convert") from None


_SCRIPTS: dict[str, Callable[[Arena], None]] = {
    "document": _document,
    "config": _document,
    "vault": _document,
    "key": _key_file,
    "settings": _settings,
    "journal": _journal,
}
