"""`convert`: a clean copy of a private key."""

from __future__ import annotations

from pathlib import Path

import click

from superalgos_rsa.cli import passphrase
from superalgos_rsa.cli.pubkey import read_key_file
from superalgos_rsa.files import create
from superalgos_rsa.keymaking import clean


@click.command()
@click.argument("file")
@click.option("-o", "--output", metavar="FILE", help="The copy; else FILE with .pkcs8.pem at its end.")
@passphrase.option
def command(file: str, output: str | None, descriptor: int | None) -> None:
    """Write a clean PKCS#8 copy of a private key: damaged text, PKCS#1, OpenSSH, DER or encrypted.

    The copy is a new file that only you can read; the original stays as it is.
    """
    content = read_key_file(file)
    pair = passphrase.with_passphrase(lambda secret: clean(content, secret), descriptor)
    target = Path(output) if output else Path(file).with_name(f"{Path(file).stem}.pkcs8.pem")
    create(target, pair.private.reveal().encode("ascii"), mode=0o600)
    click.echo(f"{target}: PKCS#8, SHA-256 fingerprint of its public half {pair.public.sha256}")
