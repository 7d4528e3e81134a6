"""A policy is asked about everything that stands bit by bit, and whoever goes on begins where the last one was."""

from typing import Any

import pytest

from analysis.models import Case, Judgement, Policy
from analysis.services.moderation import applying, judging
from tests.analysis.moderating import found, policy
from tests.factories import AssetFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applying, "_AT_ONCE", 2)


def bare(count: int = 5, slug: str = "bare") -> Policy:
    """A policy that was not asked about anything, with files that it is against."""
    made = policy(slug)
    for _place in range(count):
        found(AssetFactory(published=True), ("Explicit Nudity", 0.8, 0.0, 1.0))
    return made


def test_everything_is_judged_and_nobody_is_woken(
    django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "_send", lambda _pk: pytest.fail("the broker is flooded"))
    made = bare()
    AssetFactory(trashed=True)
    applying.begin(policy=made)
    with django_capture_on_commit_callbacks(execute=True):
        assert applying.sweep() == 5
    assert Case.objects.filter(policy=made).count() == 5
    made.refresh_from_db()
    assert made.applied_until is None
    assert applying.sweep() == 0


def test_it_goes_on_where_it_was() -> None:
    made = bare()
    applying.begin(policy=made)
    assert applying.sweep(seconds=-1) == 0
    assert applying._advance() == 2
    made.refresh_from_db()
    assert applying.progress_of(made) == 0.4
    assert applying.sweep() == 3
    made.refresh_from_db()
    assert applying.progress_of(made) is None


def test_two_policies_go_through_what_is_left_together() -> None:
    first, second = bare(), bare(0, "other")
    applying.begin(policy=first)
    applying._advance()
    applying.begin(policy=second)
    assert applying._advance() == 2  # the second one takes up
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.applied_until == second.applied_until
    assert applying.sweep() == 3
    assert not Policy.objects.exclude(applied_until=None).exists()


def test_what_is_off_goes_through_nothing() -> None:
    made = bare(1)
    Policy.objects.filter(pk=made.pk).update(mode="off")
    applying.begin(policy=made)
    assert applying.sweep() == 0


def test_one_that_cannot_be_judged_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    made = bare(3)
    real, calls = judging.judge_asset, []

    def judge(*, asset_id: Any) -> None:
        calls.append(asset_id)
        if len(calls) == 1:
            raise ValueError
        real(asset_id=asset_id)

    monkeypatch.setattr(judging, "judge_asset", judge)
    applying.begin(policy=made)
    assert applying.sweep() == 3
    assert list(Judgement.objects.filter(dirty=True).values_list("pk", flat=True)) == calls[:1]
