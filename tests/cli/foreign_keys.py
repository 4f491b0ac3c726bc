"""Key files of other programs, made by these programs: those of the corpus have made-up contents."""

from __future__ import annotations

import functools
import subprocess
import tempfile
from pathlib import Path

from key_samples import PKCS1, private_pem, rsa_key

from cli.on_terminal import answer_all


def make_real(file: Path, passphrase: str) -> None:
    """In the place of a made-up one. PKCS#12 files are real already."""
    content = file.read_bytes()
    if b"PuTTY" in content[:40]:
        file.write_bytes(_made_by("puttygen", passphrase))
    elif b"age" in content[:40].lower():
        file.write_bytes(_made_by("age", passphrase))


@functools.cache
def _made_by(program: str, passphrase: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        plain, made, word = (Path(folder) / name for name in ("plain", "made", "word"))
        plain.write_bytes(private_pem(rsa_key(number=5), PKCS1))
        plain.chmod(0o600)
        word.write_text(passphrase)
        if program == "puttygen":
            subprocess.run(["puttygen", plain, "-o", made, "-O", "private", "--new-passphrase", word], check=True)
        else:
            answers = [("Enter passphrase", passphrase), ("Confirm passphrase", passphrase)]
            assert answer_all(["age", "-p", "-o", str(made), str(plain)], answers, Path(folder))[0] == 0
        return made.read_bytes()
