"""The state machine of cases, walked through at random: whatever people and policies do, what must hold holds."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone

from analysis.models import (
    OPEN_CASE,
    Action,
    Analysis,
    Case,
    CaseQueue,
    CaseStatus,
    Decision,
    Moment,
    Policy,
    Ruling,
)
from analysis.services.moderation import byhand, claiming, deciding, judging
from analysis.services.moderation.verdicts import Restriction, Verdict
from assets.models import Asset, Block, Hold
from assets.services import library
from mediaportal.accounts import ages
from mediaportal.accounts.models import User
from mediaportal.core.problems import Problem
from tests.analysis.moderating import NUDITY, found, policy
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db
STEPS = 260
WANTED = {"next", "decide", "undo", "there_and_back", "open", "find"}
VERDICTS = (
    Verdict("approve", "fine"),
    Verdict("reject", "sexual"),
    Verdict("restrict", "cultural", restriction=Restriction(rating="16", regions=("SA",))),
    Verdict("restrict", "cultural", restriction=Restriction(rating="18", cap="internal")),
    Verdict("restrict", "cultural", restriction=Restriction(cap="private")),
    Verdict("escalate", "unsure"),
)
RULED = {Action.APPROVE: Ruling.APPROVED, Action.REJECT: Ruling.REJECTED, Action.RESTRICT: Ruling.RESTRICTED}


class Walk:
    """People, assets and policies, and what they may do next."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)  # noqa: S311 - no secret
        random.seed(seed)
        self.people = [UserFactory(role="moderator") for _n in range(4)]
        self.people += [UserFactory(role="manager") for _n in range(3)]
        self.seniors = {one.pk for one in self.people if one.has_perm("analysis.review_senior")}
        owners = [UserFactory(), self.people[0], self.people[-1]]
        self.assets = [AssetFactory(published=True, uploaded_by=owner) for owner in owners]
        loud = {"key": "violence", "kind": "topic", "names": ["violence"], "review": 0.5, "block": 0.9}
        self.policies = [
            policy("bare", NUDITY, double=0.6),
            policy("grave", loud, severity=4, double=0.3),
            Policy.objects.get(slug="house-rules"),
        ]
        self.done: Counter[str] = Counter()

    def step(self) -> None:
        """Something happens; what may not be done is refused by a problem, never by anything else."""
        act: Callable[[], None] = self.draw.choice(self.acts)
        try:
            act()
        except Problem as refused:
            self.done[f"{act.__name__}: {refused.code}"] += 1
        else:
            self.done[act.__name__] += 1

    def has_done(self, acts: set[str]) -> bool:
        """Whether each of these has happened at least once without being refused."""
        return all(self.done[name] for name in acts)

    @property
    def acts(self) -> list[Callable[[], None]]:
        """What may happen, what should happen often more than once."""
        people = [self.next, self.next, self.next, self.claim, self.renew, self.release, self.decide]
        people += [self.decide, self.decide, self.decide, self.undo, self.undo, self.there_and_back]
        others = [
            self.find,
            self.forget,
            self.open,
            self.lose,
            self.sweep,
            self.appeal,
            self.trash,
            self.restore,
        ]
        return [*people, *others, self.judge]

    def asset(self) -> Asset:
        return Asset.objects.get(pk=self.draw.choice(self.assets).pk)

    def case(self, **facts: Any) -> Case:
        rows = list(Case.objects.filter(**facts).order_by("pk"))
        if not rows:
            raise Problem
        return self.draw.choice(rows)

    def judge(self) -> None:
        asset = self.asset()
        judging.mark(asset_ids=[asset.pk])
        judging.judge_asset(asset_id=asset.pk)

    def find(self) -> None:
        label = self.draw.choice(["Explicit Nudity", "Graphic Violence"])
        asset = self.asset()
        Analysis.objects.filter(asset=asset).update(is_current=False)
        found(asset, (label, self.draw.choice([0.55, 0.7, 0.8, 0.99]), 1.0, 2.0))
        judging.mark(asset_ids=[asset.pk])
        judging.judge_asset(asset_id=asset.pk)

    def forget(self) -> None:
        asset = self.asset()
        Moment.objects.filter(asset=asset).delete()
        judging.mark(asset_ids=[asset.pk])
        judging.judge_asset(asset_id=asset.pk)

    def open(self) -> None:
        under = self.draw.choice(self.policies).slug
        byhand.open_by_hand(user=self.draw.choice(self.people), asset_id=self.asset().pk, policy=under)

    def next(self) -> None:
        claiming.take_next(user=self.draw.choice(self.people))

    def claim(self) -> None:
        claiming.claim(user=self.draw.choice(self.people), case_id=self.case().pk)

    def renew(self) -> None:
        claiming.renew(user=self.draw.choice(self.people), case_id=self.case(status="claimed").pk)

    def release(self) -> None:
        one = self.case(status="claimed")
        claiming.release(user=self.draw.choice([holder(one), self.draw.choice(self.people)]), case_id=one.pk)

    def lose(self) -> None:
        one = self.case(status="claimed")
        Case.objects.filter(pk=one.pk).update(lease_until=timezone.now() - timedelta(seconds=1))

    def sweep(self) -> None:
        claiming.free_lost()

    def decide(self) -> None:
        one = self.case(status="claimed")
        who = holder(one) if self.draw.random() < 0.9 else self.draw.choice(self.people)
        deciding.decide(user=who, case_id=one.pk, verdict=self.draw.choice(VERDICTS))

    def undo(self) -> None:
        last = list(Decision.objects.order_by("-made_at", "-pk")[:4])
        if not last:
            raise Problem
        chosen = self.draw.choice(last)
        deciding.undo(user=chosen.made_by, decision_id=chosen.pk)

    def there_and_back(self) -> None:
        one = self.case(status="claimed", lease_until__gt=timezone.now())
        before = standing_of(one)
        made = deciding.decide(user=holder(one), case_id=one.pk, verdict=self.draw.choice(VERDICTS))
        deciding.undo(user=holder(one), decision_id=made.pk)
        assert standing_of(one) == before

    def appeal(self) -> None:
        one = self.case(status="decided", ruling__in=["rejected", "restricted"], asset__deleted_at=None)
        if Case.objects.filter(asset=one.asset, policy=one.policy, status__in=OPEN_CASE).exists():
            raise Problem
        Case.objects.filter(pk=one.pk).update(status="waiting", queue="appeal")

    def trash(self) -> None:
        asset = self.asset()
        if self.draw.random() < 0.3:
            library.trash(user=asset.uploaded_by, asset=asset)

    def restore(self) -> None:
        asset = self.asset()
        library.restore(user=asset.uploaded_by, asset=asset)
        judging.judge_asset(asset_id=asset.pk)


