"""Only public web addresses are fetched.

The address that is checked is the address that is dialled: ``socket_factory`` is asked by the connector with each resolved address, so a
host name, a redirect, an IPv4 in IPv6 or an odd notation (``0x7f000001``, ``127.1``) all end here.  Source of the list of special
ranges: IANA's registries, as ``ipaddress.is_global`` has them.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from govcrawl.errors import AddressRefused

AddrInfo = tuple[Any, Any, int, str, tuple[Any, ...]]


NAT64 = ip_network("64:ff9b::/96")  #: RFC 6052: the IPv4 address is the last 32 bits
COMPATIBLE = ip_network("::/96")  #: RFC 4291 §2.5.5.1, deprecated: the same
NAT64_LOCAL = ip_network("64:ff9b:1::/48")  #: RFC 8215: not global, unknown to Python before 3.13


def unwrap(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address inside a mapped, 6to4, Teredo or NAT64 address; others as they are."""
    if isinstance(address, IPv6Address):
        if address in NAT64 or address in COMPATIBLE:
            return IPv4Address(int(address) & 0xFFFFFFFF)
        return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1] or address
    return address


class Guard:
    """``networks``: CIDR ranges a campaign allows beside the public ones."""

    def __init__(self, networks: Iterable[str] = ()) -> None:
        self._allowed = [ip_network(network) for network in networks]

    def permits(self, host: str) -> bool:
        """``host``: an address as text, a scope id allowed (``fe80::1%eth0``)."""
        address = unwrap(ip_address(host.partition("%")[0]))
        if any(address in network for network in self._allowed):
            return True
        return address.is_global and not address.is_multicast and address not in NAT64_LOCAL

    def socket_factory(self) -> Callable[[AddrInfo], socket.socket]:
        """For aiohttp's TCPConnector.  Raises AddressRefused, which is an OSError, instead of giving a socket."""

        def make(info: AddrInfo) -> socket.socket:
            family, kind, proto, _, address = info
            if not self.permits(str(address[0])):
                raise AddressRefused(str(address[0]))
            return socket.socket(family, kind, proto)

        return make
