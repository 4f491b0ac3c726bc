"""`codeName`, the API key, and what a secret alone may be."""

from __future__ import annotations

import json

import pytest
from installations import API_KEY, HMAC_SECRET, KEY_FILE, VAULT, Site, ecosystem, entry, exchange, key, network, task
from key_samples import private_pem, public_pem, rsa_key

KRAKEN = "Ab3/kD9x+Lm2Qp7Zr5Tn8Vw1Ys4Uc6Xe0Gh3Jk5Mo7Pq9Rt2Su4Wv6Z8"

UUID = "3f2b6a10-9d1c-4a58-8a0e-5d0c4be0f1a2"

# Used by a live task, with a good key in the file.
CODE_NAMES = {
    API_KEY: [],
    "": ["code-name-missing"],
    API_KEY + "\n": ["code-name-whitespace"],
    API_KEY + "\u200b": ["code-name-whitespace"],
    "\ufeff" + API_KEY: ["code-name-whitespace"],
    API_KEY[:32] + " " + API_KEY[32:]: ["code-name-whitespace"],
    "   ": ["code-name-whitespace"],
    API_KEY[:32] + "\u2013" + API_KEY[32:]: ["code-name-whitespace"],
    "\u043a\u043b\u044e\u0447" * 16: ["code-name-whitespace"],
    API_KEY[:32] + "\t" + API_KEY[32:]: ["config-control-character"],
    API_KEY[:32] + "\x07" + API_KEY[32:]: ["config-control-character"],
    "My-Secrets/k.pem": ["code-name-swapped"],
    "My-Secrets/nothing.pem": ["code-name-swapped"],
    "~/k.pem": ["code-name-swapped"],
    "C:\\k.pem": ["code-name-swapped"],
    private_pem(rsa_key()).decode(): ["code-name-swapped"],
    public_pem(rsa_key()).decode(): ["code-name-swapped"],
    "with-newline.txt": ["code-name-reads-file"],
    "Paste your exchange API Key": ["key-placeholder"],
    f'"{API_KEY}"': ["code-name-implausible"],
    f"'{API_KEY}'": ["code-name-implausible"],
    f"\u201c{API_KEY}\u201d": ["code-name-whitespace"],  # which no header can carry
    f"\u00ab{API_KEY}\u00bb": ["code-name-implausible"],
    API_KEY + ";": ["code-name-implausible"],
    API_KEY + ",": ["code-name-implausible"],
    "${BINANCE_API_KEY}": ["code-name-implausible"],
    "$BINANCE_API_KEY": ["code-name-implausible"],
    "%BINANCE_API_KEY%": ["code-name-implausible"],
    "$(cat key)": ["code-name-whitespace"],
    "{{ api_key }}": ["code-name-whitespace"],
    "<api-key>": ["code-name-implausible"],
    "test123": ["code-name-implausible"],
    "your_api_key_here": ["code-name-implausible"],
    "xxxxxxxxxxxxxxxx": ["code-name-implausible"],
    "API_KEY_FROM_BINANCE": ["code-name-implausible"],
    "API_KEY_FROM_THE_EXCHANGE": ["code-name-implausible"],
    "API_KEY": ["code-name-implausible"],
    f"{API_KEY[:4]}{'*' * 56}{API_KEY[-4:]}": ["code-name-implausible"],
    f"{API_KEY[:4]}...{API_KEY[-4:]}": ["code-name-implausible"],
    f"{API_KEY[:4]}{chr(0x2026)}{API_KEY[-4:]}": ["code-name-whitespace"],
    "".join(public_pem(rsa_key()).decode().split("\n")[1:-2]): ["code-name-implausible"],
    f"https://api.binance.com/{API_KEY}": ["code-name-implausible"],
    f"X-MBX-APIKEY:{API_KEY}": ["code-name-implausible"],
    f"X-MBX-APIKEY: {API_KEY}": ["code-name-whitespace"],
    f"apiKey={API_KEY}": ["code-name-implausible"],
    json.dumps({"apiKey": API_KEY}, separators=(",", ":")): ["code-name-implausible"],
    API_KEY[:-1] + "\u00e9": ["code-name-implausible"],
    "A" * 600: ["code-name-implausible"],
}
WORKS_OR_NOBODY_KNOWS = {
    API_KEY + " ": "code-name-whitespace",
    "\t" + API_KEY: "code-name-whitespace",
    KRAKEN: "code-name-implausible",
    UUID: "code-name-implausible",
    API_KEY * 2: "code-name-implausible",
    API_KEY[:32]: "code-name-implausible",
    API_KEY[:-1]: "code-name-implausible",
}


