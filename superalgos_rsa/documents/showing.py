"""Which parts of a text may be shown. A text that names no file may hold a secret.

Whether a text is *meant* as a path is judged elsewhere; a wrong answer there reveals nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

LEAST = 16
"""The length of the shortest secret of any exchange: a shorter text gives nothing away."""
SUFFIX = re.compile(
    r"\.(pem|key|priv|pub|der|cer|crt|p8|pk8|pkcs8|p12|pfx|ppk|asc|txt|rsa|secret|json|bak|old|orig)$", re.IGNORECASE
)
_LONGEST_PATH, _LONGEST_PART, _MOST_PARTS = 4096, 40, 100
_LONGEST_SENTENCE = 1 << 16
_MOST_DIGITS = 12
_LONG_IN_CAPITALS = 4
_SHORT, _MOST_SHORT = 4, 6
"""The most words of fewer letters than that; a secret cut into small pieces has more."""
_WORD = r"[0-9]?([^\W\d_]+)|([^\W\d_]*)[0-9]{1,8}"
_WORD_OR_NUMBER = rf"{_WORD}|[0-9]{{1,15}}"
_IN_ODD_CASE = frozenset({"AppData", "LocalAppData", "ProgramData", "ProgramFiles", "OneDrive", "GitHub", "iCloud"})
_HUMPS = r"[A-Z]?[a-z]{2,}([A-Z][a-z]{2,})+"
_ENDS = " \t\r\n\f\v\u00a0\u200b\u200c\u200d\u2060\ufeff\"'`\u2018\u2019\u201c\u201d"
_SEPARATOR = r"[/\\]{1,2}|[\t\n\r\b\f]"  # JSON makes a tab of the `\t` in `C:\temp`
_JOINER = "[-_. \u00a0\u200b\u200c\u200d\u2060\ufeff]"
_START = r"(?i:file:(//)?)?([A-Za-z]:)?"
_PLACE = r"\.{1,2}|~(\w*)|\$(\w+)|\$\{(\w+)\}|%(\w+)%"
_ODD = r"[^\x00-\x7f]|[0-9]|[a-z][A-Z]|[A-Z]{2}[a-z]|[A-Za-z]{16}|(.)\1\1\1|([A-Za-z]{1,3}[^A-Za-z\s]+){6}"
"""A sentence without any of these has plain words only, as most have."""
_UUID = r"(?i:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})"


def shown(path: str, known: str = "") -> str | None:
    """A path as it stands, or `None` where it may hold a secret.

    It is shown if every part of it is made of words: letters in ordinary case, with digits before or behind them,
    joined by hyphens, dots, blanks or underscores. `known` is the beginning of it that exists on the disk, and so is no
    secret.
    """
    rest = path.removeprefix(known).strip(_ENDS)
    if len(rest) > _LONGEST_PATH:
        return None
    return path if not rest or _is_made_of_words(SUFFIX.sub("", rest)) else None


def _is_made_of_words(path: str) -> bool:
    first, *others = re.split(_SEPARATOR, re.sub(_START, "", path, count=1))
    parts = [first, *others] if first or not others else others  # from the root
    if len(parts) > _MOST_PARTS:
        return False
    if len(parts) > 1 and parts[-1] == "":
        parts.pop()
    words: list[str] = []
    for part in parts:
        place = re.fullmatch(_PLACE, part)
        name = part if place is None else next(filter(None, place.groups()), "")
        found = [word for word in re.split(_JOINER, name) if word]
        if len(part) > _LONGEST_PART or (place is None and not found):
            return False
        words += found
    return _are_words(words)


def _are_words(found: Iterable[str], loosely: bool = False) -> bool:
    """Whether all parts are words, and not so many or with so many digits that they may be a secret cut into pieces.

    `loosely`: in a sentence camel case, abbreviations in capitals and long numbers are allowed too.
    """
    digits = short = 0
    for text in found:
        word = text if text.isascii() else _composed(text)
        match = re.fullmatch(_WORD_OR_NUMBER if loosely else _WORD, word)
        letters = (match[1] or match[2] or "") if match else ""
        if match is None or not (_reads(letters, loosely) or (loosely and re.fullmatch(_HUMPS, letters))):
            return False
        digits += len(word) - len(letters)
        short += 0 < len(letters) < _SHORT
    return digits <= _MOST_DIGITS and short <= _MOST_SHORT


def _reads(letters: str, loosely: bool) -> bool:
    """Whether a word has ordinary case and, if it is long or in capitals, can be pronounced."""
    if letters not in (letters.lower(), letters.upper(), letters.capitalize()):
        return letters in _IN_ODD_CASE
    if re.search(r"(.)\1\1\1", letters):
        return False
    if len(letters) < (_LONG_IN_CAPITALS if letters.isupper() and not loosely else LEAST) or not letters.isascii():
        return True
    vowels = re.findall("[aeiouy]", letters, re.IGNORECASE)
    return len(vowels) * 4 >= len(letters) and not re.search("[^aeiouy]{5}", letters, re.IGNORECASE)


def _composed(text: str) -> str:
    import unicodedata  # only names in other scripts need its tables

    return unicodedata.normalize("NFC", text)


def outline(text: str) -> str:
    """The text that is shown instead of one that may hold a secret."""
    suffix = SUFFIX.search(text.strip(_ENDS))
    return f"{len(text)} characters" + (f", ending in {suffix[0].lower()}" if suffix else "")


def censored(sentence: str, known: Callable[[str], str] = lambda _: "", *, ids: bool = False) -> str:
    """A name or a sentence in which each word that may hold a secret is masked.

    `known` gives the beginning of a word that exists as a path, and so is no secret. `ids`: allows UUIDs, which ids of
    nodes are, but many secrets too.
    """
    if len(sentence) < LEAST or not re.search(_ODD, sentence):
        return sentence
    if len(sentence) > _LONGEST_SENTENCE:
        return f"({outline(sentence)})"
    spans = (_without_punctuation(sentence, *match.span()) for match in re.finditer(r"\S+", sentence))
    odd = [(start, end) for start, end in spans if not _is_plain(sentence[start:end], known, ids)]
    if sum(end - start for start, end in odd) < LEAST:
        return sentence
    start, end = odd[0][0], odd[-1][1]
    return f"{sentence[:start]}({outline(sentence[start:end])}){sentence[end:]}"


def _without_punctuation(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and not (text[start].isalnum() or text[start] in "_/.~-+="):
        start += 1
    while start < end and not (text[end - 1].isalnum() or text[end - 1] in "_/+="):
        end -= 1
    return start, end


def _is_plain(word: str, known: Callable[[str], str], ids: bool) -> bool:
    if _pieces_are_words(word) or (ids and re.fullmatch(_UUID, word)):
        return True
    rest = word.removeprefix(known(word))
    return rest != word and _pieces_are_words(rest)


def _pieces_are_words(word: str) -> bool:
    return _are_words(re.findall(r"[^\W_]+", word), loosely=True)


def mask(text: str) -> str:
    """The first and last four characters of a code name; none of one that is too short to hide the rest."""
    return f"{text[:4]}…{text[-4:]}" if len(text) >= LEAST else "…" if text else ""
