"""Facts about one key on this machine: its credential, what lies under its path, what the engine would do."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from superalgos_rsa.files.far_files import FarFiles
from superalgos_rsa.files.rights import may_read, owner_uid
from superalgos_rsa.keys.exposure import Neighbours, Surroundings, copy_name, export_name
from superalgos_rsa.keys.foreign import EXPORTED
from superalgos_rsa.keys.inspect import KeyText, inspect
from superalgos_rsa.servers.local import LONGEST_PATH, Folders, PathFacts, examine, looked_for
from superalgos_rsa.servers.this_machine import is_this_machine
from superalgos_rsa.superalgos.engine import Effort, TooLongError, Verdict
from superalgos_rsa.superalgos.engine.verdict import BY_PRIVATE_KEY
from superalgos_rsa.superalgos.installation import Installation, from_root
from superalgos_rsa.superalgos.secret_text import BLANK, control_character, is_hmac_secret
from superalgos_rsa.superalgos.workspace import Key, Task
from superalgos_rsa.validator.credential import Credential, secret_kind
from superalgos_rsa.validator.exchange_classes import ExchangeClasses
from superalgos_rsa.validator.facts import DocumentFacts, HmacText, KeyFacts

LOCAL = "local"

KeyInspector = Callable[[DocumentFacts, Key, Credential, tuple[Task, ...]], KeyFacts]
"""Gathers the facts about one key of a document and the tasks that use it."""


def key_inspector(installation: Installation | None) -> KeyInspector:
    """An inspector that looks at each path and secret only once."""
    return _never_failing(_Probe(installation).key_facts)


def _never_failing(inspector: KeyInspector) -> KeyInspector:
    """Facts about one key. If gathering them fails, the other keys are still judged."""

    def key_facts(document: DocumentFacts, key: Key, credential: Credential, users: tuple[Task, ...]) -> KeyFacts:
        try:
            return inspector(document, key, credential, users)
        except Exception as error:  # its text could quote a secret; its type cannot
            return KeyFacts(document, key, credential, "inline", LOCAL, users, failed=type(error).__name__)

    return key_facts


def with_secret(key: KeyFacts, secret: str, inspector: KeyInspector) -> KeyFacts:
    """The facts of a key as they would be with another secret."""
    credential = replace(key.credential, secret=secret, own_secret=secret)
    return inspector(key.document, key.key, credential, key.users)


def server_of(task: Task) -> str | None:
    """The server of a task: `local` if the LAN node's host is this machine."""
    host = (task.lan_node.host if task.lan_node is not None else None) or "localhost"
    return LOCAL if is_this_machine(host) else None


def beside_of(document: DocumentFacts, installation: Installation | None) -> tuple[str, ...]:
    """Folders that the author of a relative path may have taken for the one where it begins."""
    if installation is None:
        return ()
    folders = {os.path.dirname(os.path.abspath(document.path)), os.getcwd(), str(installation.root)}
    return tuple(folders - {installation.cwd})


class _Found(NamedTuple):
    """What was found out about a path."""

    path: PathFacts | None
    content: KeyText | None = None
    neighbours: Neighbours | None = None


