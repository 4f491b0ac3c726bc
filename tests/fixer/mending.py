"""Runs `fix --apply` on one installation over and over, until the file that is named second is there.

With the third argument `without` the system refuses every lease, as it does for a file of another owner. Prints how
often it wrote, and how often it found that another program had written meanwhile.
"""

import contextlib
import io
import json
import sys
from pathlib import Path

from superalgos_rsa import cli
from superalgos_rsa.files import lease


def main(root: str, stop: Path, leases: str) -> None:
    if leases == "without":
        lease._take = lambda *_: "refused"
    wrote = refused = 0
    while not stop.exists():
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = cli.main(["--root", root, "fix", "--apply"])
        wrote += "written" in out.getvalue()
        refused += code == 2
        if code == 2 and "by another program" not in err.getvalue() and "meanwhile" not in err.getvalue():
            sys.stderr.write(err.getvalue())
            sys.exit(1)
    sys.stdout.write(json.dumps({"wrote": wrote, "refused": refused}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