@pytest.mark.parametrize("code_name", CODE_NAMES, ids=lambda text: ascii(text)[:24])
def test_each_broken_code_name_is_told_by_one_rule(site: Site, code_name: str) -> None:
    site.put_key()
    site.put("with-newline.txt", "the-api-key\n")
    # The vault gives the secret: a key file's path beside an empty code name is a mistake of its own.
    own = "" if code_name == "" else KEY_FILE
    expected = ["code-name-missing", "secret-missing"] if code_name == "" else CODE_NAMES[code_name]
    judged = site.trade(key(own, code_name))
    assert (judged.errors, judged.warnings) == (expected, [])
    assert (judged.key.usable, judged.task.ready) == (not expected, not expected)
    for finding in judged.report.findings:
        assert finding.pointer == judged.key.pointer + "/config"
        assert len(code_name) < 16 or code_name not in finding.message


@pytest.mark.parametrize("code_name", WORKS_OR_NOBODY_KNOWS, ids=lambda text: ascii(text)[:24])
def test_what_may_be_an_api_key_all_the_same_is_a_warning(site: Site, code_name: str) -> None:
    site.put_key()
    judged = site.trade(key(code_name=code_name))
    assert (judged.errors, judged.warnings) == ([], [WORKS_OR_NOBODY_KNOWS[code_name]])
    assert (judged.key.usable, judged.task.ready) == (True, True)


# An API key of the form that each exchange gives out, or of which nobody knows the form.
OF_OTHERS = {
    "kraken": KRAKEN,
    "okx": UUID,
    "kucoin": "5f3113a1689401000612a12a",
    "bitfinex": "A" * 43,
    "deribit": "aB3dE6gH",
    "bitmart": "5f3113a1689401000612a12a5f3113a1689401",
    "coinbase": f"organizations/{UUID}/apiKeys/{UUID}",
}


@pytest.mark.parametrize("exchange_name", OF_OTHERS)
def test_nothing_is_said_of_an_api_key_in_the_exchange_s_own_form(site: Site, exchange_name: str) -> None:
    judged = site.trade(key(HMAC_SECRET, OF_OTHERS[exchange_name]), code_name=exchange_name)
    assert [rule for rule in (*judged.errors, *judged.warnings) if rule.startswith("code-name")] == []


def test_spaces_around_an_api_key_are_an_error_where_nobody_knows_that_they_are_lost(site: Site) -> None:
    judged = site.trade(key(HMAC_SECRET, KRAKEN + " "), code_name="kraken")
    assert (judged.errors, judged.key.usable) == (["code-name-whitespace"], False)


def test_a_code_name_that_is_the_secret_too_is_an_error(site: Site) -> None:
    judged = site.trade(key(API_KEY, API_KEY))
    assert (judged.errors, judged.key.usable) == (["code-name-equals-secret"], False)


def test_a_file_of_the_code_names_name_is_read_in_its_place(site: Site) -> None:
    site.put_key()
    site.put("api-key", API_KEY)
    judged = site.trade(key(code_name="api-key"))
    assert (judged.errors, judged.warnings, judged.key.usable) == ([], ["code-name-reads-file"], True)
    assert judged.finding("code-name-reads-file").would_cause is None
    site.put("api-key", "the-api-key\r\n")
    judged = site.trade(key(code_name="api-key"))
    assert (judged.errors, judged.key.usable) == (["code-name-reads-file"], False)
    for content in (b"", b"\xef\xbb\xbf" + API_KEY.encode(), API_KEY.encode("utf-16"), (API_KEY + "\0").encode()):
        site.put("api-key", content)
        judged = site.trade(key(code_name="api-key"))
        assert (judged.errors, judged.key.usable) == (["code-name-reads-file"], False)
        assert (judged.finding("code-name-reads-file").would_cause or "").startswith("Nothing reaches the exchange")
    site.put("api-key", f"API_KEY={API_KEY}")
    judged = site.trade(key(code_name="api-key"))
    assert (judged.errors, judged.warnings) == (["code-name-implausible"], ["code-name-reads-file"])
    (site.root / "api-key").unlink()
    (site.root / "api-key").mkdir()
    assert site.trade(key(code_name="api-key")).errors == ["code-name-implausible"]


@pytest.mark.parametrize("used", [True, False])
def test_an_unused_key_without_a_code_name_is_an_info(site: Site, used: bool) -> None:
    judged = site.trade(key("", "")) if used else site.keep(key("", ""))
    assert judged.finding("code-name-missing").severity == ("error" if used else "info")
    assert not judged.key.usable


def test_a_secret_without_a_code_name_is_lost_at_the_next_save(site: Site) -> None:
    site.put_key()
    for judged in (site.keep(key(code_name="")), site.trade(key(code_name=""))):
        assert (judged.errors, judged.key.usable) == (["code-name-missing-secret"], False)


@pytest.mark.parametrize(
    ("code_name", "secret"),
    [
        ("Paste your exchange API Key", KEY_FILE),
        (API_KEY, "Paste your exchange API secret key"),
        (API_KEY, "REPLACE_THIS_STRING_WITH_YOUR_API_KEY_SECRET"),
    ],
)
def test_what_is_still_the_templates_text_is_an_error_only_where_it_is_used(
    site: Site, code_name: str, secret: str
) -> None:
    site.put_key()
    judged = site.trade(key(secret, code_name))
    assert (judged.errors, judged.key.usable) == (["key-placeholder"], False)
    judged = site.keep(key(secret, code_name))
    assert (judged.errors, judged.warnings, judged.key.usable) == ([], [], False)
    assert judged.finding("key-placeholder").severity == "info"


