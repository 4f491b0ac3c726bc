"""Every rule there is: importing this module declares them all."""

from superalgos_rsa.validator.rules import (  # noqa: F401  # for what importing them does
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
from superalgos_rsa.validator.rules.registry import run

__all__ = ["run"]
