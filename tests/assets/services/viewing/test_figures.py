"""The figures of an asset: every day and every piece, also those of which there is nothing."""

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser

from assets.models import RetentionCell, ViewDay
from assets.services.viewing.figures import DAYS, figures_of
from mediaportal.core.problems import NotPermitted
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 5, 20)


def test_days_and_pieces_are_whole() -> None:
    asset = AssetFactory(published=True, duration=12.0)
    ViewDay.objects.create(asset=asset, day=date(2026, 5, 19), plays=3, seconds=30, errors=1)
    ViewDay.objects.create(asset=asset, day=date(2025, 5, 19), plays=1, seconds=10)
    RetentionCell.objects.create(asset=asset, second=0, views=4)
    RetentionCell.objects.create(asset=asset, second=10, views=2)
    found = figures_of(user=asset.uploaded_by, asset=asset, today=TODAY)
    assert (found.plays, found.seconds, found.errors, found.mean_seconds) == (4, 40, 1, 10)
    assert len(found.days) == DAYS and found.days[-1].day == TODAY
    assert [day.plays for day in found.days[-3:]] == [0, 3, 0]
    assert [(piece.second, piece.views, piece.share) for piece in found.retention] == [
        (0, 4, 1.0),
        (5, 0, 0.0),
        (10, 2, 0.5),
    ]


def test_before_anybody_has_played_it() -> None:
    asset = AssetFactory(published=True, duration=6.0)
    found = figures_of(user=asset.uploaded_by, asset=asset)
    assert (found.plays, found.mean_seconds) == (0, 0)
    assert {piece.share for piece in found.retention} == {0}


@pytest.mark.parametrize("role", ["viewer", "contributor"])
def test_only_who_may_change_it_is_told(role: str) -> None:
    asset = AssetFactory(published=True)
    for user in (UserFactory(role=role), AnonymousUser()):
        with pytest.raises(NotPermitted):
            figures_of(user=user, asset=asset)
