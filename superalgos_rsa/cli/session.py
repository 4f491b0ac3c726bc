"""What the commands share: the installation, the documents to read, and where a report goes."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from superalgos_rsa.cli.from_here import FromHere
from superalgos_rsa.cli.settings import read_settings
from superalgos_rsa.documents.pasting import Options, Words, command_words, line
from superalgos_rsa.documents.showing import censored
from superalgos_rsa.errors import CommandHint, SuperalgosRsaError, UsageError
from superalgos_rsa.files.find import DEFAULT_LIMIT
from superalgos_rsa.files.regular import Content, Unread
from superalgos_rsa.files.spelling import identity
from superalgos_rsa.reports.conclusion import conclude
from superalgos_rsa.reports.terminal import shown
from superalgos_rsa.servers.local import known_part
from superalgos_rsa.superalgos.docker import mounted_in
from superalgos_rsa.superalgos.installation import Installation, find_root, is_chosen, open_installation
from superalgos_rsa.superalgos.vault import NO_VAULT, Vault, read_vault
from superalgos_rsa.validator.collect import Settings
from superalgos_rsa.validator.documents import ReadDocument, Source
from superalgos_rsa.validator.facts import Facts
from superalgos_rsa.validator.judge import Documents, documents_of
from superalgos_rsa.validator.judge import judge as judge_documents
from superalgos_rsa.validator.report import Report

if TYPE_CHECKING:
    from superalgos_rsa.files.journal import Journal

PROGRAM = "superalgos-rsa"
STDIN = "-"


def say(*lines: str, err: bool = False) -> None:
    """Print lines for a person, with terminal control characters made visible. Commands print only through this,
    `complain` and `emit`."""
    write("".join(f"{shown(line)}\n" for line in lines), err=err)


def write(text: str, *, err: bool = False) -> None:
    """Print a text whose parts were all made safe by `shown`; it may hold colours."""
    click.echo(text, nl=False, err=err, color=True)


Known = Callable[[str], str]
"""Gives the beginning of a path that exists on the disk."""


def known_from(root: Path | None) -> Known:
    """Looks paths up from the current folder, and from the Superalgos folder, where those of keys begin."""

    def known(name: str) -> str:
        if root is None or os.path.isabs(name):
            return known_part(name)
        base = os.path.join(os.path.abspath(root), "")
        return max(known_part(name), known_part(base + name)[len(base) :], key=len)

    return known


def complain(
    message: str, hint: str | CommandHint | None, *, code: int, kind: str = "error", known: Known = known_part
) -> int:
    """Tell the person at the terminal; the report, if any, stays alone on standard output.

    A word of the message may be a secret typed in the wrong place, so only plain words and existing names are shown.
    """
    try:
        write(complaint(message, hint, kind, known), err=True)
    except OSError:  # nobody reads standard error; the exit code still tells
        drop(sys.stderr)
    return code


def warn(message: str, hint: str | CommandHint | None = None, known: Known = known_part) -> None:
    """Tell the person at the terminal what changes no exit code."""
    complain(message, hint, code=0, kind="warning", known=known)


def complaint(message: str, hint: str | CommandHint | None, kind: str, known: Known = known_part) -> str:
    """What `complain` writes, as text."""
    lines = [f"{kind}: {censored(message, known)}"]
    if hint:
        lines.append(f"hint: {_hint(hint, known)}")
    return "".join(shown(f"{PROGRAM}: {line}") + "\n" for line in lines)


def _hint(hint: str | CommandHint, known: Known) -> str:
    if isinstance(hint, str):
        return censored(hint, known, ids=True)
    return f"`{line(tuple(censored(word, known, ids=True) for word in hint.command))}` {hint.does}"


@contextlib.contextmanager
def written(what: str) -> Iterator[None]:
    """Reports a successful write on standard output; where that fails, on standard error."""
    try:
        yield
    except OSError as error:
        drop_stdout()
        reason = error.strerror or type(error).__name__
        warn(f"{what}, but standard output cannot be written: {reason}")


@dataclass(frozen=True, slots=True)
class Output:
    """Where a report goes, in which form, and how much of it."""

    format: str
    file: str | None
    quiet: bool
    verbose: bool


class Session:
    """The options before the command, and what they lead to: installation, documents, settings, journal."""

    def __init__(self, root: str | None, config: str | None) -> None:
        self._root = root
        self._config = config
        self._said: set[str] = set()
        self.becomes_platform = False
        """This process is about to become the platform, so the caller's rights and environment decide."""

    def installation(self, documents: Sequence[str]) -> Installation | None:
        """The installation that the options, the documents or the current folder name; `None` where none does."""
        if self._root == "":  # `--root "$VARIABLE"` with an unset variable; another root would be a guess
            raise UsageError("--root names no folder")
        cwd = Path.cwd()
        root = find_root(self._root, os.environ, list(documents), cwd)
        if root is None:
            return None
        chosen = is_chosen(root, self._root, os.environ, cwd)
        return open_installation(root, os.environ, chosen=chosen, starts=self.becomes_platform)

    def needed_installation(self, documents: Sequence[str]) -> Installation:
        """The installation; raises `UsageError` where there is none."""
        found = self.installation(documents)
        if found is None:
            raise _no_installation()
        return found

    def settings(self, installation: Installation | None, **more: Any) -> Settings:
        """The values of the settings files, and `more`."""

        def warn_once(message: str, hint: str) -> None:
            if message not in self._said:
                self._said.add(message)
                warn(message, hint)

        values = read_settings(installation, self._config, os.environ, warn_once)
        return Settings(**values, finder=self._finder(installation), last_change=_last_change, **more)

    def _finder(self, installation: Installation | None) -> FromHere:
        return FromHere(installation, self._root, self._config, os.getcwd())

    def command(self, name: str, *documents: str, options: Options = (), installation: Installation | None) -> Words:
        """The words of a command to print, which finds that installation from here."""
        found = self._finder(installation)(next(iter(documents), None))
        return (*command_words(PROGRAM, options=found), *command_words(name, *documents, options=options))

    def documents(self, named: Sequence[str], *, with_vault: bool = True) -> Documents:
        """The named documents; all documents if none is named."""
        installation = self.installation(named)
        if installation is None and not named:
            named = mounted_in(Path.cwd())  # a container's workspaces, with no Superalgos around them
            if not named:
                raise _no_installation()
        return documents_of(installation, named or None, with_vault=with_vault)

    def vault(self, installation: Installation | None) -> Vault:
        """The vault of the installation; without an installation, an absent vault."""
        return read_vault(installation.vault, installation.other_user) if installation else NO_VAULT

    def journal(self, *, to_write: bool = True) -> Journal:
        """The journal of changes. First takes back what a killed process left half done.

        Where no journal can be kept, raises; only warns if nothing is going to be written.
        """
        found = open_journal()
        try:
            found.recover(time.time())
        except SuperalgosRsaError as error:
            if to_write:
                raise
            warn(error.message, error.hint)
        return found


