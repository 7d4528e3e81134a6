"""The environment, read typed: each reader names the variable in its error, so a bad value is found at start."""

import base64
import binascii
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

_UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}
_URL_SAFE = str.maketrans("-_", "+/")
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}
# How long the database is waited for, as libpq names it (seconds, the last in milliseconds): firewalls forget a
# connection that says nothing while a film is encoded, and a machine that has vanished does not say so.
_PATIENCE = {
    "connect_timeout": "10",
    "keepalives_idle": "60",
    "keepalives_interval": "15",
    "keepalives_count": "4",
    "tcp_user_timeout": "120000",
}


class EnvError(ValueError):
    """A variable is missing or does not have the form that it needs."""


@dataclass(frozen=True)
class NamedKey:
    """A key of the installation and the name that it goes by; what is sealed with it carries the name."""

    name: str
    value: bytes = field(repr=False)


class Env:
    """Typed access to environment variables.

    `Env()` reads the process's environment; a mapping may be given instead, for tests.
    Every reader raises `EnvError` when the value cannot be read, and returns `default` when the variable is unset.
    """

    def __init__(self, source: Mapping[str, str] | None = None) -> None:
        self._source = os.environ if source is None else source

    def text(self, name: str, default: str = "") -> str:
        """The value as it stands, without surrounding blanks."""
        return self._source.get(name, default).strip()

    def flag(self, name: str, *, default: bool) -> bool:
        """A yes or no: 1/true/yes/on or 0/false/no/off."""
        value = self._source.get(name)
        if value is None:
            return default
        word = value.strip().lower()
        if word in _TRUE:
            return True
        if word in _FALSE:
            return False
        raise EnvError(f"{name} must be true or false, not {value!r}")

    def number(self, name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
        """A whole number of at least `least`, and of at most `most` where there is one."""
        value = self.text(name)
        if not value:
            return default
        try:
            number = int(value)
        except ValueError:
            raise EnvError(f"{name} must be a whole number, not {value!r}") from None
        if number < least:
            raise EnvError(f"{name} must be at least {least}, not {number}")
        if most is not None and number > most:
            raise EnvError(f"{name} must be at most {most}, not {number}")
        return number

    def size(self, name: str, default: int) -> int:
        """A number of bytes, with an optional binary unit: 500M, 5G, 5GiB."""
        value = self.text(name)
        if not value:
            return default
        found = re.fullmatch(r"(\d+)\s*([KMGT]?)(?:I?B)?", value.upper())
        if not found:
            raise EnvError(f"{name} must be a size such as 500M or 5G, not {value!r}")
        return int(found[1]) * _UNITS[found[2]]

    def words(self, name: str, default: tuple[str, ...] = ()) -> list[str]:
        """A list of words parted by commas."""
        value = self._source.get(name)
        if value is None:
            return list(default)
        return [word.strip() for word in value.split(",") if word.strip()]

    def pairs(self, name: str, keys: tuple[str, ...], values: tuple[str, ...]) -> dict[str, str]:
        """Some of the given keys, each with one of the given values, as `key=value` parted by commas."""
        found = {}
        for word in self.words(name):
            key, _sign, value = (part.strip() for part in word.partition("="))
            if key not in keys or value not in values:
                raise EnvError(
                    f"{name} must be such as {keys[0]}={values[0]}, of {', '.join(keys)} and {', '.join(values)},"
                    f" not {word!r}"
                )
            found[key] = value
        return found

    def names(self, name: str) -> dict[str, str]:
        """Any keys, each with a value, as `key=value` parted by commas."""
        found = {}
        for word in self.words(name):
            key, _sign, value = (part.strip() for part in word.partition("="))
            if not key or not value:
                raise EnvError(f"{name} must be such as key=value,key=value, not {word!r}")
            found[key] = value
        return found

    def money(self, name: str) -> Decimal | None:
        """An amount of at least 0 with at most two decimals; none when it is unset."""
        value = self.text(name)
        if not value:
            return None
        if not re.fullmatch(r"\d{1,9}(\.\d{1,2})?", value):
            raise EnvError(f"{name} must be an amount such as 20 or 12.50, not {value!r}")
        return Decimal(value)

    def networks(self, name: str) -> list[IPv4Network | IPv6Network]:
        """A list of networks such as 10.1.0.0/16 or single addresses, parted by commas."""
        found = []
        for word in self.words(name):
            try:
                found.append(ip_network(word))
            except ValueError as error:
                raise EnvError(f"{name} must be networks such as 10.1.0.0/16: {error}") from None
        return found

    def named_keys(self, name: str, *, length: int) -> tuple[NamedKey, ...]:
        """Keys of exactly `length` bytes as `name:base64`, parted by commas; no error ever shows one of them."""
        found: dict[str, NamedKey] = {}
        for number, word in enumerate(self.words(name), start=1):
            key_name, _colon, text = word.partition(":")
            if not re.fullmatch(r"[A-Za-z0-9._-]{1,40}", key_name):
                raise EnvError(
                    f"{name}: key {number} must begin with its name (letters, digits, . _ -) and a colon"
                )
            try:
                value = base64.b64decode(
                    text.strip().translate(_URL_SAFE) + "=" * (-len(text.strip()) % 4), validate=True
                )
            except (binascii.Error, ValueError):
                raise EnvError(f"{name}: the key {key_name} is not written in base64") from None
            if len(value) != length:
                raise EnvError(f"{name}: the key {key_name} has {len(value)} bytes; {length} are needed")
            if key_name in found:
                raise EnvError(f"{name}: two keys are called {key_name}")
            found[key_name] = NamedKey(key_name, value)
        return tuple(found.values())

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        """One of the given words."""
        value = self.text(name, default) or default
        if value not in choices:
            raise EnvError(f"{name} must be one of {', '.join(choices)}, not {value!r}")
        return value

    def path(self, name: str, default: Path) -> Path:
        """An absolute path; `~` and relative paths are resolved."""
        value = self.text(name)
        return Path(value).expanduser().resolve() if value else default

    def file(self, name: str) -> str:
        """The text of the file whose path the variable names, such as a private key; no error shows any of it."""
        value = self.text(name)
        if not value:
            return ""
        try:
            return Path(value).expanduser().read_text(encoding="ascii")
        except (OSError, ValueError) as error:
            raise EnvError(f"{name}: the file cannot be read ({type(error).__name__})") from None

    def database(self, name: str, default: str) -> dict[str, Any]:
        """Django's settings of one PostgreSQL database from a URL.

        `postgresql://user:password@host:port/name`, or with a socket folder as `?host=/path`; other query
        parameters become libpq options, and stand before those of `_PATIENCE`. Raises `EnvError` for any other scheme:
        only PostgreSQL is supported.
        """
        url = urlsplit(self.text(name) or default)
        if url.scheme not in {"postgres", "postgresql"} or len(url.path) < 2:  # noqa: PLR2004 - a slash and a name
            raise EnvError(f"{name} must be a postgresql:// address with a database name")
        options = _PATIENCE | dict(parse_qsl(url.query))
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(url.path[1:]),
            "USER": unquote(url.username or ""),
            "PASSWORD": unquote(url.password or ""),
            "HOST": options.pop("host", "") or (url.hostname or ""),
            "PORT": str(url.port or options.pop("port", "")),
            "OPTIONS": options,
        }
