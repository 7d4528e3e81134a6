"""File names from outside made safe: shown to people as they were meant, never used as a path."""

import re
import unicodedata
from pathlib import PurePosixPath
from uuid import UUID

# Marks that reorder text (a name could pretend to end in .jpg) and other invisible controls.
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
_CONTROLS = {"Cc", "Cs", "Co", "Cn"}
_REORDER = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
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


def safe_words(raw: str) -> str:
    """Text for people without marks that reorder what stands around it, and without control characters but for line
    breaks and tabs. Joiners, which Arabic and emoji need, stay.
    """
    return "".join(
        c for c in raw if c in "\n\t" or not (unicodedata.category(c) in _CONTROLS or c in _REORDER)
    )


def asset_folder(asset_id: UUID) -> str:
    """The storage folder of everything that belongs to an asset; spread over 256 folders by the random end."""
    return f"assets/{asset_id.hex[-2:]}/{asset_id}"


def original_key(asset_id: UUID, filename: str) -> str:
    """The storage key of an asset's original; `filename` must be a safe one."""
    return f"{asset_folder(asset_id)}/original/{filename}"


def asset_of(key: str) -> UUID:
    """The id of the asset that a key of `asset_folder` belongs to; raises `ValueError` for any other key."""
    first, _shelf, asset_id, *_rest = [*key.split("/"), "", "", ""]
    if first != "assets":
        raise ValueError(f"{key} does not lie in the folder of an asset")
    return UUID(asset_id)
