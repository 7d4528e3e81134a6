"""CPIX 2.3: what is asked for, and what an answer must have to be believed."""

import base64
from collections.abc import Callable
from uuid import UUID, uuid4
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from processing.keyservers import KeyServerRefused, ServedKey, WantedKey, cpix
from tests import speke
from tests.speke import CPIX, PSKC

KIDS = [uuid4(), uuid4()]
WANTED = [WantedKey(KIDS[0], "HD"), WantedKey(KIDS[1], "AUDIO")]
EVERY = list(cpix.SYSTEM_IDS)


def asked(wanted: list[WantedKey] = WANTED, *, scheme: str = "cbcs", systems: list[str] = EVERY) -> Element:
    """The document that asks, read again."""
    made = cpix.request_document(content_id="a set", scheme=scheme, wanted=wanted, systems=systems)
    root: Element = fromstring(made)
    return root


def answered(change: Callable[[Element], object] = lambda _root: None) -> bytes:
    """A server's answer, changed."""
    root = asked()
    speke.fill(root)
    change(root)
    return ElementTree.tostring(root)


def read(document: bytes, *, systems: list[str] = EVERY) -> list[ServedKey]:
    return cpix.served_keys(document, scheme="cbcs", wanted=WANTED, systems=systems)


def find(root: Element, path: str) -> Element:
    """An element by its path without namespaces of CPIX."""
    found = root.find("/".join(f"{CPIX}{name}" for name in path.split("/")))
    assert found is not None
    return found


def test_a_document_is_as_the_specification_wants_it() -> None:
    root = asked()
    speke.check(root)
    assert (root.get("contentId"), root.get("version")) == ("a set", "2.3")
    assert [one.get("kid") for one in root[0]] == [str(kid) for kid in KIDS]
    assert {one.get("commonEncryptionScheme") for one in root[0]} == {"cbcs"}
    assert {(one.get("kid"), one.get("systemId")) for one in root[1]} == {
        (str(kid), str(system)) for kid in KIDS for system in cpix.SYSTEM_IDS.values()
    }
    assert [one.get("intendedTrackType") for one in root[2]] == ["HD", "AUDIO"]


@pytest.mark.parametrize(
    ("tracks", "filters"),
    [
        ("ALL", [("AudioFilter", {}), ("VideoFilter", {})]),
        ("VIDEO", [("VideoFilter", {})]),
        ("AUDIO", [("AudioFilter", {})]),
        ("SD", [("VideoFilter", {"maxPixels": "921599"})]),
        ("HD", [("VideoFilter", {"minPixels": "921600", "maxPixels": "2073600"})]),
        ("UHD", [("VideoFilter", {"minPixels": "2073601"})]),
    ],
)
def test_a_rule_says_which_tracks_a_key_is_for(
    tracks: str, filters: list[tuple[str, dict[str, str]]]
) -> None:
    root = asked([WantedKey(KIDS[0], tracks)])
    speke.check(root)
    rule = find(root, "ContentKeyUsageRuleList/ContentKeyUsageRule")
    assert (rule.get("kid"), rule.get("intendedTrackType")) == (str(KIDS[0]), tracks)
    assert [(part.tag.removeprefix(CPIX), part.attrib) for part in rule] == filters


def test_fairplay_is_asked_about_cbcs_alone() -> None:
    root = asked(scheme="cenc")
    speke.check(root)
    assert str(cpix.SYSTEM_IDS[cpix.FAIRPLAY]) not in {one.get("systemId") for one in root[1]}
    speke.fill(root)
    (first, _second) = cpix.served_keys(
        ElementTree.tostring(root), scheme="cenc", wanted=WANTED, systems=EVERY
    )
    assert set(first.signalling) == {cpix.WIDEVINE, cpix.PLAYREADY}