KEPT = ("queue", "status", "ruling", "deciders", "holds", "blocks", "regions", "rating", "cap", "decided_at")
IMPOSED = ("holds", "blocks", "publication", "imposed_rating", "visibility_cap", "blocked_regions")


def holder(one: Case) -> User:
    """Who has claimed a case."""
    assert one.assignee is not None
    return one.assignee


def standing_of(one: Case) -> tuple[Any, ...]:
    """What a case and its asset say, and which decisions hold."""
    held = Decision.objects.filter(case=one.pk, effective=True, undone_at=None).values_list("pk", flat=True)
    return (
        Case.objects.values_list(*KEPT, "assignee").get(pk=one.pk),
        Asset.objects.values_list(*IMPOSED).get(pk=one.asset_id),
        set(held),
    )


def what_must_hold(seniors: set[UUID]) -> None:
    """Raise where it does not; only the seniors may have decided what waited for one."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cases = list(Case.objects.prefetch_related("decisions"))
    for one in cases:
        _case(one, seniors)
    for asset in Asset.objects.filter(deleted_at=None):
        _asset(asset, [one for one in cases if one.asset_id == asset.pk and one.status != CaseStatus.CLOSED])
    opened = Counter((one.asset_id, one.policy_id) for one in cases if one.status in OPEN_CASE)
    assert max(opened.values(), default=0) <= 1


def _case(one: Case, seniors: set[UUID]) -> None:
    """A case agrees with its decisions."""
    made = [decision for decision in one.decisions.all() if decision.undone_at is None]
    held = [decision for decision in made if decision.effective]
    people = [decision.made_by_id for decision in sorted(made, key=lambda each: each.made_at)]
    assert one.deciders == people
    assert len(set(people)) == len(people)
    assert one.owner_id not in {*people, one.assignee_id}
    assert len(held) <= 1
    assert [RULED[Action(decision.action)] for decision in held] == ([one.ruling] if one.ruling else [])
    assert (one.assignee_id is not None) == (one.status == CaseStatus.CLAIMED)
    assert one.assignee_id is None or one.assignee_id not in one.deciders
    if one.ruling:
        assert (one.holds, one.blocks) == (False, one.ruling == Ruling.REJECTED)
    for decision in made:
        assert decision.stage != CaseQueue.SENIOR or decision.made_by_id in seniors


def _asset(asset: Asset, cases: list[Case]) -> None:
    """What stands at an asset is the sum of its cases."""
    assert (Hold.CASE in asset.holds) == any(one.holds for one in cases)
    assert (Block.POLICY in asset.blocks) == any(one.blocks and not one.ruling for one in cases)
    assert (Block.DECISION in asset.blocks) == any(one.ruling == Ruling.REJECTED for one in cases)
    assert asset.imposed_rating == max((one.rating for one in cases), key=ages.rank, default="all")
    caps = {one.cap for one in cases}
    assert asset.visibility_cap == next((cap for cap in ("private", "internal") if cap in caps), "")
    assert asset.blocked_regions == sorted({region for one in cases for region in one.regions})


@pytest.mark.parametrize("seed", range(8))
def test_whatever_happens_what_must_hold_holds(seed: int) -> None:
    walk = Walk(seed)
    number = 0
    # Names of cases differ from run to run, and with them the way: it goes on until everything wanted has happened.
    while number < STEPS or not walk.has_done(WANTED):
        number += 1
        assert number < 6 * STEPS, walk.done
        walk.step()
        try:
            what_must_hold(walk.seniors)
        except AssertionError as broken:
            raise AssertionError(f"after step {number} of seed {seed}") from broken
