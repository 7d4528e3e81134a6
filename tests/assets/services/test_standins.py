"""The poster that somebody has chosen goes before the automatic one, and that before any still."""

import pytest

from assets.models import Asset, Variant
from assets.services import links, standins
from assets.services.cards import card_of, picture_of
from tests.factories import AssetFactory, UserFactory, VariantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def asset() -> Asset:
    return AssetFactory(published=True)


def poster(asset: Asset, form: str = "webp", **changes: object) -> Variant:
    name = f"{changes.pop('name', 'poster')}.{form}"
    return VariantFactory(asset=asset, poster=True, format=form, filename=name, **changes)


def test_the_chosen_poster_stands_for_the_asset_everywhere(asset: Asset) -> None:
    poster(asset, width=640)
    chosen = [
        poster(asset, form, name="chosen", width=1280, detail={"step": "poster", "chosen": "frame"})
        for form in ("webp", "jpg")
    ]
    user = UserFactory()
    loaded = Asset.objects.with_poster().get(pk=asset.pk)
    variants = list(loaded.variants.all())
    assert standins.poster_of(variants) == chosen[0]
    assert set(standins.still_of(variants, width=640)) == set(chosen)
    assert "chosen.webp" in (links.poster_url(asset=loaded, user=user) or "")
    assert "chosen.webp" in links.playback(asset=loaded, user=user)["poster_url"]
    picture = picture_of(variants, user=user)
    assert picture is not None and "chosen.webp" in picture.webp and "chosen.jpg" in picture.jpg


def test_without_a_poster_the_nearest_still(asset: Asset) -> None:
    for width in (320, 640, 1280):
        VariantFactory(asset=asset, thumbnail=True, width=width, filename=f"{width}.webp", timestamp=1.0)
    assert [still.width for still in standins.still_of(asset.variants.all(), width=600)] == [640]
    assert not standins.still_of([], width=600)


def test_preview_and_storyboard_are_told_to_who_may_play(asset: Asset) -> None:
    preview = {"variant_type": "preview", "duration": 5.0, "folder": "thumbnails"}
    VariantFactory(asset=asset, format="mp4", filename="p.mp4", **preview)
    VariantFactory(asset=asset, format="webp", filename="p.webp", mime_type="image/webp", **preview)
    VariantFactory(
        asset=asset, variant_type="storyboard", format="vtt", mime_type="text/vtt", filename="storyboard.vtt",
        folder="thumbnails/r1",
    )  # fmt: skip
    loaded = Asset.objects.with_poster().get(pk=asset.pk)
    document = links.playback(asset=loaded, user=UserFactory())
    assert document["preview_url"].endswith("/p.webp")
    assert document["storyboard_url"].endswith("/storyboard.vtt")
    card = card_of(loaded, user=UserFactory())
    assert card.preview.endswith("/p.webp")
    stranger = card_of(
        Asset.objects.with_poster().get(pk=AssetFactory(passed_gate=True).pk), user=UserFactory()
    )
    assert stranger.preview == ""


def test_the_largest_film_names_the_quality(asset: Asset) -> None:
    for quality, height in (("360p", 360), ("1080p_av1", 1080), ("720p", 720)):
        VariantFactory(asset=asset, quality=quality, height=height)
    VariantFactory(asset=asset, quality="web", height=2048, format="webp", filename="x.webp")
    assert standins.best_quality(asset.variants.all()) == "1080p"
    assert standins.best_quality([]) == ""
