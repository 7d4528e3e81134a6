"""What the packager and players are told of the installation's DRM systems."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from processing.keyservers.cpix import FAIRPLAY, PLAYREADY, WIDEVINE
from processing.models import KeySource, Package
from processing.services import keys, protection
from tests import speke
from tests.factories import PackageFactory
from tests.speke import key_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def drm(settings: Any) -> None:
    """An installation with licence servers for all three."""
    settings.CLEARKEY = False
    settings.DRM_WIDEVINE_LICENSE_URL = "https://drm.example.org/widevine"
    settings.DRM_FAIRPLAY_LICENSE_URL = "https://drm.example.org/fairplay"
    settings.DRM_FAIRPLAY_CERTIFICATE_URL = "https://drm.example.org/fairplay.cer"
    settings.DRM_PLAYREADY_LICENSE_URL = "https://drm.example.org/playready"


@pytest.fixture
def served(settings: Any) -> Iterator[Package]:
    """A package whose keys come from a key server."""
    with key_server() as server:
        settings.SPEKE_URL, settings.SPEKE_USER, settings.SPEKE_PASSWORD = (
            server.url,
            speke.USER,
            speke.PASSWORD,
        )
        package = PackageFactory(key_source=KeySource.SPEKE)
        keys.provide(package=package, labels=["SD", "AUDIO"])
        yield package


def with_keys(**traits: Any) -> Package:
    package = PackageFactory(**traits)
    keys.provide(package=package, labels=["SD"])
    return package


def test_without_a_drm_there_is_clear_key_alone() -> None:
    found = protection.protection_of(with_keys())
    assert (found.systems, found.pssh) == (("CommonSystem",), b"")
    assert protection.drm_systems() == [] and protection.licence_servers() == {}


def test_with_a_drm_its_systems_are_signalled_and_told(drm: None) -> None:
    assert protection.protection_of(with_keys()).systems == ("Widevine", "FairPlay", "PlayReady")
    assert protection.licence_servers() == {
        "com.widevine.alpha": {"license_url": "https://drm.example.org/widevine"},
        "com.apple.fps": {
            "license_url": "https://drm.example.org/fairplay",
            "certificate_url": "https://drm.example.org/fairplay.cer",
        },
        "com.microsoft.playready": {"license_url": "https://drm.example.org/playready"},
    }


def test_both_may_stand_beside_each_other(drm: None, settings: Any) -> None:
    settings.CLEARKEY = True
    found = protection.protection_of(with_keys())
    assert found.systems == ("CommonSystem", "Widevine", "FairPlay", "PlayReady")


def test_fairplay_knows_cbcs_alone(drm: None) -> None:
    assert protection.protection_of(with_keys(scheme="cenc")).systems == ("Widevine", "PlayReady")


def test_one_system_may_stand_alone(settings: Any) -> None:
    settings.DRM_PLAYREADY_LICENSE_URL = "https://drm.example.org/playready"
    assert protection.drm_systems() == [PLAYREADY]
    assert set(protection.licence_servers()) == {"com.microsoft.playready"}


def test_a_key_server_without_licence_servers_is_asked_about_all(settings: Any) -> None:
    settings.SPEKE_URL = "https://keys.example.org/"
    assert set(protection.drm_systems()) == {WIDEVINE, FAIRPLAY, PLAYREADY}


def test_what_a_key_server_says_goes_into_the_set(served: Package) -> None:
    found = protection.protection_of(served)
    opened = keys.opened(served)
    boxes = [
        speke.pssh(system, str(one.kid))
        for one in opened.values()
        for system in (speke.WIDEVINE, speke.PLAYREADY)
    ]
    assert all(box in found.pssh for box in boxes)
    assert len(found.pssh) == sum(len(box) for box in boxes)
    kid = opened["SD"].kid
    assert found.fairplay_uri(kid) == f"skd://keys.example.org/{kid}"


def test_the_same_box_is_said_once(served: Package) -> None:
    first = served.keys.get(label="SD")
    served.keys.update(signalling=first.signalling)
    assert protection.protection_of(served).pssh.count(b"pssh") == 2


def test_fairplay_has_an_address_of_its_own_without_a_key_server(drm: None) -> None:
    kid = uuid4()
    assert protection.protection_of(with_keys()).fairplay_uri(kid) == f"skd://{kid}"
