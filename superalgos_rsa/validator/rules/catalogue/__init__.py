"""The catalogue: every mistake the tool knows, as data. `superalgos-rsa rule` and docs/rules.md are made from it."""

from superalgos_rsa.errors import UsageError
from superalgos_rsa.validator.rules.catalogue import (
    config,
    credential,
    document,
    export,
    file,
    key,
    path,
    pem,
    platform,
    task,
    tool,
    vault,
)
from superalgos_rsa.validator.rules.model import Rule
from superalgos_rsa.validator.rules.pages import markdown_of, page

__all__ = ["RULES", "SUBJECTS", "Rule", "markdown", "page", "rule"]

# The order is that in which mistakes have to be mended: a path means nothing before its document can be read.
SUBJECTS: tuple[tuple[str, tuple[Rule, ...]], ...] = (
    ("The document", document.RULES),
    ("The config of a key", config.RULES),
    ("Code name and secret", credential.RULES),
    ("The vault", vault.RULES),
    ("The path", path.RULES),
    ("The key file", file.RULES),
    ("The text of the key", pem.RULES),
    ("The key itself", key.RULES),
    ("Tasks and exchanges", task.RULES),
    ("Sharing", export.RULES),
    ("The platform", platform.RULES),
    ("The tool itself", tool.RULES),
)

RULES: dict[str, Rule] = {entry.id: entry for _, rules in SUBJECTS for entry in rules}


def rule(rule_id: str) -> Rule:
    try:
        return RULES[rule_id]
    except KeyError:
        raise UsageError(f"there is no rule {rule_id!r}", hint="`superalgos-rsa rule` lists them all") from None


def markdown() -> str:
    """The text of docs/rules.md."""
    return markdown_of(SUBJECTS)
