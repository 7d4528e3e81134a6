"""Which addresses of the network are the public's, and which are somebody's own.

An address is refused unless it is known to be public. The tables are those of IANA's registries of special-purpose
addresses, and the addresses at which clouds tell a machine its secrets.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def _networks(*words: str) -> tuple[Network, ...]:
    return tuple(ip_network(word) for word in words)


# Refused whatever the settings say: cloud metadata, link-local, what names no one machine.
_NEVER = _networks(
    "169.254.0.0/16",  # link-local, and nearly every cloud's metadata
    "100.100.100.200/32",  # Alibaba
    "168.63.129.16/32",  # Azure
    "192.0.0.192/32",  # Oracle
    "0.0.0.0/8",
    "224.0.0.0/4",
    "255.255.255.255/32",
    "fd00:ec2::/32",  # Amazon
    "fd20:ce::/32",  # Google
    "fe80::/10",
    "ff00::/8",
    "::/128",
)
_NOT_PUBLIC = _networks(
    "10.0.0.0/8",
    "100.64.0.0/10",  # carriers' own
    "127.0.0.0/8",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",  # documentation
    "192.31.196.0/24",
    "192.52.193.0/24",
    "192.88.99.0/24",  # 6to4 relays
    "192.168.0.0/16",
    "192.175.48.0/24",
    "198.18.0.0/15",  # benchmarks
    "198.51.100.0/24",
    "203.0.113.0/24",
    "240.0.0.0/4",
    "2001::/23",  # Teredo, ORCHID, benchmarks
    "2001:db8::/32",
    "2002::/16",  # 6to4
    "2620:4f:8000::/48",
    "3fff::/20",
)
# Of IPv6 only this part has been given out to the public.
_GLOBAL_IPV6 = IPv6Network("2000::/3")

_COMPATIBLE = IPv6Network("::/96")
_TRANSLATED = _networks("64:ff9b::/96", "::ffff:0:0:0/96")
_TRANSLATED_LOCALLY = IPv6Network("64:ff9b:1::/48")


def is_allowed(address: str) -> bool:
    """Whether the portal may connect to an address (as text, without a zone).

    True for public addresses and for those in `IMPORT_ALLOWED_NETWORKS`, but never for cloud metadata.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped  # the same machine, as the kernel sees it
    inside = list(_embedded(found))
    if any(_in(one, _NEVER) for one in (found, *inside)):
        return False
    if not _in(found, settings.IMPORT_ALLOWED_NETWORKS):
        return _is_public(found)
    return all(_is_public(one) or _in(one, settings.IMPORT_ALLOWED_NETWORKS) for one in inside)


def _is_public(address: Address) -> bool:
    """Whether an address is one of the public's."""
    if isinstance(address, IPv6Address) and address not in _GLOBAL_IPV6:
        return False
    return not _in(address, _NOT_PUBLIC) and not _in(address, _NEVER)


def _in(address: Address, networks: tuple[Network, ...] | list[Network]) -> bool:
    """Whether an address lies in one of some networks; one of the other version never does."""
    return any(address in network for network in networks)


def _embedded(address: Address) -> Iterator[IPv4Address]:
    """The IPv4 addresses that an IPv6 address leads to by way of a gateway."""
    if not isinstance(address, IPv6Address):
        return
    low = IPv4Address(int(address) & 0xFFFFFFFF)
    if (
        (address in _COMPATIBLE and not address.is_loopback)
        or _in(address, _TRANSLATED)
        or address in _TRANSLATED_LOCALLY
    ):
        yield low
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
