"""Addresses lead to what they are made for, and stay the same for a while."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from assets import delivery
from assets.delivery import tokens
from assets.models import Asset
from mediaportal.accounts.models import User
from tests.factories import AssetFactory, UserFactory, VariantFactory


def token_of(url: str) -> str:
    """The token in an address."""
    return url.split("/")[2]


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
    link = tokens.read(token_of(url))
    assert (link.asset_id, link.user_id, link.scope) == (asset.pk, user.pk, "original/حفل زفاف.mp4")
    assert (link.mime_type, link.attachment) == ("video/mp4", False)
    assert tokens.read(token_of(delivery.original_url(asset, user=user, download=True))).attachment
    assert url == delivery.original_url(asset, user=user)

    hls = VariantFactory(asset=asset, hls=True)
    address = delivery.variant_url(hls, user=AnonymousUser())
    assert address == delivery.package_url(hls, user=AnonymousUser())
    assert address.endswith("/master.m3u8")
    link = tokens.read(token_of(address))
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
