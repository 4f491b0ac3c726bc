"""Rules about the key file as a file: who may read it, and where else the key lies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from superalgos_rsa.validator.facts import KeyFacts, World
from superalgos_rsa.validator.rules.registry import Occurrence, at_key, check
from superalgos_rsa.validator.rules.remedies import advice, command


@check(KeyFacts, "file-permissions")
def permissions(key: KeyFacts, world: World) -> Iterator[Occurrence]:
    """POSIX only: on Windows the mode says nothing of who may read."""
    found = key.path
    if found is None or found.mode is None or found.target is None or not found.resolved.startswith("/"):
        return
    if found.status == "file" and found.mode & 0o077 and key.holds_secret:
        inside = world.installation is not None and PurePath(found.target).is_relative_to(world.installation.root)
        # What lies elsewhere may be another program's as well.
        fix = command("chmod 600", found.target, applicability="safe" if inside else "display")
        if found.is_lent:
            fix = advice("give the file to the user that runs Superalgos with chown, and then close it with chmod 600")
        who = "everybody" if found.mode & 0o007 else "the file's group"
        yield at_key(
            "file-permissions",
            f"{who[0].upper()}{who[1:]} on this machine has rights on the key file (mode {found.mode:04o})",
            key,
            path=found.resolved,
            fix=fix,
        )


@check(KeyFacts, "file-in-git", "file-copies", "public-key-mismatch")
def neighbours(key: KeyFacts, _: World) -> Iterator[Occurrence]:
    around, found = key.neighbours, key.path
    if around is None or found is None:
        return
    if around.git is not None:
        how = "is tracked by git" if around.git == "tracked" else "lies in a git work tree and is not ignored"
        yield at_key(
            "file-in-git",
            f"The key file {how}: the next push may publish it",
            key,
            path=found.resolved,
            fix=advice("add the file to .gitignore, or move it to My-Secrets; a tracked key must be replaced"),
        )
    if around.copies:
        shown = ", ".join(around.copies[:3]) + (f" and {len(around.copies) - 3} more" if len(around.copies) > 3 else "")
        yield at_key(
            "file-copies",
            f"Copies of this private key lie beside it: {shown}",
            key,
            path=found.resolved,
            fix=advice("delete the copies that you do not need"),
        )
    if around.other_public is not None:
        yield at_key(
            "public-key-mismatch",
            f"The public key {around.other_public} bears the name of this key's other half, and is not its pair: the "
            "exchange would refuse every signature if it was given that one",
            key,
            path=found.resolved,
            fix=command("superalgos-rsa pubkey", found.resolved),
        )
