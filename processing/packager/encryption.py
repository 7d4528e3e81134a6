"""How a set is encrypted: with which keys, which of its streams, and where players ask for them.

Keys stand in no command line and in nothing that is kept of what the packager says: it reads them from a file.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from uuid import UUID

from processing.exceptions import EncodingFailed

CBCS: Literal["cbcs"] = "cbcs"
CENC: Literal["cenc"] = "cenc"
Scheme = Literal["cbcs", "cenc"]

ALL = "ALL"
"""The label of a key that is used for every stream."""

AUDIO, SD, HD, UHD = "AUDIO", "SD", "HD", "UHD"
"""The labels of keys for the sound, and for pictures of a group of sizes."""

COMMON_SYSTEM = "CommonSystem"
"""How the packager calls what every player with ClearKey reads."""

KEY_BYTES = 16

_LEAST_HD, _MOST_HD = 720, 1080
_KEY_LINE = "#EXT-X-KEY:"
_ADDRESS = re.compile(r'(?<=[:,])URI="[^"]*"')
_FORMAT = re.compile(r'[:,]KEYFORMAT="([^"]*)"')
_IDENTITY, _FAIRPLAY = "identity", "com.apple.streamingkeydelivery"


@dataclass(frozen=True)
class StreamKey:
    """A key of 16 bytes, which no text of this value shows, and the id by which players ask for it."""

    kid: UUID
    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Raise `ValueError` for a key of another length."""
        if len(self.key) != KEY_BYTES:
            raise ValueError(f"A key has {KEY_BYTES} bytes")


@dataclass(frozen=True)
class Encryption:
    """What a set is encrypted with: `keys` by label, either `ALL` alone or one for each group of streams.

    `key_uri` makes the address at which HLS players fetch a key, `fairplay_uri` the one that FairPlay hands on.
    `systems` are the packager's names of the DRM systems that the set is signalled for, `pssh` boxes that a key server
    wants in it as well. With `video_only` the sound stays as it is.
    """

    scheme: Scheme
    keys: Mapping[str, StreamKey]
    key_uri: Callable[[UUID], str]
    fairplay_uri: Callable[[UUID], str] | None = None
    systems: Sequence[str] = (COMMON_SYSTEM,)
    pssh: bytes = b""
    video_only: bool = False

    def label_of(self, kind: str, side: int) -> str:
        """The label of the key of a stream, `side` being the shorter one of its pictures; empty when it stays clear.

        Raises `ValueError` when there is no key for it.
        """
        label = group_of(kind, side)
        if not label or (kind == "audio" and self.video_only):
            return ""
        label = ALL if ALL in self.keys else label
        if label not in self.keys:
            raise ValueError(f"There is no key for {label}")
        return label

    def secrets(self) -> list[str]:
        """The keys as the packager might tell them."""
        return [key.key.hex() for key in self.keys.values()]

    def flags(self) -> str:
        """What the packager is told in a file of its own, one flag in each line."""
        keys = ",".join(
            f"label={label}:key_id={key.kid.hex}:key={key.key.hex()}" for label, key in self.keys.items()
        )
        lines = [
            "--enable_raw_key_encryption",
            f"--protection_scheme={self.scheme}",
            "--clear_lead=0",
            f"--protection_systems={','.join(self.systems)}",
            f"--keys={keys}",
            # Written anew for each stream afterwards.
            "--hls_key_uri=key",
        ]
        if self.pssh:
            lines.append(f"--pssh={self.pssh.hex()}")
        return "\n".join([*lines, ""])


def group_of(kind: str, side: int) -> str:
    """The label of a stream's group: the sound, or pictures below 720 lines, up to 1080, or above; none for text.

    `side` is the shorter side, so that an upright picture belongs to the same group as the wide one.
    """
    if kind != "video":
        return AUDIO if kind == "audio" else ""
    if side < _LEAST_HD:
        return SD
    return HD if side <= _MOST_HD else UHD


def labels_for(sides: Iterable[int], *, sound: bool) -> list[str]:
    """The labels of all keys that a set needs whose pictures have these shorter sides."""
    groups = dict.fromkeys(group_of("video", side) for side in sorted(sides))
    return [*groups, *([AUDIO] if sound else [])]


def point_to_key(playlist: Path, key: StreamKey, encryption: Encryption) -> None:
    """Let a playlist name its own stream's key, as the packager gives all the same address.

    Raises `EncodingFailed` where the playlist names no key: its segments might be clear.
    """
    lines = playlist.read_text(encoding="utf-8").splitlines()
    told = [_pointed(line, key, encryption) if line.startswith(_KEY_LINE) else line for line in lines]
    if not any(line.startswith(_KEY_LINE) for line in lines):
        raise EncodingFailed(f"{playlist.parent.name} names no key")
    playlist.write_text("\n".join([*told, ""]), encoding="utf-8")


def _pointed(line: str, key: StreamKey, encryption: Encryption) -> str:
    """A key line with the address of its own key; those of systems that carry their data in it stay."""
    found = _FORMAT.search(line)
    form = found[1] if found else _IDENTITY
    if form not in {_IDENTITY, _FAIRPLAY}:
        return line
    uri_of = encryption.fairplay_uri if form == _FAIRPLAY and encryption.fairplay_uri else encryption.key_uri
    address = uri_of(key.kid)
    return _ADDRESS.sub(lambda _found: f'URI="{address}"', line)


def require_encrypted(init: Path, key: StreamKey) -> None:
    """Raise `EncodingFailed` unless what a stream begins with says that it is encrypted with this key."""
    head = init.read_bytes()
    if not any(box in head for box in (b"encv", b"enca")) or key.kid.bytes not in head:
        raise EncodingFailed(f"{init.parent.name} is not encrypted")
