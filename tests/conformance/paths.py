"""Paths as people write them into `secret`, in a folder that holds a key where some of them lead."""

from __future__ import annotations

from pathlib import Path

import key_samples as keys

from superalgos_rsa.servers.local import examine
from superalgos_rsa.superalgos.engine import CcxtVersion, Verdict, judge

PATHS = {
    "relative": "k.pem",
    "in a folder": "sub/k.pem",
    "./": "./k.pem",
    "..": "sub/../k.pem",
    ".. through nothing": "nothing/../k.pem",
    "double slash": "sub//k.pem",
    "trailing slash": "k.pem/",
    "other case": "K.PEM",
    "space before": " k.pem",
    "space after": "k.pem ",
    "newline after": "k.pem\n",
    "space inside": "my key.pem",
    "quotes": '"k.pem"',
    "single quotes": "'k.pem'",
    "~": "~/k.pem",
    "$HOME": "$HOME/k.pem",
    "${HOME}": "${HOME}/k.pem",
    "%APPDATA%": "%APPDATA%\\k.pem",
    "file://": "file:///k.pem",
    "file: and absolute": "file:{root}/k.pem",
    "file:// and absolute": "file://{root}/k.pem",
    "absolute": "{root}/k.pem",
    "backslashes": "sub\\k.pem",
    "drive letter": "C:\\keys\\k.pem",
    "backslash escaped by JSON into a tab": "sub\tk.pem",
    "NUL": "k.pem\0",
    "NUL inside": "k\0.pem",
    "zero-width space": "k.pem\u200b",
    "byte order mark": "\ufeffk.pem",
    "zero-width file name": "z\u200b.pem",
    "non-ASCII": "cl\u00e9.pem",
    "other normal form": "cle\u0301.pem",
    "half a character": "k\ud800.pem",
    "emoji": "\U0001f511.pem",
    "link": "link.pem",
    "link to a link": "link2.pem",
    "dangling link": "dangling.pem",
    "loop": "loop.pem",
    "link to a folder": "folder.pem",
    "folder": "sub",
    "root": "/",
    "dot": ".",
    "missing": "missing.pem",
    "missing with PRIVATE KEY in the name": "my PRIVATE KEY.pem",
    "file as a folder": "k.pem/k.pem",
    "very long": "k" * 300 + ".pem",
    "too long for any system": "sub/" * 2000 + "k.pem",
    "empty file": "empty.pem",
    "public": "public.pem",
    "glob": "*.pem",
    "wildcard": "k.???",
    "number": "0",
    "file named as a number": "1",
}
"""Relative to the folder of the platform; `{root}` stands for that folder."""


def furnish(root: Path) -> None:
    text = keys.private_pem(keys.rsa_key(1024))
    (root / "sub").mkdir()
    for name in ("k.pem", "sub/k.pem", "my key.pem", "z\u200b.pem", "cl\u00e9.pem", "\U0001f511.pem", "1"):
        (root / name).write_bytes(text)
    (root / "empty.pem").touch()
    (root / "public.pem").write_bytes(keys.public_pem(keys.rsa_key(1024)))
    links = {"link.pem": "k.pem", "link2.pem": "link.pem", "dangling.pem": "nowhere", "loop.pem": "loop.pem"}
    for name, target in {**links, "folder.pem": "sub"}.items():
        (root / name).symlink_to(target)


def for_harness(path: str, root: Path) -> dict[str, object]:
    public = keys.public_pem(keys.rsa_key(1024)).decode()
    return {"path": path.replace("{root}", str(root)), "publics": [public], "exchange": "binance"}


def judge_path(path: str, root: Path, version: CcxtVersion) -> Verdict:
    """From the value of `secret` to the verdict, as the tool goes."""
    value = path.replace("{root}", str(root))
    content = examine(value, str(root)).content
    return judge(value if content is None else content.decode("utf-8", "replace"), "binance", version)
