"""`rule`: the catalogue."""

from __future__ import annotations

import click

from superalgos_rsa.cli.session import say
from superalgos_rsa.validator.rules.catalogue import RULES, page, rule


@click.command()
@click.argument("rule_id", required=False, metavar="[ID]")
def command(rule_id: str | None) -> None:
    """Explain one rule, or list them all."""
    if rule_id is not None:
        say(*page(rule(rule_id)).splitlines())
        return
    wide = max(map(len, RULES))
    for entry in RULES.values():
        say(f"{entry.id:{wide}}  {entry.severity:7}  {entry.title}")
