"""Reading an address (URL) so that everybody who reads it later means the same machine.

Whatever two programs could read differently is refused, not repaired: other spellings of numbers, backslashes, zones,
names and passwords.
"""

import re
import unicodedata
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import quote, urlsplit, urlunsplit

from django.utils.translation import gettext as _

from mediaportal.core.fetching._problems import UrlNotAllowed

LONGEST = 2000
_PORTS = {"http": 80, "https": 443}
_FIRST_OPEN_PORT = 1024
# Where no file server answers, but something that could take a request for one of its own commands.
_CLOSED_PORTS = frozenset({
    1080, 1099, 1433, 1434, 1521, 1719, 1720, 1723, 1883, 2049, 2181, 2375, 2376, 2377, 2379, 2380, 3128, 3306, 3389,
    3659, 4045, 4190, 4222, 5060, 5061, 5432, 5672, 5900, 5901, 5984, 5985, 5986, 6000, 6379, 6380, 6443, 6566, 6665,
    6666, 6667, 6668, 6669, 6697, 7000, 7001, 8009, 8086, 8500, 9042, 9092, 9100, 9160, 9200, 9300, 10080, 10250,
    10255, 11211, 15672, 26379, 27017, 27018, 27019, 50000, 61616,
})  # fmt: skip
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_BRACKETED = re.compile(r"\[[^\[\]]*\](:[0-9]*)?")
_LONGEST_NAME = 253
_SAFE = "/%:@!$&'()*+,;=~-._"


@dataclass(frozen=True)
class Target:
    """An address that has been read. `host` is a name in ASCII or an IP address, without brackets."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def is_literal(self) -> bool:
        """Whether the host is an IP address and not a name."""
        return ":" in self.host or _is_ipv4(self.host)

    @property
    def authority(self) -> str:
        """The host and, where it is not the usual one, the port, as in a `Host` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The address in the one form in which it is used."""
        return f"{self.scheme}://{self.authority}{self.path}"


def parse(url: str) -> Target:
    """Read an address. Raises `UrlNotAllowed` for whatever is not plainly http or https to one host and port."""
    if len(url) > LONGEST:
        raise UrlNotAllowed(_("The address is longer than %d characters.") % LONGEST)
    if "\\" in url or any(unicodedata.category(c)[0] in "CZ" for c in url):
        raise UrlNotAllowed(_("The address holds blanks or characters that cannot stand there."))
    try:
        parts = urlsplit(url)
        name, port = parts.hostname or "", parts.port
    except ValueError:
        raise UrlNotAllowed(_("This is not an address.")) from None
    if parts.scheme not in _PORTS:
        raise UrlNotAllowed(_("Only addresses that begin with http:// or https:// are fetched."))
    if "@" in parts.netloc:
        raise UrlNotAllowed(_("An address with a name or password in it is not fetched."))
    if "[" in parts.netloc and not _BRACKETED.fullmatch(parts.netloc):
        raise UrlNotAllowed(_("This is not an address."))
    host = _ipv6(name) if "[" in parts.netloc else _name(name)
    path = quote(parts.path or "/", safe=_SAFE) + (
        f"?{quote(parts.query, safe=_SAFE + '?')}" if parts.query else ""
    )
    return Target(parts.scheme, host, _port(port, parts.scheme), path)


def shown(url: str) -> str:
    """An address as it may be shown and kept: without a query, which may hold a secret, and without a password."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _port(port: int | None, scheme: str) -> int:
    """A port that is open to us."""
    if port is None or port in _PORTS.values():
        return _PORTS[scheme] if port is None else port
    if port < _FIRST_OPEN_PORT or port in _CLOSED_PORTS:
        raise UrlNotAllowed(_("Port %d is not one that files are fetched from.") % port)
    return port


def _ipv6(text: str) -> str:
    """An address of version 6 in its one spelling."""
    try:
        found = IPv6Address(text)
    except AddressValueError:
        raise UrlNotAllowed(_("This is not an address.")) from None
    if found.scope_id is not None:
        raise UrlNotAllowed(_("An address with a zone is not fetched."))
    return str(found)


def _name(text: str) -> str:
    """A host name in small ASCII letters without a dot at its end, or an address of version 4 in its one spelling."""
    try:
        ascii_name = text.encode("idna").decode().lower()
    except UnicodeError:
        raise UrlNotAllowed(_("The host's name is not valid.")) from None
    name = ascii_name.removesuffix(".")
    labels = name.split(".")
    if len(name) > _LONGEST_NAME or not all(_LABEL.fullmatch(label) for label in labels):
        raise UrlNotAllowed(_("The host's name is not valid."))
    # Programs read 127.1, 0x7f000001, 2130706433 and 0177.0.0.1 as addresses, and not all of them as the same one.
    if _NUMBER.fullmatch(labels[-1]) and not _is_ipv4(name):
        raise UrlNotAllowed(_("Write an IP address as four plain numbers."))
    return name


def _is_ipv4(text: str) -> bool:
    """Whether a text is an address of version 4 in its plain spelling."""
    try:
        IPv4Address(text)
    except AddressValueError:
        return False
    return True
