"""`demo`: check, repair and preflight of a small built-in installation in a temporary folder."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

import click

from superalgos_rsa.cli import main
from superalgos_rsa.cli.session import say, wants_colour, write


@click.command()
def command() -> int:
    """See a broken installation checked, explained, mended and checked again. Nothing of yours is touched."""
    from superalgos_rsa.superalgos import demo_installation as demo

    folder = Path(tempfile.mkdtemp(prefix="superalgos-rsa-demo-"))
    before = Path.cwd()
    try:
        demo.build(folder)
        os.chdir(folder)
        _say("A trader has five keys for Binance, one pair of key files, and five tasks. Superalgos says all is well.")
        _call("check", demo.WORKSPACE)
        _say("What it means: every one of these tasks would start, run, and fail at its first real order.")
        for mistake in demo.MISTAKES:
            say(f"  - {mistake.name}: {mistake.says}")
        _say("Each finding names the command that mends it:")
        for mistake in demo.MISTAKES:
            values = ["--code-name", mistake.code_name] if mistake.code_name else []
            _call("set", demo.WORKSPACE, mistake.name, *values, "--secret", mistake.secret or demo.KEY_FILE)
        _say("And now:")
        code = _call("preflight", demo.WORKSPACE)
        _say("Try it on your own: superalgos-rsa --root YOUR_SUPERALGOS_FOLDER check")
        return code
    finally:
        os.chdir(before)
        shutil.rmtree(folder)


def _say(text: str) -> None:
    write(f"\n{click.style(text, bold=True) if wants_colour(sys.stdout) else text}\n\n")


def _call(*words: str) -> int:
    shown = " ".join(f'"{word}"' if " " in word else word for word in words)
    say(f"$ superalgos-rsa {shown}")
    return main(list(words))
