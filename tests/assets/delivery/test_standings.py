"""Who may play now is asked anew every few seconds, and epochs end what was given out before."""

import time
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from assets import delivery, registry
from assets.access import Visitor
from assets.delivery import standings, tokens
from assets.delivery.tokens import Link
from assets.models import Asset, ShareLink
from assets.services.names import asset_folder
from mediaportal.accounts.models import User
from tests.factories import AssetFactory, ShareLinkFactory, UserFactory

SET = UUID("0193a1c0-0000-7000-8000-000000000001")
LINK = Link(asset_id=uuid4(), scope="original/film.mp4", expires=2_000_000_000, mime_type="video/mp4")


def token_of(url: str) -> str:
    """The token in an address."""
    return url.split("/")[2]


def standing(asset: Asset, user: User | None) -> standings.Standing:
    """Ask afresh."""
    return standings.standing(asset_id=asset.pk, user_id=user.pk if user else None)


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

    link = tokens.read(token_of(delivery.original_url(asset, user=user)))
    assert admitted()
    delivery.revoke_asset_links(asset=asset)
    assert not admitted()
    link = tokens.read(token_of(delivery.original_url(asset, user=user)))
    assert admitted()
    delivery.revoke_user_links(user=user)
    assert not admitted()


@pytest.mark.django_db
def test_links_of_a_share_link_are_bound_to_it() -> None:
    asset = AssetFactory(published=True)
    share, another = (ShareLinkFactory(asset=asset, created_by=asset.uploaded_by) for _ in range(2))

    def admits(one: ShareLink) -> bool:
        found = standings.standing(asset_id=asset.pk, share_id=one.pk)
        return found.admits(link)

    link = tokens.read(token_of(delivery.original_url(asset, user=Visitor(share))))
    assert (link.share_id, link.user_id) == (share.pk, None)
    assert admits(share)
    delivery.revoke_share_links(share=another)
    assert admits(share)
    delivery.revoke_share_links(share=share)
    assert not admits(share)
    assert standings.standing(asset_id=asset.pk, share_id=uuid4()) == standings.Standing(False, False, 0, 0)


def test_answers_are_remembered_for_seconds_only(monkeypatch: pytest.MonkeyPatch) -> None:
    cache = standings.StandingCache()
    found = standings.Standing(True, True, 0, 0)
    assert cache.get(LINK) is None
    cache.put(LINK, found, asked_at=time.monotonic())
    assert cache.get(LINK) is found
    assert cache.get(replace(LINK, user_id=uuid4())) is None
    assert cache.get(replace(LINK, share_id=uuid4())) is None
    cache.put(LINK, found, asked_at=time.monotonic() - standings.CHECK_SECONDS)
    assert cache.get(LINK) is None
    monkeypatch.setattr(standings, "_REMEMBERED", 3)
    for _ in range(10):
        cache.put(replace(LINK, asset_id=uuid4()), found, asked_at=time.monotonic())
    assert len(cache._known) == 3


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("scope", "mime_type", "opened"),
    [
        ("marked/one/", "", True),
        ("marked/two/", "", False),
        ("marked/", "", False),
        ("packaging/one/", "", False),
        ("renditions/film_360p.mp4", "video/mp4", False),
        ("sound/film.m4a", "audio/mp4", False),
        ("original/film.mp4", "video/mp4", False),
        ("thumbnails/one/film_preview.mp4", "video/mp4", False),
        (f"packages/{SET}/", "", True),
        ("packages/another/", "", False),
        ("thumbnails/one-1/", "", True),
        ("thumbnails/film_poster.webp", "image/webp", True),
        ("captions/1/film.vtt", "text/vtt", True),
    ],
)
def test_a_link_with_a_name_in_its_pictures_opens_no_film_without_it(
    scope: str, mime_type: str, opened: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = ShareLinkFactory(watermark="burnt")
    asset = share.asset
    made: list[registry.BurntSet] = []
    burner = replace(registry.burner(), set_of=lambda _link: made[0] if made else None)
    monkeypatch.setattr(registry, "_burners", [burner])
    link = replace(LINK, asset_id=asset.pk, scope=scope, mime_type=mime_type, share_id=share.pk)

    def admitted() -> bool:
        return standings.standing(asset_id=asset.pk, share_id=share.pk).admits(link)

    # While there is no set with the name, there is no film at all.
    assert admitted() == (opened and scope not in {"marked/one/", f"packages/{SET}/"})
    made.append(registry.BurntSet(SET, f"{asset_folder(asset.pk)}/marked/one", {}))
    assert admitted() == opened
    ShareLink.objects.filter(pk=share.pk).update(watermark="overlay")
    assert admitted()


def test_an_answer_that_waits_for_a_set_is_asked_for_again() -> None:
    cache = standings.StandingCache()
    cache.put(LINK, standings.Standing(True, False, 0, 0, own=()), asked_at=time.monotonic())
    assert cache.get(LINK) is None
    cache.put(LINK, standings.Standing(True, False, 0, 0, own=("marked/one/",)), asked_at=time.monotonic())
    assert cache.get(LINK) is not None
