"""The rules whose mistakes `fix` has a repair for: `check` asks after each verdict, and need not load the repairs."""

from __future__ import annotations

from superalgos_rsa.validator.report import Report

RULES = frozenset(
    {
        "code-name-implausible", "code-name-swapped", "code-name-whitespace", "config-control-character",
        "config-invalid", "config-missing", "config-schema", "exchange-sandbox", "file-permissions", "path-case",
        "path-not-a-file", "path-not-expanded", "path-not-found", "path-quoted", "path-relative-elsewhere",
        "path-separators", "path-whitespace", "pem-damaged", "pem-der", "pem-encoding", "pem-encrypted", "pem-missing",
        "pem-openssh", "pem-public", "task-key-namesake", "task-key-not-found", "vault-directory-missing",
        "vault-invalid", "vault-overrides-node", "workspace-crash",
    }
)  # fmt: skip


def is_mendable(report: Report, *, errors_alone: bool = False) -> bool:
    """Whether a repair may be found for any finding, or for any error."""
    return any(
        finding.rule in RULES and (finding.severity == "error" or not errors_alone) for finding in report.findings
    )
