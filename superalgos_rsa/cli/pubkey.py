"""`pubkey`: the public half of a key file."""

from __future__ import annotations

import click

from superalgos_rsa.cli import passphrase
from superalgos_rsa.cli.session import say
from superalgos_rsa.errors import UsageError
from superalgos_rsa.files.regular import Unread, read_regular
from superalgos_rsa.keys.keypair import public_half
from superalgos_rsa.servers.local import MAX_KEY_FILE


@click.command()
@click.argument("file")
@click.option("--match", metavar="PUBLIC", help="Check whether this public key file is its pair; exit 1 if not.")
@passphrase.option
def command(file: str, match: str | None, descriptor: int | None) -> int:
    """Print the public key to paste into the exchange, and its SHA-256 fingerprint."""
    content = read_key_file(file)
    other = None if match is None else public_half(read_key_file(match))
    half = passphrase.with_passphrase(lambda secret: public_half(content, secret), descriptor)
    if match is None or other is None:
        say(*half.pem.splitlines(), f"SHA-256 fingerprint: {half.sha256}")
        return 0
    if other.sha256 == half.sha256:
        say(f"{match} is the pair of {file} (SHA-256 {half.sha256})")
        return 0
    say(f"{match} is not the pair of {file}:")
    say(f"  {file}: SHA-256 {half.sha256}", f"  {match}: SHA-256 {other.sha256}")
    return 1


def read_key_file(path: str) -> bytes:
    """The bytes of a key file; raises `UsageError` where it cannot be read."""
    found = read_regular(path, MAX_KEY_FILE)
    if isinstance(found, Unread):
        raise UsageError(f"cannot read {path}: {found.detail}")
    return found.data
