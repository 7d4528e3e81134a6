"""What a file from the network is called: by its server, or by its address."""

import re
from pathlib import PurePosixPath
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from assets.services.names import safe_filename
from mediaportal.core.filetype import EXTENSIONS

_EXTENDED = re.compile(r"(?:^|;)\s*filename\*\s*=\s*([\w.-]+)'[^']*'([^;\s]+)", re.IGNORECASE)
_PLAIN = re.compile(r'(?:^|;)\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s"]+))', re.IGNORECASE)


def name_of(*, disposition: str, url: str) -> str:
    """The name in a `Content-Disposition` (RFC 6266), else the last part of the address, else its host."""
    named = _named(disposition)
    parts = urlsplit(url)
    last = unquote(parts.path.rstrip("/").rpartition("/")[2])
    return safe_filename(named or last, fallback=safe_filename(parts.hostname or ""))


def with_extension(name: str, mime_type: str) -> str:
    """A name with the usual end of its type where it has none of its own."""
    if PurePosixPath(name).suffix or mime_type not in EXTENSIONS:
        return name
    return f"{name}.{EXTENSIONS[mime_type]}"


def _named(disposition: str) -> str:
    """The file name in a header, of both kinds the one that can hold every letter (RFC 8187); empty without one."""
    if (found := _EXTENDED.search(disposition)) is not None:
        try:
            return unquote_to_bytes(found[2]).decode(found[1])
        except (LookupError, UnicodeDecodeError):
            pass  # the plain one may still be good
    if (plain := _PLAIN.search(disposition)) is None:
        return ""
    text = re.sub(r"\\(.)", r"\1", plain[1]) if plain[1] is not None else plain[2]
    try:
        return text.encode("latin-1").decode()  # as most servers write it, whatever the standard says
    except UnicodeError:
        return text
