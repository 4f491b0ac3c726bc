"""Rules about the text of the key file: what it holds instead of a private key that the engine can read."""

from superalgos_rsa.validator.rules.model import ENGINE_THROWS, SIGNATURE_INVALID, Rule

_HMAC = (
    "The engine looks only for the words `PRIVATE KEY`. They are not there, so it says nothing and signs HMAC with the "
    "text of the file."
)

RULES = (
    Rule(
        id="pem-public",
        severity="error",
        title="The file holds the public key",
        sees=(
            "The file holds a PEM with the label `PUBLIC KEY`. That half belongs to the exchange; the engine needs the "
            "private half."
        ),
        engine=_HMAC,
        exchange=SIGNATURE_INVALID,
        mend="Name the file of the private key: `superalgos-rsa set DOCUMENT KEY --secret PATH`.",
    ),
    Rule(
        id="pem-certificate",
        severity="error",
        title="The file holds a certificate",
        sees="The file holds a PEM with the label `CERTIFICATE`. A certificate has a public key only.",
        engine=_HMAC,
        exchange=SIGNATURE_INVALID,
        mend=(
            "Name the file of the private key: `superalgos-rsa set DOCUMENT KEY --secret PATH`, or make a pair with "
            "`superalgos-rsa keygen`."
        ),
    ),
    Rule(
        id="pem-encrypted",
        severity="error",
        title="The private key is protected by a passphrase",
        sees="The PEM is encrypted: its label is `ENCRYPTED PRIVATE KEY`, or its head says `Proc-Type: 4,ENCRYPTED`.",
        engine=(
            "The engine has no place for a passphrase. It throws `Key format must be specified` (ccxt 2.x), or another "
            "error (ccxt 4.x)."
        ),
        exchange=ENGINE_THROWS,
        mend=(
            "`superalgos-rsa convert FILE` asks for the passphrase and writes a copy without it. Then `superalgos-rsa "
            "set DOCUMENT KEY --secret COPY`."
        ),
    ),
    Rule(
        id="pem-openssh",
        severity="error",
        title="The private key is in the format of OpenSSH",
        sees="The PEM has the label `OPENSSH PRIVATE KEY`, as `ssh-keygen` writes it.",
        engine=(
            "The engine finds the words `PRIVATE KEY` and tries to sign, but it cannot read this format and throws an "
            "error."
        ),
        exchange=ENGINE_THROWS,
        mend=(
            "`superalgos-rsa convert FILE` writes a PKCS#8 copy. Then `superalgos-rsa set DOCUMENT KEY --secret COPY`."
        ),
    ),
    Rule(
        id="pem-der",
        severity="error",
        title="The file holds the key in binary form (DER)",
        sees="The file is not text: it holds the key as DER, without the `BEGIN` and `END` lines.",
        engine=_HMAC,
        exchange=SIGNATURE_INVALID,
        mend="`superalgos-rsa convert FILE` writes a PEM copy. Then `superalgos-rsa set DOCUMENT KEY --secret COPY`.",
    ),
    Rule(
        id="pem-missing",
        severity="error",
        title="The file holds no PEM private key",
        sees=(
            "The file can be read, but nothing in it is a PEM: the `BEGIN` and `END` lines are missing, or it is some "
            "other text."
        ),
        engine=_HMAC,
        exchange=SIGNATURE_INVALID,
        mend=(
            "If it is a key without its first and last line, `superalgos-rsa convert FILE` writes a clean copy. Else "
            "name the right file: `superalgos-rsa set DOCUMENT KEY --secret PATH`."
        ),
    ),
    Rule(
        id="pem-damaged",
        severity="error",
        other_severity="warning",
        title="The text of the PEM is damaged",
        sees=(
            "It is a PEM of a private key, but not as it should be: all on one line, `\\n` as two letters, indented "
            "lines, cut off, a wrong label, other dashes. The finding names the damage. It is a warning where the "
            "installed engine can read it all the same."
        ),
        engine=(
            "The versions differ. ccxt 2.x reads a PEM on one line or with indented lines, and ccxt 4.x throws an "
            "error. With `\\n` as two letters, a text that is cut off, or other dashes both throw: `Key format must be "
            "specified` on ccxt 2.x."
        ),
        exchange=ENGINE_THROWS,
        mend=(
            "`superalgos-rsa convert FILE` writes a clean copy of a whole key. Then `superalgos-rsa set DOCUMENT KEY "
            "--secret COPY`."
        ),
    ),
    Rule(
        id="pem-encoding",
        severity="error",
        title="The key file is in a wrong text encoding",
        sees="The text of the file is UTF-16 (in Windows Notepad: Unicode), or not UTF-8.",
        engine=(
            "The engine reads every file as UTF-8. In a UTF-16 file it does not find the words `PRIVATE KEY`, so it "
            "says nothing and signs HMAC with the text of the file."
        ),
        exchange=SIGNATURE_INVALID,
        mend=(
            "`superalgos-rsa convert FILE` writes a clean copy. Then `superalgos-rsa set DOCUMENT KEY --secret COPY`."
        ),
    ),
    Rule(
        id="pem-multiple",
        severity="warning",
        title="The file holds more than one private key",
        sees="There is more than one private key in the file.",
        engine="The engine signs with the first private key and does not look at the others.",
        exchange=None,
        mend="Keep one key in one file. `superalgos-rsa pubkey FILE` shows which public key belongs to it.",
    ),
    Rule(
        id="pem-pkcs1",
        severity="info",
        title="The private key is PKCS#1, and Binance asks for PKCS#8",
        sees="The PEM has the label `RSA PRIVATE KEY`.",
        engine="The engine signs with it, and the signature is right.",
        exchange=None,
        mend="Nothing needs to be done. `superalgos-rsa convert FILE` writes a PKCS#8 copy.",
    ),
)
