"""Rules about the path in `secret`: would the engine find the file that is meant?"""

from superalgos_rsa.validator.rules.model import SIGNATURE_INVALID, Rule

_FALLBACK = "The engine finds no file of that name and says nothing. It signs HMAC with the text of the path itself."

RULES = (
    Rule(
        id="path-not-found",
        severity="error",
        title="The key file does not exist",
        sees="The secret looks like a path, but there is no such file on the machine that runs the task.",
        engine=_FALLBACK,
        exchange=SIGNATURE_INVALID,
        mend=(
            "Write the path of the file as it is on that machine: `superalgos-rsa set DOCUMENT KEY --secret PATH`. A "
            "relative path begins at the Superalgos folder."
        ),
    ),
    Rule(
        id="path-not-expanded",
        severity="error",
        title="The path uses ~, a variable or file://",
        sees="The path begins with `~` or `file://`, or holds a variable such as `$HOME` or `%APPDATA%`.",
        engine="The engine takes each of them letter by letter; only a shell or a browser replaces them. " + _FALLBACK,
        exchange=SIGNATURE_INVALID,
        mend=(
            "Write the whole path: `superalgos-rsa set DOCUMENT KEY --secret PATH`, or `superalgos-rsa fix DOCUMENT "
            "--apply`."
        ),
    ),
    Rule(
        id="path-whitespace",
        severity="error",
        title="There are spaces or invisible characters around the path",
        sees="The path without its white space or invisible characters at the ends is a file; as it stands it is not.",
        engine="Nothing is trimmed. " + _FALLBACK,
        exchange=SIGNATURE_INVALID,
        mend=(
            "Run `superalgos-rsa set DOCUMENT KEY --secret PATH` with the path alone, or `superalgos-rsa fix DOCUMENT "
            "--apply`."
        ),
    ),
    Rule(
        id="path-quoted",
        severity="error",
        title="There are quotes around the path",
        sees="The path stands in a second pair of quotes inside the value, as when it is copied with its quotes.",
        engine="The quotes count as a part of the file's name. " + _FALLBACK,
        exchange=SIGNATURE_INVALID,
        mend=(
            "Run `superalgos-rsa set DOCUMENT KEY --secret PATH` without inner quotes, or `superalgos-rsa fix DOCUMENT "
            "--apply`."
        ),
    ),
    Rule(
        id="path-case",
        severity="error",
        title="The file exists, but with other capital letters",
        sees=(
            "A file of that name exists, but upper and lower case differ somewhere in the path, and this file system "
            "tells them apart."
        ),
        engine=_FALLBACK,
        exchange=SIGNATURE_INVALID,
        mend="Write the name exactly as the folder lists it: `superalgos-rsa set DOCUMENT KEY --secret PATH`.",
    ),
    Rule(
        id="path-separators",
        severity="error",
        title="The path is of another system",
        sees="A Windows path (`C:\\keys\\k.pem`, `keys\\k.pem`) for a Linux or macOS machine, or the reverse.",
        engine="On Linux and macOS a backslash is a letter of the name, not a separator. " + _FALLBACK,
        exchange=SIGNATURE_INVALID,
        mend=(
            "Write the path as the machine that runs the task writes it, with `/` on Linux and macOS: `superalgos-rsa "
            "set DOCUMENT KEY --secret PATH`."
        ),
    ),
    Rule(
        id="path-not-a-file",
        severity="error",
        title="The path does not lead to a regular file",
        sees=(
            "The path names a folder, a pipe, a socket or a device, a file that the kernel makes up (in `/proc` or "
            "`/sys`), or a link that leads nowhere or round in a circle. None of them is opened."
        ),
        engine=(
            "For a folder or a broken link the engine says nothing and signs HMAC with the text of the path itself. A "
            "pipe, a device or `/proc` gives no key that can be relied on."
        ),
        exchange=SIGNATURE_INVALID,
        mend="Name the key file itself: `superalgos-rsa set DOCUMENT KEY --secret PATH`.",
    ),
    Rule(
        id="path-relative-elsewhere",
        severity="error",
        title="The relative path begins at the wrong folder",
        sees=(
            "The file exists beside the workspace, or under the folder where you are now, but not under the Superalgos "
            "folder, where the engine looks."
        ),
        engine=(
            "A relative path begins at the working folder of the platform, which is the Superalgos folder. " + _FALLBACK
        ),
        exchange=SIGNATURE_INVALID,
        mend=(
            "Write the path from the Superalgos folder, or the whole path: `superalgos-rsa set DOCUMENT KEY --secret "
            "PATH`. `My-Secrets/` is a good place for the file."
        ),
    ),
)