class _Probe:
    """Looks at the machine it runs on: the task server of every task whose LAN node is this machine.

    Thousands of keys may name one file or share one vault entry, so results are kept by secret.
    """

    def __init__(self, installation: Installation | None) -> None:
        self.installation = installation
        self.cwd = installation.cwd if installation else None
        self._far_files = FarFiles((self.cwd or os.getcwd(), os.getcwd()))
        self._folders = Folders(self._far_files.is_far)
        self._surroundings = Surroundings()
        self._effort = Effort()
        self._known: dict[tuple[str, str | None, str, str], KeyFacts] = {}
        self._named: dict[str, PathFacts | None] = {}
        self._contents: dict[bytes, bytes] = {}
        self._classes = ExchangeClasses(installation)
        self._verdicts: dict[tuple[str, str | None, str], Verdict | None] = {}
        self.user = installation.user if installation else None
        self.other_user = installation.other_user if installation else None

    def key_facts(self, document: DocumentFacts, key: Key, credential: Credential, users: tuple[Task, ...]) -> KeyFacts:
        far = bool(users) and all(server_of(user) is None for user in users)
        server = LOCAL if not far else (users[0].lan_node.host if users[0].lan_node else None) or LOCAL
        secret, elsewhere = credential.secret, far or document.in_container
        if elsewhere or not isinstance(secret, str):
            verdict = None if elsewhere else Verdict("none", "the engine throws: the secret is no text", throws=True)
            kind = secret_kind(secret, None)
            control = control_character(secret) if isinstance(secret, str) else None
            facts = KeyFacts(document, key, credential, kind, server, users, control, verdict=verdict)
            return replace(facts, exchange_class=self._classes.of(facts.exchange.code_name if facts.exchange else None))
        facts = KeyFacts(document, key, credential, "empty", server, users)
        exchange = facts.exchange.code_name if facts.exchange else None
        name = self._code_name_path(credential.code_name)
        found = self._classes.of(exchange)
        api_key = _api_key(credential, name)
        # No other class looks at the API key before it signs.
        beside = api_key if found is not None and found.signer == "coinbase" else ""
        question = (secret, exchange, os.path.dirname(os.path.abspath(document.path)), beside)
        if question not in self._known:
            self._known[question] = self._of_secret(facts, secret, exchange, beside)
        # A missing secret has a rule of its own.
        fields = {**key.config.fields, "apiKey": api_key or "?", "secret": secret or "?"}
        missing, refusal = self._classes.lacking(exchange, fields)
        return replace(
            self._known[question], document=document, key=key, credential=credential, server=server, users=users,
            code_name_path=name, exchange_class=found, missing=missing, refusal=refusal if api_key else None,
        )  # fmt: skip

    def _find(self, asked: str, document: DocumentFacts) -> _Found:
        if self.cwd is None and not os.path.isabs(asked):
            return _Found(None)
        cwd = self.cwd or os.getcwd()
        beside = beside_of(document, self.installation)
        return self._answered(asked, cwd, lambda: self._found(examine(asked, cwd, beside, self._folders)))

    def _answered(self, asked: str, cwd: str, ask: Callable[[], _Found]) -> _Found:
        full = os.path.join(cwd, asked)
        if len(full) > LONGEST_PATH or "\0" in full:
            return ask()
        return self._far_files.answer(full, ask) or _Found(PathFacts(asked, os.path.normpath(full), "no-answer"))

    def _seen(self, path: PathFacts) -> _Found:
        return _Found(path if self.cwd is None else self._for_the_platform(path, self.cwd))

    def _found(self, path: PathFacts) -> _Found:
        path = path if self.cwd is None else self._for_the_platform(path, self.cwd)
        data = path.content
        if data is None:
            return _Found(path)
        # The content of a file is kept once, however many paths lead to it.
        path = replace(path, content=self._contents.setdefault(data, data))
        content = inspect(data)
        if path.target is None or content.kind != "private":
            return _Found(path, content)
        return _Found(path, content, self._surroundings.of(path.target, data, content.public_key_sha256))

    def _for_the_platform(self, found: PathFacts, cwd: str) -> PathFacts:
        """What the platform's user finds there, if another user asks."""
        if self.user is None or not (found.engine_reads or found.status == "unreadable"):
            return found
        full = looked_for(found.asked, cwd)[0]
        if self.other_user is not None:  # the system has answered for this process, not for that user
            right = may_read(full, self.other_user)
            if right.allowed is False:
                give = found.target if right.place == full and self._can_give(found) else None
                return replace(found, status="unreadable", content=None, refused_at=right.place, to_give=give)
            if right.allowed is None or not found.engine_reads:
                return replace(found, status="not-known", content=None)
        is_lent = found.engine_reads and self.user.uid not in (0, owner_uid(full))
        return replace(found, is_lent=True) if is_lent else found

    def _can_give(self, found: PathFacts) -> bool:
        """Whether a `chown` by root is enough; only ever for a private key in the installation."""
        if sys.platform == "win32" or os.geteuid() != 0:
            return False
        if found.target is None or found.content is None or found.mode is None or self.cwd is None:
            return False
        inside = found.target.startswith(os.path.join(os.path.realpath(self.cwd), ""))
        return inside and bool(found.mode & 0o400) and inspect(found.content).kind == "private"

    def _code_name_path(self, name: object) -> PathFacts | None:
        """The file named like the code name, if there is one: the engine sends its text as the API key."""
        if not isinstance(name, str) or not name or self.cwd is None:
            return None
        if name not in self._named:
            cwd = self.cwd
            found = self._answered(name, cwd, lambda: self._seen(examine(name, cwd, (), self._folders))).path
            self._named[name] = found if found is not None and found.engine_reads else None
        return self._named[name]

    def _of_secret(self, facts: KeyFacts, secret: str, exchange: str | None, api_key: str) -> KeyFacts:
        found = self._find(secret, facts.document)
        kind = secret_kind(secret, found.path)
        path = found.path if kind == "path" else None
        facts = replace(facts, kind=kind, control=control_character(secret), path=path)
        if path is not None and path.status == "special":
            return replace(facts, verdict=Verdict("none", "the engine would wait for ever on what is no regular file"))
        if path is not None and path.status in ("too-large", "made-up", "not-known", "no-answer"):
            return facts  # what the engine would read is unknown
        if kind == "path" and path is None:
            return facts
        data = path.content if path is not None else None
        if data is None and facts.is_too_long:
            return facts
        text = secret if data is None else data.decode("utf-8", "replace")
        content = inspect(secret.encode("utf-8", "replace")) if data is None else found.content
        if data is None and content is not None and (kind == "path" or content.kind in ("text", "empty")):
            content = None
        hmac = None if kind == "path" and data is None else _hmac_text(text, exchange, content)
        verdict = self._judge(text, exchange, api_key)
        takes = verdict.takes if verdict is not None else None
        if hmac is not None and self._decodes_secret(exchange):  # what is around it may do no harm, or all harm
            hmac = HmacText(hmac.plausible and takes is not False, hmac.only_blank_spoils and takes is False)
            if takes and not hmac.plausible:
                hmac = HmacText(is_hmac_secret("".join(text.split()), exchange), only_blank_spoils=False)
        facts = replace(
            facts, content=content, verdict=verdict, undecided=verdict is None, hmac_text=hmac,
            neighbours=None if data is None else found.neighbours,
        )  # fmt: skip
        if not facts.wants_copy:
            return facts
        clean = self._clean_copy(facts, exchange, api_key)
        return replace(facts, clean_copy=clean, exported=None if clean else self._exported(facts))

    def _clean_copy(self, facts: KeyFacts, exchange: str | None, api_key: str) -> str | None:
        """The first file beside the key file that holds the same key in an undamaged text that signs."""
        target = facts.path.target if facts.path is not None else None
        if facts.content is None or target is None:
            return None
        folder, own = os.path.split(target)
        known = facts.content.public_key_sha256
        made = [copy_name(own), copy_name(export_name(own)), export_name(own)]
        for name in made if known is None else self._surroundings.same_key(target, known):
            file = os.path.join(folder, name)
            written = from_root(self.cwd, file)
            path, content, _ = self._find(written, facts.document)
            if path is None or path.content is None or content is None or content.damage:
                continue
            if content.pkcs1 and facts.content.pkcs1:  # PKCS#1 too, so no better
                continue
            verdict = self._judge(path.content.decode("utf-8", "replace"), exchange, api_key)
            if verdict is not None and verdict.judged and verdict.signing in BY_PRIVATE_KEY:
                return written
        return None

    def _exported(self, facts: KeyFacts) -> str | None:
        if facts.path is None or facts.path.target is None or facts.content is None:
            return None
        file = export_name(facts.path.target)
        content = self._find(file, facts.document).content if facts.content.kind in EXPORTED else None
        return file if content is not None and content.convertible else None

    def _judge(self, text: str, exchange: str | None, api_key: str) -> Verdict | None:
        question = (text, exchange, api_key)
        if question not in self._verdicts:
            try:
                self._verdicts[question] = self._classes.verdict(text, exchange, api_key, self._effort)
            except TooLongError:
                self._verdicts[question] = None
        return self._verdicts[question]

    def _decodes_secret(self, exchange: str | None) -> bool:
        found = self._classes.of(exchange)
        return found is not None and found.scheme == "base64"


def _api_key(credential: Credential, found: PathFacts | None) -> str:
    """The API key that the engine sends: the text of the file of that name, or else the name itself."""
    if found is not None and found.content is not None:
        return found.content.decode("utf-8", "replace")
    name = credential.code_name
    return "" if name is None or name is False else str(name)


def _hmac_text(text: str, exchange: str | None, content: KeyText | None) -> HmacText:
    if content is not None and content.kind != "text":
        return HmacText(plausible=False, only_blank_spoils=False)
    plausible = is_hmac_secret(text, exchange)
    return HmacText(plausible, not plausible and is_hmac_secret(text.strip(BLANK), exchange))
