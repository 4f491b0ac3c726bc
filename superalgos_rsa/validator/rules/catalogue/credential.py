"""Rules about the two values of a key node: the code name (the API key) and the secret."""

from superalgos_rsa.validator.rules.model import (
    ENGINE_THROWS,
    KEY_FORMAT_INVALID,
    SIGNATURE_INVALID,
    Rule,
)

RULES = (
    Rule(
        id="code-name-missing",
        severity="error",
        unused_severity="info",
        title="The key has no code name (API key)",
        sees="`codeName` is absent or empty. It must hold the API key that the exchange gave you.",
        engine=(
            "The vault is never asked, because it is searched by the code name. Without the field the session answers "
            "`Codename Property Missing`; with an empty text the session starts, but no order can be sent."
        ),
        exchange="Nothing reaches the exchange: there is no API key to send.",
        mend="Copy the API key from the exchange and run `superalgos-rsa set DOCUMENT KEY --code-name API_KEY`.",
    ),
    Rule(
        id="code-name-missing-secret",
        severity="error",
        title="The next save will destroy this secret",
        sees="The key has a secret, but its `codeName` is absent or empty.",
        engine=(
            "When the platform saves, it empties the secret in every case, but it moves it to the vault only under a "
            "code name. Without one the secret is lost for ever, and the platform says nothing."
        ),
        exchange="Nothing reaches the exchange: there is no API key to send.",
        mend="Before you save in the platform, run `superalgos-rsa set DOCUMENT KEY --code-name API_KEY`.",
    ),
    Rule(
        id="code-name-whitespace",
        severity="error",
        title="The code name has spaces or invisible characters",
        sees=(
            "`codeName` begins or ends with white space, or holds a character that cannot be seen (for example a "
            "zero-width space)."
        ),
        engine=(
            "Nothing is trimmed. The text goes into the request header as it stands. A header with a line break or an "
            "invisible character is rejected before it is sent."
        ),
        exchange=KEY_FORMAT_INVALID,
        mend=(
            "Run `superalgos-rsa set DOCUMENT KEY --code-name API_KEY` with the API key alone, or `superalgos-rsa fix "
            "DOCUMENT --apply`."
        ),
    ),
    Rule(
        id="code-name-swapped",
        severity="error",
        title="The code name holds the secret",
        sees="`codeName` holds PEM text or the path of the key file. That belongs in `secret`.",
        engine=(
            "The engine takes the code name as the API key. Where it is the path of the key file, the engine reads "
            "that file and sends its text, your private key, as the API key; PEM text in the field is used just so."
        ),
        exchange=KEY_FORMAT_INVALID,
        mend=(
            "Run `superalgos-rsa set DOCUMENT KEY --code-name API_KEY --secret PATH`. If a task ran with these values, "
            "make a new pair with `superalgos-rsa keygen` and delete the old API key at the exchange."
        ),
    ),
    Rule(
        id="code-name-reads-file",
        severity="warning",
        other_severity="error",
        title="A file with the name of the API key exists",
        sees=(
            "A file in the Superalgos folder has the same name as the code name. It is an error when the file's text "
            "ends in a line break, else a warning."
        ),
        engine=(
            "The engine sends the text of that file as the API key, not the code name itself. A line break at its end "
            "is kept."
        ),
        exchange=KEY_FORMAT_INVALID,
        mend=(
            "Write the API key itself: `superalgos-rsa set DOCUMENT KEY --code-name API_KEY`, and rename the file. If "
            "you want the file, remove the line break at its end: `printf %s API_KEY > FILE`."
        ),
    ),
    Rule(
        id="code-name-duplicate",
        severity="error",
        title="Two keys have the same code name and different secrets",
        sees="Two key nodes carry the same `codeName`, but not the same secret.",
        engine=(
            "The vault is searched by the code name alone. The key that is saved last wins, and on the next load both "
            "keys get its secret. The other secret is gone."
        ),
        exchange=SIGNATURE_INVALID,
        mend=(
            "Give each key its own API key: `superalgos-rsa set DOCUMENT KEY --code-name API_KEY --secret PATH`, or "
            "delete one of the nodes."
        ),
    ),
    Rule(
        id="key-placeholder",
        severity="error",
        unused_severity="info",
        title="The key still holds the text of the template",
        sees="`codeName` or `secret` is still the example text that Superalgos puts into a new key.",
        engine=(
            "Template text passes every check at the start of a session. The session runs, and the text is sent as the "
            "API key."
        ),
        exchange=KEY_FORMAT_INVALID,
        mend="Run `superalgos-rsa setup`, or `superalgos-rsa set DOCUMENT KEY --code-name API_KEY --secret PATH`.",
    ),
    Rule(
        id="key-unused",
        severity="info",
        title="No task uses this key",
        sees="No task refers to the key with a Key Reference.",
        engine="The key is never read. Mistakes in it stop nothing until a task refers to it.",
        exchange=None,
        mend=(
            "Nothing needs to be done. To use the key, add a Key Reference to the task in the platform and point it to "
            "this key."
        ),
    ),
    Rule(
        id="secret-missing",
        severity="error",
        unused_severity="info",
        title="The key has no secret",
        sees="`secret` is absent or empty, and the vault has no value for this key.",
        engine=(
            "Without the field the session answers `Secret Property Missing`. With an empty text the session starts, "
            'and each order fails: `binance requires "secret" credential`.'
        ),
        exchange=ENGINE_THROWS,
        mend=(
            "Run `superalgos-rsa set DOCUMENT KEY --secret PATH`. No key file yet? `superalgos-rsa keygen` makes one."
        ),
    ),
    Rule(
        id="secret-exposed",
        severity="warning",
        title="A secret stands in the document in clear text",
        sees="A document on the disk holds an HMAC secret or the text of a private key.",
        engine=(
            "It works, but whoever gets a copy of the file can trade with your account. The platform moves a secret to "
            "the vault when it saves, but only for keys in the part of the tree that the vault covers."
        ),
        exchange=None,
        mend=(
            "Use an RSA key in a file and write only its path: `superalgos-rsa keygen`, then `superalgos-rsa set "
            "DOCUMENT KEY --secret PATH`. Before you share the document: `superalgos-rsa scrub DOCUMENT -o OUT`."
        ),
    ),
    Rule(
        id="secret-inline-pem",
        severity="warning",
        other_severity="error",
        title="The secret is the text of a private key, not the path of its file",
        sees=(
            "`secret` holds PEM text. It is a warning where the engine can sign with this text, and an error where it "
            "cannot, for example because the line breaks were lost."
        ),
        engine=(
            "There is no file of that name, so the engine takes the text itself. It signs with it when the text is a "
            "whole PEM; else it throws an error. The platform copies the text to the vault and, after a refused order, "
            "into its log files."
        ),
        exchange=ENGINE_THROWS,
        mend="Save the text in a file, `chmod 600 FILE`, then `superalgos-rsa set DOCUMENT KEY --secret FILE`.",
    ),
)
