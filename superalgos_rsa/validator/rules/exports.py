"""Rules about documents that are meant for sharing."""

from __future__ import annotations

from collections.abc import Iterator

from superalgos_rsa.validator.facts import DocumentFacts, Facts
from superalgos_rsa.validator.rules.model import Rule
from superalgos_rsa.validator.rules.registry import RawFinding, check
from superalgos_rsa.validator.rules.remedies import advice

SUBJECT = "Sharing"
RULES = (
    Rule(
        id="export-secret",
        title="The export holds a secret",
        sees=(
            "A document that is meant for sharing holds an exchange secret, a private key, a token, a password or uid "
            "of a key, or a value of this installation's vault. The finding names the place and masks the value."
        ),
        engine=(
            "Backup and Clone write all secrets in clear text, also those that stand empty in the workspace on disk. "
            "Share leaves out personal nodes, but not the tokens of Telegram, Discord, Slack and Twitter bots."
        ),
        exchange="Whoever has the file can use the account.",
        mend=(
            "Take the value that the finding names out of the copy that you share, and run `superalgos-rsa check "
            "--export DOCUMENT` again. If the file was shared already, delete the API key at the exchange and make a "
            "new one."
        ),
    ),
    Rule(
        id="export-personal",
        severity="warning",
        title="The export holds personal data",
        sees="Personal nodes (accounts, keys), paths of a home folder, names of users or hosts.",
        engine=(
            "Backup and Clone keep everything. Share leaves out personal nodes, but it keeps the hosts of LAN Network "
            "Nodes, and a Key Reference goes on naming the account and the key."
        ),
        mend="Take them out of the copy that you share, and run `superalgos-rsa check --export DOCUMENT` again.",
    ),
)


_TAKE_OUT = advice("take it out of the copy that you share; the workspace itself may keep it")


@check(DocumentFacts, "export-secret", "export-personal")
def export(document: DocumentFacts, _: Facts) -> Iterator[RawFinding]:
    """Tells what must not be shared, for a document that is judged as an export."""
    for leak in document.leaks:
        yield RawFinding(leak.rule, f"Not for sharing: {leak.what}", document.path, leak.pointer, fix=_TAKE_OUT)
