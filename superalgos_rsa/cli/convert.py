"""`convert`: a clean copy of a private key."""

from __future__ import annotations

import os
from pathlib import Path

import click

from superalgos_rsa.cli import passphrase
from superalgos_rsa.cli.keygen import warn_if_exposed
from superalgos_rsa.cli.pubkey import read_key_file
from superalgos_rsa.cli.session import say, written
from superalgos_rsa.errors import UsageError
from superalgos_rsa.files.new_files import NewFile, clear_leftovers, create_whole
from superalgos_rsa.files.ownership import as_owner
from superalgos_rsa.keys.exposure import copy_name
from superalgos_rsa.keys.keypair import clean
from superalgos_rsa.superalgos.installation import find_root


@click.command()
@click.argument("file")
@click.option("-o", "--output", metavar="FILE", help="Name of the copy; default: FILE with .pkcs8.pem at its end.")
@passphrase.option
def command(file: str, output: str | None, descriptor: int | None) -> None:
    """Write a clean PKCS#8 copy of a private key: damaged text, PKCS#1, OpenSSH, DER or encrypted.

    The copy is a new file that only you can read, and it is not encrypted: Superalgos cannot ask for a passphrase. The
    original stays as it is.
    """
    content = read_key_file(file)
    target = Path(output) if output else Path(file).with_name(copy_name(Path(file).name))
    clear_leftovers([target])
    if os.path.lexists(target):
        raise UsageError(f"{target} exists already, and is never overwritten", "name another file with -o")
    pair = passphrase.with_passphrase(lambda secret: clean(content, secret), descriptor)
    with as_owner(target.parent, *_installation_around(target)):
        create_whole([NewFile(target, pair.private.reveal().encode("ascii"), 0o600)])
    with written(f"{target} was written"):
        say(f"{target}: PKCS#8, not encrypted", f"SHA-256 fingerprint: {pair.public.sha256}")
    warn_if_exposed(target)


def _installation_around(target: Path) -> tuple[Path, ...]:
    root = find_root(None, {}, [os.path.abspath(target)], Path(os.sep))
    return () if root is None else (root,)
