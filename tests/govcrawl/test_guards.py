"""Only public addresses: whatever notation, and at the moment of dialling."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govcrawl.errors import AddressRefused
from govcrawl.guards import Guard

REFUSED = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255",
    "::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::",
    "64:ff9b:1::1", "64:ff9b::7f00:1", "::127.0.0.1", "::10.0.0.1",
]  # fmt: skip


@pytest.mark.parametrize("address", REFUSED)
def test_special_addresses_are_refused(address: str) -> None:
    assert not Guard().permits(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "223.5.5.5", "2400:3200::1", "::ffff:8.8.8.8"])
def test_public_addresses_are_permitted(address: str) -> None:
    assert Guard().permits(address)


def test_a_campaign_may_open_a_network_and_no_other() -> None:
    guard = Guard(["127.0.0.0/8"])
    assert guard.permits("127.53.1.1")
    assert guard.permits("::ffff:127.0.0.1")
    assert not guard.permits("10.0.0.1")


def test_the_address_is_checked_where_it_is_dialled() -> None:
    make = Guard().socket_factory()
    with pytest.raises(AddressRefused, match=r"127\.0\.0\.1"):
        make((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80)))
    with make((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 80))) as made:
        assert made.family == socket.AF_INET


@given(st.ip_addresses(network="10.0.0.0/8") | st.ip_addresses(network="192.168.0.0/16"))
def test_no_private_address_passes_as_ipv4_in_ipv6(address: object) -> None:
    assert not Guard().permits(f"::ffff:{address}")
