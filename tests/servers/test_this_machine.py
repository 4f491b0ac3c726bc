"""What is told about the network without asking it."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superalgos_rsa.files.file_systems import is_on_network
from superalgos_rsa.servers.this_machine import is_this_machine

_heard: list[tuple[str, object]] | None = None


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if _heard is not None and event.startswith("socket."):
        _heard.append((event, arguments))


sys.addaudithook(_hear)


@contextmanager
def heard() -> Iterator[list[tuple[str, object]]]:
    """What Python's own audit tells of sockets and of names that are resolved."""
    global _heard
    _heard = []
    try:
        yield _heard
    finally:
        _heard = None


def own_address() -> str:
    """One that other machines reach this one by. To connect a datagram socket sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine has no address but those of itself")
        return str(asking.getsockname()[0])


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "127.0.0.1",
        "127.1.2.3",
        "LOCALHOST",
        " localhost ",
        "::1",
        "0.0.0.0",
        "::",
        "0:0:0::1",
        "[::1]",
        "::ffff:127.0.0.1",
    ],
)
def test_the_names_that_every_machine_has_for_itself(host: str) -> None:
    assert is_this_machine(host)


def test_its_own_name_in_any_case() -> None:
    assert is_this_machine(socket.gethostname())
    assert is_this_machine(socket.gethostname().upper())


@pytest.mark.parametrize(
    ("own", "host", "ours"),
    [
        ("trader.lan", "trader.lan", True), ("trader.lan", "Trader", True), ("trader", "trader", True),
        ("trader", "trader.lan", False), ("trader.lan", "trader.example", False), ("trader.lan", "lan", False),
        ("203.0.113.7", "203", False), ("", "", False), (".lan", "", False),
    ],
)  # fmt: skip
def test_its_name_with_or_without_the_domain_that_the_system_gives(
    own: str, host: str, ours: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: own)
    assert is_this_machine(host) is ours


def test_an_address_that_it_has() -> None:
    assert is_this_machine(own_address())


@pytest.mark.parametrize(
    "host",
    [
        "192.0.2.1", "203.0.113.7", "2001:db8::7", "trader.example", "127.trader.example", "127.0.0.1.example",
        "localhost.example", "localhost:34248", "a" * 1_000_000, "ключ", "a\0b", "\ud800", "%", "fe80::1%lo",
        "fe80::1%99999999999999999999", "fe80::1%a\0", "1", "",
        "0x7f.1", "127.1", "2130706433", "127.999.1.1", "0177.0.0.1", "[127.0.0.1", "[]", "٣",
    ],
    ids=lambda host: ascii(host[:20]),
)  # fmt: skip
def test_everything_else_is_another_machine(host: str) -> None:
    assert not is_this_machine(host)


@given(st.text(max_size=30) | st.from_regex(r"[0-9a-f.:%x]{1,20}", fullmatch=True))
def test_no_host_is_ever_resolved(host: str) -> None:
    with heard() as events:
        is_this_machine(host)
    assert {event for event, _ in events} <= {"socket.__new__", "socket.bind", "socket.gethostname"}


def test_the_audit_would_tell() -> None:
    with heard() as events:
        socket.getaddrinfo("127.0.0.1", 9)
    assert [event for event, _ in events] == ["socket.getaddrinfo"]


@pytest.mark.skipif(os.name != "posix", reason="Windows' paths are not normalised the POSIX way")
@pytest.mark.parametrize(
    ("path", "away"),
    [
        ("//host/share", True), ("\\\\host\\share", True), ("/net/host/x", True), ("/x/../net/host", True),
        ("/./net/h", True), ("/Network/Servers/h", True), ("/afs/cell", True),
        ("/netother", False), ("/home/net/x", False), ("net/host", False), ("", False), ("/", False), ("C:\\x", False),
    ],
)  # fmt: skip
def test_paths_of_other_machines(path: str, away: bool) -> None:
    assert is_on_network(path) is away
