"""All rules, as data and as functions. `superalgos-rsa rule` and docs/rules.md are made from them."""

from __future__ import annotations

from superalgos_rsa.errors import UsageError
from superalgos_rsa.validator.rules import (
    code_names,
    configs,
    credentials,
    documents,
    exports,
    files,
    keys,
    paths,
    pems,
    places,
    platform,
    secrets,
    tasks,
    tool,
    vaults,
)
from superalgos_rsa.validator.rules.model import Rule
from superalgos_rsa.validator.rules.pages import markdown_of, page
from superalgos_rsa.validator.rules.registry import run

__all__ = ["RULES", "SUBJECTS", "Rule", "markdown", "page", "rule", "run"]

# In the order in which mistakes have to be mended: first a document must be readable, then its paths matter.
SUBJECTS: tuple[tuple[str, tuple[Rule, ...]], ...] = tuple(
    (module.SUBJECT, module.RULES)
    for module in (
        documents,
        configs,
        code_names,
        secrets,
        vaults,
        paths,
        files,
        pems,
        keys,
        credentials,
        tasks,
        exports,
        places,
        platform,
        tool,
    )
)

RULES: dict[str, Rule] = {entry.id: entry for _, rules in SUBJECTS for entry in rules}


def rule(rule_id: str) -> Rule:
    """The rule with that id. Raises `UsageError` if there is none."""
    try:
        return RULES[rule_id]
    except KeyError:
        raise UsageError(f"there is no rule {rule_id!r}", hint="`superalgos-rsa rule` lists them all") from None


def markdown() -> str:
    """The text of docs/rules.md."""
    return markdown_of(SUBJECTS)
