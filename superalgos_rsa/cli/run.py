"""`run`: preflight, then this process becomes the command; on Windows the command is a child."""

from __future__ import annotations

import os
import signal
import sys

import click

from superalgos_rsa.cli import options
from superalgos_rsa.cli.preflight import judge_start
from superalgos_rsa.cli.session import Session, exit_code, wants_colour, width, write
from superalgos_rsa.errors import SuperalgosRsaError, UsageError
from superalgos_rsa.files import core_dumps


class _SplitsAtDashes(click.Command):
    """Splits the words at `--`: Click drops it, and then the workspace cannot be told from the command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        at = args.index("--") if "--" in args else len(args)
        ctx.meta["command_line"] = args[at + 1 :]
        return super().parse_args(ctx, args[:at])


@click.command(cls=_SplitsAtDashes, options_metavar="[OPTIONS]")
@click.argument("workspace", required=False)
@click.option("--task", "tasks", multiple=True, metavar="NAME_OR_ID", help="Only this task; may be repeated.")
@options.limit
@click.pass_context
def command(context: click.Context, workspace: str | None, tasks: tuple[str, ...], limit: int) -> int:
    """Start `-- CMD...` only if preflight passes.

    The command takes over this process, its id and its signals. Superalgos passes none on to the processes that it
    starts: stop the whole process group, as Ctrl-C does. On Windows it is started as a child: Ctrl-C reaches it,
    and its exit code is passed on; a batch file (.bat, .cmd, such as npm) takes no words with letters that cmd.exe
    would read as commands.
    """
    command_line: list[str] = context.meta["command_line"]
    if not command_line:
        raise UsageError("no command to run", "write it after two dashes: superalgos-rsa run -- node platform")
    session: Session = context.obj
    session.becomes_platform = True
    report = judge_start(session, (workspace,) if workspace else (), tasks, limit)
    from superalgos_rsa.reports import text

    # Standard output belongs to the command.
    write(text.render(report, color=wants_colour(sys.stderr), width=width(), quiet=True), err=True)
    code = exit_code(report)
    if code:
        return code
    core_dumps.allow_again()
    for stream in filter(None, (sys.stdout, sys.stderr)):
        stream.flush()
    for name in ("SIGPIPE", "SIGXFSZ"):  # Python ignores these two, and `exec` keeps that
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    try:
        if sys.platform == "win32":
            from superalgos_rsa.cli import child

            return child.run(command_line, os.environ)
        os.execvp(command_line[0], command_line)  # noqa: S606  # the user asked for this command
    except OSError as error:
        raise SuperalgosRsaError(f"cannot run {command_line[0]}: {error.strerror}") from None
    except ValueError:
        raise SuperalgosRsaError("cannot run a command without a name") from None
