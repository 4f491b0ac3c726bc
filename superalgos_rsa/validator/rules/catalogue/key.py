"""Rules about the private key itself: can this engine sign with it, and would this exchange accept it?"""

from superalgos_rsa.validator.rules.model import ENGINE_THROWS, SIGNATURE_INVALID, Rule

RULES = (
    Rule(
        id="key-inconsistent",
        severity="error",
        title="The numbers of the private key do not belong together",
        sees=(
            "The file can be read as a private key, but its numbers are not those of one key. A byte was changed or "
            "lost."
        ),
        engine=(
            "The engine may sign with it and say nothing, but the signature does not verify with the public key. "
            "Where the numbers are too long to try that, the finding says so."
        ),
        exchange=SIGNATURE_INVALID,
        mend=(
            "Put back the file from a backup. Without one, make a new pair with `superalgos-rsa keygen` and give its "
            "public half to the exchange."
        ),
    ),
    Rule(
        id="key-algorithm",
        severity="error",
        title="The engine cannot sign with this type of key",
        sees=(
            "The installed ccxt cannot use this type of key for this exchange: Ed25519 on ccxt 2.x; Ed25519 text of "
            "more than 120 characters on ccxt 4.x; EC, DSA, X25519 and RSA-PSS on any version."
        ),
        engine=(
            "For an Ed25519 key ccxt 2.x throws `Invalid Public key format`. With the other types the engine throws an "
            "error too, or it makes a signature that the exchange does not know."
        ),
        exchange=ENGINE_THROWS,
        mend=(
            "Make an RSA pair with `superalgos-rsa keygen` and give its public half to the exchange. For an Ed25519 "
            "text that is too long, `superalgos-rsa convert FILE` writes a short one."
        ),
    ),
    Rule(
        id="key-size",
        severity="error",
        other_severity="info",
        title="The RSA key does not have 2048 bits",
        sees=(
            "An RSA key for Binance, Binance US or their futures that does not have 2048 bits. The Superalgos guide "
            "says that 4096 is not accepted. Binance's own pages now name 2048 and 4096; `accept_rsa_4096` set to true "
            "in the tool's config file turns 4096 into an info."
        ),
        engine="The engine signs with a key of any size, and the signature is right.",
        exchange="The exchange does not accept a public key of this size.",
        mend="`superalgos-rsa keygen` makes a key of 2048 bits. Give its public half to the exchange.",
    ),
    Rule(
        id="exchange-not-asymmetric",
        severity="error",
        title="This exchange takes no private key, only an HMAC secret",
        sees="The secret is a private key, but the exchange's class in the installed ccxt knows HMAC only.",
        engine=(
            "The text of the private key becomes the HMAC secret. On ccxt 2.7 only Binance, Binance US and the two "
            "Binance futures classes take a PEM."
        ),
        exchange="The exchange answers that the signature or the API key is not valid.",
        mend=(
            "Make an HMAC key at the exchange, and run `superalgos-rsa set DOCUMENT KEY --code-name API_KEY --secret "
            "SECRET_FILE`."
        ),
    ),
    Rule(
        id="public-key-mismatch",
        severity="warning",
        title="The public key beside it belongs to another private key",
        sees="A public key file with the same name lies beside the private key, but the two are not a pair.",
        engine=(
            "The engine does not look at the public key. If that file is the one you gave to the exchange, no "
            "signature will verify there."
        ),
        exchange=SIGNATURE_INVALID,
        mend=(
            "`superalgos-rsa pubkey FILE --match PUBLIC` says whether they are a pair, and `superalgos-rsa pubkey "
            "FILE` prints the right public key to give to the exchange."
        ),
    ),
    Rule(
        id="key-shared",
        severity="info",
        title="Several keys use the same private key",
        sees="Two or more key nodes lead to the same private key.",
        engine="The engine signs with it for each of them.",
        exchange=None,
        mend=(
            "Nothing needs to be done. A pair for each API key (`superalgos-rsa keygen`) limits the harm when one file "
            "is stolen."
        ),
    ),
)
