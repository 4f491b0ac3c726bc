"""The catalogue is complete, readable, and the same in the code and in docs/rules.md."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from superalgos_rsa.errors import UsageError
from superalgos_rsa.validator.rules.catalogue import RULES, Rule, markdown, page, rule

ROOT = Path(__file__).parents[3]

PUBLISHED = {
    "document-unreadable": "error",
    "document-shape": "error",
    "document-never-loads": "error, unused: warning",
    "document-duplicate-member": "warning",
    "workspace-crash": "error",
    "config-missing": "error",
    "config-invalid": "error",
    "config-control-character": "error",
    "config-schema": "error",
    "config-unknown-field": "warning",
    "credential-incomplete": "error, unused: info",
    "exchange-not-judged": "info, else: error",
    "engine-short-signature": "warning",
    "code-name-missing": "error, unused: info",
    "code-name-missing-secret": "error",
    "code-name-whitespace": "error, else: warning",
    "code-name-implausible": "error, else: warning",
    "code-name-equals-secret": "error",
    "code-name-swapped": "error",
    "code-name-reads-file": "warning, else: error",
    "code-name-duplicate": "error",
    "key-placeholder": "error, unused: info",
    "key-unused": "info",
    "secret-missing": "error, unused: info",
    "secret-exposed": "warning",
    "secret-inline-pem": "warning, else: error",
    "vault-invalid": "error",
    "vault-directory-missing": "error",
    "vault-entry-missing": "error, unused: info",
    "vault-overrides-node": "warning",
    "vault-not-applied": "warning",
    "vault-shared-entry": "warning",
    "vault-orphan": "info",
    "path-not-found": "error",
    "path-not-expanded": "error",
    "path-whitespace": "error",
    "path-quoted": "error",
    "path-case": "error",
    "path-separators": "error",
    "path-not-a-file": "error",
    "path-relative-elsewhere": "error",
    "file-unreadable": "error",
    "file-not-judged": "error, unused: info",
    "file-empty": "error",
    "file-too-large": "error",
    "file-permissions": "warning",
    "file-in-git": "warning",
    "file-copies": "warning",
    "secret-whitespace": "error",
    "pem-public": "error",
    "pem-certificate": "error",
    "pem-encrypted": "error",
    "pem-openssh": "error",
    "pem-der": "error",
    "pem-missing": "error",
    "pem-damaged": "error, else: warning",
    "pem-encoding": "error",
    "pem-multiple": "warning",
    "pem-pkcs1": "info",
    "key-inconsistent": "error",
    "key-algorithm": "error",
    "key-size": "error, else: info",
    "exchange-not-asymmetric": "error",
    "public-key-mismatch": "warning",
    "key-shared": "info",
    "task-key-reference-missing": "error, else: warning",
    "task-key-not-found": "error",
    "task-key-wrong-exchange": "error",
    "task-key-namesake": "error",
    "task-session-never-starts": "warning",
    "exchange-sandbox": "error, unused: warning",
    "exchange-unknown": "error, unused: info",
    "task-key-ignored": "warning",
    "task-server-unknown": "error",
    "task-server-unreachable": "error",
    "export-secret": "error",
    "export-personal": "warning",
    "platform-profile": "warning, else: error",
    "platform-working-folder": "error, else: warning",
    "working-folder-unknown": "info",
    "container-judged-from-outside": "error, unused: warning",
    "secrets-not-mounted": "warning",
    "platform-running": "warning",
    "engine-disagrees": "error",
    "engine-unavailable": "warning",
    "engine-version-unknown": "info",
    "internal-error": "error",
}

every_rule = pytest.mark.parametrize("entry", RULES.values(), ids=lambda entry: entry.id)


def test_the_published_ids_and_severities() -> None:
    """Ids are fixed once published: reports, suppressions and other programs hold them."""
    assert {entry.id: _severities(entry) for entry in RULES.values()} == PUBLISHED


def _severities(entry: Rule) -> str:
    words: list[str] = [entry.severity]
    words += [f"unused: {entry.unused_severity}"] if entry.unused_severity else []
    words += [f"else: {entry.other_severity}"] if entry.other_severity else []
    return ", ".join(words)


@every_rule
def test_an_id_is_words_with_hyphens(entry: Rule) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", entry.id)


@every_rule
def test_every_text_is_there_and_finished(entry: Rule) -> None:
    """A title is one line without a full stop, everything else one or more whole sentences."""
    assert entry.title
    assert not entry.title.endswith(".")
    assert len(entry.title) <= 90
    texts = [entry.sees, entry.engine, entry.mend, *([entry.exchange] if entry.exchange is not None else [])]
    for text in (entry.title, *texts):
        assert text == " ".join(text.split())
        assert not re.search(r"TODO|FIXME|XXX|TBD|lorem|\.\.\.", text, re.IGNORECASE)
        assert text.count("`") % 2 == 0
    for text in texts:
        assert len(text) > 20 or text.startswith("`")
        assert text.endswith((".", "`"))


@every_rule
def test_sentences_stay_short(entry: Rule) -> None:
    """The readers are traders, and English is a foreign language to most of them."""
    prose = re.sub(r"`[^`]*`", "code", " ".join((entry.sees, entry.engine, entry.mend)))
    sentences = re.split(r"(?<=[.:;?]) ", prose)
    assert max(len(sentence.split()) for sentence in sentences) <= 34


_OF_NO_REQUEST = ("engine-disagrees", "internal-error", "file-not-judged", "container-judged-from-outside")


@every_rule
def test_a_rule_that_spoils_requests_says_what_comes_of_it(entry: Rule) -> None:
    """Only the tool's own troubles, and what nobody knows, may be errors without a word about the exchange."""
    if entry.severity == "error" and entry.id not in _OF_NO_REQUEST:
        assert entry.exchange
    if entry.severity == "info":
        assert entry.exchange is None


