"""The program with `sys.platform` as on Windows: run as a script, with the words of its command line.

All is imported first: a library that is imported now would look for Windows' own modules.
"""

import importlib
import subprocess  # noqa: F401  # the same
import sys

from superalgos_rsa.__main__ import main
from superalgos_rsa.cli import COMMANDS, child, preflight  # noqa: F401  # the same
from superalgos_rsa.reports import text  # noqa: F401  # the same

if __name__ == "__main__":
    for name in COMMANDS:
        importlib.import_module(f"superalgos_rsa.cli.{name}")
    sys.platform = "win32"
    sys.exit(main())
