"""Links are bound to one place, one person and a time; nothing else opens anything."""

import base64
import contextvars
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from hypothesis import given
from hypothesis import strategies as st

from assets import delivery
from assets.access import Visitor
from assets.delivery import Link
from assets.models import Asset, ShareLink
from assets.services.names import asset_folder
from mediaportal.accounts.models import User
from mediaportal.core.problems import NotFound
from tests.factories import AssetFactory, ShareLinkFactory, UserFactory, VariantFactory

LINK = Link(asset_id=uuid4(), scope="original/film.mp4", expires=2_000_000_000, mime_type="video/mp4")
FOLDER = replace(LINK, scope="cmaf/", mime_type="")


def token_of(url: str) -> str:
    """The token in an address."""
    return url.split("/")[2]


@given(
    st.builds(
        Link,
        asset_id=st.uuids(),
        scope=st.text(min_size=1, max_size=200).filter(lambda text: text.isprintable()),
        expires=st.just(4_000_000_000),
        user_id=st.none() | st.uuids().filter(lambda u: u.int != 0),
        bound=st.booleans(),
        attachment=st.booleans(),
        mime_type=st.sampled_from(["", "video/mp4"]),
        asset_epoch=st.integers(0, 2**31 - 1),
        epoch=st.integers(0, 2**31 - 1),
    )
)
def test_a_token_says_what_was_signed(link: Link) -> None:
    assert delivery.read(delivery.sign(link)) == link


def test_a_changed_token_opens_nothing() -> None:
    token = delivery.sign(LINK)
    for position in range(0, len(token) - 1, 7):
        letter = "A" if token[position] != "A" else "B"
        with pytest.raises(NotFound):
            delivery.read(token[:position] + letter + token[position + 1 :])


@pytest.mark.parametrize("token", ["", "a", "A" * 100, "%%%", "é" * 40, "A" * 200, "=" * 8])
def test_nonsense_opens_nothing(token: str) -> None:
    with pytest.raises(NotFound):
        delivery.read(token)


def test_tokens_of_another_portal_open_nothing(settings: Any) -> None:
    token = delivery.sign(LINK)
    settings.SECRET_KEY, old = "b" * 40, settings.SECRET_KEY
    with pytest.raises(NotFound):
        delivery.read(token)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert delivery.read(token) == LINK


def test_a_link_may_be_bound_to_an_address(settings: Any) -> None:
    unbound = delivery.sign(LINK)
    settings.LINKS_BOUND_TO_ADDRESS = True
    here, there = "192.0.2.7", "192.0.2.8"
    token = _from(here, lambda: delivery.sign(replace(LINK, bound=True)))
    assert _from(here, lambda: delivery.read(token)) == replace(LINK, bound=True)
    for address in (there, ""):
        with pytest.raises(NotFound):
            _from(address, lambda: delivery.read(token))
    with pytest.raises(NotFound):
        _from(here, lambda: delivery.read(unbound))
    assert "192" not in str(base64.urlsafe_b64decode(token + "=="))
    settings.LINKS_BOUND_TO_ADDRESS = False
    assert _from(here, lambda: delivery.read(token)).bound


def _from(address: str, call: Callable[[], Any]) -> Any:
    """Do something while an address is answered."""

    def there() -> Any:
        delivery.asked_from.set(address)
        return call()

    return contextvars.copy_context().run(there)


