"""The document in which keys are asked for and given: CPIX 2.3 (DASH-IF) as SPEKE v2 narrows it.

A request lists the ids of the keys, the DRM systems whose signalling is wanted, and which tracks each key is for; the
answer is the same document with the keys and the signalling in it. Keys come in the clear, inside TLS.
"""

import base64
import binascii
from collections.abc import Iterable, Sequence
from uuid import UUID
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from processing.keyservers import KEY_BYTES, KeyServerRefused, ServedKey, Signalling, WantedKey

CPIX = "urn:dashif:org:cpix"
PSKC = "urn:ietf:params:xml:ns:keyprov:pskc"
VERSION = "2.3"
WIDEVINE, FAIRPLAY, PLAYREADY = "widevine", "fairplay", "playready"
SYSTEM_IDS = {
    WIDEVINE: UUID("edef8ba9-79d6-4ace-a3c8-27dcd51d21ed"),
    FAIRPLAY: UUID("94ce86fb-07ff-4f43-adb8-93d2fa968ca2"),
    PLAYREADY: UUID("9a04f079-9840-4286-ab92-e65be0885f95"),
}
# What each system says of itself, in the order of CPIX's schema; what is asked for must come.
_PSSH, _PROTECTION, _HLS = "PSSH", "ContentProtectionData", "HLSSignalingData"
_MEDIA, _MASTER = "media", "master"
_TOLD = {
    WIDEVINE: (_PSSH, _PROTECTION, _HLS),
    FAIRPLAY: (_HLS,),
    PLAYREADY: (_PSSH, _PROTECTION),
}
_CBCS = "cbcs"
# The least and the most pixels of the groups of pictures that have keys of their own.
_PIXELS: dict[str, dict[str, str]] = {
    "VIDEO": {},
    "SD": {"maxPixels": str(1280 * 720 - 1)},
    "HD": {"minPixels": str(1280 * 720), "maxPixels": str(1920 * 1080)},
    "UHD": {"minPixels": str(1920 * 1080 + 1)},
}
_SOUND = "AUDIO"
_EVERYTHING = "ALL"

register_namespace("cpix", CPIX)
register_namespace("pskc", PSKC)


def request_document(
    *, content_id: str, scheme: str, wanted: Sequence[WantedKey], systems: Iterable[str]
) -> bytes:
    """The document that asks for keys, and for what those of the systems want said that know the scheme."""
    root = Element(f"{{{CPIX}}}CPIX", {"contentId": content_id, "version": VERSION})
    told = _asked(systems, scheme)
    every = SubElement(root, f"{{{CPIX}}}ContentKeyList")
    for one in wanted:
        SubElement(every, f"{{{CPIX}}}ContentKey", {"kid": str(one.kid), "commonEncryptionScheme": scheme})
    every = SubElement(root, f"{{{CPIX}}}DRMSystemList")
    for one in wanted:
        for system in told:
            _ask_about(every, one.kid, system)
    every = SubElement(root, f"{{{CPIX}}}ContentKeyUsageRuleList")
    for one in wanted:
        rule = SubElement(
            every,
            f"{{{CPIX}}}ContentKeyUsageRule",
            {"kid": str(one.kid), "intendedTrackType": one.tracks},
        )
        if one.tracks in {_SOUND, _EVERYTHING}:
            SubElement(rule, f"{{{CPIX}}}AudioFilter")
        if one.tracks != _SOUND:
            SubElement(rule, f"{{{CPIX}}}VideoFilter", _PIXELS.get(one.tracks, {}))
    made: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return made


def _ask_about(parent: Element, kid: UUID, system: str) -> None:
    """Ask what one system says of one key."""
    found = SubElement(parent, f"{{{CPIX}}}DRMSystem", {"kid": str(kid), "systemId": str(SYSTEM_IDS[system])})
    for name in _TOLD[system]:
        if name == _HLS:
            for playlist in (_MEDIA, _MASTER):
                SubElement(found, f"{{{CPIX}}}{name}", {"playlist": playlist})
        else:
            SubElement(found, f"{{{CPIX}}}{name}")


