"""Rules about tasks: does the session get the right key, for the exchange it trades on, on the machine it runs on?"""

from superalgos_rsa.validator.rules.model import KEY_REFUSED, NO_ORDER, Rule

RULES = (
    Rule(
        id="task-key-reference-missing",
        severity="error",
        other_severity="warning",
        title="The task has no key, but its session needs one",
        sees=(
            "The session of the task needs a key (for example a Live Trading Session), and the task has no Key "
            "Reference node. `preflight` always refuses; `check` only warns where the workspace has no key node at "
            "all, as the templates that come with Superalgos have none."
        ),
        engine="The session does not start. The task shows the error `Key Reference Node Missing`.",
        exchange=NO_ORDER,
        mend=(
            "In the platform, add a Key Reference to the task and point it to the key. `superalgos-rsa show` lists the "
            "keys there are."
        ),
    ),
    Rule(
        id="task-key-not-found",
        severity="error",
        title="The task refers to a key that is not in the workspace",
        sees="The Key Reference points to nothing, or to a node that this workspace does not hold.",
        engine="The session does not start. The Key Reference shows the error `Exchange Account Key Node Missing`.",
        exchange=NO_ORDER,
        mend=(
            "In the platform, point the Key Reference to a key that exists. `superalgos-rsa show` lists the keys there "
            "are."
        ),
    ),
    Rule(
        id="task-key-wrong-exchange",
        severity="error",
        title="The key belongs to another exchange than the one the task trades on",
        sees=(
            "The key stands under one exchange, and the market that the task refers to stands under another. The "
            "market decides where the task trades."
        ),
        engine=(
            "Nothing in the platform compares the two. The session starts and sends the key of one exchange to the "
            "other."
        ),
        exchange=KEY_REFUSED,
        mend=(
            "In the platform, point the Key Reference to a key of the exchange that the task trades on, or the task to "
            "a market of the key's exchange."
        ),
    ),
    Rule(
        id="task-key-namesake",
        severity="error",
        title="The key of the task is gone, and the platform will take another one",
        sees=(
            "No node has the id that the Key Reference names, but a key with the same name and type stands at the same "
            "path."
        ),
        engine=(
            "On load the platform looks for the id, then for the first node with that name and type along the path, "
            "and attaches it without a word. New keys all have the same name, so this may be the key of another "
            "account."
        ),
        exchange=KEY_REFUSED,
        mend="In the platform, point the Key Reference to the key you mean and save. Give each key its own name.",
    ),
    Rule(
        id="task-session-never-starts",
        severity="warning",
        title="A Forward Testing Session never starts on this platform",
        sees="The session of the task is a Forward Testing Session.",
        engine=(
            "The platform's code spells the name another way, so nothing matches. The session never starts, and no "
            "error and no message says so."
        ),
        exchange=NO_ORDER,
        mend="Use a Paper Trading Session to test without money, or a Live Trading Session.",
    ),
    Rule(
        id="exchange-sandbox",
        severity="error",
        unused_severity="warning",
        title='"sandBox": "false" switches the test network on',
        sees=(
            'The config of the Crypto Exchange has `"sandBox"` as the text `"false"` in quotes. The template of the '
            "platform does so."
        ),
        engine=(
            "Any text that is not empty counts as yes. Binance orders go to its test network, where a live key is not "
            "known; Kraken and Coinbase throw an error that they have no sandbox."
        ),
        exchange=KEY_REFUSED,
        mend=(
            "Write `false` without quotes in the config of the Crypto Exchange, or run `superalgos-rsa fix DOCUMENT` "
            "to see the change."
        ),
    ),
    Rule(
        id="exchange-unknown",
        severity="error",
        unused_severity="info",
        title="ccxt does not know this exchange",
        sees="The `codeName` of the Crypto Exchange is not the name of an exchange in the installed ccxt.",
        engine="Every bot that trades stops with `exchangeClass is not a constructor`, backtests included.",
        exchange="Nothing reaches the exchange: the engine does not know it.",
        mend=(
            "Write ccxt's own name of the exchange, in small letters (for example `binance`), in the config of the "
            "Crypto Exchange."
        ),
    ),
    Rule(
        id="task-key-ignored",
        severity="warning",
        title="This kind of bot does not read key files",
        sees=(
            "The task has a Key Reference, but its bot never reads a key file: a sensor bot, an indicator or study "
            "bot, an API data fetcher."
        ),
        engine=(
            "Sensor, indicator and study bots use no key. An API data fetcher takes the value as it stands, so a path "
            "is sent as a path."
        ),
        exchange=None,
        mend=(
            "Remove the Key Reference from the task in the platform, or write the value itself where an API data "
            "fetcher needs it."
        ),
    ),
    Rule(
        id="task-server-unknown",
        severity="error",
        title="It is not known which machine runs this task",
        sees="The task hangs under a LAN Network Node on another host, and no server is named for it.",
        engine=(
            "The engine reads the key file on the machine that runs the task, not on the one that stores the "
            "workspace. It was not asked."
        ),
        exchange="Nothing can be promised: the file on that machine was not seen.",
        mend="Name the machine: `superalgos-rsa --root DIR preflight --server NAME=TARGET`.",
    ),
    Rule(
        id="task-server-unreachable",
        severity="error",
        title="The machine that runs this task could not be asked",
        sees="The server is named, but it did not answer, refused, or took too long.",
        engine="The engine reads the key file on that machine. What it would find there is not known.",
        exchange="Nothing can be promised: the file on that machine was not seen.",
        mend="Check the connection (`ssh TARGET true`) and run `superalgos-rsa preflight --server NAME=TARGET` again.",
    ),
)
