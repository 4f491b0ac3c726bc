"""The command line: parse, compose, exit code. Streams, clock, environment and exit are used here and nowhere else."""

from __future__ import annotations

import gc
import importlib
import os
import signal
import sys
import traceback
from collections.abc import Sequence

import click

from superalgos_rsa import __version__
from superalgos_rsa.cli.session import PROGRAM, Session, complain, drop_stdout
from superalgos_rsa.errors import SuperalgosRsaError, UsageError
from superalgos_rsa.superalgos.placeholders import left_in, sentence

# Each command is a module of its own that is imported only when it is called: a start takes what one command needs.
COMMANDS = (
    "check", "preflight", "run", "show", "set", "keygen", "pubkey", "convert", "setup", "fix", "undo", "watch",
    "report", "rule", "schema", "demo",
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


@click.group(cls=_Commands, no_args_is_help=False, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--root", metavar="DIR", help="The Superalgos directory. Else $SUPERALGOS_ROOT, or a parent folder.")
@click.option("--config", metavar="FILE", help="Settings file; its values win over those in ~/.config and in the root.")
@click.version_option(__version__, prog_name=PROGRAM)
@click.pass_context
def cli(context: click.Context, root: str | None, config: str | None) -> None:
    """Check before a task starts that Superalgos can really sign with your keys.

    Exit codes: 0 nothing at error level, 1 at least one error, 2 wrong usage or the work could not be done, 3 a task
    server could not be asked, or a key not be judged.
    """
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
    context.obj = Session(root, config)
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:  # so that Ctrl-C raises, and open changes are rolled back
        signal.signal(signal.SIGINT, signal.default_int_handler)


def main(arguments: Sequence[str] | None) -> int:
    """Run one command line (`None`: this process's own) and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal's encoding lacks is no reason to fail.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        _refuse_key_text(words)
        _refuse_placeholders(words)
        code = cli.main(words, prog_name=PROGRAM, standalone_mode=False)
    except click.ClickException as error:
        context = error.ctx if isinstance(error, click.UsageError) else None
        return complain(_told(error), f"try `{context.command_path if context else PROGRAM} --help`", code=2)
    except SuperalgosRsaError as error:
        return complain(error.message, error.hint, code=error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        return complain("interrupted", None, code=130)
    except OSError as error:
        drop_stdout()
        return complain(f"cannot go on: {error.strerror or type(error).__name__}", None, code=2)
    except Exception as error:  # its text could quote a secret; its type and place cannot
        return complain(f"internal error: {type(error).__name__} at {_innermost(error)}", None, code=2)
    return code if isinstance(code, int) else 0


def _refuse_key_text(words: Sequence[str]) -> None:
    """Refuses the text of a key in any argument: every program on the machine can read a command line."""
    ours = words[: words.index("--")] if "--" in words else words
    if any("-----BEGIN" in word or "PRIVATE KEY" in word for word in ours):
        raise UsageError(
            "the command line holds the text of a key, and other users can read it there",
            "give the path of its file, and make a new key if this one was private",
        )


def _refuse_placeholders(words: Sequence[str]) -> None:
    """Refuses a placeholder of a printed command, such as `API_KEY`. The words of the command that `run` starts are not
    looked at."""
    ours = words[: words.index("--")] if "--" in words and "run" in words[: words.index("--")] else words
    for word in left_in(ours):
        raise UsageError(*sentence(word))


def _told(error: click.ClickException) -> str:
    """Click's message without the typed words in it: one may be a secret in the wrong place."""
    message = error.format_message()
    return message.partition(" (")[0] if message.startswith("Got unexpected extra") else message


def _innermost(error: BaseException) -> str:
    *_, last = traceback.walk_tb(error.__traceback__)
    return f"{os.path.basename(last[0].f_code.co_filename)}:{last[1]}"
