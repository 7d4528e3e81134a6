"""Where somebody left off is theirs alone, and forgotten near either end."""

import pytest
from django.contrib.auth.models import AnonymousUser

from assets.access import Visitor
from assets.models import WatchPosition
from assets.services.viewing import positions
from mediaportal.core.problems import NotPermitted
from tests.factories import AssetFactory, ShareLinkFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_each_person_goes_on_where_they_were() -> None:
    asset, somebody = AssetFactory(published=True, duration=600.0), UserFactory()
    positions.keep(user=asset.uploaded_by, asset=asset, seconds=100.5)
    positions.keep(user=somebody, asset=asset, seconds=20)
    positions.keep(user=somebody, asset=asset, seconds=30)
    assert positions.resume_at(user=asset.uploaded_by, asset=asset) == 100.5
    assert positions.resume_at(user=somebody, asset=asset) == 30
    assert positions.resume_at(user=UserFactory(), asset=asset) is None
    assert WatchPosition.objects.count() == 2


@pytest.mark.parametrize("seconds", [0, 4.9, 571, 600, 900])
def test_near_either_end_it_is_forgotten(seconds: float) -> None:
    asset = AssetFactory(published=True, duration=600.0)
    positions.keep(user=asset.uploaded_by, asset=asset, seconds=300)
    positions.keep(user=asset.uploaded_by, asset=asset, seconds=seconds)
    assert positions.resume_at(user=asset.uploaded_by, asset=asset) is None
    assert not WatchPosition.objects.exists()


def test_the_end_of_a_long_film_is_its_last_minute() -> None:
    asset = AssetFactory(published=True, duration=7200.0)
    positions.keep(user=asset.uploaded_by, asset=asset, seconds=7100)
    assert positions.resume_at(user=asset.uploaded_by, asset=asset) == 7100
    positions.keep(user=asset.uploaded_by, asset=asset, seconds=7141)
    assert positions.resume_at(user=asset.uploaded_by, asset=asset) is None


def test_strangers_and_visitors_have_no_place() -> None:
    link = ShareLinkFactory()
    WatchPosition.objects.create(user=link.created_by, asset=link.asset, seconds=3)
    assert positions.resume_at(user=AnonymousUser(), asset=link.asset) is None
    assert positions.resume_at(user=Visitor(link), asset=link.asset) is None


def test_nobody_keeps_a_place_in_what_they_may_not_play() -> None:
    hidden = AssetFactory(published=True, visibility="private")
    with pytest.raises(NotPermitted):
        positions.keep(user=UserFactory(), asset=hidden, seconds=3)
    assert not WatchPosition.objects.exists()
