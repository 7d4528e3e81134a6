"""What a card shows of an asset."""

import pytest

from assets.models import Asset
from assets.services.cards import card_of, wave_path
from tests.factories import AssetFactory, VariantFactory

pytestmark = pytest.mark.django_db


def _fresh(asset: Asset) -> Asset:
    return Asset.objects.filter(pk=asset.pk).with_poster().get()


def test_a_card_shows_the_poster_as_webp_with_jpeg_behind() -> None:
    asset = AssetFactory(published=True)
    VariantFactory(asset=asset, thumbnail=True)
    VariantFactory(asset=asset, poster=True)
    VariantFactory(asset=asset, poster=True, format="jpg", mime_type="image/jpeg", filename="poster.jpg")
    picture = card_of(_fresh(asset), user=asset.uploaded_by).picture
    assert picture is not None
    assert picture.webp.endswith("poster.webp")
    assert picture.jpg.endswith("poster.jpg")
    assert picture.wide


def test_a_sound_shows_its_waveform() -> None:
    asset = AssetFactory(published=True, audio=True)
    VariantFactory(asset=asset, waveform=True, detail={"peaks": [0.0, 1.0] * 48})
    card = card_of(_fresh(asset), user=asset.uploaded_by)
    assert card.wave.startswith("M")
    assert card.wave.count("v") == 48


def test_nothing_is_shown_before_the_gate_has_passed_it() -> None:
    asset = AssetFactory()
    VariantFactory(asset=asset, poster=True)
    assert card_of(_fresh(asset), user=asset.uploaded_by).picture is None


def test_no_peaks_make_no_path() -> None:
    assert wave_path(()) == ""