def test_keys_come_with_what_is_said_of_them() -> None:
    first, second = read(answered())
    assert [(one.kid, one.key) for one in (first, second)] == [(kid, speke.key_for(kid)) for kid in KIDS]
    widevine = first.signalling[cpix.WIDEVINE]
    assert base64.b64decode(widevine.pssh) == speke.pssh(speke.WIDEVINE, str(KIDS[0]))
    assert b"urn:mpeg:cenc" in base64.b64decode(widevine.content_protection)
    fairplay = first.signalling[cpix.FAIRPLAY]
    assert base64.b64decode(fairplay.hls_media).startswith(b"#EXT-X-KEY:")
    assert base64.b64decode(fairplay.hls_master).startswith(b"#EXT-X-SESSION-KEY:")
    assert (fairplay.pssh, first.signalling[cpix.PLAYREADY].hls_media) == ("", "")


def test_keys_in_another_order_and_another_spelling_are_found() -> None:
    def turned(root: Element) -> None:
        root[0][:] = reversed(root[0])
        for element in [*root[0], *root[1]]:
            element.set("kid", element.get("kid", "").upper())

    assert [one.key for one in read(answered(turned))] == [speke.key_for(kid) for kid in KIDS]


def _set(path: str, name: str, value: str) -> Callable[[Element], None]:
    return lambda root: find(root, path).set(name, value)


def _key_text(text: str) -> Callable[[Element], None]:
    def change(root: Element) -> None:
        plain = root.find(f".//{PSKC}PlainValue")
        assert plain is not None
        plain.text = text

    return change


def _hide_key(root: Element) -> None:
    plain = root.find(f".//{PSKC}PlainValue")
    assert plain is not None
    plain.tag = f"{PSKC}EncryptedValue"


def _without(path: str) -> Callable[[Element], None]:
    def change(root: Element) -> None:
        parent, _slash, name = path.rpartition("/")
        where = find(root, parent)
        where.remove(find(where, name))

    return change


def _say_nothing(system: UUID, part: str) -> Callable[[Element], None]:
    def change(root: Element) -> None:
        for element in root.iter(f"{CPIX}DRMSystem"):
            for child in element.iter(f"{CPIX}{part}"):
                if element.get("systemId") == str(system):
                    child.text = None

    return change


def _twice(root: Element) -> None:
    root[0].append(root[0][0])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda root: root.set("version", "2.2"), "not of CPIX 2.3"),
        (lambda root: setattr(root, "tag", "CPIX"), "not of CPIX 2.3"),
        (_without("ContentKeyList/ContentKey"), "no key of the id"),
        (_set("ContentKeyList/ContentKey", "kid", str(uuid4())), "no key of the id"),
        (_set("ContentKeyList/ContentKey", "kid", "first"), "no kid that is a UUID"),
        (_set("ContentKeyList/ContentKey", "commonEncryptionScheme", "cenc"), "another scheme"),
        (_twice, "two keys of the id"),
        (_hide_key, "in the clear"),
        (_key_text(""), "in the clear"),
        (_key_text(base64.b64encode(bytes(15)).decode()), "in the clear"),
        (_key_text("not base64 at all"), "not written in base64"),
        (_without("DRMSystemList/DRMSystem"), "nothing is said of widevine"),
        (_say_nothing(cpix.SYSTEM_IDS[cpix.WIDEVINE], "PSSH"), "what widevine needs"),
        (_say_nothing(cpix.SYSTEM_IDS[cpix.PLAYREADY], "PSSH"), "what playready needs"),
        (_say_nothing(cpix.SYSTEM_IDS[cpix.FAIRPLAY], "HLSSignalingData"), "what fairplay needs"),
    ],
)
def test_an_answer_that_lacks_something_is_refused(change: Callable[[Element], None], said: str) -> None:
    with pytest.raises(KeyServerRefused, match=said) as refused:
        read(answered(change))
    for kid in KIDS:
        key = speke.key_for(kid)
        assert key.hex() not in str(refused.value)
        assert base64.b64encode(key).decode() not in str(refused.value)


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"no document",
        b"<cpix:CPIX/>",
        b'<!DOCTYPE x [<!ENTITY e "e">]><x>&e;</x>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>',
        b'<?xml version="1.0" encoding="unknown"?><x/>',
    ],
)
def test_what_is_no_plain_document_is_refused(document: bytes) -> None:
    with pytest.raises(KeyServerRefused, match="can be read"):
        read(document)


def test_systems_that_nobody_asked_for_are_left_out() -> None:
    (first, _second) = read(answered(), systems=[])
    assert first.signalling == {}
