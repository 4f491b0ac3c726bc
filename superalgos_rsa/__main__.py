"""`python -m superalgos_rsa`, and what the console script calls."""

from __future__ import annotations

import gc
import sys


def main() -> int:
    """Run the command line of this process and return its exit code."""
    try:
        import signal

        # Before and after the command there is nothing to clean up, so Ctrl-C simply ends the process. Python's own
        # handler would print a traceback of an import.
        if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:  # the caller ignores Ctrl-C, and so do we
            return _run()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        try:
            return _run()
        finally:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
    except KeyboardInterrupt:
        return 130


def _run() -> int:
    # What is imported stays to the end, and at the end everything goes: to look for garbage there takes a tenth of the
    # time of a `check`. While the command works, `cli` has it looked for.
    gc.disable()
    try:
        from superalgos_rsa.cli import main
        from superalgos_rsa.files import core_dumps

        core_dumps.forbid()
        return main(None)
    finally:
        gc.freeze()


if __name__ == "__main__":
    sys.exit(main())
