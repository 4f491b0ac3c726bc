"""Rules about documents as files, and about what ends the platform when it loads one."""

from __future__ import annotations

from collections.abc import Iterator

from superalgos_rsa.validator.facts import DocumentFacts, World
from superalgos_rsa.validator.rules.registry import Occurrence, check
from superalgos_rsa.validator.rules.remedies import advice, mend

_ENDS = "Loading this file ends the whole platform"
_MENDED = frozenset({"null-root", "missing-list", "config-missing"})
_BY_HAND = "save the workspace anew from the Superalgos page, or put in by hand what is missing"


@check(DocumentFacts, "document-unreadable", "document-shape", "document-duplicate-member", "workspace-crash")
def unreadable(document: DocumentFacts, _: World) -> Iterator[Occurrence]:
    for defect in document.defects:
        message = f"{_ENDS}: {defect.reason}" if defect.rule == "workspace-crash" else defect.reason
        fix = mend(document.path) if defect.rule == "workspace-crash" else None  # a byte order mark
        yield Occurrence(defect.rule, message, document.path, defect.pointer, defect.place, fix=fix)


@check(DocumentFacts, "workspace-crash")
def crash(document: DocumentFacts, _: World) -> Iterator[Occurrence]:
    """Causes that no other rule tells. A bad key config and a bad vault have rules of their own."""
    keys = {key.pointer for key in document.workspace.keys}
    for cause in document.crashes:
        owned = cause.cause == "vault" or (cause.cause.startswith("config-") and _without_config(cause.pointer) in keys)
        if not owned:
            fix = mend(document.path) if cause.cause in _MENDED else advice(_BY_HAND)
            yield Occurrence("workspace-crash", f"{_ENDS}: {cause.detail}", document.path, cause.pointer, fix=fix)


def _without_config(pointer: tuple[str | int, ...]) -> tuple[str | int, ...]:
    return pointer[:-1] if pointer and pointer[-1] == "config" else pointer


@check(DocumentFacts, "export-secret", "export-personal")
def export(document: DocumentFacts, _: World) -> Iterator[Occurrence]:
    for leak in document.leaks:
        yield Occurrence(leak.rule, f"Not for sharing: {leak.what}", document.path, leak.pointer)
