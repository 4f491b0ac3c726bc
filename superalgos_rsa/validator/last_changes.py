"""What the journal still knows of documents that are empty or cut off."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from superalgos_rsa.documents.broken_off import broken_off
from superalgos_rsa.superalgos.vault import Vault
from superalgos_rsa.validator.facts import DocumentFacts


def last_changes(
    vault: Vault, documents: Iterable[DocumentFacts], last_change: Callable[[str], int | None]
) -> dict[str, int]:
    """The number of the last change to each of them, as far as it can be undone."""
    broken = [document.path for document in documents if document.broken_off]
    if vault.data is not None and broken_off(vault.data) is not None:
        broken.append(vault.path)
    found = ((path, last_change(path)) for path in broken)
    return {path: number for path, number in found if number is not None}
