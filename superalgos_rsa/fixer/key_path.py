"""Finds the key file that a broken path means: by another spelling of the path, by the known fingerprint, by its name,
or as the only key that works."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Literal

from superalgos_rsa.config import Update
from superalgos_rsa.documents import damaged_json
from superalgos_rsa.fixer.candidates import Candidate, by_name, public_halves
from superalgos_rsa.fixer.context import FixContext, Proposal
from superalgos_rsa.superalgos.workspace import answering
from superalgos_rsa.validator.facts import KeyFacts
from superalgos_rsa.validator.probe import with_secret
from superalgos_rsa.validator.report import Identity
from superalgos_rsa.validator.rules.keys import exchange_is_known
from superalgos_rsa.validator.rules.registry import RawFinding
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


def mend(context: FixContext, found: RawFinding) -> Iterator[Proposal]:
    """Propose the file that a broken path was meant for. The likeliest is tried first."""
    key = found.key
    if key is None or not isinstance(key.credential.secret, str) or found.rule not in RULES:
        return
    known = _known(context, key)
    for way, written in _tiers(context, key, known):
        files = working(context, key, written)
        if files:
            yield from _proposal(context, key, way, files, known)
            return


def _proposal(
    context: FixContext, key: KeyFacts, way: Way, files: Sequence[File], known: frozenset[str]
) -> Iterator[Proposal]:
    name = f"“{key.key.name}”"
    first = files[0]
    if len(files) > 1 and way != "spelling":
        listed = ", ".join(file.written for file in files[:_LISTED]) + (", …" if len(files) > _LISTED else "")
        answer = f"--unsafe --choose {key.key.id or 'KEY'}=PATH takes one"
        yield Proposal(f"{name}: several files would do ({listed}); {answer}", "unsafe", None)
        return
    other = bool(known) and first.fingerprint is not None and first.fingerprint not in known
    guess = (way == "only" and _broken(context) > 1) or other
    only = ", the only key there is" if way == "only" else ""
    remark = ", another key than the one it belongs to" if other else only
    applicability: Literal["safe", "unsafe"] = "unsafe" if guess or way == "chosen" else "safe"
    title = f"{name}: secret = {first.written}{remark}"
    yield context.with_values(key, title, applicability, Update(secret=first.written), must_work=first.usable)


def _tiers(context: FixContext, key: KeyFacts, known: frozenset[str]) -> Iterator[tuple[Way, list[str]]]:
    """Ways to find the file, the most certain first; the first way that finds a working file counts."""
    asked = damaged_json.without_control_characters(str(key.credential.secret))
    near = key.path.near if key.path is not None else ()
    chosen = [path for name, path in context.options.chosen if key.identity in _answering(context, name)]
    yield "chosen", chosen
    yield "spelling", [one.path for one in near if one.likeness not in _BY_NAME]
    private = [c for c in context.candidates if c.facts.kind == "private"]
    yield "fingerprint", _written(context, (c for c in private if c.facts.public_key_sha256 in known))
    named = [one.path for one in near if one.likeness in _BY_NAME]
    yield "name", named + _written(context, by_name(asked, context.candidates))
    if key.kind != "path":  # it may be a damaged secret, which no key file replaces
        return
    used = {other.content.public_key_sha256 for other in context.verdict.all_facts.keys if other.content is not None}
    free = [c for c in private if c.facts.public_key_sha256 not in used | context.used_elsewhere]
    yield "only", _written(context, (c for c in free if c.facts.public_key_sha256 in context.options.public))
    if not known and len(_distinct(free)) == 1 == len(_distinct(private)):
        yield "only", _written(context, free)


def _answering(context: FixContext, name: str) -> set[Identity]:
    return {facts.identity for facts in answering(name, context.verdict.all_facts.keys, lambda facts: facts.key)}


def _distinct(private: Sequence[Candidate]) -> set[str | None]:
    return {c.facts.public_key_sha256 for c in private}


def _written(context: FixContext, candidates: Iterable[Candidate]) -> list[str]:
    return [context.as_written(candidate.path) for candidate in candidates]


def _known(context: FixContext, key: KeyFacts) -> frozenset[str]:
    """Fingerprints of the key pair that this node is known to use: noted at its last good verdict, that of another node
    with the same API key, or that of a public key named like the missing private one."""
    found = {context.options.remembered(key)}
    entries = context.verdict.report.keys_by_identity
    for facts in context.verdict.all_facts.keys:
        entry = entries[facts.identity]
        is_other = facts.identity != key.identity
        if is_other and entry.usable and facts.credential.code_name == key.credential.code_name:
            found.add(entry.public_key_sha256)
    asked = damaged_json.without_control_characters(str(key.credential.secret))
    return frozenset(one for one in found | public_halves(asked, context.candidates) if one is not None)


def _broken(context: FixContext) -> int:
    """Keys whose path is broken in the current state."""
    return len({o.key.identity for o, _ in context.verdict.found if o.key is not None and o.rule in RULES})


def working(context: FixContext, key: KeyFacts, written: Iterable[str]) -> list[File]:
    """The paths with which the key would work; one path for each private key."""
    found: dict[Any, File] = {}
    for one in islice(dict.fromkeys(written), _MOST_TRIED):
        facts = with_secret(key, one, context.judge.inspector)
        if facts.path is None or not facts.reads_file:
            continue
        entry = validate(replace(context.verdict.all_facts, documents=(), keys=(facts,), tasks=())).keys[0]
        if entry.usable or (not exchange_is_known(facts, context.verdict.all_facts) and _is_plausible(facts)):
            identity = entry.public_key_sha256 or os.path.realpath(facts.path.resolved)
            found.setdefault(identity, File(one, entry.public_key_sha256, entry.usable is True))
    return list(found.values())


def _is_plausible(key: KeyFacts) -> bool:
    """Whether to name the file as advice, for a key of an exchange that the installed ccxt does not know."""
    if key.content is not None and key.content.kind == "private":
        return key.content.consistent is not False and not key.content.damage
    return key.hmac_text is not None and key.hmac_text.plausible
