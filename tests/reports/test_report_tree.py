from __future__ import annotations

import pytest
from report_samples import BROKEN_KEY, KEY, TASK, WORKSPACE, report

from superalgos_rsa.reports import tree
from superalgos_rsa.validator.report import DocumentEntry, KeyEntry, Report, SecretEntry, SecretKind, Signing, TaskEntry

INLINE = SecretEntry("inline", "node", None, None)


def lines(value: Report, width: int = 120) -> list[str]:
    return [line.strip("│├└─ ") for line in tree.render(value, color=False, width=width).splitlines()]


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (KEY, "signs RSA, 2048 bits"),
        (KEY._replace(signing="ed25519", key_type="ed25519", key_bits=256), "signs Ed25519"),
        (BROKEN_KEY, "would sign HMAC with plain text, not with a private key!"),
        (KEY._replace(signing="hmac", usable=False),
         "would sign HMAC with plain text, not with a private key! (holds a key of type rsa, 2048 bits)"),
        (BROKEN_KEY._replace(usable=True), "signs HMAC with the text of the file"),
        (BROKEN_KEY._replace(usable=True, secret=INLINE), "signs HMAC with the secret"),
        (BROKEN_KEY._replace(signing="none"), "cannot sign: the engine fails, or the signature is wrong"),
        (KEY._replace(signing="none", usable=False, key_type="ec", key_bits=256),
         "cannot sign: the engine fails, or the signature is wrong (holds a key of type ec, 256 bits)"),
        (BROKEN_KEY._replace(signing=None), "not known"),
    ],
)  # fmt: skip
def test_what_the_engine_would_do_is_said_in_words(key: KeyEntry, words: str) -> None:
    assert f"engine: {words}" in lines(report(keys=(key,)))


@pytest.mark.parametrize(
    ("secret", "line"),
    [
        (SecretEntry("path", "vault", "k.pem", None), "path, from the vault: k.pem"),
        (SecretEntry("path", None, "k.pem ", None), 'path: "k.pem "'),
        (SecretEntry("inline", "node", None, None), "secret, from the node: the value itself, not shown"),
        (SecretEntry("empty", None, None, None), "secret: empty"),
        (SecretEntry("placeholder", "node", None, None), "secret, from the node: still the text of the template"),
    ],
)
def test_a_secret_is_named_by_what_it_is(secret: SecretEntry, line: str) -> None:
    assert line in lines(report(keys=(KEY._replace(secret=secret),)))


@pytest.mark.parametrize("kind", ["inline", "empty", "placeholder"])
def test_only_a_path_is_ever_written_out(kind: SecretKind) -> None:
    secret = SecretEntry(kind, "node", "canary", "canary")
    assert "canary" not in tree.render(report(keys=(KEY._replace(secret=secret),)), color=False, width=80)


def test_a_key_that_nobody_can_judge_from_here_has_a_mark_of_its_own() -> None:
    assert "? key Key for Binance: nobody can say from here" in lines(report(keys=(KEY._replace(usable=None),)))


@pytest.mark.parametrize("signing", ["rsa", "ed25519", "hmac", "none", None])
@pytest.mark.parametrize("usable", [True, False])
def test_the_mark_is_the_verdict_and_never_the_kind_of_signature(signing: Signing | None, usable: bool) -> None:
    head = f"{'✔' if usable else '✘'} key Key for Binance: {'usable' if usable else 'not usable'}"
    assert head in lines(report(keys=(KEY._replace(signing=signing, usable=usable),)))


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        (TASK, ["✔ task BTC/USDT live: ready", "Live Trading Session, trades on binance",
                "✔ key Key for Binance: usable"]),
        (TASK._replace(key_id=None, ready=False),
         ["✘ task BTC/USDT live: not ready", "Live Trading Session, trades on binance",
          "✘ no key: the task refers to none"]),
        (TASK._replace(key_id="gone", ready=False, name=None, exchange=None),
         ["✘ task (no name): not ready", "Live Trading Session", "✘ key gone: not in this document"]),
        (TASK._replace(key_id=None, needs_key=False, session=None, exchange=None),
         ["✔ task BTC/USDT live: ready, needs no key", "no session", "keys that no task uses"]),
    ],
)  # fmt: skip
def test_a_task_leads_to_its_session_and_its_key(task: TaskEntry, expected: list[str]) -> None:
    drawn = lines(report(tasks=(task,)))
    assert drawn[2:5] == expected


