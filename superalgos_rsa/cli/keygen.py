"""`keygen`: make a key pair."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from pathlib import Path

import click

from superalgos_rsa.cli.session import Session, say, warn, written
from superalgos_rsa.errors import SuperalgosRsaError, UsageError
from superalgos_rsa.files.new_files import NewFile, clear_leftovers, create_whole, give_name, leftovers
from superalgos_rsa.files.ownership import as_owner
from superalgos_rsa.files.regular import Content, read_regular
from superalgos_rsa.keys.exposure import git_state
from superalgos_rsa.keys.inspect import inspect
from superalgos_rsa.keys.keypair import KeyType, Pair, PublicHalf, make, public_half
from superalgos_rsa.servers.local import MAX_KEY_FILE
from superalgos_rsa.superalgos.installation import Installation, from_root

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
    """Make a pair in My-Secrets: NAME.pem, which stays here, and NAME.pub.pem, which you give to the exchange.

    Never overwrites a file.
    """
    installation = session.needed_installation(())
    private = private_file(installation, name)
    public = finish_pair(private)
    if public is None or not _is_of(private, key_type, bits):
        refuse_taken(private)
        _refuse_type(installation, key_type)
        if key_type == "rsa":
            refuse_size(session, installation, bits)
        pair = make(key_type, bits)
        write_pair(private, pair)
        public = pair.public
    with written(f"{private} and {_public_file(private)} were made"):
        say(f"private key: {private}", f"public key:  {_public_file(private)}", "")
        say(*public.pem.splitlines(), "", f"SHA-256 fingerprint: {public.sha256}", "")
        path = from_root(installation.cwd, private)
        say(*STEPS.splitlines(), f"     superalgos-rsa set WORKSPACE KEY --code-name API_KEY --secret {path}")
    warn_if_exposed(private)


def private_file(installation: Installation, name: str) -> Path:
    """The path of the private key. The name needs no quotes in any shell and is valid in every file system."""
    stem = name.removesuffix(".pem")
    if not re.fullmatch(r"\w[\w.-]{0,59}", stem) or stem.endswith((".pub", ".")):
        raise UsageError(
            "NAME is a plain file name of up to 60 letters, digits, dots, hyphens and underscores, not ending in .pub",
            "superalgos-rsa keygen binance-rsa",
        )
    return installation.secrets / f"{stem}.pem"


def refuse_taken(private: Path) -> None:
    """Raises `UsageError` where one of the two files is there already."""
    for path in (private, _public_file(private)):
        if os.path.lexists(path):
            raise UsageError(
                f"{path} exists already, and a key is never overwritten",
                "choose another NAME, or use the existing key: superalgos-rsa setup --key-file FILE",
            )


def refuse_size(session: Session, installation: Installation, bits: int) -> None:
    """Raises `UsageError` for a size of RSA keys that the settings do not allow."""
    accepted = (2048, 4096) if session.settings(installation).accept_rsa_4096 else (2048,)
    if bits not in accepted:
        raise UsageError(
            f"the Superalgos guide says that Binance refuses RSA keys of {bits} bits",
            "use 2048 bits; 4096 needs accept_rsa_4096 = true in superalgos-rsa.toml",
        )


def write_pair(private: Path, pair: Pair) -> None:
    """Writes both files or none. The private one is named first: a public half alone cannot sign."""
    make_folder(private.parent)
    text = pair.private.reveal().encode("ascii")
    files = [NewFile(private, text, 0o600), NewFile(_public_file(private), _text(pair.public).data, 0o644)]
    with as_owner(private.parent, private.parent.parent):
        create_whole(files)


def finish_pair(private: Path) -> PublicHalf | None:
    """Finish a pair if its making was killed after the private file had its name; returns the public half.

    The only sign of that is a temporary file with the public half of this very key; `None` where there is none.
    """
    clear_leftovers([private])
    public_file = _public_file(private)
    for left in () if os.path.lexists(public_file) else leftovers(public_file):
        found = _public_half_of(private)
        if found is not None and read_regular(left, MAX_KEY_FILE) == _text(found):
            with as_owner(private.parent, private.parent.parent):
                give_name(left, public_file)
            return found
    clear_leftovers([public_file])
    return None


def is_pair(private: Path) -> bool:
    """Whether both files are there, and belong together."""
    found = _public_half_of(private)
    return found is not None and read_regular(_public_file(private), MAX_KEY_FILE) == _text(found)


def _public_half_of(private: Path) -> PublicHalf | None:
    content = read_regular(private, MAX_KEY_FILE)
    with contextlib.suppress(SuperalgosRsaError):  # no key, or an encrypted one, so not made by this program
        return public_half(content.data) if isinstance(content, Content) else None
    return None


def _text(public: PublicHalf) -> Content:
    return Content(public.pem.encode("ascii"))


def _is_of(private: Path, key_type: KeyType, bits: int) -> bool:
    content = read_regular(private, MAX_KEY_FILE)
    facts = inspect(content.data) if isinstance(content, Content) else None
    return facts is not None and facts.key_type == key_type and (key_type != "rsa" or facts.key_bits == bits)


def make_folder(folder: Path) -> None:
    """Make the folder, for its owner alone: the platform keeps its vault there as well."""
    try:
        with as_owner(folder.parent):
            folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise SuperalgosRsaError(f"cannot make the folder {folder}: {error.strerror}") from None


def warn_if_exposed(private: Path) -> None:
    """Warn where others can read the new key, or git might publish it."""
    if sys.platform == "win32":
        from superalgos_rsa.files.windows_access import close_to_others

        by_hand = close_to_others(private)
        if by_hand is not None:
            told = f"others may be able to read {private}: whoever may read its folder"
            hint = f"leave it to yourself alone: {by_hand}"
            # Nothing is masked: the message holds only the path and this user's SID, which looks like a secret.
            warn(told, hint, known=lambda name: name)
    else:
        with contextlib.suppress(OSError):
            if private.stat().st_mode & 0o077:
                warn(f"others can read {private}: this file system keeps no permissions")
    state = git_state(str(private.parent), private.name)
    if state is not None:
        warn(f"{private} lies in a git work tree and is not ignored", f"add {private.name} to .gitignore")


def _public_file(private: Path) -> Path:
    return private.with_name(f"{private.stem}.pub.pem")


def _refuse_type(installation: Installation, key_type: KeyType) -> None:
    from superalgos_rsa.superalgos.engine import versions

    if key_type == "ed25519" and (installation.ccxt is None or installation.ccxt < versions.ED25519):
        found = f"ccxt {installation.ccxt}" if installation.ccxt else "an unknown version of ccxt"
        raise UsageError(
            f"this installation has {found}, which cannot sign with Ed25519", "use an RSA key: leave out --type"
        )
