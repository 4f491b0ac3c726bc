"""Rules about the tool's own work: where its answer is not the whole answer."""

from superalgos_rsa.validator.rules.model import Rule

RULES = (
    Rule(
        id="engine-disagrees",
        severity="error",
        title="The installed engine answers differently than this tool",
        sees=(
            "With `--engine` the installed ccxt itself signed with the credential, and it did something else than the "
            "tool had said."
        ),
        engine="The engine's own answer is the true one; the finding names both.",
        exchange=None,
        mend="Believe the engine, and please report it with both answers and the version of ccxt. Send no key.",
    ),
    Rule(
        id="engine-unavailable",
        severity="warning",
        title="The installed engine could not be asked",
        sees=(
            "`--engine` was given, but there is no Node or no ccxt in the installation, or ccxt cannot be loaded or "
            "gives no answer. Or the installation was only found above the document: it may be a stranger's, so "
            "nothing in it is run."
        ),
        engine="Nothing was asked. The tool's own answer stands: it is tested against ccxt 2.7.62 and a ccxt 4.x.",
        exchange=None,
        mend=(
            "Install Node, run `npm install` in the Superalgos folder, and run `superalgos-rsa check --engine` again, "
            "with `--root DIR` before `check` or from within that folder."
        ),
    ),
    Rule(
        id="engine-version-unknown",
        severity="info",
        title="The version of ccxt could not be read",
        sees=(
            "Neither `node_modules/ccxt` nor the lock file nor `package.json` of the installation tells the version of "
            "ccxt."
        ),
        engine=(
            "Versions read some keys differently. Each key was judged by all of them, and the worst answer counts."
        ),
        exchange=None,
        mend=(
            "Run `npm install` in the Superalgos folder, or name the right folder: `superalgos-rsa --root DIR check`."
        ),
    ),
    Rule(
        id="internal-error",
        severity="error",
        title="A rule of this tool failed",
        sees=(
            "A rule stopped with an error of its own. The finding names the type of the error only; the other rules "
            "still ran."
        ),
        engine="Not known: this rule could not say.",
        exchange=None,
        mend="Please report it with the rule's name and the type of the error. Send no key.",
    ),
)
