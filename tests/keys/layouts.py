"""One key in every layout of PEM that programs write."""

import key_samples as keys
from key_samples import OPENSSH, PASSPHRASE, PKCS1, PKCS8, private_pem, public_pem

from superalgos_rsa.keys.secret import Secret

KEY = keys.rsa_key(1024)  # whether the numbers belong together is found out ten times faster than with 2048 bits
PUBLIC = public_pem(KEY).decode()
LAYOUTS: dict[str, tuple[bytes, Secret | None]] = {
    "PKCS#8": (private_pem(KEY), None),
    "PKCS#1": (private_pem(KEY, PKCS1), None),
    "OpenSSH": (private_pem(KEY, OPENSSH), None),
    "encrypted PKCS#8": (private_pem(KEY, PKCS8, PASSPHRASE), Secret(PASSPHRASE.decode())),
    "encrypted by header": (private_pem(KEY, PKCS1, PASSPHRASE), Secret(PASSPHRASE.decode())),
}


def lines(text: str) -> tuple[str, list[str], str]:
    head, *body, tail = text.splitlines()
    return head, body, tail
