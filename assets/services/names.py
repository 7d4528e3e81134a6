"""File names from outside made safe: shown to people as they were meant, never used as a path."""

import re
import unicodedata
from pathlib import PurePosixPath
from uuid import UUID

# Marks that reorder text (a name could pretend to end in .jpg) and other invisible controls.
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
_LONGEST = 180  # bytes of UTF-8, so that a quality and an extension still fit a file system's 255


def safe_filename(raw: str, *, fallback: str = "file") -> str:
    """The last part of a name, without path separators, control and bidi marks, at most 180 bytes of UTF-8.

    The extension is kept when the name must be cut. Never empty, never "." or "..".
    """
    name = unicodedata.normalize("NFC", raw).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(" " if unicodedata.category(c) in {"Zl", "Zp"} else c for c in name)
    name = "".join(c for c in name if unicodedata.category(c) not in _HIDDEN)
    name = re.sub(r'[<>:"|?*]', "_", name).strip(" .")
    if not name:
        return fallback
    path = PurePosixPath(name)
    suffix = path.suffix[:12]
    stem = name[: len(name) - len(path.suffix)] if path.suffix else name
    room = _LONGEST - len(suffix.encode())
    return stem.encode()[:room].decode(errors="ignore") + suffix


def asset_folder(asset_id: UUID) -> str:
    """The storage folder of everything that belongs to an asset; spread over 256 folders by the random end."""
    return f"assets/{asset_id.hex[-2:]}/{asset_id}"
