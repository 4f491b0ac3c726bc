"""The public key that each node last worked with: it identifies a private key file that was moved or renamed.

Nothing here is secret: a node and its API key stand as one digest, the key pair as the fingerprint of its public half.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path

from superalgos_rsa.errors import SuperalgosRsaError
from superalgos_rsa.files.journal_folder import make_private, read_json, write_json
from superalgos_rsa.validator.facts import Facts, KeyFacts
from superalgos_rsa.validator.report import Report

_NAME = "fingerprints.json"
_MOST = 2000
_LIMIT = 1024 * 1024


def remember(folder: Path, all_facts: Facts, report: Report) -> None:
    """Store the fingerprints of the keys that work. If they cannot be stored, no error is raised."""
    entries = report.keys_by_identity
    found = {
        name: entry.public_key_sha256
        for facts in all_facts.keys
        if (entry := entries[facts.identity]).usable
        and entry.public_key_sha256 is not None
        and (name := _name(facts)) is not None
    }
    known = _read(folder)
    if found.items() <= known.items():
        return
    kept = {name: known[name] for name in known if name not in found} | found
    with contextlib.suppress(OSError, SuperalgosRsaError):
        make_private(folder)
        part = folder / f"{_NAME}.{os.urandom(6).hex()}"
        write_json(part, folder / _NAME, dict(list(kept.items())[-_MOST:]))


def recall(folder: Path, key: KeyFacts) -> str | None:
    """The fingerprint (SHA-256 of the SubjectPublicKeyInfo) that this node with this API key last worked with."""
    name = _name(key)
    return None if name is None else _read(folder).get(name)


def _name(key: KeyFacts) -> str | None:
    code_name = key.credential.code_name
    if key.key.id is None or not isinstance(code_name, str):
        return None
    return hashlib.sha256(f"{key.key.id}\0{code_name}".encode("utf-8", "surrogatepass")).hexdigest()


def _read(folder: Path) -> dict[str, str]:
    value = read_json(folder / _NAME, _LIMIT)
    texts = value.items() if isinstance(value, dict) else ()
    return {name: text for name, text in texts if isinstance(text, str)}
