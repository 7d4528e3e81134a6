"""The poster that somebody has chosen goes before the automatic one, and that before any still."""

from typing import Any

import pytest

from assets.models import Asset, Variant
from assets.services import links, stage, standins
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
    for form in ("webp", "avif"):
        VariantFactory(asset=asset, format=form, filename=f"p.{form}", mime_type=f"image/{form}", **preview)
    VariantFactory(
        asset=asset, variant_type="storyboard", format="vtt", mime_type="text/vtt", filename="storyboard.vtt",
        folder="thumbnails/r1",
    )  # fmt: skip
    loaded = Asset.objects.with_poster().get(pk=asset.pk)
    document = links.playback(asset=loaded, user=UserFactory())
    assert document["preview_url"].endswith("/p.webp")
    assert document["storyboard_url"].endswith("/storyboard.vtt")
    card = card_of(loaded, user=UserFactory())
    assert card.preview.endswith("/p.webp") and card.preview_avif.endswith("/p.avif")
    stranger = card_of(
        Asset.objects.with_poster().get(pk=AssetFactory(passed_gate=True).pk), user=UserFactory()
    )
    assert stranger.preview == stranger.preview_avif == ""


def everything(encryption: str) -> Asset:
    """A film with a picture of each kind."""
    asset = AssetFactory(published=True, encryption=encryption)
    poster(asset)
    VariantFactory(asset=asset, thumbnail=True, timestamp=1.0)
    for kind, form in (("preview", "webp"), ("preview", "avif"), ("storyboard", "vtt")):
        VariantFactory(
            asset=asset,
            variant_type=kind,
            format=form,
            filename=f"{kind}.{form}",
            folder=f"thumbnails/{form}",
        )
    found: Asset = Asset.objects.with_poster().get(pk=asset.pk)
    return found


def seen_of(asset: Asset, user: Any) -> set[str]:
    """Which kinds of pictures pages and API give somebody."""
    card, document = card_of(asset, user=user), links.playback(asset=asset, user=user)
    given = {
        "poster": document["poster_url"],
        "storyboard": document["storyboard_url"],
        "preview": document["preview_url"],
        "still": stage.stills_of(asset, user=user),
    }
    assert bool(card.picture) == bool(given["poster"]) == bool(links.poster_url(asset=asset, user=user))
    assert bool(card.preview) == bool(card.preview_avif) == bool(given["preview"])
    assert bool(stage.stage_of(asset, user=user).poster) == bool(given["poster"])
    return {name for name, what in given.items() if what}


@pytest.mark.parametrize(
    ("setting", "encryption", "seen"),
    [
        ("all", "", {"poster", "still", "storyboard", "preview"}),
        ("none", "", {"poster", "still", "storyboard", "preview"}),
        ("all", "cbcs", {"poster", "still", "storyboard"}),
        ("poster", "cbcs", {"poster", "still"}),
        ("none", "cbcs", set()),
    ],
)
def test_pages_and_api_give_of_an_encrypted_film_what_the_installation_says(
    setting: str, encryption: str, seen: set[str], settings: Any
) -> None:
    settings.ENCRYPTED_STILLS = setting
    asset = everything(encryption)
    assert seen_of(asset, UserFactory(role="viewer")) == seen
    assert seen_of(asset, asset.uploaded_by) == {"poster", "still", "storyboard", "preview"}


def test_the_largest_film_names_the_quality(asset: Asset) -> None:
    for quality, height in (("360p", 360), ("1080p_av1", 1080), ("720p", 720)):
        VariantFactory(asset=asset, quality=quality, height=height)
    VariantFactory(asset=asset, quality="web", height=2048, format="webp", filename="x.webp")
    assert standins.best_quality(asset.variants.all()) == "1080p"
    assert standins.best_quality([]) == ""
