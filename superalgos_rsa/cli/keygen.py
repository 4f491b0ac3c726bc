"""`keygen`: make a key pair."""

from __future__ import annotations

import os
from pathlib import Path

import click

from superalgos_rsa.cli.session import Session, complain
from superalgos_rsa.errors import UsageError
from superalgos_rsa.files import create
from superalgos_rsa.installation import Installation
from superalgos_rsa.keymaking import KeyType, Pair, make
from superalgos_rsa.neighbours import git_state

STEPS = """\
At the exchange, in this order:
  1. API Management, Create API, and there "Self-generated".
  2. Paste the public key above, all of it, and go on.
  3. Give the key a name.
  4. Edit its restrictions: tick "Enable Spot & Margin Trading".
  5. Copy the API key that the exchange shows, and give it to the key node:
"""


@click.command()
@click.argument("name", default="binance-rsa")
@click.option("--type", "key_type", type=click.Choice(["rsa", "ed25519"]), default="rsa", show_default=True)
@click.option("--bits", type=int, default=2048, show_default=True, help="Size of an RSA key.")
@click.pass_obj
def command(session: Session, name: str, key_type: KeyType, bits: int) -> None:
    """Make a pair in My-Secrets: NAME.pem, which stays here, and NAME.pub.pem, which the exchange is given.

    Never overwrites a file.
    """
    installation = session.needed_installation(())
    private, pair = make_pair(session, installation, name, key_type, bits)
    click.echo(f"private key: {private}\npublic key:  {_public_path(private)}\n")
    click.echo(pair.public.pem)
    click.echo(f"SHA-256 fingerprint: {pair.public.sha256}\n")
    click.echo(STEPS, nl=False)
    path = private.relative_to(installation.root)
    click.echo(f"     superalgos-rsa set WORKSPACE KEY --code-name API_KEY --secret {path}")


def make_pair(
    session: Session, installation: Installation, name: str, key_type: KeyType, bits: int
) -> tuple[Path, Pair]:
    """Refuses what the exchange or the engine would refuse, before anything is written."""
    if not name or name.startswith((".", "-")) or any(letter in name for letter in "/\\\0") or not name.isprintable():
        raise UsageError("NAME is a plain file name without folders", "superalgos-rsa keygen binance-rsa")
    _refuse(session, installation, key_type, bits)
    folder = installation.secrets
    private = folder / f"{name.removesuffix('.pem')}.pem"
    for path in (private, _public_path(private)):
        if os.path.lexists(path):
            raise UsageError(f"{path} is there already, and a key is never overwritten", "choose another NAME")
    folder.mkdir(mode=0o700, exist_ok=True)
    pair = make(key_type, bits)
    create(private, pair.private.reveal().encode("ascii"), mode=0o600)
    create(_public_path(private), pair.public.pem.encode("ascii"), mode=0o644)
    _warn(private)
    return private, pair


def _public_path(private: Path) -> Path:
    return private.with_name(f"{private.stem}.pub.pem")


def _refuse(session: Session, installation: Installation, key_type: KeyType, bits: int) -> None:
    if key_type == "ed25519":
        from superalgos_rsa.engine import versions

        if installation.ccxt is None or installation.ccxt < versions.ED25519:
            found = f"ccxt {installation.ccxt}" if installation.ccxt else "an unknown version of ccxt"
            raise UsageError(
                f"this installation has {found}, which cannot sign with Ed25519", "an RSA key works: leave --type away"
            )
        return
    accepted = (2048, 4096) if session.settings(installation).accept_rsa_4096 else (2048,)
    if bits not in accepted:
        raise UsageError(
            f"the Superalgos guide says that Binance refuses RSA keys of {bits} bits",
            "leave --bits away for 2048; 4096 needs accept_rsa_4096 = true in superalgos-rsa.toml",
        )


def _warn(private: Path) -> None:
    if os.name == "posix" and private.stat().st_mode & 0o077:
        complain(f"others can read {private}: this file system keeps no permissions", None, code=0, kind="warning")
    if git_state(str(private.parent), private.name) == "not-ignored":
        hint = f"add {private.parent.name}/ to .gitignore"
        complain(f"{private} lies in a git work tree and is not ignored", hint, code=0, kind="warning")