def test_tasks_are_gathered_under_their_lan_node() -> None:
    tasks = (TASK, TASK._replace(lan_node="Rack 2", server="trader-2"), TASK._replace(name="Second"))
    heads = [line for line in lines(report(tasks=tasks)) if "LAN node" in line or "task " in line]
    assert heads == [
        "LAN node Superalgos Desktop (this machine)",
        "✔ task BTC/USDT live: ready",
        "✔ task Second: ready",
        "LAN node Rack 2 (server trader-2)",
        "✔ task BTC/USDT live: ready",
    ]
    assert "under no LAN node" in lines(report(tasks=(TASK._replace(lan_node=None, server=None),)))


def test_a_key_of_several_tasks_is_drawn_once_and_named_again() -> None:
    drawn = lines(report(tasks=(TASK, TASK._replace(name="Second"))))
    assert drawn.count("✔ key Key for Binance: usable") == 1
    assert drawn.count("✔ key Key for Binance: usable (drawn above)") == 1
    assert "keys that no task uses" not in drawn


def test_a_key_that_no_task_uses_is_drawn_at_the_end_even_without_an_id() -> None:
    """`None` is no id: a task without a key does not use a key without an id."""
    drawn = lines(report(keys=(KEY._replace(id=None),), tasks=(TASK._replace(key_id=None),)))
    assert drawn.index("keys that no task uses") < drawn.index("✔ key Key for Binance: usable")


def test_two_keys_with_one_id_are_both_drawn_with_a_warning() -> None:
    drawn = lines(report(keys=(KEY, BROKEN_KEY._replace(id=KEY.id))))
    assert drawn.count("beware: another key of this document has the same id") == 2
    assert "keys that no task uses" not in drawn


def test_a_task_never_takes_a_key_of_another_document() -> None:
    other = KEY._replace(document="b.json")
    documents = (DocumentEntry(WORKSPACE, "workspace", True, 0, 1), DocumentEntry("b.json", "node", None, 1, 0))
    first, second = tree.render(report(keys=(other,), documents=documents), color=False, width=120).split("\n\n")
    assert f"✘ key {KEY.id}: not in this document" in first
    assert second.startswith("b.json (exported node)\n└─ keys that no task uses\n")


@pytest.mark.parametrize(
    ("document", "line"),
    [
        (DocumentEntry("a.json", "workspace", True, 0, 0), "a.json (workspace): no keys, no tasks"),
        (DocumentEntry("a.json", "workspace", False, 0, 0),
         "a.json (workspace): no keys, no tasks ✘ loading it ends the whole platform"),
        (DocumentEntry("a.json", "plugin", None, 0, 0), "a.json (plugin file): no keys, no tasks"),
        (DocumentEntry("a.json", "vault", None, 0, 0), "a.json (vault)"),
        (DocumentEntry("a.json", None, None, 0, 0), "a.json (unreadable)"),
    ],
)  # fmt: skip
def test_a_document_without_keys_is_one_line(document: DocumentEntry, line: str) -> None:
    assert tree.render(report(keys=(), tasks=(), documents=(document,)), color=False, width=80) == line + "\n"


def test_nothing_named_is_nothing_drawn() -> None:
    assert tree.render(report(keys=(), tasks=(), documents=()), color=False, width=80) == ""


@pytest.mark.parametrize(
    ("width", "label"), [(80, "fingerprint, SHA-256:"), (120, f"fingerprint, SHA-256: {KEY.public_key_sha256}")]
)
def test_a_value_too_long_for_its_line_takes_the_next_one_whole(width: int, label: str) -> None:
    drawn = lines(report(), width)
    assert label in drawn
    assert any(line.endswith(str(KEY.public_key_sha256)) for line in drawn)


@pytest.mark.parametrize(("kind", "said"), [("path", True), ("inline", True), ("empty", False), ("placeholder", False)])
def test_nothing_is_said_of_the_engine_where_there_is_nothing_to_sign_with(kind: SecretKind, said: bool) -> None:
    key = BROKEN_KEY._replace(signing=None, secret=SecretEntry(kind, "node", None, None))
    assert ("engine: not known" in lines(report(keys=(key,)))) is said


def test_the_machine_of_a_key_is_named_where_it_is_another() -> None:
    assert "on: server trader-2" in lines(report(keys=(KEY._replace(server="trader-2"),)))
