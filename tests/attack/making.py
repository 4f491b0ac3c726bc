"""A program that runs one command line twice, for a tracer to interrupt the second time.

Arguments: a JSON list of two objects with `cwd`, `state` and `words`. The first run imports all that the second needs;
between them stands the look at a file called BEGIN.
"""

import json
import os
import sys

from superalgos_rsa import cli


def main(first: dict[str, object], second: dict[str, object]) -> int:
    go(first)
    os.access("BEGIN", os.F_OK)
    return go(second)


def go(call: dict[str, object]) -> int:
    os.chdir(str(call["cwd"]))
    os.environ["XDG_STATE_HOME"] = str(call["state"])
    return cli.main(list(map(str, call["words"])))  # type: ignore[call-overload]


if __name__ == "__main__":
    sys.exit(main(*json.loads(sys.argv[1])))
