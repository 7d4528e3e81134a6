"""A stand-in for a key server: it speaks SPEKE v2 over real HTTP, and refuses documents that are not CPIX 2.3.

What it checks is what the specification says of requests, not what the client happens to send.
"""

import base64
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from tests.origins import Origin, Visit, serving

CPIX = "{urn:dashif:org:cpix}"
PSKC = "{urn:ietf:params:xml:ns:keyprov:pskc}"
WIDEVINE = "edef8ba9-79d6-4ace-a3c8-27dcd51d21ed"
FAIRPLAY = "94ce86fb-07ff-4f43-adb8-93d2fa968ca2"
PLAYREADY = "9a04f079-9840-4286-ab92-e65be0885f95"
# The parts of each system, in the schema's order: with a playlist's name for those of HLS.
PARTS = {
    WIDEVINE: ["PSSH", "ContentProtectionData", "HLSSignalingData media", "HLSSignalingData master"],
    FAIRPLAY: ["HLSSignalingData media", "HLSSignalingData master"],
    PLAYREADY: ["PSSH", "ContentProtectionData"],
}
FILTERS = {
    "ALL": ["AudioFilter", "VideoFilter"],
    "AUDIO": ["AudioFilter"],
    "VIDEO": ["VideoFilter"],
    "SD": ["VideoFilter"],
    "HD": ["VideoFilter"],
    "UHD": ["VideoFilter"],
}
USER, PASSWORD = "portal", "quiet harbour"


def key_for(kid: UUID) -> bytes:
    """The key that the server has for an id: the same one whenever it is asked."""
    return hashlib.sha256(b"a key server" + kid.bytes).digest()[:16]


def pssh(system: str, kid: str) -> bytes:
    """A box for one key of a system (ISO/IEC 23001-7, 8.1), with a little data in it."""
    body = b"\x00\x00\x00\x00" + UUID(system).bytes + (16).to_bytes(4, "big") + UUID(kid).bytes
    return (len(body) + 8).to_bytes(4, "big") + b"pssh" + body


class Refused(Exception):
    """What is wrong with a document."""


@dataclass
class KeyServer:
    """What it was asked, and what it does with its answers before they leave."""

    documents: list[Element] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    change: Callable[[Element], None] = lambda _root: None
    origin: Origin | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        assert self.origin is not None
        return self.origin.url("/speke/v2.0/copyProtection")

    def visit(self, visit: Visit) -> None:
        """One request."""
        body = visit.rfile.read(int(visit.headers["Content-Length"]))
        self.headers.append(dict(visit.headers.items()))
        try:
            self._check_head(visit)
            root = fromstring(body)
            check(root)
        except Refused as reason:
            self.refused.append(str(reason))
            visit.answer(422, str(reason).encode())
            return
        self.documents.append(root)
        fill(root)
        self.change(root)
        answer = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
        visit.answer(200, answer, Content_Type="application/xml", X_Speke_Version="2.0")

    @staticmethod
    def _check_head(visit: Visit) -> None:
        """The head of a request, and who sends it."""
        told = (visit.command, visit.headers["Content-Type"], visit.headers["X-Speke-Version"])
        if told != ("POST", "application/xml", "2.0"):
            raise Refused(f"the head says {told}")
        basic = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        authorization = visit.headers.get("Authorization", "")
        if authorization != f"Basic {basic}" and not authorization.startswith("AWS4-HMAC-SHA256 "):
            raise Refused("nobody whom this server knows")


def check(root: Element) -> None:
    """Raise `Refused` for a document that SPEKE v2 does not allow."""
    if root.tag != f"{CPIX}CPIX" or root.get("version") != "2.3" or not root.get("contentId"):
        raise Refused("the root is not that of CPIX 2.3 with a contentId")
    if set(root.attrib) != {"version", "contentId"}:
        raise Refused(f"the root has {sorted(root.attrib)}")
    lists = [f"{CPIX}{name}" for name in ("ContentKeyList", "DRMSystemList", "ContentKeyUsageRuleList")]
    if [child.tag for child in root] != lists:
        raise Refused("the lists are not those of the schema, in its order")
    kids = [_key(element) for element in root[0]]
    if not kids or len(set(kids)) != len(kids):
        raise Refused("keys are missing or asked for twice")
    for element in root[1]:
        _system(element, kids)
    if sorted(_rule(element) for element in root[2]) != sorted(kids):
        raise Refused("not every key has exactly one rule")
    tracks = [element.get("intendedTrackType") for element in root[2]]
    if len(set(tracks)) != len(tracks):
        raise Refused("a kind of tracks has two rules")


def _key(element: Element) -> str:
    kid = element.get("kid", "")
    if element.tag != f"{CPIX}ContentKey" or str(UUID(kid)) != kid or len(element):
        raise Refused("a key is not asked for by a UUID alone")
    if element.get("commonEncryptionScheme") not in {"cbcs", "cenc"}:
        raise Refused("a key has no scheme")
    return kid


def _system(element: Element, kids: list[str]) -> None:
    system = element.get("systemId", "")
    if element.tag != f"{CPIX}DRMSystem" or element.get("kid") not in kids or system not in PARTS:
        raise Refused("a system or its key is not known")
    found = [f"{part.tag.removeprefix(CPIX)} {part.get('playlist', '')}".strip() for part in element]
    if found != PARTS[system] or any(part.text for part in element):
        raise Refused(f"{system} is asked for {found}")


def _rule(element: Element) -> str:
    tracks = element.get("intendedTrackType", "")
    filters = [part.tag.removeprefix(CPIX) for part in element]
    if element.tag != f"{CPIX}ContentKeyUsageRule" or filters != FILTERS.get(tracks):
        raise Refused(f"the rule for {tracks} has {filters}")
    for part in element:
        if not set(part.attrib) <= {"minPixels", "maxPixels"} or not all(
            value.isdigit() for value in part.attrib.values()
        ):
            raise Refused(f"the rule for {tracks} has {part.attrib}")
    return element.get("kid", "")


def fill(root: Element) -> None:
    """Write the keys and the signalling into a good document, as a key server does."""
    for element in root[0]:
        secret = ElementTree.SubElement(ElementTree.SubElement(element, f"{CPIX}Data"), f"{PSKC}Secret")
        plain = ElementTree.SubElement(secret, f"{PSKC}PlainValue")
        plain.text = base64.b64encode(key_for(UUID(element.get("kid", "")))).decode()
    for element in root[1]:
        kid, system = element.get("kid", ""), element.get("systemId", "")
        for part in element:
            part.text = base64.b64encode(_said(part, kid, system)).decode()


def _said(part: Element, kid: str, system: str) -> bytes:
    """What one part says."""
    name = part.tag.removeprefix(CPIX)
    if name == "PSSH":
        return pssh(system, kid)
    if name == "ContentProtectionData":
        return f'<pssh xmlns="urn:mpeg:cenc:2013">{kid}</pssh>'.encode()
    tag = "#EXT-X-KEY" if part.get("playlist") == "media" else "#EXT-X-SESSION-KEY"
    form = "com.apple.streamingkeydelivery" if system == FAIRPLAY else f"urn:uuid:{system}"
    return f'{tag}:METHOD=SAMPLE-AES,URI="skd://keys.example.org/{kid}",KEYFORMAT="{form}"'.encode()


@contextmanager
def key_server() -> Iterator[KeyServer]:
    """Run a key server while the block runs."""
    server = KeyServer()
    with serving(server.visit) as origin:
        server.origin = origin
        yield server
