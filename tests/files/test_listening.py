"""Whose program listens on a port, and in which folder it works."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest
from platforms import answering

from superalgos_rsa.files.listening import Listener, listener
from superalgos_rsa.files.rights import user_of

only_linux = pytest.mark.skipif(sys.platform != "linux", reason="no other system tells it")


@only_linux
def test_the_user_and_the_working_folder_of_another_program(tmp_path: Path) -> None:
    with answering(b"", tmp_path) as port:
        assert listener(port) == Listener(user_of(os.geteuid()), str(tmp_path))
    assert listener(port) == Listener()


@only_linux
@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "::"])  # the platform listens on all
def test_whatever_address_it_listens_on(address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as own:
        own.bind((address, 0))
        assert listener(own.getsockname()[1]) == Listener()
        own.listen()
        assert listener(own.getsockname()[1]).cwd == os.getcwd()


@only_linux
def test_two_programs_on_one_port_have_no_folder_in_common(tmp_path: Path) -> None:
    with answering(b"", tmp_path) as port, socket.socket() as own:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        own.bind(("127.0.0.2", port))
        own.listen()
        assert listener(port) == Listener(user_of(os.geteuid()), None)


def test_where_the_system_does_not_tell_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with socket.create_server(("127.0.0.1", 0)) as own:
        assert listener(own.getsockname()[1]) == Listener()