def served_keys(
    document: bytes, *, scheme: str, wanted: Sequence[WantedKey], systems: Iterable[str]
) -> list[ServedKey]:
    """The keys in an answer, in the order in which they were asked for. Raises `KeyServerRefused`."""
    try:
        root = fromstring(document, forbid_dtd=True)
    except (ParseError, DefusedXmlException, LookupError, ValueError):
        raise KeyServerRefused("the answer is not a document that can be read") from None
    if root.tag != f"{{{CPIX}}}CPIX" or root.get("version", VERSION) != VERSION:
        raise KeyServerRefused(f"the answer is not of CPIX {VERSION}")
    keys: dict[UUID, bytes] = {}
    for element in root.iterfind(f"{{{CPIX}}}ContentKeyList/{{{CPIX}}}ContentKey"):
        kid = _id_in(element, "kid")
        if kid in keys:
            raise KeyServerRefused(f"there are two keys of the id {kid}")
        if element.get("commonEncryptionScheme", scheme) != scheme:
            raise KeyServerRefused(f"the key {kid} is for another scheme than {scheme}")
        keys[kid] = _key_in(element, kid)
    told = _asked(systems, scheme)
    return [_served(root, keys, one.kid, told) for one in wanted]


def _served(root: Element, keys: dict[UUID, bytes], kid: UUID, systems: Sequence[str]) -> ServedKey:
    """One key with its signalling."""
    if kid not in keys:
        raise KeyServerRefused(f"there is no key of the id {kid}")
    return ServedKey(kid, keys[kid], {system: _signalling(root, kid, system) for system in systems})


def _key_in(element: Element, kid: UUID) -> bytes:
    """The sixteen bytes of a key, which must stand there in the clear."""
    found = element.find(f"{{{CPIX}}}Data/{{{PSKC}}}Secret/{{{PSKC}}}PlainValue")
    key = base64.b64decode(_text_in(found))
    if len(key) != KEY_BYTES:
        raise KeyServerRefused(
            f"the key {kid} does not stand there in the clear, or has not {KEY_BYTES} bytes"
        )
    return key


def _signalling(root: Element, kid: UUID, system: str) -> Signalling:
    """What a system says of a key."""
    for element in root.iterfind(f"{{{CPIX}}}DRMSystemList/{{{CPIX}}}DRMSystem"):
        if _id_in(element, "kid") == kid and _id_in(element, "systemId") == SYSTEM_IDS[system]:
            break
    else:
        raise KeyServerRefused(f"nothing is said of {system} for the key {kid}")
    hls = {one.get("playlist", _MEDIA): _text_in(one) for one in element.iterfind(f"{{{CPIX}}}{_HLS}")}
    told = Signalling(
        pssh=_text_in(element.find(f"{{{CPIX}}}{_PSSH}")),
        content_protection=_text_in(element.find(f"{{{CPIX}}}{_PROTECTION}")),
        hls_media=hls.get(_MEDIA, ""),
        hls_master=hls.get(_MASTER, ""),
    )
    # Without these nothing could be played by the system at all.
    if not (told.hls_media if system == FAIRPLAY else told.pssh):
        raise KeyServerRefused(f"what {system} needs is not said for the key {kid}")
    return told


def _id_in(element: Element, name: str) -> UUID:
    """An attribute that is a UUID."""
    try:
        return UUID(element.get(name, ""))
    except ValueError:
        raise KeyServerRefused(f"an element has no {name} that is a UUID") from None


def _text_in(element: Element | None) -> str:
    """The base64 in an element, without blanks; raises `KeyServerRefused` for what is none."""
    text = "".join(((element.text if element is not None else "") or "").split())
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise KeyServerRefused("what the answer says is not written in base64") from None
    return text


def _asked(systems: Iterable[str], scheme: str) -> list[str]:
    """Those of the systems that know the scheme: FairPlay knows `cbcs` alone."""
    return [system for system in systems if scheme == _CBCS or system != FAIRPLAY]
