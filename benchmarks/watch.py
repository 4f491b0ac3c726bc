"""What `watch` costs: time to a verdict, processor while idle, and what it tells beside a platform that saves all the
time. Memory is told by tests/watcher/soak.py.

    python benchmarks/watch.py [latency] [idle] [busy]

A change is the closing write of a key file that breaks or mends it; its time ends when the line of the verdict has
been read. A reader of bare inotify, in the same run and on the same changes, shows what the kernel alone takes.
"""

from __future__ import annotations

import ctypes
import json
import os
import platform
import queue
import select
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

SAMPLES = 200
IDLE_SECONDS = 60
WATCHED = 1000
DEBOUNCE = 0.05
BUSY_SECONDS = 60
SAVES = 50
"""A second."""
_CLOSE_WRITE = 8


class Inotify(threading.Thread):
    """When each closing write was read from the kernel."""

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self.times: queue.SimpleQueue[float] = queue.SimpleQueue()
        libc = ctypes.CDLL(None, use_errno=True)
        self._descriptor = libc.inotify_init()
        libc.inotify_add_watch(self._descriptor, os.fsencode(folder), _CLOSE_WRITE)

    def run(self) -> None:
        while os.read(self._descriptor, 4096):
            self.times.put(time.perf_counter())


class Watch:
    def __init__(self, root: Path) -> None:
        command = [sys.executable, "-P", "-m", "superalgos_rsa", "--root", str(root), "watch", "--format", "jsonl"]
        self.child = subprocess.Popen(command, stdout=subprocess.PIPE)
        self.times: queue.SimpleQueue[tuple[float, str]] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.child.stdout is not None
        for line in self.child.stdout:
            self.times.put((time.perf_counter(), json.loads(line)["event"]))

    def cpu(self) -> float:
        """Seconds of processor so far."""
        fields = Path(f"/proc/{self.child.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        self.child.terminate()
        self.child.wait(10)


def build(root: Path, keys: int) -> tuple[Path, bytes, bytes]:
    """An installation with so many keys, each with a file of its own, 50 a folder; one of them is to change."""
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

    private = generate_private_key(65537, 2048)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    workspaces = root / "Platform" / "My-Workspaces"
    workspaces.mkdir(parents=True)
    lock = {"packages": {"node_modules/ccxt": {"version": "2.7.62"}}}
    (root / "package-lock.json").write_text(json.dumps(lock))
    nodes = []
    for number in range(keys):
        path = root / "My-Secrets" / f"f{number // 50}" / f"k{number}.pem"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pem)
        path.chmod(0o600)
        config = json.dumps({"codeName": f"{number:064}", "secret": str(path.relative_to(root))})
        nodes.append(
            {"type": "Exchange Account Key", "name": f"k{number}", "project": "Foundations", "config": config,
             "id": f"k{number}"}
        )  # fmt: skip
    account = {"type": "User Account", "userKeys": {"type": "User Keys", "keys": nodes}}
    exchange = {
        "type": "Crypto Exchange", "config": json.dumps({"codeName": "binance"}),
        "exchangeAccounts": {"type": "Exchange Accounts", "userAccounts": [account]},
    }  # fmt: skip
    group = {"type": "Crypto Exchanges", "exchanges": [exchange]}
    ecosystem = {"type": "Crypto Ecosystem", "project": "Foundations", "cryptoExchanges": [group]}
    (workspaces / "W.json").write_text(json.dumps({"type": "Workspace", "rootNodes": [ecosystem]}))
    return root / "My-Secrets" / "f0" / "k0.pem", pem, public


def latency(root: Path, keys: int) -> None:
    path, pem, public = build(root, keys)
    bare = Inotify(path.parent)
    bare.start()
    watch = Watch(root)
    watch.times.get(timeout=60)
    ours, kernel = [], []
    for number in range(SAMPLES):
        descriptor = os.open(path, os.O_WRONLY | os.O_TRUNC)
        os.write(descriptor, pem if number % 2 else public)
        closed = time.perf_counter()
        os.close(descriptor)
        kernel.append(bare.times.get(timeout=10) - closed)
        told, _ = watch.times.get(timeout=10)
        ours.append(told - closed - DEBOUNCE)
        select.select([], [], [], 0.02)
    watch.stop()
    for name, samples in (("bare inotify", kernel), ("watch, without its 50 ms debounce", ours)):
        print(f"{name}, {keys} keys: p50 {p(samples, 50):.1f} ms, p95 {p(samples, 95):.1f} ms ({SAMPLES} samples)")
    print(f"  p95 above bare inotify: {p(ours, 95) - p(kernel, 95):.1f} ms")


def p(samples: list[float], percent: int) -> float:
    return statistics.quantiles(samples, n=100)[percent - 1] * 1000


def idle(root: Path) -> None:
    build(root, WATCHED)
    watch = Watch(root)
    watch.times.get(timeout=120)
    select.select([], [], [], 1)
    before = watch.cpu()
    select.select([], [], [], IDLE_SECONDS)
    print(f"idle for {IDLE_SECONDS} s with {WATCHED} key files: {watch.cpu() - before:.2f} s of processor")
    watch.stop()


def busy(root: Path, size: int, empty: float, part: float) -> None:
    """A workspace of so many bytes is saved all the time as the platform does it: truncated, and written in parts. For
    5 of every 20 seconds the saves hold a value that breaks its key."""
    build(root, 1)
    document = root / "Platform" / "My-Workspaces" / "W.json"
    value = json.loads(document.read_bytes())
    value["rootNodes"].append({"type": "Pad", "name": "x" * size})
    good = json.dumps(value).encode()
    bad = good.replace(b"k0.pem", b"no.pem")
    document.write_bytes(good)
    watch = Watch(root)
    watch.times.get(timeout=60)
    cpu, began = watch.cpu(), time.perf_counter()
    due, planted, saves, last = began, 0, 0, good
    while (now := time.perf_counter()) < began + BUSY_SECONDS:
        data = bad if (now - began) % 20 > 15 else good
        planted, last = planted + (data != last), data
        with open(document, "wb", buffering=0) as stream:
            time.sleep(empty)
            stream.write(data[: len(data) // 2])
            time.sleep(part)
            stream.write(data[len(data) // 2 :])
        saves, due = saves + 1, due + 1 / SAVES
        time.sleep(max(0.0, due - time.perf_counter()))
    planted += last != good
    document.write_bytes(good)
    time.sleep(5)
    cpu = watch.cpu() - cpu
    watch.stop()
    events = [watch.times.get()[1] for _ in range(watch.times.qsize())]
    told = [event for event in events if event in ("broken", "mended", "changed")]
    right = ["broken", "mended"] * (planted // 2)
    print(
        f"busy: {saves / BUSY_SECONDS:.0f} saves a second of {len(good):,} bytes, each {empty * 1000:.0f} ms empty and "
        f"{part * 1000:.0f} ms half: {planted} changes, {len(told)} told, {'all' if told == right else 'not'} right; "
        f"{cpu / BUSY_SECONDS:.0%} of a processor"
    )


def main() -> None:
    chosen = sys.argv[1:] or ["latency", "idle", "busy"]
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    tasks = {
        "latency": [(latency, 1), (latency, 20)],
        "idle": [(idle,)],
        "busy": [(busy, 0, 0.005, 0.002), (busy, 0, 0.01, 0.005), (busy, 2_500_000, 0.002, 0.002)],
    }
    for call, *numbers in (task for name in chosen for task in tasks[name]):
        with tempfile.TemporaryDirectory() as folder:
            call(Path(folder, "Superalgos"), *numbers)


if __name__ == "__main__":
    main()
