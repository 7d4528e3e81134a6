"""The DRM systems of this installation: what a set is signalled for, and where players get licences.

ClearKey is the portal's own; Widevine, FairPlay and PlayReady have licence servers elsewhere, by setting.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings

from processing.keyservers.cpix import FAIRPLAY, PLAYREADY, WIDEVINE
from processing.models import Package, Scheme

_CLEAR_KEY = "CommonSystem"
# How the packager calls the systems, and how browsers do.
_PACKAGERS = {WIDEVINE: "Widevine", FAIRPLAY: "FairPlay", PLAYREADY: "PlayReady"}
_KEY_SYSTEMS = {
    WIDEVINE: "com.widevine.alpha",
    FAIRPLAY: "com.apple.fps",
    PLAYREADY: "com.microsoft.playready",
}
_ADDRESS = re.compile(r'[:,]URI="([^"]*)"')


@dataclass(frozen=True)
class Protection:
    """What the packager is told of DRM systems: its names of them, the boxes (pssh) that a key server wants in the
    set, and the addresses that FairPlay hands on, by key.
    """

    systems: tuple[str, ...]
    pssh: bytes = b""
    fairplay_uris: Mapping[UUID, str] = field(default_factory=dict)

    def fairplay_uri(self, kid: UUID) -> str:
        """The address of a key for FairPlay: the key server's, or the usual one."""
        return self.fairplay_uris.get(kid) or f"skd://{kid}"


def drm_systems() -> list[str]:
    """The installation's DRM systems: those with a licence server, or all when there is a key server and none is
    named.
    """
    named = [system for system, url in _license_urls().items() if url]
    return named or (list(_PACKAGERS) if settings.SPEKE_URL else [])


def protection_of(package: Package) -> Protection:
    """What a package is to be signalled for; its keys must be there already. One query."""
    systems = [system for system in drm_systems() if system != FAIRPLAY or package.scheme == Scheme.CBCS]
    names = [_PACKAGERS[system] for system in systems]
    boxes: dict[bytes, None] = {}
    uris: dict[UUID, str] = {}
    for key in package.keys.all():
        for system, told in key.signalling.items():
            if box := base64.b64decode(told.get("pssh", "")):
                boxes[box] = None
            if system == FAIRPLAY and (found := _ADDRESS.search(_plain(told.get("hls_media", "")))):
                uris[key.kid] = found[1]
    # Without any, whoever packages would choose one by itself.
    clear_key = [_CLEAR_KEY] if settings.CLEARKEY or not names else []
    return Protection((*clear_key, *names), b"".join(boxes), uris)


def licence_servers() -> dict[str, dict[str, str]]:
    """The licence servers by key system, as the playback document tells them."""
    told = {_KEY_SYSTEMS[system]: {"license_url": url} for system, url in _license_urls().items() if url}
    fairplay = told.get(_KEY_SYSTEMS[FAIRPLAY])
    if fairplay is not None and settings.DRM_FAIRPLAY_CERTIFICATE_URL:
        fairplay["certificate_url"] = settings.DRM_FAIRPLAY_CERTIFICATE_URL
    return told


def _license_urls() -> dict[str, str]:
    """The licence server of each system; empty where there is none."""
    return {
        WIDEVINE: settings.DRM_WIDEVINE_LICENSE_URL,
        FAIRPLAY: settings.DRM_FAIRPLAY_LICENSE_URL,
        PLAYREADY: settings.DRM_PLAYREADY_LICENSE_URL,
    }


def _plain(text: str) -> str:
    """What stands in base64."""
    return base64.b64decode(text).decode(errors="replace")