def test_links_of_an_older_portal_have_expired(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as older:
        older.setattr(delivery, "_VERSION", 1)
        token = delivery.sign(LINK)
    with pytest.raises(delivery.LinkExpired):
        delivery.read(token)


@pytest.mark.django_db
def test_links_of_a_share_link_are_bound_to_it() -> None:
    asset = AssetFactory(published=True)
    share, another = (ShareLinkFactory(asset=asset, created_by=asset.uploaded_by) for _ in range(2))

    def admits(one: ShareLink) -> bool:
        found = delivery.standing(asset_id=asset.pk, share_id=one.pk)
        return found.admits(link)

    link = delivery.read(token_of(delivery.original_url(asset, user=Visitor(share))))
    assert (link.share_id, link.user_id) == (share.pk, None)
    assert admits(share)
    delivery.revoke_share_links(share=another)
    assert admits(share)
    delivery.revoke_share_links(share=share)
    assert not admits(share)
    assert delivery.standing(asset_id=asset.pk, share_id=uuid4()) == delivery.Standing(False, False, 0, 0)


def test_the_time_of_a_link_ends() -> None:
    token = delivery.sign(LINK)
    assert delivery.read(token, now=LINK.expires - 1) == LINK
    with pytest.raises(delivery.LinkExpired):
        delivery.read(token, now=LINK.expires)


@pytest.mark.parametrize("rest", ["film.mp4"])
def test_a_file_link_opens_its_file(rest: str) -> None:
    assert LINK.key(rest) == f"{asset_folder(LINK.asset_id)}/original/film.mp4"


@pytest.mark.parametrize(
    "rest", ["", "other.mp4", "../film.mp4", "x/film.mp4", "film.mp4/", "/film.mp4", "film.mp4\0", "FILM.MP4"]
)
def test_a_file_link_opens_nothing_else(rest: str) -> None:
    with pytest.raises(NotFound):
        LINK.key(rest)


def test_a_folder_link_opens_what_lies_below() -> None:
    home = asset_folder(FOLDER.asset_id)
    assert FOLDER.key("master.m3u8") == f"{home}/cmaf/master.m3u8"
    assert FOLDER.key("v/360p/1.m4s") == f"{home}/cmaf/v/360p/1.m4s"


@pytest.mark.parametrize(
    "rest", ["", ".", "..", "../original/film.mp4", "v/../../x", "v//x", "v/", "a\\b", "a\nb"]
)
def test_a_folder_link_opens_nothing_outside(rest: str) -> None:
    with pytest.raises(NotFound):
        FOLDER.key(rest)


def test_links_stay_the_same_for_a_while(settings: Any) -> None:
    settings.LINK_SECONDS = 900
    first = delivery.expiry(now=9_000_000)
    assert first == delivery.expiry(now=9_000_449)
    for now in range(9_000_000, 9_001_000, 37):
        assert 450 <= delivery.expiry(now=now) - now <= 900
        assert 450 + 7200 <= delivery.expiry(play_seconds=7200, now=now) - now <= 900 + 7200


@pytest.mark.django_db
def test_addresses() -> None:
    user = UserFactory()
    asset = AssetFactory(published=True, original_filename="حفل زفاف.mp4")
    url = delivery.original_url(asset, user=user)
    assert url.startswith("/files/")
    assert url.isascii()
    link = delivery.read(token_of(url))
    assert (link.asset_id, link.user_id, link.scope) == (asset.pk, user.pk, "original/حفل زفاف.mp4")
    assert (link.mime_type, link.attachment) == ("video/mp4", False)
    assert delivery.read(token_of(delivery.original_url(asset, user=user, download=True))).attachment
    assert url == delivery.original_url(asset, user=user)

    hls = VariantFactory(asset=asset, hls=True)
    address = delivery.variant_url(hls, user=AnonymousUser())
    assert address == delivery.package_url(hls, user=AnonymousUser())
    assert address.endswith("/master.m3u8")
    link = delivery.read(token_of(address))
    assert (link.scope, link.folder, link.user_id) == ("cmaf/", True, None)


@pytest.mark.django_db
def test_a_key_outside_the_assets_folder_is_never_signed() -> None:
    asset = AssetFactory(published=True, storage_key="incoming/x.part")
    with pytest.raises(ValueError, match="does not lie"):
        delivery.original_url(asset, user=AnonymousUser())


@pytest.mark.django_db
def test_making_links_asks_the_database_nothing(django_assert_num_queries: Any) -> None:
    user, asset = UserFactory(), AssetFactory(published=True)
    VariantFactory(asset=asset)
    VariantFactory(asset=asset, poster=True)
    user, loaded = User.objects.get(pk=user.pk), Asset.objects.prefetch_related("variants").get(pk=asset.pk)
    with django_assert_num_queries(0):
        assert len({delivery.variant_url(v, user=user) for v in loaded.variants.all()}) == 2


# --- Standing -----------------------------------------------------------------------------------------------------
def standing(asset: Asset, user: User | None) -> delivery.Standing:
    """Ask afresh."""
    return delivery.standing(asset_id=asset.pk, user_id=user.pk if user else None)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("traits", "owner", "stranger", "nobody"),
    [
        ({}, False, False, False),
        ({"passed_gate": True}, True, False, False),
        ({"published": True, "visibility": "private"}, True, False, False),
        ({"published": True, "visibility": "internal"}, True, True, False),
        ({"published": True, "visibility": "public"}, True, True, True),
        ({"infected": True, "visibility": "public"}, False, False, False),
        ({"blocked": True, "visibility": "public"}, True, False, False),
        ({"published": True, "visibility": "public", "trashed": True}, False, False, False),
    ],
)
def test_who_may_play(traits: dict[str, Any], owner: bool, stranger: bool, nobody: bool) -> None:
    asset = AssetFactory(**traits)
    assert standing(asset, asset.uploaded_by).may_play is owner
    assert standing(asset, UserFactory(role="viewer")).may_play is stranger
    assert standing(asset, None).may_play is nobody
    User.objects.filter(pk=asset.uploaded_by_id).update(is_active=False)
    assert not standing(asset, asset.uploaded_by).may_play


@pytest.mark.django_db
def test_epochs_end_links() -> None:
    asset = AssetFactory(published=True)
    user = asset.uploaded_by

    def admitted() -> bool:
        return standing(asset, user).admits(link)

    link = delivery.read(token_of(delivery.original_url(asset, user=user)))
    assert admitted()
    delivery.revoke_asset_links(asset=asset)
    assert not admitted()
    link = delivery.read(token_of(delivery.original_url(asset, user=user)))
    assert admitted()
    delivery.revoke_user_links(user=user)
    assert not admitted()


def test_answers_are_remembered_for_seconds_only(monkeypatch: pytest.MonkeyPatch) -> None:
    cache = delivery.StandingCache()
    found = delivery.Standing(True, True, 0, 0)
    assert cache.get(LINK) is None
    cache.put(LINK, found, asked_at=time.monotonic())
    assert cache.get(LINK) is found
    assert cache.get(replace(LINK, user_id=uuid4())) is None
    assert cache.get(replace(LINK, share_id=uuid4())) is None
    cache.put(LINK, found, asked_at=time.monotonic() - delivery.CHECK_SECONDS)
    assert cache.get(LINK) is None
    monkeypatch.setattr(delivery, "_REMEMBERED", 3)
    for _ in range(10):
        cache.put(replace(LINK, asset_id=uuid4()), found, asked_at=time.monotonic())
    assert len(cache._known) == 3
