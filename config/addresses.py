"""Which addresses on the internet nobody may make us call, and which hosts a source listed all the same."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

Address = IPv4Address | IPv6Address

# Beyond what `ipaddress` of 3.11 calls private: IANA's special-purpose registries, read 2026-11-22.
_SPECIAL_V4: Final = (ip_network("192.0.0.0/24"), ip_network("192.88.99.0/24"))
_SPECIAL_V6: Final = (ip_network("2001::/23"), ip_network("2001:db8::/32"), ip_network("3fff::/20"))
_UNICAST_V6: Final = IPv6Network("2000::/3")  # everything else in IPv6 is local, multicast, reserved or a translation
_NAT64: Final = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are the IPv4 address really called


def is_public(address: Address) -> bool:
    """Whether `address` stands on the public internet, whatever it is wrapped in.

    Private, loopback, link-local (cloud metadata), multicast, reserved, shared (CGNAT) and documentation ranges are
    not, nor an IPv6 address that carries one of them (IPv4-mapped, 6to4, NAT64).
    """
    if isinstance(address, IPv4Address):
        special = any(address in network for network in _SPECIAL_V4)
        return address.is_global and not (address.is_multicast or address.is_reserved or special)
    if address in _NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFF_FFFF))
    inside = address.ipv4_mapped or address.sixtofour
    if inside is not None:
        return is_public(inside)
    special = any(address in network for network in _SPECIAL_V6)
    return address in _UNICAST_V6 and address.is_global and not special


class AllowedPlaces:
    """Hosts and networks that a source listed although they are not public.

    Each is a host (`nas.example`), a host and port (`127.0.0.1:8080`, `[::1]:8080`) or a network (`10.1.0.0/16`).
    """

    def __init__(self, places: Iterable[str] = ()) -> None:
        self._hosts: set[str] = set()
        self._networks: list[IPv4Network | IPv6Network] = []
        for place in places:
            if "/" in place:
                self._networks.append(ip_network(place))
            else:
                self._hosts.add(place.lower())

    def include(self, host: str, port: int, address: Address) -> bool:
        """Whether the source listed `host`, `host:port` or a network that holds `address`."""
        name = host.lower()
        written = {name, f"{name}:{port}", f"[{name}]:{port}"}
        return bool(self._hosts & written) or any(address in network for network in self._networks)


def parse(text: str) -> Address:
    """An address as the resolver writes it; the zone of a link-local one (`%eth0`) is dropped.

    Raises:
        ValueError: `text` is no address.
    """
    return ip_address(text.partition("%")[0])
