"""Many keys in one folder: what is looked at grows with the folder, not with keys times files."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from installations import Site, ecosystem, exchange, key
from key_samples import private_pem

from attack.limits import attacked


def test_hundreds_of_keys_in_one_folder_end(tmp_path: Path) -> None:
    site = Site(tmp_path / "Superalgos")
    nodes = []
    for number in range(700):
        name = f"My-Secrets/{number}.pem"
        site.put(name, private_pem(Ed25519PrivateKey.from_private_bytes(number.to_bytes(32, "big"))) + b"#" * 20_000)
        nodes.append(key(name, f"{number:064}", name=str(number)))
    site.workspace(ecosystem(exchange(*nodes)))
    (site.root / ".git").mkdir()
    for folder in ("objects", "refs"):
        (site.root / ".git" / folder).mkdir()
    site.put(".git/HEAD", "ref: refs/heads/x\n")
    answer = attacked(["check"], cwd=site.root)
    assert answer.holds, answer
