"""The panel of views: what it draws is what it says."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from assets.models import RetentionCell, ViewDay
from assets.services.viewing.figures import Piece
from assets.views.viewing import _line, _until_half
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_owners_are_told_how_it_is_watched() -> None:
    asset = AssetFactory(published=True, duration=20.0)
    today = timezone.now().date()
    ViewDay.objects.create(asset=asset, day=today, plays=4, seconds=40)
    ViewDay.objects.create(asset=asset, day=today - timedelta(days=1), plays=2, seconds=20)
    for second, views in ((0, 6), (5, 3), (10, 1)):
        RetentionCell.objects.create(asset=asset, second=second, views=views)
    client = Client()
    client.force_login(asset.uploaded_by)
    page = client.get(f"/assets/{asset.pk}/views/").content.decode()
    assert "6 plays" in page
    assert "At least half of the plays reach 0:10." in page
    assert "The part at 0:00 is watched most: 6 times." in page
    assert page.count("<rect") == 30
    assert page.count("<tr>") == 3, "a head and the days on which something was played"


def test_nobody_else_is_told() -> None:
    asset = AssetFactory(published=True)
    client = Client()
    client.force_login(UserFactory())
    assert client.get(f"/assets/{asset.pk}/views/").status_code == 404
    assert "panel-views" not in client.get(f"/assets/{asset.pk}/").content.decode()
    client.force_login(asset.uploaded_by)
    assert "Nobody has played this yet." in client.get(f"/assets/{asset.pk}/views/").content.decode()
    assert "panel-views" in client.get(f"/assets/{asset.pk}/").content.decode()


def test_the_curve_goes_over_every_piece() -> None:
    pieces = [Piece(0, 2, 1.0), Piece(5, 1, 0.5), Piece(10, 0, 0.0)]
    assert _line(pieces, 1.0) == (
        "M0 100L0.00 0.00L200.00 0.00L200.00 50.00L400.00 50.00L400.00 100.00L600.00 100.00L600 100Z"
    )
    assert _line([], 1.0) == ""
    assert _until_half(pieces) == 10
    assert _until_half(pieces[:2]) == 10
    assert _until_half([]) is None
