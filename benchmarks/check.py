"""How long `check` takes beside the least that any such program must do, and how it grows.

    python benchmarks/check.py WORKSPACE.json

WORKSPACE.json is a large real workspace; it is copied into a temporary installation, with a key that is really there.
Whole processes are timed in turn, so that what else the machine does falls on both sides; medians of 10.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 10
FLOOR = """
import json, sys
from cryptography.hazmat.primitives.serialization import load_pem_private_key
json.load(open(sys.argv[1], encoding="utf-8"))
load_pem_private_key(open(sys.argv[2], "rb").read(), None)
"""


def main() -> None:
    workspace = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        document, key = build(root, workspace)
        # -P: the installed package, which has its byte code, not the checkout in the current folder.
        check = [sys.executable, "-P", "-m", "superalgos_rsa", "--root", str(root), "check"]
        floor = [sys.executable, "-c", FLOOR, str(document), str(key)]
        print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
        compare(floor, [*check, str(document)], document)
        for count in (50, 100, 200):
            grow(root, document, count, check)


def build(root: Path, workspace: Path) -> tuple[Path, Path]:
    """An installation with the workspace in it, one key node added that names a good key file."""
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    folder = root / "Platform" / "My-Workspaces"
    folder.mkdir(parents=True)
    (root / "My-Secrets").mkdir()
    lock = {"packages": {"node_modules/ccxt": {"version": "2.7.62"}}}
    (root / "package-lock.json").write_text(json.dumps(lock))
    key = root / "My-Secrets" / "k.pem"
    key.touch(0o600)
    pem = generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    key.write_bytes(pem)
    value = json.loads(workspace.read_text("utf-8"))
    ecosystem = next(node for node in value["rootNodes"] if node["type"] == "Crypto Ecosystem")
    config = json.dumps({"codeName": "A" * 64, "secret": "My-Secrets/k.pem"})
    node = {"type": "Exchange Account Key", "name": "k", "project": "Foundations", "config": config, "id": "k"}
    accounts = {"type": "Exchange Accounts", "userAccounts": [{"type": "User Account", "userKeys": {"keys": [node]}}]}
    ecosystem["cryptoExchanges"][0]["exchanges"][0]["exchangeAccounts"] = accounts
    document = folder / "W000.json"
    document.write_text(json.dumps(value, indent=4, ensure_ascii=False), "utf-8")
    return document, key


def seconds(command: list[str]) -> float:
    begun = time.perf_counter()
    done = subprocess.run(command, capture_output=True, check=False)
    taken = time.perf_counter() - begun
    if done.stderr:
        sys.exit(done.stderr.decode())
    return taken


def compare(floor: list[str], check: list[str], document: Path) -> None:
    pairs = [(seconds(floor), seconds(check)) for _ in range(ROUNDS + 1)][1:]
    least, ours = (statistics.median(side) for side in zip(*pairs, strict=True))
    size = document.stat().st_size / 1e6
    print(f"check on {size:.1f} MB: floor {least * 1000:.0f} ms, check {ours * 1000:.0f} ms, ratio {ours / least:.2f}")


def grow(root: Path, document: Path, count: int, check: list[str]) -> None:
    for index in range(1, count):
        copy = document.with_name(f"W{index:03}.json")
        if not copy.exists():
            shutil.copy(document, copy)
    begun = time.perf_counter()
    process = subprocess.Popen([*check, "--quiet"], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    taken = time.perf_counter() - begun
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit("check failed")
    size = document.stat().st_size * count / 1e6
    peak = usage.ru_maxrss / 1024
    pace = f"{taken:.1f} s, {taken / size * 1000:.1f} ms a MB"
    print(f"check on {count} workspaces ({size:.0f} MB): {pace}, at most {peak:.0f} MiB of memory")


if __name__ == "__main__":
    main()
