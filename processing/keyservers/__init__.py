"""Where the keys of encrypted sets come from: made here, or had from the key server of a commercial DRM."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

KEY_BYTES = 16


class KeyServerError(Exception):
    """No keys came. What is said names neither a key nor a password."""


class KeyServerAway(KeyServerError):
    """The server did not answer, or cannot just now: another try may help."""


class KeyServerRefused(KeyServerError):
    """The server will not give these keys, or its answer is not what was asked for: another try would not help."""


@dataclass(frozen=True)
class WantedKey:
    """A key that is needed: its id, and the tracks that it will encrypt (ALL, VIDEO, AUDIO, SD, HD or UHD)."""

    kid: UUID
    tracks: str


@dataclass(frozen=True)
class Signalling:
    """What one DRM system wants said in manifests and segments, as base64; empty where it wants nothing.

    `pssh` is the data of a box or whole boxes, `content_protection` a part of a DASH manifest, `hls_media` and
    `hls_master` lines of HLS playlists.
    """

    pssh: str = ""
    content_protection: str = ""
    hls_media: str = ""
    hls_master: str = ""


@dataclass(frozen=True)
class ServedKey:
    """A key as it came, and what is to be said of it, by DRM system (`widevine`, `fairplay`, `playready`)."""

    kid: UUID
    key: bytes = field(repr=False)
    signalling: dict[str, Signalling] = field(default_factory=dict)


class KeyServer(Protocol):
    """Somebody who has keys."""

    def keys(self, *, content_id: str, scheme: str, wanted: Sequence[WantedKey]) -> list[ServedKey]:
        """One key for each that is wanted, in the same order; asked again for the same ids, the same keys where the
        server keeps them. `scheme` is `cbcs` or `cenc`. Raises `KeyServerAway` and `KeyServerRefused`.
        """
        ...
