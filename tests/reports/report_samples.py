"""Reports as a trader meets them, written by hand."""

from __future__ import annotations

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

ROOT = "/opt/Superalgos"
WORKSPACE = "Platform/My-Workspaces/My-Workspace.json"
EXCHANGES = ("My Crypto Ecosystem", "Crypto Exchanges")
ACCOUNT = (*EXCHANGES, "Binance", "Exchange Accounts", "My Account", "User Keys")

KEY = KeyEntry(
    document=WORKSPACE,
    pointer="/rootNodes/1/cryptoExchanges/0/exchanges/0/exchangeAccounts/userAccounts/0/userKeys/keys/0",
    line=812,
    id="e85b1c1c-0000-4000-8000-000000000001",
    name="Key for Binance",
    exchange="binance",
    code_name="AbCd…wXyZ",
    secret=SecretEntry("path", "vault", "My-Secrets/k.pem", f"{ROOT}/My-Secrets/k.pem"),
    signing="rsa",
    usable=True,
    key_type="rsa",
    key_bits=2048,
    public_key_sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    server="local",
    used_by=("task-1",),
)
BROKEN_KEY = KEY._replace(
    pointer=KEY.pointer.replace("keys/0", "keys/1"),
    line=830,
    id="e85b1c1c-0000-4000-8000-000000000002",
    name="Old key",
    secret=SecretEntry("path", "node", "My-Secrets/old.pem", f"{ROOT}/My-Secrets/old.pem"),
    signing="hmac",
    usable=False,
    key_type=None,
    key_bits=None,
    public_key_sha256=None,
    used_by=(),
)
TASK = TaskEntry(
    document=WORKSPACE,
    pointer="/rootNodes/2/tasks/0",
    line=1200,
    id="task-1",
    name="BTC/USDT live",
    session="Live Trading Session",
    exchange="binance",
    lan_node="Superalgos Desktop",
    server="local",
    needs_key=True,
    key_id=KEY.id,
    ready=True,
)

PATH_NOT_FOUND = Finding(
    rule="path-not-found",
    severity="error",
    message='No file "My-Secrets/old key.pem" on this server; the engine would sign HMAC with the text of the path.',
    document=WORKSPACE,
    pointer=BROKEN_KEY.pointer,
    line=830,
    column=31,
    key_id=BROKEN_KEY.id,
    path=f"{ROOT}/My-Secrets/old key.pem",
    server="local",
    would_cause="-1022 Signature for this request is not valid.",
    fix=Fix("display", ("superalgos-rsa", "set", WORKSPACE, "Old key", "--secret", "My-Secrets/k.pem")),
    node=(*ACCOUNT, "Old key"),
)
PERMISSIONS = Finding(
    rule="file-permissions",
    severity="warning",
    message="Group and others can read the private key.",
    document=WORKSPACE,
    line=812,
    key_id=KEY.id,
    path=f"{ROOT}/My-Secrets/k.pem",
    server="local",
    fix=Fix("safe", ("chmod", "600", f"{ROOT}/My-Secrets/k.pem")),
    node=(*ACCOUNT, "Key for Binance"),
)
SANDBOX = tuple(
    Finding(
        rule="exchange-sandbox",
        severity="warning",
        message='"sandBox" is the string "false", which the engine takes for true: it would talk to the testnet.',
        document=WORKSPACE,
        line=40 + 20 * number,
        column=17,
        would_cause="-2008 Invalid Api-Key ID.",
        fix=Fix("safe", ("superalgos-rsa", "fix", "--apply")),
        node=(*EXCHANGES, f"Exchange {number}"),
    )
    for number in range(118)
)
UNUSED = tuple(
    Finding(rule="key-unused", severity="info", message="No task refers to this key.", document=WORKSPACE, line=line)
    for line in (830, 900)
)
CONFIG = Finding(
    rule="document-unreadable",
    severity="error",
    message="The file is not JSON: a comma is missing.",
    document="Platform/My-Workspaces/Half.json",
    line=3,
    column=9,
)


def report(
    *findings: Finding,
    keys: tuple[KeyEntry, ...] = (KEY,),
    tasks: tuple[TaskEntry, ...] = (TASK,),
    documents: tuple[DocumentEntry, ...] = (DocumentEntry(WORKSPACE, "workspace", True, 1, 1),),
    ready: bool | None = None,
    installation_root: str | None = ROOT,
) -> Report:
    def number(severity: str) -> int:
        return sum(finding.severity == severity for finding in findings)

    errors = number("error")
    return Report(
        tool="0.1.0",
        installation=InstallationEntry(installation_root, "1.6.1", "2.7.62", False),
        documents=documents,
        keys=keys,
        tasks=tasks,
        findings=findings,
        summary=Summary(
            errors, number("warning"), number("info"), len(keys), len(tasks), not errors if ready is None else ready
        ),
    )


GREEN = report()
MIXED = report(
    UNUSED[0],
    *SANDBOX,
    CONFIG,
    UNUSED[1],
    PERMISSIONS,
    PATH_NOT_FOUND,
    keys=(KEY, BROKEN_KEY),
    documents=(
        DocumentEntry(WORKSPACE, "workspace", True, 2, 1),
        DocumentEntry("Platform/My-Workspaces/Half.json", None, False, 0, 0),
    ),
)
