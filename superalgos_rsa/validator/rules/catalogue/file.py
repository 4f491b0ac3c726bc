"""Rules about the key file as a file: can it be read, and who else can read it?"""

from superalgos_rsa.validator.rules.model import ENGINE_THROWS, SIGNATURE_INVALID, Rule

RULES = (
    Rule(
        id="file-unreadable",
        severity="error",
        title="The key file may not be read",
        sees=(
            "The file exists, but the user that runs the platform has no right to read it, or to enter one of its "
            "folders."
        ),
        engine=(
            "The engine says nothing and signs HMAC with the text of the path itself, just as if the file were not "
            "there."
        ),
        exchange=SIGNATURE_INVALID,
        mend="Give the file to the user that runs the platform: `sudo chown USER FILE`, then `chmod 600 FILE`.",
    ),
    Rule(
        id="file-not-judged",
        severity="error",
        unused_severity="info",
        title="Nobody can say from here what the platform reads",
        sees=(
            "Superalgos runs as another user than the one who asks, and the file is closed to the one who asks, or "
            "nothing that he may see tells whether it is open to the other. Or the file system that the key file lies "
            "on, that of another machine for one, gives no answer within 5 seconds."
        ),
        engine=(
            "Not known. A task that needs the key counts as not ready. Where a file system gives no answer the engine "
            "waits for it, and the whole task server with it."
        ),
        exchange=None,
        mend=(
            "Run the same command as the user that runs the platform: `sudo -u USER superalgos-rsa …`. Keep the key "
            "file on a disk of the machine itself."
        ),
    ),
    Rule(
        id="file-empty",
        severity="error",
        title="The key file is empty",
        sees="The file exists and has no content.",
        engine='The secret is then an empty text, and each order fails: `binance requires "secret" credential`.',
        exchange=ENGINE_THROWS,
        mend=(
            "Put back the file from a backup. Without one, make a new pair with `superalgos-rsa keygen` and give its "
            "public half to the exchange."
        ),
    ),
    Rule(
        id="file-too-large",
        severity="error",
        title="The key file is far too large for a key",
        sees=(
            "The file is larger than any private key, of more than 64 KiB, and is not read. Or `secret` itself is as "
            "long."
        ),
        engine=(
            "The engine reads the whole file on every main loop of the bot and takes all of its text as the secret."
        ),
        exchange=SIGNATURE_INVALID,
        mend="Name the key file itself: `superalgos-rsa set DOCUMENT KEY --secret PATH`.",
    ),
    Rule(
        id="file-permissions",
        severity="warning",
        title="Other users can read the private key",
        sees="The group or all users of the machine have rights on the key file. Modes 0600 and 0400 are good.",
        engine=(
            "The engine does not look at it, and the key works. But every user of the machine may be able to trade "
            "with your account."
        ),
        exchange=None,
        mend="`chmod 600 FILE`",
    ),
    Rule(
        id="file-in-git",
        severity="warning",
        title="The private key can get into git",
        sees="The key file is tracked by git, or it lies in a git work tree that does not ignore it.",
        engine="The engine does not look at it, and the key works. But the next commit or push may publish the key.",
        exchange=None,
        mend=(
            "Move the file to `My-Secrets`, which Superalgos keeps out of git, and run `superalgos-rsa set DOCUMENT "
            "KEY --secret PATH`. A key that was pushed is public: make a new one with `superalgos-rsa keygen`."
        ),
    ),
    Rule(
        id="file-copies",
        severity="warning",
        title="There are copies of the private key beside it",
        sees="Other files near the key file hold the same private key: a backup of an editor, a copy, a download.",
        engine="The engine does not look at them. Each copy is one more file that can be stolen.",
        exchange=None,
        mend="Look at each file that the finding names, and delete what you do not need: `shred -u COPY`.",
    ),
    Rule(
        id="secret-whitespace",
        severity="error",
        title="White space before or behind the HMAC secret",
        sees=(
            "An HMAC secret, written out or in a file, begins or ends with white space. Most often it is the line "
            "break that an editor puts at the end of a file."
        ),
        engine=(
            "The engine trims nothing: the line break becomes a part of the HMAC key, and every signature is wrong."
        ),
        exchange=SIGNATURE_INVALID,
        mend=(
            'Write the file again without a line break at its end: `(umask 077; printf %s "$(cat FILE)" > NEW) && mv '
            "NEW FILE`."
        ),
    ),
)
