"""After `convert` its copy is what `check` and `fix` offer, whatever form the key had before."""

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from installations import KEY_FILE, Site, key, trading
from key_samples import OPENSSH, PASSPHRASE, PKCS1, PKCS8, other_key, private_der, private_pem, rsa_key

from fixer.calls import Call

GOOD = private_pem(rsa_key())
COPY = "My-Secrets/k.pkcs8.pem"
FORMS = {
    "rich text": (b"{\\rtf1\\ansi\n\\f0 " + GOOD.replace(b"\n", b"\\\n") + b"}", "pem-damaged"),
    "DER": (private_der(rsa_key()), "pem-der"),
    "UTF-16": (GOOD.decode().encode("utf-16"), "pem-encoding"),
    "inside JSON": (json.dumps({"privateKey": GOOD.decode()}).encode(), "pem-missing"),
    "two letters for a line break": (GOOD.replace(b"\n", b"\\n"), "pem-damaged"),
}


@pytest.mark.parametrize("form", FORMS)
def test_the_converted_copy_is_offered_by_check_and_taken_by_fix(site: Site, call: Call, form: str) -> None:
    content, rule = FORMS[form]
    file = site.put(KEY_FILE, content)
    document = site.workspace(*trading(key()))
    judged = site.judge(document)
    assert judged.errors == [rule]
    before = judged.finding(rule).fix
    assert before is not None
    assert before.title == f"superalgos-rsa convert {shlex.quote(str(file))}"
    assert call("convert", file).code == 0
    judged = site.judge(document)
    fix = judged.finding(rule).fix
    assert fix is not None
    assert fix.title.startswith("superalgos-rsa set ")
    assert (fix.title.endswith(f"--secret {COPY}"), fix.applicability) == (True, "safe")
    assert "file-copies" not in judged.warnings
    assert call("fix", "--apply").code == 0
    judged = site.judge(document)
    assert (judged.errors, judged.key.usable, judged.key.secret.path) == ([], True, COPY)


@pytest.mark.parametrize(("layout", "passphrase"), [(OPENSSH, None), (PKCS8, PASSPHRASE), (OPENSSH, PASSPHRASE)])
def test_of_a_key_whose_public_half_is_hidden_the_name_tells_and_that_is_a_guess(
    site: Site, call: Call, layout: Any, passphrase: bytes | None
) -> None:
    site.put(KEY_FILE, private_pem(rsa_key(), layout, passphrase))
    site.put(COPY, GOOD)
    document = site.workspace(*trading(key()))
    (rule,) = site.judge(document).errors
    fix = site.judge(document).finding(rule).fix
    assert fix is not None
    assert (fix.title.endswith(f"--secret {COPY}"), fix.applicability) == (True, "unsafe")
    assert call("fix", "--apply").code == 1, "it may be another key"
    assert call("fix", "--apply", "--unsafe").code == 0
    assert site.judge(document).key.secret.path == COPY


def test_its_remedy_works_when_pasted(site: Site, call: Call) -> None:
    site.put(KEY_FILE, FORMS["rich text"][0])
    site.put(COPY, GOOD)
    fix = site.trade(key()).finding("pem-damaged").fix
    assert fix is not None
    assert call(*shlex.split(fix.title)[1:]).code == 0
    assert site.judge().errors == []


@pytest.mark.parametrize(
    "other",
    [private_pem(rsa_key(number=1)), private_pem(rsa_key(), OPENSSH), private_pem(rsa_key()).replace(b"\n", b"\\n")],
    ids=["another key", "OpenSSH", "as damaged"],
)
def test_what_is_another_key_or_does_not_sign_is_no_copy_to_use(site: Site, other: bytes) -> None:
    site.put(KEY_FILE, FORMS["two letters for a line break"][0])
    site.put(COPY, other)
    fix = site.trade(key()).finding("pem-damaged").fix
    assert fix is not None
    assert fix.title.startswith("superalgos-rsa convert ")


def test_other_copies_are_still_told(site: Site) -> None:
    site.put(KEY_FILE, FORMS["two letters for a line break"][0])
    site.put(COPY, GOOD)
    site.put("My-Secrets/k.pem~", FORMS["two letters for a line break"][0])
    assert site.trade(key()).finding("file-copies").message.endswith(": k.pem~")


def test_a_key_that_signs_although_its_text_is_damaged_is_offered_the_copy_too(site: Site) -> None:
    site.put(KEY_FILE, b"a text before it\n" + GOOD)
    site.put(COPY, private_pem(rsa_key(), PKCS1))
    judged = site.trade(key())
    assert (judged.errors, judged.key.usable) == ([], True)
    for rule in judged.warnings:
        fix = judged.finding(rule).fix
        assert rule == "pem-damaged"
        assert fix is not None
        assert fix.title.endswith(f"--secret {COPY}")


def test_of_a_key_that_no_text_makes_sign_there_is_no_copy(site: Site) -> None:
    """On ccxt 2.x no key of an elliptic curve signs for Binance."""
    site.put(KEY_FILE, private_pem(other_key("ec")).replace(b"\n", b"\\n"))
    site.put(COPY, private_pem(other_key("ec")))
    fixes = [finding.fix.title for finding in site.trade(key()).report.findings if finding.fix]
    assert not any(COPY in Path(title).as_posix() for title in fixes)
