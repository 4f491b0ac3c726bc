"""The rules: what can be wrong with a credential, each mistake told by one rule."""

from superalgos_rsa.rules import (  # noqa: F401  # importing a module declares its rules
    code_names,
    configs,
    documents,
    files,
    keys,
    paths,
    pems,
    platform,
    secrets,
    tasks,
    vaults,
)
from superalgos_rsa.rules.registry import run

__all__ = ["run"]
