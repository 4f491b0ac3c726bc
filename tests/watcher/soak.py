"""Random changes to 20 documents and 50 keys; at every quiet point the verdict is the one of a fresh `check`.

PYTHONPATH=tests python -m watching.soak [OPERATIONS] [SEED]
"""

from __future__ import annotations

# ruff: noqa: T201  (as a program it prints what it measured)
import json
import os
import random
import resource
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from installations import API_KEY, Site, ecosystem, entry, exchange, key, network, task
from key_samples import private_pem, public_pem, rsa_key

from watcher.watched import Watched, watching

DOCUMENTS, KEYS = 20, 50
_FOLDERS = ("My-Secrets", "keys/a", "keys/b/deep", "keys/current")


class Soak:
    def __init__(self, root: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.site = Site(root)
        pems = [private_pem(rsa_key(number=number)) for number in range(4)]
        self.contents = [*pems, *pems, public_pem(rsa_key()), pems[0][:600], b"", b"Zy9Xw8Vu" * 8, pems[1] + pems[2]]
        for generation in ("..one", "..two"):
            (root / "keys" / generation).mkdir(parents=True)
        (root / "keys/current").symlink_to("..one")
        self.keys = [f"{_FOLDERS[number % 4]}/k{number}.pem" for number in range(KEYS)]
        for name in self.keys:
            self.site.put(name, self.some(self.contents[:4]))
        self.documents = [f"Platform/My-Workspaces/{'sub/' if n % 5 == 4 else ''}W{n}.json" for n in range(DOCUMENTS)]
        for name in self.documents:
            self.site.put(name, self.workspace(name))

    def some(self, choices: list[bytes]) -> bytes:
        return self.random.choice(choices)

    def workspace(self, name: str) -> bytes:
        number = self.documents.index(name)
        names = self.keys[number::DOCUMENTS]
        nodes = [
            key(
                self.random.choice([path, path, path.upper(), f"{self.site.root}/{path}"]),
                f"{API_KEY[:-4]}{n:04}",
                path,
            )
            for n, path in enumerate(names, number * 10)
        ]
        traded = exchange(*nodes)
        roots = [network(traded, *(task(node, node["name"]) for node in nodes)), ecosystem(traded)]
        return json.dumps({"type": "Workspace", "rootNodes": roots}, indent=4).encode()

    def operation(self) -> None:
        self.random.choice(
            [self.write, self.write, self.swap_file, self.rename, self.remove, self.chmod, self.link, self.folder,
             self.document, self.document, self.move_document, self.vault]
        )()  # fmt: skip

    def key(self) -> Path:
        path = self.site.root / self.random.choice(self.keys)
        os.makedirs(os.path.realpath(path.parent), exist_ok=True)
        return path

    def write(self) -> None:
        path, data = self.key(), self.some(self.contents)
        with open(path, "wb") as stream:
            stream.write(data[: len(data) // 2])
            stream.flush()
            stream.write(data[len(data) // 2 :])

    def swap_file(self) -> None:
        path = self.key()
        beside = path.with_name(f".{path.name}.swp")
        beside.write_bytes(self.some(self.contents))
        os.replace(beside, path)

    def rename(self) -> None:
        path, other = self.key(), self.key()
        if path.exists():
            os.replace(path, other)

    def remove(self) -> None:
        self.key().unlink(missing_ok=True)

    def chmod(self) -> None:
        path = self.key()
        if path.exists():
            path.chmod(self.random.choice([0o600, 0o640, 0o400]))

    def link(self) -> None:
        """As Kubernetes does with `..data`."""
        target = self.random.choice(["..one", "..two", "../My-Secrets"])
        fresh = self.site.root / "keys/..fresh"
        fresh.symlink_to(target)
        os.replace(fresh, self.site.root / "keys/current")
        (self.site.root / "keys" / target).mkdir(exist_ok=True)

    def folder(self) -> None:
        folder = self.site.root / self.random.choice(["keys/a", "keys/b", "keys/b/deep", "My-Secrets", "keys/..one"])
        away = self.site.root / "away"
        what = self.random.randrange(3)
        if folder.exists() and what == 0:
            shutil.rmtree(folder)
        elif folder.exists() and what == 1 and not away.exists():
            folder.rename(away)
        elif away.exists() and not folder.exists():
            folder.parent.mkdir(parents=True, exist_ok=True)
            away.rename(folder)

    def document(self) -> None:
        """As the platform saves: truncated, a part, the whole."""
        name = self.random.choice(self.documents)
        path = self.site.root / name
        path.parent.mkdir(exist_ok=True)
        data = self.workspace(name)
        with open(path, "wb") as stream:
            stream.write(data[: self.random.randrange(len(data))])
            stream.flush()
            if self.random.random() < 0.95:
                stream.seek(0)
                stream.write(data)

    def move_document(self) -> None:
        path = self.site.root / self.random.choice(self.documents)
        if path.exists():
            what = self.random.randrange(3)
            if what == 0:
                path.unlink()
            elif what == 1:
                path.rename(path.with_suffix(".bak"))
            else:
                path.touch()

    def vault(self) -> None:
        folder = self.site.root / "My-Secrets"
        folder.mkdir(exist_ok=True)
        vault = folder / "workspace-credentials.json"
        entries = [entry(path, f"{API_KEY[:-4]}{n:04}") for n, path in enumerate(self.keys[:4])]
        for count in range(self.random.randrange(1, 4)):
            vault.write_text(json.dumps(entries[:count], indent=4))


def soak(
    watched: Watched, operation: Callable[[], None], operations: int, each: int, seconds: float, undisturbed: float = 0
) -> list[float]:
    """How long the watcher took at each quiet point. `each`: operations between two of them."""
    delays = []
    pause = threading.Event()
    for number in range(1, operations + 1):
        operation()
        if number % each == 0 or number == operations:
            taken = watched.agrees(seconds, undisturbed)
            if taken is None:
                raise AssertionError(f"operation {number}: {_difference(watched)}")
            delays.append(taken)
        elif number % 10 == 0:
            pause.wait(0.06)  # long enough that some verdicts fall between the changes
    return delays


def _difference(watched: Watched) -> object:
    from watcher.watched import check

    ours, fresh = watched.report, check(watched.root)
    return {
        "only the watcher": [f for f in ours.findings if f not in fresh.findings],
        "only check": [f for f in fresh.findings if f not in ours.findings],
        "keys": [(a, b) for a, b in zip(ours.keys, fresh.keys, strict=False) if a != b],
        "documents": (ours.documents, fresh.documents) if ours.documents != fresh.documents else None,
        "warnings": watched.warnings[-5:],
    }


def main() -> None:
    operations, seed = (int(word) for word in [*sys.argv[1:], *("10000", "1")[len(sys.argv) - 1 :]])
    with tempfile.TemporaryDirectory() as folder:
        scene = Soak(Path(folder, "Superalgos"), seed)
        with watching(scene.site.root) as watched:
            watched.kept = 1
            begun = time.monotonic()
            memory = []
            delays = []
            for _ in range(10):
                delays += soak(watched, scene.operation, operations // 10, 100, 5.0, 1.0)
                memory.append(_resident())
            taken = time.monotonic() - begun
            print(f"{operations} operations in {taken:.0f} s, seed {seed}, {len(delays)} quiet points, all agree")
            print(f"slowest agreement {max(delays) * 1000:.0f} ms, median {statistics.median(delays) * 1000:.0f} ms")
            print("resident memory, MiB:", *(f"{size:.0f}" for size in memory))
            print(f"at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
            print("warnings:", *set(watched.warnings), sep="\n  ")


def _resident() -> float:
    with open("/proc/self/statm") as stream:
        return int(stream.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


if __name__ == "__main__":
    main()
