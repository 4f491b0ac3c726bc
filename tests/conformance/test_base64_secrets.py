"""What ccxt makes of Kraken's secrets, which are base64, in the forms in which people paste them; and what is said."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from superalgos_rsa.superalgos.engine import base64_secret

from .engines import PACKAGES
from .fixed_time import Case, Signed, signed

pytestmark = pytest.mark.usefixtures("engines")

KEY = bytes(range(7, 71))
SECRET = base64.b64encode(KEY).decode()
SHORT = base64.b64encode(KEY[:48]).decode()  # of a length that takes no `=`

FORMS: dict[str, tuple[str, str]] = {
    # The text, and whether 2.7.62 makes the same signature of it as of the secret itself. Since 3.0.40 every form but
    # the first throws.
    "as handed out": (SECRET, "same"),
    "final newline": (SECRET + "\n", "same"),
    "final CRLF": (SECRET + "\r\n", "same"),
    "blank after": (SECRET + " ", "same"),
    "zero-width space after": (SECRET + "\u200b", "same"),
    "literal \\n after": (SECRET + "\\n", "same"),
    "comma after": (SECRET + ",", "same"),
    "without ==": (SECRET.rstrip("="), "same"),
    "without ==, final newline": (SECRET.rstrip("=") + "\n", "same"),
    "without ==, final CRLF": (SECRET.rstrip("=") + "\r\n", "same"),
    "without ==, many blanks after": (SECRET.rstrip("=") + " " * 85, "same"),  # 127 bytes: one less than the block
    "without ==, too many blanks after": (SECRET.rstrip("=") + " " * 88, "other"),
    "without ==, literal \\n after": (SECRET.rstrip("=") + "\\n", "other"),
    "one = missing": (SECRET[:-1], "same"),
    "one = more": (SECRET + "=", "same"),
    "blank before": (" " + SECRET, "other"),
    "newline before": ("\n" + SECRET, "other"),
    "byte order mark": ("\ufeff" + SECRET, "other"),
    "line break inside": (SECRET[:64] + "\n" + SECRET[64:], "other"),
    "blank inside": (SECRET[:64] + " " + SECRET[64:], "other"),
    "in quotes": (f'"{SECRET}"', "other"),
    "in angle brackets": (f"<{SECRET}>", "other"),
    "URL alphabet": (SECRET.replace("+", "-").replace("/", "_"), "other"),
    "first letter missing": (SECRET[1:], "other"),
    "last letter missing": (SECRET[:-3] + "==", "other"),
    "name before": ("secret=" + SECRET, "other"),
}


def _signatures(package: str, secrets: Sequence[str]) -> list[Signed]:
    cases: list[Case] = [{"secret": secret, "params": {"pair": "XBTUSD"}} for secret in secrets]
    return signed(package, "kraken", "AddOrder", "private", cases)


def _same(one: Signed, other: Signed) -> bool:
    return "error" not in one and one["headers"]["API-Sign"] == other["headers"]["API-Sign"]


@pytest.mark.parametrize("package", PACKAGES)
def test_what_becomes_of_each_form(package: str) -> None:
    right, *others = _signatures(package, [SECRET, *(text for text, _ in FORMS.values())])
    found = {
        name: "throws" if "error" in answer else "same" if _same(answer, right) else "other"
        for name, answer in zip(FORMS, others, strict=True)
    }
    of_2 = {name: word for name, (_, word) in FORMS.items()}
    assert found == (of_2 if package == "ccxt-2" else {**dict.fromkeys(FORMS, "throws"), "as handed out": "same"})
    for (text, _), answer in zip(FORMS.values(), others, strict=True):
        _hold(text, answer, right, package)


def test_without_padding_what_follows_may_matter() -> None:
    forms = {SHORT: True, SHORT + "\n": True, SHORT + "\r\n": True, SHORT + "AA": True, SHORT + " x": False}
    right, *answers = _signatures("ccxt-2", [SHORT, *forms])
    assert [_same(answer, right) for answer in answers] == list(forms.values())
    assert base64_secret.decoded(SHORT + "\r\n", PACKAGES["ccxt-2"]) == KEY[:48] + b"\0"


@pytest.mark.parametrize(
    ("exchange", "path", "zeros_are_nothing"),
    [
        ("kraken", "AddOrder", True),
        ("bl3p", "market/money/order/add", True),
        ("btcmarkets", "orders", True),
        ("btcturk", "order", False),  # SHA-256: its block has 64 bytes, as the key has
        ("coinbasepro", "orders", False),
    ],
)
def test_zeros_after_a_key_are_nothing_up_to_the_block_of_the_hash(
    exchange: str, path: str, zeros_are_nothing: bool
) -> None:
    texts = [SECRET, SECRET.rstrip("=") + "\n", SECRET.rstrip("=") + " " * 88]
    right, *answers = signed("ccxt-2", exchange, path, "private", [{"secret": text, "params": {}} for text in texts])
    assert "error" not in right
    assert [answer["headers"] == right["headers"] for answer in answers] == [zeros_are_nothing, False]
    for text, answer in zip(texts[1:], answers, strict=True):
        same = answer["headers"] == right["headers"]
        assert base64_secret.signs_as_meant(text, exchange, PACKAGES["ccxt-2"]) is same


_places = st.integers(0, len(SECRET))
_snippets = st.sampled_from(["\n", "\r\n", " ", '"', "'", "=", "A", "/", "_", "\ufeff", "\U0001f511", "\\n", "<", "é"])


@st.composite
def _pasted(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from([SECRET, SHORT]))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.sampled_from([0, len(text)]) | _places)
        text = text[:at] + draw(_snippets) + text[at + draw(st.integers(0, 2)) :]
    return text or SECRET


@pytest.mark.parametrize("package", PACKAGES)
@settings(max_examples=3, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck))
@given(texts=st.lists(_pasted(), min_size=80, max_size=80))
def test_key_is_the_one_that_the_engine_signs_with_for_any_text(package: str, texts: list[str]) -> None:
    """Of a text of which it is known what is meant, the engine signs as with the clean secret, or not."""
    meant = [base64_secret.meant(text) or KEY for text in texts]
    clean = [base64.b64encode(key).decode() for key in meant]
    answers = _signatures(package, [*texts, *clean])
    for text, answer, right in zip(texts, answers[: len(texts)], answers[len(texts) :], strict=True):
        if base64_secret.meant(text) is not None:
            _hold(text, answer, right, package)


def _hold(text: str, answer: Signed, right: Signed, package: str) -> None:
    version = PACKAGES[package]
    assert base64_secret.signs_as_meant(text, "kraken", version) == _same(answer, right), f"{text!r}: {answer}"
    if "error" in answer:
        with pytest.raises(ValueError, match=r".") as caught:
            base64_secret.decoded(text, version)
        assert answer["error"].startswith(str(caught.value)), f"{text!r}: {caught.value}; engine: {answer['error']}"
