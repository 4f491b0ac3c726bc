"""`schema`: the JSON Schemas."""

from __future__ import annotations

import click

from superalgos_rsa.cli.session import say
from superalgos_rsa.documents import schema


@click.command()
@click.argument("name", required=False, metavar="[NAME]")
def command(name: str | None) -> None:
    """Print one JSON Schema, or list their names."""
    say(*(schema.names() if name is None else schema.text(name).splitlines()))
