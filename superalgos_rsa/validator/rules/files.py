"""Rules about the key file as a file: who may read it, and where copies of it lie."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from superalgos_rsa.documents.pasting import command_words, line
from superalgos_rsa.files import modes
from superalgos_rsa.validator.facts import Facts, KeyFacts
from superalgos_rsa.validator.rules.model import SIGNATURE_INVALID, Rule
from superalgos_rsa.validator.rules.registry import RawFinding, at_key, check
from superalgos_rsa.validator.rules.remedies import advice, command

SUBJECT = "The key file"
RULES = (
    Rule(
        id="file-permissions",
        severity="warning",
        title="Other users can read the private key",
        sees=(
            "The group or all users of the machine have rights on the key file. Modes 0600 and 0400 are good. "
            "On Windows a mode says nothing, and nothing is found."
        ),
        engine=(
            "The engine does not look at it, and the key works. But every user of the machine may be able to trade "
            "with your account."
        ),
        mend="`chmod 600 FILE`",
    ),
    Rule(
        id="file-in-git",
        severity="warning",
        title="The private key can get into git",
        sees="The key file is tracked by git, or it lies in a git work tree that does not ignore it.",
        engine="The engine does not look at it, and the key works. But the next commit or push may publish the key.",
        mend=(
            "Move the file to `My-Secrets`, which Superalgos keeps out of git, and run `superalgos-rsa set DOCUMENT "
            "KEY --secret PATH`. A key that was pushed is public: make a new one with `superalgos-rsa keygen`."
        ),
    ),
    Rule(
        id="file-copies",
        severity="warning",
        title="There are copies of the private key beside it",
        sees="Other files near the key file hold the same private key: a backup of an editor, a copy, a download.",
        engine="The engine does not look at them. Each copy is one more file that can be stolen.",
        mend=(
            "Look at each file that the finding names, and delete what you do not need, on Linux with `shred -u COPY`."
        ),
    ),
    Rule(
        id="public-key-mismatch",
        severity="warning",
        title="The public key beside it belongs to another private key",
        sees="A public key file with the same name lies beside the private key, but the two are not a pair.",
        engine=(
            "The engine does not look at the public key. If that file is the one you gave to the exchange, no "
            "signature will verify there."
        ),
        exchange=SIGNATURE_INVALID,
        mend=(
            "`superalgos-rsa pubkey FILE --match PUBLIC` says whether they are a pair, and `superalgos-rsa pubkey "
            "FILE` prints the right public key to give to the exchange."
        ),
    ),
)


@check(KeyFacts, "file-permissions")
def permissions(key: KeyFacts, all_facts: Facts) -> Iterator[RawFinding]:
    """Finds key files that others may read; on POSIX only, as Windows has no modes."""
    found = key.path
    if found is None or found.mode is None or found.target is None or not modes.are_kept(found.resolved):
        return
    if found.status == "file" and found.mode & 0o077 and key.holds_secret:
        inside = all_facts.installation is not None and PurePath(found.target).is_relative_to(
            all_facts.installation.root
        )
        # A file elsewhere may belong to another program too.
        fix = command("chmod 600", found.target, applicability="safe" if inside else "display")
        if found.is_lent:
            fix = advice("give the file to the user that runs Superalgos with chown, and then close it with chmod 600")
        who = "everybody" if found.mode & 0o007 else "the file's group"
        what = f"{who} on this machine has rights on the key file (mode {found.mode:04o})"
        message = f"Others may trade with your account: {what}"
        yield at_key("file-permissions", message, key, path=found.resolved, fix=fix)


@check(KeyFacts, "file-in-git", "file-copies", "public-key-mismatch")
def neighbours(key: KeyFacts, _: Facts) -> Iterator[RawFinding]:
    """Finds dangers in the folder of a private key: git, copies, and a public key of another pair."""
    around, found = key.neighbours, key.path
    if around is None or found is None:
        return
    if around.git is not None:
        how = "is tracked by git" if around.git == "tracked" else "lies in a git work tree and is not ignored"
        message = f"The next push may publish your private key: the key file {how}"
        fix = advice("add the file to .gitignore, or move it to My-Secrets; a tracked key must be replaced")
        yield at_key("file-in-git", message, key, path=found.resolved, fix=fix)
    clean = None if key.clean_copy is None else PurePath(key.clean_copy).name  # to be used, not deleted
    copies = [name for name in around.copies if name != clean]
    if copies:
        shown = ", ".join(copies[:3]) + (f" and {len(copies) - 3} more" if len(copies) > 3 else "")
        message = f"This private key can be stolen from more than one file: copies lie beside it: {shown}"
        fix = advice("delete the copies that you do not need")
        yield at_key("file-copies", message, key, path=found.resolved, fix=fix)
    if around.other_public is not None:
        message = (
            f"If the exchange has {around.other_public}, it refuses every order: that is not this key's public half"
        )
        prints = line(command_words("superalgos-rsa pubkey", found.resolved))
        fix = advice(f"give the exchange the public half that `{prints}` prints, and delete the other public key file")
        yield at_key("public-key-mismatch", message, key, path=found.resolved, fix=fix)