def test_an_exchange_message_is_spelled_as_the_exchange_spells_it() -> None:
    messages = {entry.exchange for entry in RULES.values() if entry.exchange and entry.exchange.startswith("-")}
    assert messages == {
        "-1022 Signature for this request is not valid.",
        "-2014 API-key format invalid.",
        "-2015 Invalid API-key, IP, or permissions for action.",
    }


def test_severities_are_worst_first_and_each_once() -> None:
    assert rule("key-placeholder").severities == ("error", "info")
    assert rule("code-name-reads-file").severities == ("error", "warning")
    assert rule("path-not-found").severities == ("error",)


def test_an_unknown_rule_is_a_mistake_of_the_user_not_a_crash() -> None:
    with pytest.raises(UsageError, match="no-such-rule") as caught:
        rule("no-such-rule")
    assert caught.value.hint


@every_rule
def test_a_page_holds_every_text_and_fits_a_terminal(entry: Rule) -> None:
    text = page(entry)
    flat = " ".join(text.split())
    for part in (entry.id, entry.title, entry.sees, entry.engine, entry.exchange or "", entry.mend, *entry.severities):
        assert part in flat
    assert max(map(len, text.splitlines())) <= 100
    assert text.endswith("\n")


def test_the_markdown_links_every_rule_to_its_heading() -> None:
    text = markdown()
    for rule_id in RULES:
        assert f"[`{rule_id}`](#{rule_id})" in text
        assert f"\n### {rule_id}\n" in text


def test_docs_rules_md_is_made_from_the_catalogue() -> None:
    made = subprocess.run(
        [sys.executable, "-m", "superalgos_rsa.validator.rules"], cwd=ROOT, capture_output=True, check=True
    )
    assert made.stdout.decode() == markdown()
    kept = (ROOT / "docs/rules.md").read_bytes()
    assert kept == made.stdout, "run `python -m superalgos_rsa.validator.rules > docs/rules.md`"
