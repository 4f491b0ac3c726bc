"""`python -m superalgos_rsa`, and what the console script calls."""

from __future__ import annotations

import sys


def main() -> int:
    from superalgos_rsa.cli import run

    return run(None)


if __name__ == "__main__":
    sys.exit(main())
