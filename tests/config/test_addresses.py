"""The addresses nobody may make us call."""

from ipaddress import ip_address

import pytest

from config.addresses import AllowedPlaces, is_public, parse


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",  # noqa: S104 - refused, not bound
        "10.0.0.1",
        "172.16.9.9",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.0.170",
        "192.88.99.1",
        "192.0.2.7",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.9",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd12:3456::1",
        "fec0::1",
        "ff02::1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::808:808",
        "2002:7f00:1::",
        "2002:c0a8:101::1",
        "2001:0:53aa:64c:0:1234:56ff:fe78",
        "2001:db8::1",
        "100::1",
        "3fff::1",
        "4000::1",
    ],
)
def test_refused(address: str) -> None:
    assert not is_public(parse(address))


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "192.0.1.1", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"],
)
def test_public(address: str) -> None:
    assert is_public(parse(address))


@pytest.mark.parametrize("listed", ["nas.example", "NAS.example:8080", "10.1.0.0/16"])
def test_a_source_may_list_a_place(listed: str) -> None:
    assert AllowedPlaces([listed]).include("nas.example", 8080, ip_address("10.1.2.3"))


@pytest.mark.parametrize("listed", ["nas.example:80", "other.example", "10.2.0.0/16", "fd00::/8"])
def test_and_lists_no_other(listed: str) -> None:
    assert not AllowedPlaces([listed]).include("nas.example", 8080, ip_address("10.1.2.3"))