def _no_installation() -> UsageError:
    hint = "name it with --root DIR or SUPERALGOS_ROOT, or run the command inside it"
    return UsageError("no Superalgos directory found", hint)


def open_journal() -> Journal:
    """The journal of changes, without taking anything back."""
    from superalgos_rsa.files.journal import Journal, state_folder

    return Journal(state_folder(os.environ), warn)


def _last_change(path: str) -> int | None:
    with contextlib.suppress(Exception):  # a verdict must not fail because the journal cannot be read
        return open_journal().last_with(path)
    return None


def judge(
    session: Session,
    named: tuple[str, ...],
    *,
    export: bool = False,
    limit: int = DEFAULT_LIMIT,
    before_start: bool = False,
    **more: Any,
) -> tuple[Facts, Report]:
    """What `superalgos_rsa.validator.judge` says, by the options of the command line; and what works is noted. `more`
    are settings."""
    documents = session.documents(named, with_vault=not before_start)
    settings = session.settings(documents.installation, before_start=before_start, all_documents=not named, **more)
    all_facts, report = judge_documents(
        documents,
        settings,
        export=export,
        limit=limit,
        given={STDIN: _stdin(limit)} if STDIN in documents.names else {},
        track=lambda read: progress(read, len(documents.names), "reading"),
    )
    remember(all_facts, report)
    return all_facts, report


def remember(all_facts: Facts, report: Report) -> None:
    """Notes the fingerprint of the key that each node works with, by which `fix` finds a moved file. Drops expired
    journal entries."""
    from superalgos_rsa.files.journal import Journal, state_folder
    from superalgos_rsa.fixer import known_keys

    with contextlib.suppress(Exception):  # a verdict must not fail because a note cannot be written
        folder = state_folder(os.environ)
        known_keys.remember(folder, all_facts, report)
        Journal(folder).forget(time.time())


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
            write(f"\r{doing} {index} of {total} documents", err=True)
    if shown:
        write("\r\x1b[K", err=True)


def exit_code(report: Report) -> int:
    """The exit code of this verdict, as the report's last sentence says."""
    code = conclude(report).code
    if code == 2:
        complain(
            "a relative key path begins at the Superalgos directory, and none was found",
            "name it with --root DIR or SUPERALGOS_ROOT",
            code=code,
        )
    return code


def emit(render: Callable[..., str], output: Output, report: Report) -> None:
    """Send the report, as `render` draws it for a `color` and a `width`, to its one stream."""
    if output.file is None:
        if output.format == "json":
            _as_utf8()
        try:
            write(render(color=wants_colour(sys.stdout), width=width()))
        except BrokenPipeError:
            drop_stdout()  # the reader has left, as `head` does; the exit code stays
        except OSError as error:
            drop_stdout()
            raise SuperalgosRsaError(f"cannot write to standard output: {error.strerror}") from None
        return
    if identity(output.file) in (identity(document.path) for document in report.documents):
        raise UsageError(f"--output-file would overwrite a document that was read: {output.file}")
    from superalgos_rsa.cli.output_file import save

    save(output.file, render(color=False, width=width()).encode("utf-8", "backslashreplace"))


def write_json(value: object) -> None:
    """Print a value as JSON, in UTF-8 whatever the terminal's encoding is."""
    from superalgos_rsa.reports import json_report

    _as_utf8()
    write(json_report.dumps(value) + "\n")


def _as_utf8() -> None:
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")


def drop_stdout() -> None:
    """Drop all further standard output."""
    drop(sys.stdout)


def drop(stream: Any) -> None:
    """Close the stream for good: Python would flush it at exit, fail again, and end with exit code 120."""
    if stream is None:
        return
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    if stream is sys.stdout:
        sys.stdout = None  # as where there is no such stream from the start
    elif stream is sys.stderr:
        sys.stderr = None


def wants_colour(stream: Any) -> bool:
    """Whether to use colours: NO_COLOR decides before FORCE_COLOR, that before the terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR") or os.environ.get("CLICOLOR_FORCE"):
        return True
    return stream is not None and bool(stream.isatty()) and os.environ.get("TERM") != "dumb"


def width() -> int:
    """How many columns a text may take: those of the terminal, 120 at most."""
    import shutil

    return min(shutil.get_terminal_size((100, 24)).columns, 120)
