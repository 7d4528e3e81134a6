"""Licences have the keys that were asked for, of one package of one asset, and no others."""

import base64
import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from redis.exceptions import ConnectionError as RedisAway

from assets import registry
from assets.models import Asset
from assets.services import links
from assets.services.names import asset_folder
from mediaportal.core.problems import InvalidInput, NotFound, NotPermitted, NotSignedIn, RateLimited
from mediaportal.core.secrets import MasterKeyMissing
from processing.models import KeySource, Package
from processing.services import keys, licences
from processing.services.keys import GivenKey
from tests.factories import AssetFactory, PackageFactory, UserFactory, VariantFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_cache")]


@pytest.fixture
def package() -> Package:
    """An encrypted package with three keys."""
    made = PackageFactory()
    keys.provide(package=made, labels=["SD", "HD", "AUDIO"])
    return made


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def body(*kids: UUID, **more: Any) -> bytes:
    """A request as a player sends it."""
    return json.dumps({"kids": [b64(kid.bytes) for kid in kids], "type": "temporary"} | more).encode()


def license_of(package: Package, asked: bytes, *, asset_id: UUID | None = None, caller: str = "x") -> Any:
    return licences.clear_key_license(
        asset_id=asset_id or _asset_id(package), package_id=package.pk, body=asked, caller=caller
    )


def key_of(package: Package, kid: UUID, *, asset_id: UUID | None = None) -> bytes:
    return licences.key_bytes(
        asset_id=asset_id or _asset_id(package), package_id=package.pk, kid=kid, caller="x"
    )


def _asset_id(package: Package) -> UUID:
    found: UUID = Package.objects.values_list("asset_id", flat=True).get(pk=package.pk)
    return found


# --- What is given --------------------------------------------------------------------------------------------------
def test_a_licence_has_the_form_that_the_w3c_wants(package: Package) -> None:
    opened = keys.opened(package)
    asked = [opened["HD"], opened["AUDIO"]]
    found = license_of(package, body(*(one.kid for one in asked)))
    assert found["type"] == "temporary" and set(found) == {"keys", "type"}
    assert sorted(found["keys"], key=lambda key: key["kid"]) == sorted(
        ({"kty": "oct", "kid": b64(one.kid.bytes), "k": b64(one.key)} for one in asked),
        key=lambda key: key["kid"],
    )


def test_what_the_package_does_not_have_is_left_out(package: Package) -> None:
    kid = keys.opened(package)["SD"].kid
    found = license_of(package, body(uuid4(), kid, kid))
    assert [key["kid"] for key in found["keys"]] == [b64(kid.bytes)]


def test_a_key_alone_is_its_sixteen_bytes(package: Package) -> None:
    one = keys.opened(package)["SD"]
    assert key_of(package, one.kid) == one.key


def test_one_question_to_the_database_is_enough(package: Package) -> None:
    kids = [one.kid for one in keys.opened(package).values()]
    asset_id = _asset_id(package)
    with CaptureQueriesContext(connection) as asked:
        license_of(package, body(*kids), asset_id=asset_id)
    assert len(asked) == 1
    with CaptureQueriesContext(connection) as asked:
        key_of(package, kids[0], asset_id=asset_id)
    assert len(asked) == 1


# --- And what is not ------------------------------------------------------------------------------------------------
def test_keys_of_other_packages_and_assets_are_not_there(package: Package) -> None:
    other = PackageFactory()
    keys.provide(package=other, labels=["SD"])
    foreign, own = keys.opened(other)["SD"].kid, keys.opened(package)["SD"].kid
    for asked, asset_id in ((foreign, None), (uuid4(), None), (own, _asset_id(other)), (own, uuid4())):
        with pytest.raises(NotFound):
            key_of(package, asked, asset_id=asset_id)
        with pytest.raises(NotFound):
            license_of(package, body(asked), asset_id=asset_id)


def test_a_link_gives_the_keys_of_the_set_that_it_opens_and_no_others(package: Package) -> None:
    one, asset_id = keys.opened(package)["SD"], _asset_id(package)
    package.prefixes = [f"{asset_folder(asset_id)}/packaging/{run}" for run in ("old", "new")]
    package.save()

    def asked(home: str) -> bytes:
        facts: dict[str, Any] = {"asset_id": asset_id, "package_id": package.pk, "caller": "x", "home": home}
        answer = licences.clear_key_license(body=body(one.kid), **facts)
        assert answer["keys"][0]["k"] == b64(one.key)
        return licences.key_bytes(kid=one.kid, **facts)

    own = asset_folder(asset_id)
    for home in (f"{own}/packaging/old", f"{own}/packaging/new", f"{own}/packaging/new/video", own):
        assert asked(home) == one.key
    for home in (f"{own}/packaging", f"{own}/packaging/newer", f"{own}/packages/{uuid4()}", "", "assets"):
        with pytest.raises(NotFound):
            asked(home)


def test_of_a_pair_that_was_used_twice_each_package_gives_its_own(package: Package) -> None:
    kid = uuid4()
    made = []
    for key in (bytes(16), bytes(range(16))):
        one = PackageFactory(asset=Asset.objects.get(), key_source=KeySource.CALLER)
        keys.provide(package=one, labels=["ALL"], given=GivenKey(kid, key))
        made.append(key_of(one, kid))
    assert made == [bytes(16), bytes(range(16))]


