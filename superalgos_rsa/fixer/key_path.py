"""The key file that a broken path meant: the same path in another spelling, the file of the known fingerprint, one of
the same name, or the only one that works."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Literal

from superalgos_rsa.config import Update
from superalgos_rsa.documents import damaged_json
from superalgos_rsa.fixer.candidates import Candidate, by_name, public_halves
from superalgos_rsa.fixer.context import Bench, Proposal
from superalgos_rsa.superalgos.workspace import answering
from superalgos_rsa.validator.collect import with_secret
from superalgos_rsa.validator.facts import KeyFacts
from superalgos_rsa.validator.report import Identity
from superalgos_rsa.validator.rules.keys import exchange_is_known
from superalgos_rsa.validator.rules.registry import Occurrence
from superalgos_rsa.validator.validator import validate

RULES = (
    "path-not-found", "path-not-expanded", "path-whitespace", "path-quoted", "path-case", "path-separators",
    "path-not-a-file", "path-relative-elsewhere", "config-control-character",
)  # fmt: skip
_BY_NAME = frozenset({"secrets", "beside"})
_LISTED = 5
_MOST_TRIED = 50

Way = Literal["chosen", "spelling", "fingerprint", "name", "only"]


@dataclass(frozen=True, slots=True)
class File:
    """A file that would repair the key, as the key would name it. `usable` is false where ccxt does not know the
    exchange, so that no file makes the key usable."""

    written: str
    fingerprint: str | None
    usable: bool


def mend(bench: Bench, found: Occurrence) -> Iterator[Proposal]:
    """Propose the file that a broken path was meant for, the likeliest way of meaning it first."""
    key = found.key
    if key is None or not isinstance(key.credential.secret, str) or found.rule not in RULES:
        return
    known = _known(bench, key)
    for way, written in _tiers(bench, key, known):
        files = working(bench, key, written)
        if files:
            yield from _proposal(bench, key, way, files, known)
            return


def _proposal(
    bench: Bench, key: KeyFacts, way: Way, files: Sequence[File], known: frozenset[str]
) -> Iterator[Proposal]:
    name = f"“{key.key.name}”"
    first = files[0]
    if len(files) > 1 and way != "spelling":
        listed = ", ".join(file.written for file in files[:_LISTED]) + (", …" if len(files) > _LISTED else "")
        answer = f"--unsafe --choose {key.key.id or 'KEY'}=PATH takes one"
        yield Proposal(f"{name}: several files would do ({listed}); {answer}", "unsafe", None)
        return
    state = bench.with_values(key, Update(secret=first.written))
    if isinstance(state, str):
        yield Proposal(f"{name}: secret = {first.written}: {state}", "display", None)
        return
    other = bool(known) and first.fingerprint is not None and first.fingerprint not in known
    guess = (way == "only" and _broken(bench) > 1) or other
    only = ", the only key there is" if way == "only" else ""
    remark = ", another key than the one it belongs to" if other else only
    applicability: Literal["safe", "unsafe"] = "unsafe" if guess or way == "chosen" else "safe"
    yield Proposal(f"{name}: secret = {first.written}{remark}", applicability, state, key_must_work=first.usable)


def _tiers(bench: Bench, key: KeyFacts, known: frozenset[str]) -> Iterator[tuple[Way, list[str]]]:
    """Ways to find the file, the most certain first; the first way that finds a working file counts."""
    asked = damaged_json.without_control_characters(str(key.credential.secret))
    near = key.path.near if key.path is not None else ()
    chosen = [path for name, path in bench.wishes.chosen if key.identity in _answering(bench, name)]
    yield "chosen", chosen
    yield "spelling", [one.path for one in near if one.likeness not in _BY_NAME]
    private = [c for c in bench.candidates if c.facts.kind == "private"]
    yield "fingerprint", _written(bench, (c for c in private if c.facts.public_key_sha256 in known))
    named = [one.path for one in near if one.likeness in _BY_NAME]
    yield "name", named + _written(bench, by_name(asked, bench.candidates))
    if key.kind != "path":  # it may be a damaged secret, which no key file replaces
        return
    used = {other.content.public_key_sha256 for other in bench.verdict.world.keys if other.content is not None}
    free = [c for c in private if c.facts.public_key_sha256 not in used]
    yield "only", _written(bench, (c for c in free if c.facts.public_key_sha256 in bench.wishes.public))
    if not known and len({c.facts.public_key_sha256 for c in free}) == 1 == len(_distinct(private)):
        yield "only", _written(bench, free)


def _answering(bench: Bench, name: str) -> set[Identity]:
    return {facts.identity for facts in answering(name, bench.verdict.world.keys, lambda facts: facts.key)}


def _distinct(private: Sequence[Candidate]) -> set[str | None]:
    return {c.facts.public_key_sha256 for c in private}


def _written(bench: Bench, candidates: Iterable[Candidate]) -> list[str]:
    return [bench.as_written(candidate.path) for candidate in candidates]


def _known(bench: Bench, key: KeyFacts) -> frozenset[str]:
    """Fingerprints of the key pair that this node is known to belong to: of its last good verdict, of another node with
    the same API key, of a public key that bears the name of the missing private one."""
    found = {bench.wishes.remembered(key)}
    entries = bench.verdict.report.keys_by_identity
    for facts in bench.verdict.world.keys:
        entry = entries[facts.identity]
        is_other = facts.identity != key.identity
        if is_other and entry.usable and facts.credential.code_name == key.credential.code_name:
            found.add(entry.public_key_sha256)
    asked = damaged_json.without_control_characters(str(key.credential.secret))
    return frozenset(one for one in found | public_halves(asked, bench.candidates) if one is not None)


def _broken(bench: Bench) -> int:
    """Keys whose path is broken, by now."""
    return len({o.key.identity for o, _ in bench.verdict.found if o.key is not None and o.rule in RULES})


def working(bench: Bench, key: KeyFacts, written: Iterable[str]) -> list[File]:
    """Those of these paths with which the key would work; one path for each private key."""
    found: dict[Any, File] = {}
    for one in islice(dict.fromkeys(written), _MOST_TRIED):
        facts = with_secret(key, one, bench.judge.look)
        if facts.path is None or not facts.reads_file:
            continue
        entry = validate(replace(bench.verdict.world, documents=(), keys=(facts,), tasks=())).keys[0]
        if entry.usable or (not exchange_is_known(facts, bench.verdict.world) and _is_plausible(facts)):
            identity = entry.public_key_sha256 or os.path.realpath(facts.path.resolved)
            found.setdefault(identity, File(one, entry.public_key_sha256, entry.usable is True))
    return list(found.values())


def _is_plausible(key: KeyFacts) -> bool:
    """What can be said of a key for an exchange that the installed engine does not know."""
    if key.content is not None and key.content.kind == "private":
        return key.content.consistent is not False and not key.content.damage
    return key.hmac_text is not None and key.hmac_text.plausible
