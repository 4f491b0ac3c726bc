"""Whether a host is this machine, told without asking the network: no name is resolved and nothing is sent."""

from __future__ import annotations

import re

_LONGEST_HOST = 253
_NEVER_OURS = {"AF_INET": "192.0.2.1", "AF_INET6": "2001:db8::1"}
"""Addresses for documentation (RFC 5737, RFC 3849): no machine has them."""
_LOOPBACK = re.compile(r"127(\.\d{1,3}){3}")


def is_this_machine(host: str) -> bool:
    """Whether a LAN node's host is the machine this runs on: by its own name, or by an address that it has.

    Whatever other name a resolver would lead back to this machine is taken for another one.
    """
    host = host.strip().lower()
    if len(host) > _LONGEST_HOST:
        return False
    if host in ("localhost", "::1", "0.0.0.0") or _LOOPBACK.fullmatch(host):  # noqa: S104  # compared, not bound
        return True
    import socket

    return host == socket.gethostname().lower() or _has_address(host)


def _has_address(host: str) -> bool:
    """Only an address of this machine can be bound, unless the kernel allows any (`ip_nonlocal_bind`): then no answer
    tells anything."""
    import socket

    for name, never in _NEVER_OURS.items():
        family = getattr(socket, name)
        try:
            socket.inet_pton(family, host)  # no name gets further, so that nothing is resolved
        except (OSError, ValueError):
            continue
        return _can_bind(family, host) and not _can_bind(family, never)
    return False


def _can_bind(family: int, address: str) -> bool:
    import socket

    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0))
    except OSError:
        return False
    return True
