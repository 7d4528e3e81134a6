"""Keys of packages are made once, kept sealed, and opened for those who encrypt."""

import base64
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from assets.exceptions import InvalidOptions
from mediaportal.core.secrets import MasterKeyMissing, SealBroken
from processing.exceptions import KeyMissing, KeysRefused, StepPostponed
from processing.models import ContentKey, KeySource, Package
from processing.services import keys
from processing.services.keys import GivenKey
from tests import speke
from tests.factories import PackageFactory
from tests.speke import KeyServer, key_for, key_server

pytestmark = pytest.mark.django_db
KID = UUID("3f5ac8f4-8d35-4e0d-a7a5-30f4a8d63f10")
KEY = bytes.fromhex("00112233445566778899aabbccddeeff")


@pytest.fixture
def server(settings: Any) -> Iterator[KeyServer]:
    """A key server that the portal is set to ask."""
    with key_server() as found:
        settings.SPEKE_URL, settings.SPEKE_USER, settings.SPEKE_PASSWORD = (
            found.url,
            speke.USER,
            speke.PASSWORD,
        )
        yield found


def rows(package: Package) -> dict[str, tuple[UUID, bytes]]:
    """What is kept of a package's keys."""
    return {row.label: (row.kid, bytes(row.sealed)) for row in package.keys.all()}


# --- Made here ------------------------------------------------------------------------------------------------------
def test_each_label_has_a_key_of_its_own() -> None:
    package = PackageFactory()
    keys.provide(package=package, labels=["SD", "HD", "AUDIO", "HD"])
    found = keys.opened(package)
    assert set(found) == {"SD", "HD", "AUDIO"}
    assert len({one.key for one in found.values()}) == len({one.kid for one in found.values()}) == 3
    assert {len(one.key) for one in found.values()} == {16}
    for label, (kid, sealed) in rows(package).items():
        assert kid == found[label].kid and found[label].key not in sealed


def test_a_second_call_keeps_what_is_there_and_adds_what_is_not() -> None:
    package = PackageFactory()
    keys.provide(package=package, labels=["SD", "AUDIO"])
    first = rows(package)
    keys.provide(package=package, labels=["SD", "AUDIO"])
    assert rows(package) == first
    keys.provide(package=package, labels=["SD", "HD", "AUDIO"])
    assert {label: rows(package)[label] for label in first} == first
    assert set(rows(package)) == {"SD", "HD", "AUDIO"}


def test_of_two_who_make_keys_at_once_the_first_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    package = PackageFactory()
    bulk_create = ContentKey.objects.bulk_create

    def beaten(*args: Any, **kwargs: Any) -> Any:
        monkeypatch.undo()
        keys.provide(package=package, labels=["SD"])
        return bulk_create(*args, **kwargs)

    monkeypatch.setattr(ContentKey.objects, "bulk_create", beaten)
    keys.provide(package=package, labels=["SD"])
    assert package.keys.count() == 1 and set(keys.opened(package)) == {"SD"}


def test_what_is_clear_has_no_keys() -> None:
    with pytest.raises(ValueError, match="not encrypted"):
        keys.provide(package=PackageFactory(scheme="clear"), labels=["SD"])


def test_without_a_master_key_nothing_is_made(settings: Any) -> None:
    settings.MASTER_KEYS = ()
    package = PackageFactory()
    with pytest.raises(MasterKeyMissing):
        keys.provide(package=package, labels=["SD"])
    assert not package.keys.exists()


def test_a_key_that_was_put_into_another_row_does_not_open() -> None:
    one, other = PackageFactory(), PackageFactory()
    for package in (one, other):
        keys.provide(package=package, labels=["SD"])
    moved = one.keys.get()
    other.keys.update(sealed=bytes(moved.sealed), kid=moved.kid)
    with pytest.raises(SealBroken):
        keys.opened(other)
    one.keys.update(label="HD")
    with pytest.raises(SealBroken):
        keys.opened(one)


