"""The command line: parse, compose, exit code. Streams, clock, environment and exit are used here and nowhere else."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence

import click

from superalgos_rsa import __version__
from superalgos_rsa.cli.session import PROGRAM, Session, complain
from superalgos_rsa.errors import SuperalgosRsaError

# Each command is a module of its own that is imported only when it is called: a start takes what one command needs.
COMMANDS = (
    "check", "preflight", "run", "show", "set", "keygen", "pubkey", "convert", "setup", "rule", "schema", "demo",
)  # fmt: skip


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"superalgos_rsa.cli.{cmd_name}")
        command: click.Command = module.command
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--root", metavar="DIR", help="The Superalgos directory. Else $SUPERALGOS_ROOT, or a parent folder.")
@click.option("--config", metavar="FILE", help="Settings of this tool. Else superalgos-rsa.toml in the root.")
@click.version_option(__version__, prog_name=PROGRAM)
@click.pass_context
def cli(context: click.Context, root: str | None, config: str | None) -> None:
    """Tells before a task starts whether Superalgos can really sign with your keys.

    Exit codes: 0 nothing at error level, 1 at least one error, 2 wrong usage or the work could not be done, 3 a task
    server could not be asked.
    """
    context.obj = Session(root, config)


def run(arguments: Sequence[str] | None) -> int:
    """Run one command line (`None`: this process's own) and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal's encoding lacks is no reason to fail.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = cli.main(None if arguments is None else list(arguments), prog_name=PROGRAM, standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        hint = f"try `{error.ctx.command_path} --help`" if isinstance(error, click.UsageError) and error.ctx else None
        return complain(error.format_message(), hint, code=2)
    except SuperalgosRsaError as error:
        return complain(error.message, error.hint, code=error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        return complain("interrupted", None, code=130)
    except BrokenPipeError:
        # The reader, `head` for one, has what it wanted. Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code if isinstance(code, int) else 0
