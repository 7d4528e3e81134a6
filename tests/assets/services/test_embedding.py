"""What other sites may show: how large, and by which addresses."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AnonymousUser

from assets.access import Visitor
from assets.exceptions import ShareLinkEnded
from assets.models import Asset
from assets.services import embedding
from assets.services.embedding import Box, NotOurs, NotPublic
from mediaportal.core.problems import NotFound
from tests.factories import AssetFactory, ShareLinkFactory, UserFactory

pytestmark = pytest.mark.django_db
HOST = "media.example.org"


@pytest.fixture(autouse=True)
def _sites(settings: Any) -> None:
    settings.EMBED_FRAME_ANCESTORS = ["https://www.example.org"]


@pytest.mark.parametrize(
    ("wide", "high", "box"),
    [
        ("", "", Box(640, 360)),
        ("320", "", Box(320, 180)),
        ("", "90", Box(160, 90)),
        ("1280", "100", Box(177, 100)),
        ("1280", "1000", Box(1280, 720)),
        ("x", "-5", Box(640, 360)),
        ("99999", "", Box(4096, 2304)),
    ],
)
def test_a_frame_keeps_the_form_of_the_picture(wide: str, high: str, box: Box) -> None:
    asset = Asset(width=1920, height=1080)
    assert embedding.box_of(asset, wide=wide, high=high) == box


def test_sound_and_tall_pictures_have_frames_too() -> None:
    sound = Asset(kind="audio")
    assert embedding.box_of(sound) == Box(640, 240)
    assert embedding.box_of(sound, wide="300", high="100") == Box(300, 100)
    tall = Asset(kind="video", width=1080, height=1920)
    assert embedding.box_of(tall, high="480") == Box(270, 480)


def test_a_frame_opens_what_its_viewer_may_see() -> None:
    public = AssetFactory(published=True, visibility="public")
    inside = AssetFactory(published=True)
    stranger, person = AnonymousUser(), UserFactory()
    assert embedding.opened(asset_id=public.pk, share="", user=stranger) == (public, stranger)
    assert embedding.opened(asset_id=inside.pk, share="", user=person) == (inside, person)
    with pytest.raises(NotPublic):
        embedding.opened(asset_id=inside.pk, share="", user=stranger)
    with pytest.raises(NotFound):
        embedding.opened(asset_id=uuid4(), share="", user=person)


def test_a_frame_opens_a_share_link_without_a_password() -> None:
    link = ShareLinkFactory()
    asset, visitor = embedding.opened(asset_id=link.asset_id, share=str(link.pk), user=UserFactory())
    assert asset == link.asset
    assert isinstance(visitor, Visitor) and visitor.link == link
    for share in (str(uuid4()), "no-uuid"):
        with pytest.raises(NotFound):
            embedding.opened(asset_id=link.asset_id, share=share, user=AnonymousUser())
    with pytest.raises(NotFound):
        embedding.opened(asset_id=AssetFactory().pk, share=str(link.pk), user=AnonymousUser())
    locked = ShareLinkFactory(password=make_password("quiet harbour"))
    with pytest.raises(NotPublic):
        embedding.opened(asset_id=locked.asset_id, share=str(locked.pk), user=AnonymousUser())
    ended = ShareLinkFactory(revoked=True)
    with pytest.raises(ShareLinkEnded):
        embedding.opened(asset_id=ended.asset_id, share=str(ended.pk), user=AnonymousUser())


def test_addresses_of_pages_lead_to_what_they_show() -> None:
    public = AssetFactory(published=True, visibility="public")
    link = ShareLinkFactory()
    for path, found in {
        f"/assets/{public.pk}/?t=3": (public, None),
        f"/embed/{public.pk}": (public, None),
        f"/embed/{link.asset_id}?share={link.pk}": (link.asset, link.pk),
        f"/s/{link.pk}/": (link.asset, link.pk),
    }.items():
        assert embedding.shown(url=f"https://{HOST}{path}", host=HOST) == found, path


def test_what_is_hidden_and_what_is_not_there_are_told_alike() -> None:
    hidden = AssetFactory(published=True)
    for asset_id in (hidden.pk, uuid4()):
        with pytest.raises(NotPublic):
            embedding.shown(url=f"https://{HOST}/assets/{asset_id}/", host=HOST)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://elsewhere.example.org/assets/{public}/",
        "ftp://media.example.org/assets/{public}/",
        "https://media.example.org/upload/",
        "https://media.example.org/nowhere",
        "https://media.example.org/s/{nothing}/",
        "https://media.example.org/embed/{public}?share={nothing}",
        "https://[media",
    ],
)
def test_other_addresses_are_not_ours(url: str) -> None:
    public = AssetFactory(published=True, visibility="public")
    with pytest.raises(NotOurs):
        embedding.shown(url=url.format(public=public.pk, nothing=uuid4()), host=HOST)


def test_nothing_is_embedded_where_no_site_may(settings: Any) -> None:
    settings.EMBED_FRAME_ANCESTORS = ["'none'"]
    public = AssetFactory(published=True, visibility="public")
    with pytest.raises(NotOurs):
        embedding.shown(url=f"https://{HOST}/assets/{public.pk}/", host=HOST)


def test_a_title_stays_text_in_the_code() -> None:
    code = embedding.frame_of(source='https://a/?x="', title='"><script>', box=Box(1, 2))
    assert "<script" not in code and 'src="https://a/?x=&quot;"' in code