def test_one_code_name_with_two_secrets_is_an_error(site: Site) -> None:
    site.put_key()
    site.put_key("My-Secrets/other.pem", number=1)
    judged = site.keep(key(name="A"), key("My-Secrets/other.pem", name="B"))
    assert (judged.errors, judged.finding("code-name-duplicate").key_id) == (
        ["code-name-duplicate"],
        judged.report.keys[1].id,
    )
    assert site.keep(key(name="A"), key(name="B")).errors == []
    assert site.keep(key(name="A"), key("My-Secrets/other.pem", "B" * 64, name="B")).errors == []


@pytest.mark.parametrize(("used", "severity"), [(True, "error"), (False, "info")])
@pytest.mark.parametrize("covered", [True, False])
def test_an_absent_secret(site: Site, used: bool, severity: str, covered: bool) -> None:
    """Where the vault serves the node, an empty secret was moved there; elsewhere it was never given."""
    project = "Foundations" if covered else "Superalgos"
    rule = "vault-entry-missing" if covered else "secret-missing"
    own = key("")
    traded = exchange(own)
    roots = (
        (network(traded, task(own)), ecosystem(traded, project=project))
        if used
        else (ecosystem(traded, project=project),)
    )
    judged = site.judge(site.workspace(*roots))
    assert judged.finding(rule).severity == severity
    assert judged.key.usable is False
    assert judged.key.secret.kind == "empty"


def test_the_vault_wins_over_the_node(site: Site) -> None:
    site.put_key()
    site.vault(entry(KEY_FILE))
    judged = site.trade(key(""))
    assert (judged.errors, judged.warnings, judged.key.usable) == ([], [], True)
    assert (judged.key.secret.source, judged.key.secret.path) == ("vault", KEY_FILE)
    judged = site.trade(key("My-Secrets/elsewhere.pem"))
    assert (judged.errors, judged.warnings, judged.key.usable) == ([], ["vault-overrides-node"], True)
    assert site.trade(key(KEY_FILE)).warnings == []
    site.vault(entry("~/k.pem"))
    judged = site.trade(key(KEY_FILE))
    assert (judged.errors, judged.key.usable) == (["path-not-expanded"], False)


@pytest.mark.parametrize(
    ("value", "errors"),
    [
        ("", ["secret-missing"]),
        (5, ["vault-invalid"]),
        (None, ["vault-invalid"]),
        ("C:\temp\new.pem", ["config-control-character"]),
        ("My-Secrets/k.pem\n", ["path-whitespace"]),
        ("Paste your exchange API secret key", ["key-placeholder"]),
        (HMAC_SECRET, []),
    ],
    ids=ascii,
)
def test_a_bad_value_in_the_vault_is_told_like_one_in_the_node(site: Site, value: object, errors: list[str]) -> None:
    site.put_key()
    site.vault(entry(value))
    judged = site.trade(key(""))
    assert (judged.errors, judged.task.ready) == (errors, not errors)
    assert "secret-exposed" not in judged.warnings


def test_one_vault_entry_for_two_exchanges_or_accounts(site: Site) -> None:
    site.put_key()
    site.vault(entry(KEY_FILE))
    kucoin = exchange(key("", name="B"), name="Binance US", code_name="binanceus")
    judged = site.judge(site.workspace(ecosystem(exchange(key("", name="A")), kucoin)))
    assert (judged.errors, judged.warnings) == ([], ["vault-shared-entry"])
    assert site.keep(key("", name="A"), key("", name="B")).warnings == []


def test_a_key_that_the_vault_does_not_reach(site: Site) -> None:
    site.put_key()
    first, second = (
        ecosystem(exchange(key(name="A"))),
        ecosystem(exchange(key(name="B", code_name="B" * 64), name="E2"), name="E2"),
    )
    judged = site.judge(site.workspace(first, second))
    assert (judged.errors, judged.warnings) == ([], ["vault-not-applied"])
    assert judged.finding("vault-not-applied").key_id == judged.report.keys[1].id
    alone = site.judge(site.put("Backup - Exchange Account Key -  K.json", json.dumps(key())))
    assert "vault-not-applied" not in alone.warnings


def test_an_entry_that_no_workspace_uses_is_told_where_all_were_read(site: Site) -> None:
    site.put_key()
    site.vault(entry(KEY_FILE), entry("old", "Q" * 64), entry("token", "me", "github"))
    document = site.workspace(ecosystem(exchange(key(""))))
    judged = site.judge()
    assert (judged.finding("vault-orphan").document, judged.finding("vault-orphan").pointer) == (
        str(site.root / VAULT),
        "/1",
    )
    assert "QQQQ…QQQQ" in judged.finding("vault-orphan").message
    assert not [f for f in site.judge(document).report.findings if f.rule == "vault-orphan"]
    assert not [f for f in site.judge(before_start=True).report.findings if f.rule == "vault-orphan"]
