"""Classes read from files of an installation: whole ones, others than ccxt ever shipped, and none at all."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superalgos_rsa.superalgos.engine import CcxtVersion
from superalgos_rsa.superalgos.engine.exchange_class import Read, find_class, installed_class, known_class

CCXT = "node_modules/ccxt"
OLD, NEW = CcxtVersion(2, 7, 62), CcxtVersion(4, 4, 25)
INDEX = """\
var kraken = require('./src/kraken.js');
const exchanges = {
    'kraken': kraken,
    'krakenus': krakenus["default"],
};
const pro = {
    'onlypro': onlypro,
};
"""
BASE = """\
class Exchange {
    describe() {
        return {
            'requiredCredentials': {
                'apiKey':     true,
                'secret':     true,
                'uid':        false, // for some
                'password':   false,
            },
        };
    }
}
"""
KRAKEN = """\
var kraken$1 = require('./abstract/kraken.js');
class kraken extends kraken$1["default"] {
    describe() {
        return this.deepExtend(super.describe(), {
            'requiredCredentials': {
                'password': true,
                // 'uid': true,
            },
        });
    }
    sign(path) {
        // rsa(query, this.secret)
        this.checkRequiredCredentials();
        return this.hmac(path, this.base64ToBinary(this.secret), sha512.sha512);
    }
}
"""
ABSTRACT = """\
var Exchange$1 = require('../base/Exchange.js');
class Exchange extends Exchange$1["default"] {
}
"""
KRAKENUS = """\
var kraken = require('./kraken.js');
class krakenus extends kraken["default"] {
    describe() {
        return this.deepExtend(super.describe(), { 'requiredCredentials': {
            'password': false,
            'uid': true,
        } });
    }
}
"""
FILES = {
    f"{CCXT}/dist/cjs/ccxt.js": INDEX,
    f"{CCXT}/dist/cjs/src/base/Exchange.js": BASE,
    f"{CCXT}/dist/cjs/src/abstract/kraken.js": ABSTRACT,
    f"{CCXT}/dist/cjs/src/kraken.js": KRAKEN,
    f"{CCXT}/dist/cjs/src/krakenus.js": KRAKENUS,
}


def reader(files: dict[str, str]) -> Read:
    data = {name: text.encode("utf-8", "surrogatepass") for name, text in files.items()}
    return data.get


def install(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    return root


def test_class_is_read_from_its_file_and_comments_are_not(tmp_path: Path) -> None:
    found = installed_class(install(tmp_path, FILES), "kraken", NEW)
    assert found is not None
    assert found.required == found.needs == ("apiKey", "secret", "password")
    assert (found.scheme, found.private_keys, found.signer) == ("base64", (), "kraken")
    assert (found.checks, found.judged, found.source) == (True, True, "class")


def test_class_has_what_it_does_not_change_from_the_one_that_it_extends(tmp_path: Path) -> None:
    found = installed_class(install(tmp_path, FILES), "krakenus", NEW)
    assert found is not None
    assert found.required == ("apiKey", "secret", "uid")
    assert (found.scheme, found.signer, found.checks) == ("base64", "kraken", True)


def test_files_of_ccxt_2_lie_elsewhere(tmp_path: Path) -> None:
    files = {
        "ccxt.js": "const exchanges = {\n    'kraken':   require ('./js/kraken.js'),\n}\n",
        "js/base/Exchange.js": BASE,
        "js/kraken.js": "const Exchange = require ('./base/Exchange');\n"
        "module.exports = class kraken extends Exchange {\n    sign (path) {\n"
        "        return this.rsa (path, this.secret);\n    }\n}\n",
    }
    found = installed_class(install(tmp_path, {f"{CCXT}/{name}": text for name, text in files.items()}), "kraken", OLD)
    assert found is not None
    assert (found.required, found.source) == (("apiKey", "secret"), "class")
    assert (found.scheme, found.private_keys, found.judged) == ("private-key", ("RSA",), False)


@pytest.mark.parametrize("name", ["Kraken", "", "pro", "onlypro", "binance", "exchanges", "__proto__", "../kraken"])
def test_name_that_the_main_file_does_not_list_is_no_exchange(tmp_path: Path, name: str) -> None:
    assert installed_class(install(tmp_path, FILES), name, NEW) is None


def test_without_the_base_class_its_own_defaults_hold(tmp_path: Path) -> None:
    files = {name: text for name, text in FILES.items() if "base/" not in name}
    found = installed_class(install(tmp_path, files), "kraken", NEW)
    assert found is not None
    assert found.required == ("apiKey", "secret", "password")


def _instead(make: Callable[[Path], object]) -> Callable[[Path], None]:
    def spoil(file: Path) -> None:
        file.unlink()
        make(file)

    return spoil


def _bind(file: Path) -> None:
    here = Path.cwd()
    os.chdir(file.parent)  # the whole path may be longer than the name of a socket can be
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(file.name)
    finally:
        os.chdir(here)


SPOILT: dict[str, Callable[[Path], object]] = {
    "missing": Path.unlink,
    "a folder": _instead(Path.mkdir),
    "a FIFO": _instead(os.mkfifo),
    "a socket": _instead(_bind),
    "a link to itself": _instead(lambda file: os.symlink(file, file)),
    "empty": lambda file: file.write_text(""),
    "too large": lambda file: os.truncate(file, 9 * 1024 * 1024),
    "no class": lambda file: file.write_text("exports.x = 1;\n"),
    "of nobody": lambda file: file.write_text("class kraken extends Nobody {\n}\n"),
    "its own parent": lambda file: file.write_text(KRAKEN.replace("abstract/kraken", "kraken")),
    "of a parent elsewhere": lambda file: file.write_text(KRAKEN.replace("./abstract", "../../../../..")),
    "on one line": lambda file: file.write_text(KRAKEN.replace("\n", "")),
    "other bytes": lambda file: file.write_bytes(bytes(range(256)) * 100),
}


@pytest.mark.skipif(os.name != "posix", reason="these kinds of files are those of POSIX")
@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_class_whose_file_cannot_be_read_is_the_known_one(tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    spoil(install(tmp_path, FILES) / CCXT / "dist/cjs/src/kraken.js")
    assert installed_class(tmp_path, "kraken", NEW) == known_class("kraken", NEW)


def test_class_that_is_listed_and_cannot_be_read_is_an_exchange_of_which_nothing_is_known() -> None:
    files = {f"{CCXT}/dist/cjs/ccxt.js": INDEX}
    found = find_class(reader(files), "krakenus", NEW)
    assert found is not None
    assert (found.scheme, found.judged, found.source, found.needs) == ("unknown", False, "nothing", ())


@pytest.mark.parametrize(
    ("use", "scheme"),
    [
        ("this.hmac(auth, this.encode(this.secret), sha256)", "text"),
        ("{ 'X-Token': this.secret }", "text"),
        ("this.apiKey + ':' + this.secret;", "text"),
        ("this.blake(auth, this.encode(this.secret))", "unknown"),
        ("this.hmac(auth, this.encode(this.secret)); x = this.fromHex(this.secret)\n f(this.secret)", "unknown"),
        ("this.hmac(auth, this.apiKey)", "api-key"),
    ],
)
def test_secret_that_is_used_in_a_way_unheard_of_is_not_judged(use: str, scheme: str) -> None:
    used = KRAKEN.replace("this.hmac(path, this.base64ToBinary(this.secret), sha512.sha512)", use)
    found = find_class(reader({**FILES, f"{CCXT}/dist/cjs/src/kraken.js": used}), "kraken", NEW)
    assert found is not None
    assert (found.scheme, found.judged) == (scheme, scheme != "unknown")


@pytest.mark.parametrize("index", [None, "", "const exchanges = {\n};\n", "exports.exchanges = [];\n"])
def test_without_a_readable_list_the_table_tells_which_exchanges_there_are(index: str | None) -> None:
    def read(name: str) -> bytes | None:
        return index.encode() if index is not None and name.endswith("ccxt.js") else None

    assert find_class(read, "kraken", NEW) == known_class("kraken", NEW)
    assert find_class(read, "no_such_exchange", NEW) is None


@pytest.mark.parametrize(
    ("version", "name", "there"),
    [
        ("2.7.62", "bittrex", True),
        ("4.4.25", "bittrex", False),  # this very version is known, and has none
        ("4.5.84", "hyperliquid", True),
        ("2.7.62", "hyperliquid", False),
        ("4.4.26", "ace", True),
        ("4.4.26", "bittrex", False),  # another 4.4 has none
        ("4.5.70", "mudrex", True),  # of two that are as near, either will do
        ("4.5.70", "aftermath", True),
        ("4.3.0", "hyperliquid", True),
        ("1.95.3", "ace", True),
        ("9.0.0", "kraken", True),
        ("9.0.0", "Kraken", False),
    ],
)
def test_nearest_known_version_that_has_the_exchange_stands_in(version: str, name: str, there: bool) -> None:
    parsed = CcxtVersion.parse(version)
    assert parsed is not None
    assert (known_class(name, parsed) is not None) is there


@pytest.mark.parametrize(
    ("version", "needs"), [("4.4.25", "uid"), ("2.7.60", "uid"), ("3.0.40", "uid"), ("4.5.50", "uid")]
)
def test_requirements_are_those_of_the_nearest_version(version: str, needs: str) -> None:
    parsed = CcxtVersion.parse(version)
    assert parsed is not None
    found = known_class("bitmart", parsed)
    assert found is not None
    assert (found.needs, found.source) == (("apiKey", "secret", needs), "table")


@given(st.dictionaries(st.sampled_from(sorted(FILES)), st.text() | st.sampled_from([*FILES.values(), INDEX * 2])))
def test_any_text_in_any_file_gives_an_answer(files: dict[str, str]) -> None:
    find_class(reader(files), "kraken", NEW)
