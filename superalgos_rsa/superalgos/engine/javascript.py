"""Where JavaScript's strings and regular expressions differ from Python's."""

from __future__ import annotations

# What `\s` matches in JavaScript. Python's `\s` also matches U+001C..U+001F and U+0085, but not U+FEFF.
SPACE = "\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"


def length(text: str) -> int:
    """`text.length`: UTF-16 code units."""
    return len(text) + sum(1 for character in text if character > "\uffff")


def has_lone_surrogate(text: str) -> bool:
    """Whether `encodeURIComponent` throws “URI malformed” for this text. JSON can hold one; a UTF-8 file cannot."""
    return any("\ud800" <= character <= "\udfff" for character in text)


def utf8(text: str) -> bytes:
    """The bytes that Node makes of a string: a lone surrogate becomes U+FFFD."""
    if has_lone_surrogate(text):
        text = "".join("\ufffd" if "\ud800" <= character <= "\udfff" else character for character in text)
    return text.encode()
