"""What players report is bounded by the time that has passed, and counted once."""

import logging
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from assets.access import Visitor
from assets.models import Asset, RetentionCell, ViewDay
from assets.services.viewing import reports
from assets.services.viewing.pieces import Span
from assets.services.viewing.reports import Report
from mediaportal.core.problems import NotFound
from mediaportal.core.quickredis import quick_redis
from tests.factories import AssetFactory, ShareLinkFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_cache")]


class Session:
    """A page that plays an asset and reports, with a clock of its own."""

    def __init__(self, asset: Asset) -> None:
        self.asset, self.name, self.seq, self.at = asset, uuid.uuid4().hex, 0, 1_000.0

    def report(self, *played: tuple[float, float], after: float = 10.0, seq: int = 0, **said: float) -> None:
        self.seq, self.at = seq or self.seq + 1, self.at + after
        spans = tuple(Span(*pair) for pair in played)
        report = Report(session=self.name, seq=self.seq, played=spans, **said)  # type: ignore[arg-type]
        reports.take(user=self.asset.uploaded_by, asset=self.asset, report=report, now=self.at)


def curve(asset: Asset) -> dict[int, int]:
    return dict(RetentionCell.objects.filter(asset=asset).values_list("second", "views"))


@pytest.fixture
def asset() -> Asset:
    return AssetFactory(published=True, duration=60.0)


def test_a_session_is_one_play_and_its_seconds(asset: Asset) -> None:
    session = Session(asset)
    session.report()
    session.report((0, 10))
    session.report((10, 14), (30, 36), quality_changes=1, errors=1)
    day = ViewDay.objects.get(asset=asset)
    assert (day.plays, day.seconds, day.quality_changes, day.errors) == (1, 20, 1, 1)
    assert curve(asset) == {0: 1, 5: 1, 10: 1, 30: 1}


def test_viewers_are_added_up(asset: Asset) -> None:
    for _viewer in range(3):
        session = Session(asset)
        session.report()
        session.report((0, 5))
    assert ViewDay.objects.get(asset=asset).plays == 3
    assert curve(asset) == {0: 3}


def test_a_report_that_comes_again_is_left_out(asset: Asset) -> None:
    session = Session(asset)
    session.report()
    for _time in range(3):
        session.report((0, 10), seq=2)
    session.report((0, 10), seq=1)
    assert ViewDay.objects.get(asset=asset).seconds == 10
    assert curve(asset) == {0: 1, 5: 1}


def test_nobody_has_played_more_than_the_time_that_passed(asset: Asset) -> None:
    session = Session(asset)
    session.report((0, 60))
    assert ViewDay.objects.get(asset=asset).seconds < 2
    session.report((0, 60), after=10)
    assert 10 <= ViewDay.objects.get(asset=asset).seconds < 14
    session.report((0, 60), after=10, rate=2.0)
    assert 30 <= ViewDay.objects.get(asset=asset).seconds < 37
    session.report((0, 60), after=1, rate=16.0)
    assert ViewDay.objects.get(asset=asset).seconds < 45, "no player plays sixteen times as fast"
    assert ViewDay.objects.get(asset=asset).plays == 1


def test_what_lies_beyond_the_end_does_not_count(asset: Asset) -> None:
    session = Session(asset)
    session.report()
    session.report((55, 70), (900, 910), after=60)
    assert ViewDay.objects.get(asset=asset).seconds == 5
    assert curve(asset) == {55: 1}


def test_changes_and_errors_are_bounded(asset: Asset) -> None:
    session = Session(asset)
    session.report(quality_changes=9_000, errors=9_000)
    day = ViewDay.objects.get(asset=asset)
    assert (day.quality_changes, day.errors) == (20, 5)


def test_visitors_are_counted_and_others_are_not_known() -> None:
    link = ShareLinkFactory()
    report = Report(session="a" * 32, seq=1)
    reports.take(user=Visitor(link), asset=link.asset, report=report)
    assert ViewDay.objects.get(asset=link.asset).plays == 1
    with pytest.raises(NotFound):
        reports.take(user=AnonymousUser(), asset=link.asset, report=report)


def test_the_same_name_is_another_session_at_another_asset(asset: Asset) -> None:
    other = AssetFactory(published=True)
    for one in (asset, other):
        reports.take(user=one.uploaded_by, asset=one, report=Report(session="b" * 32, seq=1))
    assert set(ViewDay.objects.values_list("asset_id", "plays")) == {(asset.pk, 1), (other.pk, 1)}


def test_while_redis_is_away_nothing_is_counted(
    asset: Asset, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(reports, "_redis", quick_redis("unix:///nowhere/redis.sock"))
    with caplog.at_level(logging.WARNING):
        Session(asset).report()
    assert not ViewDay.objects.exists()
    assert "Redis is away" in caplog.text


@pytest.mark.parametrize(
    ("setting", "declined", "consent", "counted"),
    [
        ("on", False, False, True),
        ("on", True, True, False),
        ("consent", False, False, False),
        ("consent", False, True, True),
        ("consent", True, True, False),
        ("off", False, True, False),
    ],
)
def test_who_may_be_counted(
    settings: Any, setting: str, declined: bool, consent: bool, counted: bool
) -> None:
    settings.VIEW_ANALYTICS = setting
    assert reports.wanted(declined=declined, consent=consent) is counted
