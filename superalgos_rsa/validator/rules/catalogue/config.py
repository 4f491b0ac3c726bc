"""Rules about the text of a key node's config."""

from superalgos_rsa.validator.rules.model import ENGINE_THROWS, PLATFORM_ENDS, SIGNATURE_INVALID, Rule

RULES = (
    Rule(
        id="config-missing",
        severity="error",
        title="The key node has no config",
        sees=(
            "An Exchange Account Key node without `config`, or with an empty one. There is no place for the API key "
            "and the secret."
        ),
        engine=(
            "The platform ends when it loads such a node from My-Workspaces. Where the node comes from another place, "
            "the session fails without any message."
        ),
        exchange=PLATFORM_ENDS,
        mend=(
            "Run `superalgos-rsa set DOCUMENT KEY --code-name API_KEY --secret PATH`. Or delete the node and add a new "
            "key in the platform."
        ),
    ),
    Rule(
        id="config-invalid",
        severity="error",
        title="The key's config is not JSON",
        sees=(
            "The config text of the key node does not parse as a JSON object. Typical causes: a Windows path with "
            'single backslashes (`"C:\\Users\\me\\k.pem"`), a comma after the last value, curly quotes from a text '
            "program, a value without quotes."
        ),
        engine=(
            "The platform ends when it loads the workspace. When it saves one, nothing is written, although the screen "
            "says saved. A task gets the config as plain text, and the session answers `Codename Property Missing`."
        ),
        exchange=PLATFORM_ENDS,
        mend=(
            "Write each backslash twice (`C:\\\\Users\\\\me\\\\k.pem`) or use `/`. `superalgos-rsa set DOCUMENT KEY "
            "--secret PATH` writes the path with the right escapes."
        ),
    ),
    Rule(
        id="config-control-character",
        severity="error",
        title="A value holds a line break, a tab or another control character",
        sees=(
            'A value of the config holds a control character. This happens when `"C:\\new\\table.pem"` is written with '
            "single backslashes: JSON reads `\\n` as a line break and `\\t` as a tab."
        ),
        engine=(
            "No error: the config parses, and the value silently has another text. No file has that name, so the "
            "engine signs with the text."
        ),
        exchange=SIGNATURE_INVALID,
        mend=(
            "Run `superalgos-rsa set DOCUMENT KEY --secret PATH` with the path as it is; the tool writes the escapes."
        ),
    ),
    Rule(
        id="config-schema",
        severity="error",
        title="A value of the config has the wrong type",
        sees=(
            "The config is JSON, but not as the platform needs it: `codeName` or `secret` is a number, `null`, a list "
            "or an object instead of text in quotes, or the config is a list."
        ),
        engine=(
            "With `null` as the code name the platform ends on load. With a number it skips the vault; a numeric "
            "secret is erased at the next save."
        ),
        exchange=ENGINE_THROWS,
        mend=(
            "Put the value in quotes, or run `superalgos-rsa set DOCUMENT KEY --code-name API_KEY --secret PATH`. "
            "`superalgos-rsa schema key-config` prints the schema."
        ),
    ),
)
