"""Rules about this tool itself: where its answer is incomplete."""

from __future__ import annotations

from collections.abc import Iterator

from superalgos_rsa.documents.pasting import command_words
from superalgos_rsa.validator.facts import Facts, KeyFacts
from superalgos_rsa.validator.report import Fix
from superalgos_rsa.validator.rules.model import Rule
from superalgos_rsa.validator.rules.registry import RawFinding, at_key, check
from superalgos_rsa.validator.rules.remedies import advice

SUBJECT = "The tool itself"
RULES = (
    Rule(
        id="engine-disagrees",
        title="The installed engine answers differently than this tool",
        sees=(
            "With `--engine` the installed ccxt itself signed with the credential, and it did something else than the "
            "tool had said."
        ),
        engine="The engine's own answer is the true one; the finding names both.",
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
        engine=(
            "Nothing was asked. The tool's own answer stands: it is tested against the ccxt of Superalgos 1.6.1 "
            "(2.7.62) and of 1.7.0 (4.4.25), and against three other versions."
        ),
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
        mend=(
            "Run `npm install` in the Superalgos folder, or name the right folder: `superalgos-rsa --root DIR check`."
        ),
    ),
    Rule(
        id="internal-error",
        title="A rule of this tool failed",
        sees=(
            "A rule stopped with an error of its own. The finding names the type of the error only; the other rules "
            "still ran."
        ),
        engine="Not known: this rule could not say.",
        mend="Please report it with the rule's name and the type of the error. Send no key.",
    ),
)


@check(Facts, "engine-unavailable")
def unavailable(all_facts: Facts, _: Facts) -> Iterator[RawFinding]:
    """Tells why the installed engine could not be asked."""
    if all_facts.engine_unavailable is not None:
        message = (
            f"The installed ccxt was not run ({all_facts.engine_unavailable}); this is the built-in model's result"
        )
        yield RawFinding("engine-unavailable", message, None, fix=_name_the_root(all_facts))


def _name_the_root(all_facts: Facts) -> Fix:
    if all_facts.installation is None:
        return advice("name the Superalgos folder with --root, or run the command inside it")
    if all_facts.installation.chosen:
        return advice("see to it that Node is here, and run npm install in the Superalgos folder")
    documents = [document.path for document in all_facts.documents]
    named = documents if len(documents) == 1 and documents != ["-"] else []
    program = command_words("superalgos-rsa", options=[("--root", str(all_facts.installation.root))])
    asked = command_words("preflight" if all_facts.before_start else "check", *named, options=[("--engine", None)])
    return Fix("display", (*program, *asked))


@check(KeyFacts, "engine-disagrees")
def disagrees(key: KeyFacts, _: Facts) -> Iterator[RawFinding]:
    """Tells that the engine does something else than this tool's model of it; then the engine is right."""
    if key.answer is None or key.answer.signing is None or key.signing is None:
        return
    if key.answer.signing != key.signing:
        message = (
            f"The built-in model is wrong about this key: it says “{key.signing}”, the installed ccxt does "
            f"“{key.answer.signing}”"
        )
        how = "report this to the project, with the kind of key and the version of ccxt, never the key itself"
        yield at_key("engine-disagrees", message, key, fix=advice(how))


@check(Facts, "engine-version-unknown")
def version_unknown(all_facts: Facts, _: Facts) -> Iterator[RawFinding]:
    """Tells that private keys were judged without knowing the version of ccxt."""
    signs = any(key.content is not None and key.content.kind == "private" for key in all_facts.keys)
    if all_facts.installation is not None and all_facts.installation.ccxt is None and signs:
        message = "The worst result of all known versions of ccxt counts: the installed version could not be read"
        fix = advice("run npm install in the Superalgos folder")
        yield RawFinding("engine-version-unknown", message, None, path=str(all_facts.installation.root), fix=fix)
