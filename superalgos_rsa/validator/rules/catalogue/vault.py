"""Rules about the vault, `My-Secrets/workspace-credentials.json`, and what it does to a key."""

from superalgos_rsa.validator.rules.model import ENGINE_THROWS, PLATFORM_ENDS, SIGNATURE_INVALID, Rule

RULES = (
    Rule(
        id="vault-invalid",
        severity="error",
        title="The vault file is damaged",
        sees=(
            "`My-Secrets/workspace-credentials.json` is not a JSON list of entries with `type`, `key` and `value`: it "
            "is empty, has a byte order mark, is no JSON, is an object, or has a `null` entry."
        ),
        engine=(
            "The platform ends when it loads any workspace in which a key has a code name. When it saves, it writes "
            "nothing, although the screen says saved."
        ),
        exchange=PLATFORM_ENDS,
        mend=(
            "Correct the file at the place that the finding names, or put back a backup. Only when no secret in it "
            "matters: replace its text by `[]`. `superalgos-rsa schema vault` prints the shape that is needed."
        ),
    ),
    Rule(
        id="vault-directory-missing",
        severity="error",
        title="The folder My-Secrets does not exist",
        sees="The Superalgos folder has no `My-Secrets`, and a workspace holds a key with a code name.",
        engine=(
            "The platform ends when it loads that workspace, because it cannot write the vault. It never makes the "
            "folder for the vault. A save writes nothing, although the screen says saved."
        ),
        exchange=PLATFORM_ENDS,
        mend="Make the folder inside the Superalgos folder: `mkdir -m 700 My-Secrets`.",
    ),
    Rule(
        id="vault-entry-missing",
        severity="error",
        unused_severity="info",
        title="The vault has no entry for this key",
        sees=(
            "The secret in the document is empty, as after a save, but the vault has no entry under the key's "
            "`codeName`."
        ),
        engine=(
            "Nothing fills the secret. The session starts, and each order fails for want of a secret. This happens "
            "when the code name is changed by hand, or when `My-Secrets` was not copied along with the workspace."
        ),
        exchange=ENGINE_THROWS,
        mend=(
            "Run `superalgos-rsa set DOCUMENT KEY --secret PATH`; it writes the value where the platform looks for it."
        ),
    ),
    Rule(
        id="vault-overrides-node",
        severity="warning",
        title="The vault holds another secret than the document, and the vault wins",
        sees="The document and the vault both have a secret for this key, and they differ.",
        engine="On load the vault's value replaces the one in the document. An edit in the document has no effect.",
        exchange=None,
        mend="Run `superalgos-rsa set DOCUMENT KEY --secret PATH`; it changes both.",
    ),
    Rule(
        id="vault-not-applied",
        severity="warning",
        title="The vault does not reach this key",
        sees=(
            "The key stands outside the part of the tree that the vault covers: under a second Crypto Ecosystem, as a "
            "root of its own, in a plugin file, or in a Crypto Ecosystem whose project is not Foundations."
        ),
        engine=(
            "On load nothing is taken from the vault for it. On save its secret stays in the document in clear text."
        ),
        exchange=None,
        mend=(
            "Move the key in the platform to the User Keys of an account in the first Crypto Ecosystem. Or keep only "
            "the path of a key file in it: `superalgos-rsa set DOCUMENT KEY --secret PATH`."
        ),
    ),
    Rule(
        id="vault-shared-entry",
        severity="warning",
        title="One vault entry serves keys of two exchanges or accounts",
        sees=(
            "Keys under different exchanges or accounts have the same `codeName`, so they share one entry of the vault."
        ),
        engine=(
            "The vault knows neither exchange nor account. On load all these keys get the same secret; on save the "
            "last one wins. Template text as a code name does the same to every new key."
        ),
        exchange=SIGNATURE_INVALID,
        mend=(
            "Give each key the API key of its own account: `superalgos-rsa set DOCUMENT KEY --code-name API_KEY "
            "--secret PATH`."
        ),
    ),
    Rule(
        id="vault-orphan",
        severity="info",
        title="The vault holds a secret that no workspace uses",
        sees=(
            "No key of any workspace has the code name of this entry. A renamed code name leaves the old entry behind."
        ),
        engine="The platform never removes an entry. The old secret stays in the vault file in clear text.",
        exchange=None,
        mend=(
            "Delete the API key at the exchange if you no longer use it, and take the entry out of "
            "`My-Secrets/workspace-credentials.json` while the platform is stopped."
        ),
    ),
)