# --- The caller's ---------------------------------------------------------------------------------------------------
def test_the_callers_pair_serves_every_label() -> None:
    package = PackageFactory(key_source=KeySource.CALLER)
    keys.provide(package=package, labels=["ALL"], given=GivenKey(KID, KEY))
    found = keys.opened(package)["ALL"]
    assert (found.kid, found.key) == (KID, KEY)
    keys.provide(package=package, labels=["ALL"])
    assert package.keys.count() == 1


def test_a_caller_may_use_his_pair_again_for_other_packages() -> None:
    for _package in range(2):
        package = PackageFactory(key_source=KeySource.CALLER)
        keys.provide(package=package, labels=["ALL"], given=GivenKey(KID, KEY))
        assert keys.opened(package)["ALL"].key == KEY


def test_a_callers_key_that_never_came_is_missed() -> None:
    package = PackageFactory(key_source=KeySource.CALLER)
    with pytest.raises(KeyMissing):
        keys.provide(package=package, labels=["ALL"])


def test_a_pair_for_a_package_that_makes_its_own_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="its caller"):
        keys.provide(package=PackageFactory(), labels=["ALL"], given=GivenKey(KID, KEY))


@pytest.mark.parametrize("length", [0, 15, 17, 32])
def test_a_key_has_sixteen_bytes(length: int) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        GivenKey(KID, bytes(length))


@pytest.mark.parametrize("kid", [str(KID), KID.hex, KID.hex.upper(), f"{{{KID}}}"])
@pytest.mark.parametrize(
    "key",
    [
        KEY.hex(),
        KEY.hex().upper(),
        base64.b64encode(KEY).decode(),
        base64.urlsafe_b64encode(KEY).decode().rstrip("="),
    ],
)
def test_a_pair_is_read_in_every_usual_spelling(kid: str, key: str) -> None:
    assert keys.given_key(kid=kid, key=key) == GivenKey(KID, KEY)


@pytest.mark.parametrize(
    ("kid", "key", "field"),
    [
        (str(KID), "", "encryption.key"),
        (str(KID), KEY.hex()[:-1], "encryption.key"),
        (str(KID), KEY.hex() + "00", "encryption.key"),
        (str(KID), "g" * 32, "encryption.key"),
        (str(KID), base64.b64encode(KEY + b"x").decode(), "encryption.key"),
        (str(KID), "é" * 22, "encryption.key"),
        ("", KEY.hex(), "encryption.kid"),
        ("mine", KEY.hex(), "encryption.kid"),
    ],
)
def test_a_pair_that_cannot_be_read_is_refused_and_not_repeated(kid: str, key: str, field: str) -> None:
    with pytest.raises(InvalidOptions) as refused:
        keys.given_key(kid=kid, key=key)
    document = refused.value.as_document()
    assert [error["field"] for error in document["errors"]] == [field]
    assert KEY.hex()[:12] not in str(document)
    assert not key or key not in str(document)


# --- A key server's ---------------------------------------------------------------------------------------------------
def test_new_packages_have_the_keys_of_the_key_server_where_there_is_one(server: KeyServer) -> None:
    assert keys.source(given=False) == KeySource.SPEKE
    assert keys.source(given=True) == KeySource.CALLER


def test_otherwise_they_are_made_here() -> None:
    assert keys.source(given=False) == KeySource.OWN


def test_the_key_servers_keys_are_kept_with_what_it_says(server: KeyServer) -> None:
    package = PackageFactory(key_source=KeySource.SPEKE)
    keys.provide(package=package, labels=["SD", "AUDIO"])
    found = keys.opened(package)
    assert {label: one.key for label, one in found.items()} == {
        label: key_for(one.kid) for label, one in found.items()
    }
    told = package.keys.get(label="SD").signalling
    assert set(told) == {"widevine", "fairplay", "playready"}
    assert base64.b64decode(told["widevine"]["pssh"]) == speke.pssh(speke.WIDEVINE, str(found["SD"].kid))
    (document,) = server.documents
    assert document.get("contentId") == str(package.pk)


