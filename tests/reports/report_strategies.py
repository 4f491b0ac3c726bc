"""Any report at all: every text in it may hold any character, lone surrogates and terminal commands too."""

from __future__ import annotations

from hypothesis import strategies as st

from superalgos_rsa.documents.json_text import pointer_text
from superalgos_rsa.validator.report import (
    DocumentEntry,
    Finding,
    Fix,
    InstallationEntry,
    KeyEntry,
    Report,
    SecretEntry,
    Summary,
    TaskEntry,
)

HOSTILE = [
    "\x1b[31m",
    "\x1b]0;t\x07",
    "\x9b2J",
    "\u202e",
    "\u2066",
    "\r\n",
    "\t",
    "\x00",
    "\u200b",
    "\ufeff",
    "\ud83d",
    "\u2028",
]
texts = st.one_of(
    st.text(st.characters(), max_size=12),
    st.lists(st.sampled_from([*HOSTILE, "a", " ", "'", '"', "\\", "\u203a", "钥"]), max_size=6).map("".join),
)
maybe = st.none() | texts
# Few values, so that tasks find keys and keys share their ids.
ids = st.none() | st.sampled_from(["1", "2", "\x1b"])
documents = st.sampled_from(["a.json", "\x1b[2J", "b c.json"])
lines = st.none() | st.integers(1, 9999)
counts = st.integers(0, 3)
pointers = st.lists(texts, max_size=3).map(lambda steps: pointer_text(tuple(steps)))

findings = st.builds(
    Finding,
    rule=st.sampled_from(["path-not-found", "key-unused"]),
    message=st.sampled_from(["The same.", "\x1b[1mOther"]) | texts,
    document=st.none() | documents,
    pointer=st.none() | pointers,
    line=lines,
    column=lines,
    key_id=ids,
    task_id=ids,
    path=maybe,
    server=maybe,
    would_cause=maybe,
    fix=st.none()
    | (
        st.builds(Fix, command=st.lists(texts, min_size=1, max_size=4).map(tuple), sentence=st.just(""))
        | st.builds(Fix, command=st.just(()), sentence=texts)
    ),
    node=st.lists(texts, max_size=8).map(tuple),
)
keys = st.builds(
    KeyEntry,
    document=documents,
    pointer=pointers,
    line=lines,
    id=ids,
    name=maybe,
    exchange=maybe,
    code_name=maybe,
    secret=st.builds(SecretEntry, path=maybe, resolved=maybe),
    key_type=maybe,
    key_bits=lines,
    public_key_sha256=maybe,
    server=maybe,
    used_by=st.lists(texts, max_size=2).map(tuple),
)
tasks = st.builds(
    TaskEntry,
    document=documents,
    pointer=pointers,
    line=lines,
    id=ids,
    name=maybe,
    session=maybe,
    exchange=maybe,
    lan_node=maybe,
    server=maybe,
    key_id=ids,
)


def reports() -> st.SearchStrategy[Report]:
    return st.builds(
        Report,
        tool=st.just("0.1.0"),
        installation=st.builds(InstallationEntry, root=maybe, superalgos=maybe, ccxt=maybe, user=maybe, asked_by=maybe),
        documents=st.lists(st.builds(DocumentEntry, path=documents, keys=counts, tasks=counts), max_size=2).map(tuple),
        keys=st.lists(keys, max_size=3).map(tuple),
        tasks=st.lists(tasks, max_size=3).map(tuple),
        findings=st.lists(findings, max_size=6).map(tuple),
        summary=st.builds(Summary, *[counts] * 5),
        version=st.just(1),
    )
