"""Whether a host is this machine, told without asking the network: no name is resolved and nothing is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

_LONGEST_HOST = 253
_NEVER_OURS = {4: "192.0.2.1", 6: "2001:db8::1"}
"""Addresses reserved for documentation (RFC 5737, RFC 3849); no machine has them."""


def is_this_machine(host: str) -> bool:
    """Whether a LAN node's host is the machine this runs on: by its own name, or by an address that it has.

    Any other name counts as another machine, even if a resolver would lead it back here, or if it begins with this
    machine's name.
    """
    host = host.strip().lower()
    if len(host) > _LONGEST_HOST or not host:
        return False
    if host == "localhost":
        return True
    import socket

    address = _address(host)
    if address is None:
        own = socket.gethostname().lower()
        return host in (own, own if _address(own) else own.partition(".")[0])
    return address.is_loopback or address.is_unspecified or _is_bound_here(address)


def _address(host: str) -> IPv4Address | IPv6Address | None:
    """The address, also one in brackets as in a URL; `None` for a name, and for a number that only some programs read
    as an address (`0x7f.1`)."""
    import ipaddress

    try:
        found = ipaddress.ip_address(host[1:-1] if host[:1] == "[" and host[-1:] == "]" else host)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _is_bound_here(address: IPv4Address | IPv6Address) -> bool:
    """Whether this machine has the address: only then can it be bound. If the kernel lets any address be bound
    (`ip_nonlocal_bind`), the answer is no."""
    bare, _, scope = str(address).partition("%")
    return _can_bind(address.version, bare, scope) and not _can_bind(address.version, _NEVER_OURS[address.version], "")


def _can_bind(version: int, address: str, scope: str) -> bool:
    import socket

    try:
        # The scope goes in as a number: a scope inside the address would make Python resolve it.
        index = 0 if not scope else int(scope) if scope.isdecimal() else socket.if_nametoindex(scope)
        with socket.socket(socket.AF_INET if version == 4 else socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0) if version == 4 else (address, 0, 0, index))
    except (OSError, ValueError, OverflowError):
        return False
    return True
