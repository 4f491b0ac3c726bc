"""What the commands share: the installation, the documents to read, and where a report goes."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from superalgos_rsa import schema
from superalgos_rsa.errors import SuperalgosRsaError, UsageError
from superalgos_rsa.facts import World
from superalgos_rsa.files import Content, Unread, read_regular, replace
from superalgos_rsa.gathering import Settings, gather
from superalgos_rsa.installation import Installation, find_root, open_installation
from superalgos_rsa.reading import DEFAULT_LIMIT, ReadDocument, Source, find_documents, read_document, read_source
from superalgos_rsa.report import Report
from superalgos_rsa.reports.terminal import shown
from superalgos_rsa.validator import validate
from superalgos_rsa.vault import NO_VAULT, Vault, read_vault

if TYPE_CHECKING:
    from superalgos_rsa.journal import Journal

PROGRAM = "superalgos-rsa"
CONFIG_NAME = "superalgos-rsa.toml"
LONGEST_SETTINGS = 64 * 1024
STDIN = "-"


def complain(message: str, hint: str | None, *, code: int, kind: str = "error") -> int:
    """Tell the person at the terminal; the report, if any, stays alone on standard output."""
    with contextlib.suppress(OSError):  # nobody reads standard error; the exit code still tells
        click.echo(f"{PROGRAM}: {kind}: {shown(message)}", err=True)
        if hint:
            click.echo(f"{PROGRAM}: hint: {shown(hint)}", err=True)
    return code


@dataclass(frozen=True, slots=True)
class Output:
    format: str
    file: str | None
    quiet: bool
    verbose: bool


class Session:
    """The options before the command, and what follows from them."""

    def __init__(self, root: str | None, config: str | None) -> None:
        self._root = root
        self._config = config

    def installation(self, documents: Sequence[str]) -> Installation | None:
        if self._root == "":  # an unset variable of the caller's, and not to be guessed around
            raise UsageError("--root names no folder")
        root = find_root(self._root, os.environ, list(documents), Path.cwd())
        return open_installation(root, os.environ) if root else None

    def needed_installation(self, documents: Sequence[str]) -> Installation:
        found = self.installation(documents)
        if found is None:
            raise UsageError(
                "no Superalgos directory found",
                "name it with --root DIR or SUPERALGOS_ROOT, or run the command inside it",
            )
        return found

    def settings(self, installation: Installation | None, **more: Any) -> Settings:
        """The tool's own config file, checked against its schema."""
        path = self._config or (str(installation.root / CONFIG_NAME) if installation else None)
        if path is None or (self._config is None and not os.path.exists(path)):
            return Settings(**more)
        import tomllib

        found = read_regular(path, LONGEST_SETTINGS)
        if isinstance(found, Unread):
            raise UsageError(f"cannot read {path}: {found.detail}")
        try:
            value = tomllib.loads(found.data.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            place = f": {error}" if isinstance(error, tomllib.TOMLDecodeError) else ""
            raise UsageError(f"{path} is no TOML{place}") from None
        for problem in schema.problems("config", value):
            name = ".".join(map(str, problem.pointer))
            raise UsageError(
                f"{path}: {name} {problem.message}", "`superalgos-rsa schema config` shows what it may hold"
            )
        folder = os.path.dirname(os.path.abspath(path))
        value["search"] = tuple(os.path.join(folder, name) for name in value.get("search", ()))
        return Settings(**value, **more)

    def vault(self, installation: Installation | None) -> Vault:
        return read_vault(installation.vault) if installation else NO_VAULT

    def journal(self) -> Journal:
        """The journal of changes, after what a process that died left half done was taken back."""
        from superalgos_rsa.journal import Journal, state_folder

        found = Journal(state_folder(os.environ))
        for entry in found.recover(time.time()):
            message = f"change {entry.number} was interrupted and is taken back: {', '.join(entry.paths)}"
            complain(message, None, code=0, kind="warning")
        return found


@dataclass(frozen=True, slots=True)
class Request:
    """Which documents to judge, and how."""

    documents: tuple[str, ...]
    export: bool = False
    limit: int = DEFAULT_LIMIT
    before_start: bool = False
    tasks: frozenset[str] | None = None
    ask_engine: bool = False


def judge(session: Session, request: Request) -> tuple[World, Report]:
    """Read, probe and validate. No document named means every workspace of the installation, and its vault."""
    installation, vault, names = documents_of(session, request.documents, with_vault=not request.before_start)
    settings = session.settings(
        installation,
        before_start=request.before_start,
        all_documents=not request.documents,
        tasks=request.tasks,
        ask_engine=request.ask_engine,
    )
    documents = _read(names, request, vault)
    world = gather(progress(documents, len(names), "reading"), installation, vault, settings)
    report = validate(world)
    remember(world, report)
    return world, report


def remember(world: World, report: Report) -> None:
    """Which key each node works with, so that `fix` knows the file again wherever it is moved."""
    from superalgos_rsa import memory
    from superalgos_rsa.journal import state_folder

    memory.remember(state_folder(os.environ), world, report)


def documents_of(
    session: Session, named: Sequence[str], *, with_vault: bool = True
) -> tuple[Installation | None, Vault, list[str]]:
    """The installation they belong to, its vault, and the names of all documents meant; none named means all."""
    installation = session.installation(named) if named else session.needed_installation(named)
    vault = session.vault(installation)
    names = list(find_documents(named or [str(installation.workspaces)] if installation else named))
    if not names:
        where = ", ".join(named) or (str(installation.workspaces) if installation else "")
        raise UsageError(f"there are no documents in {where}", "name the documents to check")
    if installation is not None and with_vault and not named and vault.state not in ("absent", "no-folder"):
        names.append(str(installation.vault))
    return installation, vault, names


def _read(names: list[str], request: Request, vault: Vault) -> Iterator[ReadDocument]:
    for name in names:
        source = _stdin(request.limit) if name == STDIN else read_source(name, request.limit)
        yield read_document(source, vault, export=request.export)


def _stdin(limit: int) -> Source:
    if sys.stdin is None:
        return Source(STDIN, Unread("missing", "standard input is closed"))
    data = sys.stdin.buffer.read(limit + 1)
    if len(data) > limit:
        return Source(STDIN, Unread("too-large", f"it has more than {limit:,} bytes"))
    return Source(STDIN, Content(data))


def progress(documents: Iterator[ReadDocument], total: int, doing: str) -> Iterator[ReadDocument]:
    """Say on a terminal how far the work is once it takes more than a second."""
    begun = time.monotonic()
    shown = False
    for index, document in enumerate(documents, start=1):
        yield document
        if sys.stderr is not None and sys.stderr.isatty() and time.monotonic() - begun > 1:
            shown = True
            click.echo(f"\r{doing} {index} of {total} documents", nl=False, err=True)
    if shown:
        click.echo("\r\x1b[K", nl=False, err=True)


def root_is_missing(world: World) -> bool:
    """A relative path means nothing without the folder that it begins at."""
    return world.installation is None and any(
        key.kind == "path" and key.path is None and isinstance(key.credential.secret, str) for key in world.keys
    )


def exit_code(world: World, report: Report) -> int:
    if any(finding.rule in ("task-server-unknown", "task-server-unreachable") for finding in report.findings):
        return 3
    if root_is_missing(world):
        return complain(
            "a relative key path begins at the Superalgos directory, and none was found",
            "name it with --root DIR or SUPERALGOS_ROOT",
            code=2,
        )
    return report.exit_code


def emit(render: Callable[[bool, int], str], output: Output, read: Iterable[str]) -> None:
    """Send a rendered text to its one stream. `render` takes colour and width; `read` are the documents it is about."""
    if output.file is None:
        if output.format == "json" and hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(encoding="utf-8")
        try:
            click.echo(render(wants_colour(sys.stdout), width()), nl=False, color=True)
        except BrokenPipeError:
            drop_stdout()  # the reader, `head` for one, has what it wanted; the verdict stands
        except OSError as error:
            drop_stdout()
            raise SuperalgosRsaError(f"cannot write to standard output: {error.strerror}") from None
        return
    if os.path.realpath(output.file) in map(os.path.realpath, read):
        raise UsageError(f"--output-file would overwrite a document that was read: {output.file}")
    found = read_regular(output.file, DEFAULT_LIMIT)
    if isinstance(found, Unread) and found.obstacle != "missing":
        raise UsageError(f"cannot write {output.file}: {found.detail}")
    old = found.data if isinstance(found, Content) else None
    replace(output.file, old, render(False, width()).encode("utf-8", "backslashreplace"))


def drop_stdout() -> None:
    """Python would flush once more at exit, and fail once more."""
    if sys.stdout is not None:
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def wants_colour(stream: Any) -> bool:
    """NO_COLOR before FORCE_COLOR before the terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR") or os.environ.get("CLICOLOR_FORCE"):
        return True
    return stream is not None and bool(stream.isatty()) and os.environ.get("TERM") != "dumb"


def width() -> int:
    import shutil

    return min(shutil.get_terminal_size((100, 24)).columns, 120)