@pytest.mark.parametrize(
    "asked",
    [
        b"",
        b"kids",
        b"[]",
        b"{}",
        b'{"kids": "x"}',
        b'{"kids": [1]}',
        b'{"kids": [null]}',
        b'{"kids": [""]}',
        b'{"kids": ["AAAA"]}',
        b'{"kids": ["%%%%"]}',
        json.dumps({"kids": [b64(bytes(17))]}).encode(),
        json.dumps({"kids": [b64(bytes(16))], "type": "persistent-license"}).encode(),
        json.dumps({"kids": [b64(bytes(16))] * 65}).encode(),
        b'{"kids": []' + b" " * licences.BODY_BYTES + b"}",
        b"\xff\xfe",
    ],
)
def test_what_is_no_request_is_refused(package: Package, asked: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        license_of(package, asked)
    assert refused.value.errors[0].field in {"kids", "type"}


def test_a_request_for_nothing_finds_nothing(package: Package) -> None:
    with pytest.raises(NotFound):
        license_of(package, body())


def test_with_a_drm_no_keys_are_given(package: Package, settings: Any) -> None:
    settings.CLEARKEY = False
    kid = keys.opened(package)["SD"].kid
    with pytest.raises(NotFound):
        license_of(package, body(kid))
    with pytest.raises(NotFound):
        key_of(package, kid)


def test_a_master_key_that_is_gone_is_no_riddle(package: Package, settings: Any) -> None:
    kid = keys.opened(package)["SD"].kid
    settings.MASTER_KEYS = ()
    with pytest.raises(MasterKeyMissing):
        license_of(package, body(kid))


def test_who_asks_too_often_is_told_to_wait(package: Package, settings: Any) -> None:
    settings.LICENSE_TRIES = 2
    kid = keys.opened(package)["SD"].kid
    for _turn in range(2):
        license_of(package, body(kid), caller="a")
    with pytest.raises(RateLimited):
        license_of(package, body(kid), caller="a")
    assert license_of(package, body(kid), caller="b")


def test_while_the_cache_is_away_players_play(package: Package, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_args: Any, **_kwargs: Any) -> None:
        raise RedisAway("away")

    monkeypatch.setattr(type(cache._connections["default"]), "add", away)  # type: ignore[attr-defined]
    kid = keys.opened(package)["SD"].kid
    assert license_of(package, body(kid))


# --- Who may ask ----------------------------------------------------------------------------------------------------
def test_who_may_play_may_ask(package: Package) -> None:
    asset = licences.require_playable(package_id=package.pk, user=UserFactory())
    assert asset.pk == _asset_id(package)


@pytest.mark.parametrize(
    ("traits", "role", "refusal"),
    [
        ({"visibility": "private"}, "contributor", NotFound),
        ({"trashed": True}, "manager", NotFound),
        ({"visibility": "internal"}, None, NotSignedIn),
        ({"published": False}, "manager", NotPermitted),
    ],
)
def test_who_may_not_is_told_no_more_than_of_the_asset(
    traits: dict[str, Any], role: str | None, refusal: type[Exception]
) -> None:
    package = PackageFactory(asset=AssetFactory(**({"published": True} | traits)))
    user = UserFactory(role=role) if role else AnonymousUser()
    with pytest.raises(refusal):
        licences.require_playable(package_id=package.pk, user=user)


def test_a_package_that_is_not_there_looks_like_one_that_may_not_be_known() -> None:
    with pytest.raises(NotFound):
        licences.require_playable(package_id=uuid4(), user=UserFactory())
    with pytest.raises(NotSignedIn):
        licences.require_playable(package_id=uuid4(), user=AnonymousUser())


def test_anybody_may_ask_for_what_is_public() -> None:
    package = PackageFactory(asset=AssetFactory(published=True, visibility="public"))
    asset = licences.require_playable(package_id=package.pk, user=AnonymousUser())
    assert asset.visibility == "public"


# --- What players are told ------------------------------------------------------------------------------------------
def test_the_playback_document_names_the_licence_of_what_is_played(package: Package) -> None:
    asset = Asset.objects.get()
    VariantFactory(asset=asset, dash=True)
    document = links.playback(asset=asset, user=UserFactory())
    assert document["license_url"].startswith("/files/")
    assert document["license_url"].endswith("/license")
    assert document["drm"] == {}
    assert registry.no_file_at(f"x/packages/{package.pk}/license") is not None


@pytest.mark.parametrize(
    "traits", [{"scheme": "clear"}, {"ready_at": None}, {"retired_at": "2026-01-01T00:00:00Z"}]
)
def test_what_is_clear_not_ready_or_replaced_has_no_licence(traits: dict[str, Any]) -> None:
    asset = PackageFactory(**traits).asset
    assert asset is not None
    document = links.playback(asset=asset, user=UserFactory())
    assert (document["license_url"], document["drm"]) == (None, {})


def test_a_newer_package_decides(package: Package) -> None:
    asset = Asset.objects.get()
    PackageFactory(asset=asset, scheme="clear")
    assert links.playback(asset=asset, user=UserFactory())["license_url"] is None


def test_with_a_drm_its_servers_are_named_instead(package: Package, settings: Any) -> None:
    settings.CLEARKEY = False
    settings.DRM_WIDEVINE_LICENSE_URL = "https://drm.example.org/widevine"
    document = links.playback(asset=Asset.objects.get(), user=UserFactory())
    assert document["license_url"] is None
    assert document["drm"] == {"com.widevine.alpha": {"license_url": "https://drm.example.org/widevine"}}


def test_nobody_is_told_who_may_not_play(package: Package) -> None:
    Asset.objects.update(visibility="private")
    document = links.playback(asset=Asset.objects.get(), user=UserFactory())
    assert (document["license_url"], document["drm"]) == (None, {})
