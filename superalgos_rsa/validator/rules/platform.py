"""Rules about the installation the documents belong to."""

from __future__ import annotations

from collections.abc import Iterator

from superalgos_rsa.validator.facts import Facts
from superalgos_rsa.validator.rules.model import Rule
from superalgos_rsa.validator.rules.registry import RawFinding, check
from superalgos_rsa.validator.rules.remedies import advice

SUBJECT = "The platform"
RULES = (
    Rule(
        id="platform-running",
        severity="warning",
        title="The platform is running",
        sees="The platform of this installation answers.",
        engine=(
            "The browser keeps the whole workspace in memory and writes all of it when it saves, so what is edited now "
            "is lost. Running tasks keep the key values of their start until they are started again."
        ),
        mend=(
            "Stop the platform, or load the workspace again in the browser after the edit. Then start the tasks again."
        ),
    ),
)


@check(Facts, "platform-running")
def running(all_facts: Facts, _: Facts) -> Iterator[RawFinding]:
    """Tells that the platform is running: its next save overwrites what is edited now."""
    if all_facts.installation is not None and all_facts.installation.running and not all_facts.before_start:
        message = "Edits of these files may be lost: Superalgos is running, and its next save overwrites them"
        fix = advice("save and close the workspace in the browser before you edit, and load it after")
        yield RawFinding("platform-running", message, None, path=str(all_facts.installation.root), fix=fix)
