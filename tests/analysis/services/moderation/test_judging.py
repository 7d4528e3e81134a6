"""Policies are asked, cases follow what they say, and the asset follows its cases."""

from typing import Any
from uuid import UUID

import pytest
from celery import current_app

from analysis import tasks
from analysis.models import Analysis, Case, Judgement, PolicyVersion
from analysis.services import current
from analysis.services.moderation import claiming, deciding, judging
from analysis.services.moderation.verdicts import Verdict
from assets.models import Asset
from assets.services import library
from mediaportal.core.problems import NotPermitted
from tests.analysis.moderating import NUDITY, found, judged, policy
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_what_is_in_doubt_opens_one_case_and_stays_published() -> None:
    bare, asset = policy(), AssetFactory(published=True)
    found(asset, ("Explicit Nudity", 0.7, 2.0, 4.0), ("Exposed Female Nipple", 0.8, 12.0, 13.0))
    for _time in range(2):
        assert judged(asset).publication == "published"
    case = Case.objects.get(policy=bare)
    assert (case.status, case.band, case.owner, case.holds) == (
        "waiting",
        "review",
        asset.uploaded_by,
        False,
    )
    assert [hit["score"] for hit in case.evidence] == [0.8, 0.7]
    assert case.worst_start == 12.0


def test_what_is_certain_is_blocked_at_once_and_links_end() -> None:
    policy()
    asset = AssetFactory(published=True)
    epoch = asset.link_epoch
    found(asset, ("Explicit Nudity", 0.99, 0.0, 1.0))
    assert judged(asset).publication == "blocked"
    assert (asset.blocks, asset.link_epoch > epoch) == (["policy"], True)


def test_what_passes_opens_nothing() -> None:
    policy()
    asset = AssetFactory(published=True)
    found(asset, ("Explicit Nudity", 0.5, 0.0, 1.0), ("Gambling", 0.99, 0.0, 1.0))
    judged(asset)
    assert not Case.objects.exists()
    assert Judgement.objects.get().bands["bare"] == "pass"


def test_a_shadow_only_says_what_it_would_do() -> None:
    policy(mode="shadow")
    asset = AssetFactory(published=True)
    found(asset, ("Explicit Nudity", 0.99, 0.0, 1.0))
    assert judged(asset).publication == "published"
    assert (Case.objects.count(), Judgement.objects.get().shadows) == (0, {"bare": "block"})


def test_what_is_held_first_is_published_once_it_was_looked_through() -> None:
    policy()
    asset = AssetFactory(published=True, publication="held", policy_verdict="review", holds=["check"])
    assert judged(asset).publication == "held"
    found(asset)
    assert judged(asset).publication == "published"


def test_doubt_about_what_is_held_first_keeps_it_held() -> None:
    policy()
    asset = AssetFactory(published=True, publication="held", policy_verdict="review", holds=["check"])
    found(asset, ("Explicit Nudity", 0.7, 2.0, 4.0))
    assert judged(asset).publication == "held"
    assert asset.holds == ["case"]


def test_what_was_marked_is_judged_by_the_sweep_once() -> None:
    asset = AssetFactory(published=True)
    judging.mark(asset_ids=[asset.pk])
    assert (judging.sweep(), judging.sweep()) == (1, 0)


def test_what_is_found_later_takes_no_doubt_away_and_another_version_does() -> None:
    bare = policy()
    asset = AssetFactory(published=True)
    found(asset, ("Explicit Nudity", 0.99, 2.0, 4.0))
    assert judged(asset).publication == "blocked"
    asset.moments.all().delete()
    assert judged(asset).publication == "blocked"
    bare.current = PolicyVersion.objects.create(policy=bare, number=2, rules=[NUDITY], severity=2)
    bare.save()
    assert judged(asset).publication == "published"
    assert Case.objects.get().status == "closed"


def test_what_a_policy_blocked_goes_with_it() -> None:
    bare = policy()
    asset = AssetFactory(published=True)
    found(asset, ("Explicit Nudity", 0.99, 2.0, 4.0))
    judged(asset)
    bare.mode = "off"
    bare.save()
    assert judged(asset).publication == "published"


def test_a_weak_rule_behind_many_hits_is_decided_on_too() -> None:
    policy(
        "two",
        NUDITY,
        {"key": "bets", "kind": "topic", "names": ["gambling"], "review": 0.5, "block": None},
    )
    asset = AssetFactory(published=True, duration=600.0)
    many = [("Explicit Nudity", 0.9, float(at), at + 1.0) for at in range(150)]
    found(asset, *many, ("Gambling", 0.55, 1.0, 2.0))
    judged(asset)
    case = Case.objects.get()
    moderator = UserFactory(role="moderator")
    claiming.claim(user=moderator, case_id=case.pk)
    deciding.decide(user=moderator, case_id=case.pk, verdict=Verdict("approve", "context"))
    judged(asset)
    assert Case.objects.count() == 1


def test_every_sample_is_drawn_once_and_for_all() -> None:
    policy(sampling=1.0)
    asset: Asset = AssetFactory(published=True)
    for _time in range(2):
        judged(asset)
    assert Case.objects.get().source == "sample"


def test_a_file_that_is_renamed_is_judged_again() -> None:
    policy("words", {"key": "bad", "kind": "words", "names": ["contraband"], "review": 0.5, "block": None})
    asset = judged(AssetFactory(published=True, title="Holiday"))
    assert not Case.objects.exists()
    library.edit(user=asset.uploaded_by, asset=asset, title="Contraband for sale")
    assert judging.sweep() == 1
    assert Case.objects.get().asset == asset


def test_owners_do_not_choose_which_look_counts() -> None:
    asset = AssetFactory(published=True)
    found(asset, ("Explicit Nudity", 0.99, 2.0, 4.0))
    with pytest.raises(NotPermitted):
        current.show(user=asset.uploaded_by, analysis=Analysis.objects.get())


def test_many_that_are_marked_at_once_are_sent_together_and_one_that_fails_keeps_no_other(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    policy()
    assets = [AssetFactory(published=True) for _one in range(7)]
    for asset in assets:
        found(asset, ("Explicit Nudity", 0.7, 2.0, 4.0))
    Judgement.objects.all().delete()
    sent: list[list[str]] = []
    monkeypatch.setattr(judging, "_TOGETHER", 3)
    monkeypatch.setattr(current_app, "send_task", lambda _name, args, **_more: sent.append(args[0]))
    with django_capture_on_commit_callbacks(execute=True):
        judging.mark(asset_ids=[asset.pk for asset in assets])
    assert [len(one) for one in sent] == [3, 3, 1]
    real, broken = judging.judge_asset, assets[0].pk

    def judge_asset(*, asset_id: UUID) -> None:
        if asset_id == broken:
            raise ValueError
        real(asset_id=asset_id)

    monkeypatch.setattr(judging, "judge_asset", judge_asset)
    for some in sent:
        tasks.judge(some)
    assert set(Judgement.objects.filter(dirty=True).values_list("pk", flat=True)) == {broken}
    assert Case.objects.count() == 6
