"""The panel shows pictures to who may choose among them, and nothing to anybody else."""

import pytest
from django.test import Client

from assets.models import Asset
from processing.services.picturepanel import pictures_of
from tests.factories import AssetFactory, UserFactory, VariantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def asset() -> Asset:
    asset: Asset = AssetFactory(published=True)
    VariantFactory(asset=asset, poster=True, detail={"step": "thumbnails"})
    VariantFactory(asset=asset, thumbnail=True, timestamp=5.0)
    VariantFactory(asset=asset, thumbnail=True, timestamp=1.0)
    VariantFactory(
        asset=asset,
        variant_type="derived",
        format="png",
        detail={"capture": "x"},
        filename="c.png",
        timestamp=2.0,
    )
    VariantFactory(asset=asset, variant_type="preview", format="gif", filename="p.gif", mime_type="image/gif")
    return asset


def test_stills_captures_and_previews_in_their_order(asset: Asset) -> None:
    found = pictures_of(asset, user=asset.uploaded_by)
    assert found is not None
    assert [still.second for still in found.stills] == [1.0, 5.0]
    assert [one.second for one in found.captures] == [2.0]
    assert [one.format for one in found.previews] == ["gif"]
    assert found.poster is not None and found.chosen == ""


def test_it_tells_where_a_chosen_poster_comes_from(asset: Asset) -> None:
    VariantFactory(
        asset=asset, poster=True, filename="sent.webp", detail={"step": "poster", "chosen": "picture"}
    )
    found = pictures_of(asset, user=asset.uploaded_by)
    assert found is not None and found.chosen == "picture"
    assert found.poster is not None and found.poster.filename == "sent.webp"


def test_others_get_nothing(asset: Asset) -> None:
    assert pictures_of(asset, user=UserFactory()) is None
    image = AssetFactory(image=True, published=True)
    assert pictures_of(image, user=image.uploaded_by) is None


def test_the_fragment_of_the_page(asset: Asset, client: Client) -> None:
    address = f"/assets/{asset.pk}/pictures/"
    client.force_login(UserFactory())
    assert client.get(address).content.strip() == b""
    client.force_login(asset.uploaded_by)
    page = client.get(address).content.decode()
    assert page.count("data-poster=") == 2 and "data-capture-here" in page
    assert "data-poster-reset" not in page
    asset.visibility = "private"
    asset.save()
    client.force_login(UserFactory())
    assert client.get(address).status_code == 404
