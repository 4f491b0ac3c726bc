"""`convert`: a clean copy of a private key."""

from __future__ import annotations

import os
from pathlib import Path

import click

from superalgos_rsa.cli import passphrase
from superalgos_rsa.cli.keygen import warn_if_exposed
from superalgos_rsa.cli.pubkey import read_key_file
from superalgos_rsa.cli.session import Session, say, written
from superalgos_rsa.errors import UsageError
from superalgos_rsa.files.new_files import NewFile, clear_leftovers, create_whole
from superalgos_rsa.files.ownership import as_owner
from superalgos_rsa.keys.exposure import copy_name
from superalgos_rsa.keys.keypair import clean
from superalgos_rsa.superalgos.engine import CcxtVersion
from superalgos_rsa.superalgos.engine.class_signing import ExchangeClass
from superalgos_rsa.superalgos.engine.exchange_class import installed_class
from superalgos_rsa.superalgos.engine.key_form import form_for, refusal
from superalgos_rsa.superalgos.installation import find_root


@click.command()
@click.argument("file")
@click.option("-o", "--output", metavar="FILE", help="Name of the copy; default: FILE with .pkcs8.pem at its end.")
@click.option("--for", "exchange", metavar="EXCHANGE", help="Write the form that the installed ccxt takes for it.")
@passphrase.option
@click.pass_obj
def command(session: Session, file: str, output: str | None, exchange: str | None, descriptor: int | None) -> None:
    """Write a clean PKCS#8 copy of a private key: damaged text, PKCS#1, OpenSSH, DER or encrypted.

    With --for it is the form in which the installed ccxt signs for that exchange, named as ccxt names it: SEC 1 of an
    EC key for coinbase. Where no form of the key does, nothing is written.

    The copy is a new file that only you can read, and it is not encrypted: Superalgos cannot ask for a passphrase. The
    original stays as it is.
    """
    content = read_key_file(file)
    wanted = None if exchange is None else _class(session, file, exchange)
    named = Path(file).name
    made = copy_name(named) if exchange is None else f"{Path(named).stem}.{exchange}.key"
    target = Path(output) if output else Path(file).with_name(made)
    clear_leftovers([target])
    if os.path.lexists(target):
        raise UsageError(f"{target} exists already, and is never overwritten", "name another file with -o")
    pair = passphrase.with_passphrase(lambda secret: clean(content, secret), descriptor)
    name, text = "PKCS#8", pair.private
    if wanted is not None:
        name, text = form_for(pair, *wanted)
    with as_owner(target.parent, *_installation_around(target)):
        create_whole([NewFile(target, text.reveal().encode("ascii"), 0o600)])
    with written(f"{target} was written"):
        say(f"{target}: {name}, not encrypted", f"SHA-256 fingerprint: {pair.public.sha256}")
    warn_if_exposed(target)


def _class(session: Session, file: str, exchange: str) -> tuple[ExchangeClass, CcxtVersion]:
    installation = session.needed_installation([file])
    version = installation.ccxt
    if version is None:
        raise UsageError(f"it is not known which ccxt is installed in {installation.root}")
    found = installed_class(installation.root, exchange, version)
    if found is None:
        raise UsageError(f"ccxt {version} has no exchange “{exchange}”", "its name there, such as coinbase")
    reason = refusal(found, version)
    if reason is not None:
        raise UsageError(reason)
    return found, version


def _installation_around(target: Path) -> tuple[Path, ...]:
    root = find_root(None, {}, [os.path.abspath(target)], Path(os.sep))
    return () if root is None else (root,)