def test_asked_again_it_is_asked_for_the_same_keys(server: KeyServer) -> None:
    package = PackageFactory(key_source=KeySource.SPEKE)
    keys.provide(package=package, labels=["SD"])
    first = keys.opened(package)["SD"]
    package.keys.all().delete()  # as though the worker had died before it could keep them
    keys.provide(package=package, labels=["SD"])
    assert keys.opened(package)["SD"] == first
    keys.provide(package=package, labels=["SD"])
    assert len(server.documents) == 2


def test_only_the_systems_that_players_have_are_asked_about(server: KeyServer, settings: Any) -> None:
    settings.DRM_WIDEVINE_LICENSE_URL = "https://drm.example.org/widevine"
    package = PackageFactory(key_source=KeySource.SPEKE)
    keys.provide(package=package, labels=["ALL"])
    assert set(package.keys.get().signalling) == {"widevine"}


@pytest.mark.parametrize(("tracks", "said"), [("all", "ALL"), ("video", "VIDEO")])
def test_one_key_for_all_says_what_all_is(server: KeyServer, tracks: str, said: str) -> None:
    package = PackageFactory(key_source=KeySource.SPEKE, tracks=tracks)
    keys.provide(package=package, labels=["ALL"])
    rule = server.documents[0][2][0]
    assert rule.get("intendedTrackType") == said


def test_a_key_server_that_is_away_is_waited_for(settings: Any) -> None:
    settings.SPEKE_URL = "http://127.0.0.1:1025/"
    package = PackageFactory(key_source=KeySource.SPEKE)
    with pytest.raises(StepPostponed) as waits:
        keys.provide(package=package, labels=["SD"])
    assert waits.value.code == "key_server_away" and waits.value.seconds > 0
    assert not package.keys.exists()


def test_a_key_server_that_refuses_ends_the_job(server: KeyServer, settings: Any) -> None:
    settings.SPEKE_PASSWORD = "wrong"
    package = PackageFactory(key_source=KeySource.SPEKE)
    with pytest.raises(KeysRefused) as refused:
        keys.provide(package=package, labels=["SD"])
    assert refused.value.code == "keys_refused" and "422" in refused.value.log
    assert not package.keys.exists()


def test_a_key_server_is_not_asked_for_what_could_not_be_kept(server: KeyServer, settings: Any) -> None:
    settings.MASTER_KEYS = ()
    with pytest.raises(MasterKeyMissing):
        keys.provide(package=PackageFactory(key_source=KeySource.SPEKE), labels=["SD"])
    assert server.documents == []


# --- Where they are asked for ---------------------------------------------------------------------------------------
def test_the_address_of_a_key_is_relative_and_leads_to_it() -> None:
    package_id, kid = uuid4(), uuid4()
    uri = keys.hls_key_uri(package_id=package_id, kid=kid)
    assert not uri.startswith(("/", "http")) and '"' not in uri
    for folder in ("assets/ab/cd/x", "assets/ab/cd/x/packaging/20260101-1-abc/video_720p"):
        found = keys.KEY_PLACE.search(f"{folder}/{uri}")
        assert found is not None
        assert found.groupdict() == {"home": folder, "package": str(package_id), "kid": str(kid)}
    for other in (f"{uri}/", f"{uri}\n", f"{uri}.m4s", uri.replace("keys/", ""), f"x{uri}"):
        assert keys.KEY_PLACE.search(f"assets/x{other}") is None


def test_keys_are_not_shown() -> None:
    package = PackageFactory(key_source=KeySource.CALLER)
    given = GivenKey(KID, KEY)
    keys.provide(package=package, labels=["ALL"], given=given)
    shown = repr(given) + str(given) + repr(keys.opened(package)) + repr(package.keys.get())
    assert str(KID) in shown
    for form in (KEY.hex(), repr(KEY), base64.b64encode(KEY).decode()):
        assert form not in shown
