"""What counts against people, for how long, and what follows from it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone

from analysis.models import Case, Decision, Strike
from analysis.services.moderation import appeals, claiming, deciding, settling, strikes
from analysis.services.moderation.verdicts import Restriction, Verdict
from analysis.signals import decision_settled, strike_lifted
from assets.exceptions import UploadsStopped
from assets.models import Asset, UploadSession
from assets.services import importing, uploads
from assets.services.folders.owners import owner_of
from assets.services.wishes import Wishes
from mediaportal.accounts.models import User
from mediaportal.audit.models import Entry
from mediaportal.core.problems import NotPermitted
from tests.analysis import moderating
from tests.factories import AssetFactory, GuestLinkFactory, UserFactory

pytestmark = pytest.mark.django_db


def decided(verdict: Verdict, case: Case | None = None) -> Case:
    """A case as somebody has decided it."""
    case = case or moderating.case()
    who = UserFactory(role="manager")
    claiming.claim(user=who, case_id=case.pk)
    deciding.decide(user=who, case_id=case.pk, verdict=verdict)
    case.refresh_from_db()
    return case


def settled(verdict: Verdict, case: Case | None = None) -> Case:
    """A case after its decision holds."""
    found = decided(verdict, case)
    Decision.objects.filter(settled_at=None).update(made_at=timezone.now() - timedelta(minutes=2))
    assert settling.sweep() == 1
    found.refresh_from_db()
    return found


def struck(user: User, count: int) -> list[Strike]:
    """So many strikes against somebody, each a day longer than the one before."""
    made = []
    for number in range(count):
        case = moderating.case(AssetFactory(published=True, uploaded_by=user))
        decision = Decision.objects.create(
            case=case,
            policy=case.policy,
            stage="first",
            action="reject",
            reason="hate",
            made_by=UserFactory(role="manager"),
        )
        ends = timezone.now() + timedelta(days=number + 1)
        made.append(Strike.objects.create(user=user, decision=decision, expires_at=ends))
    return made


@override_settings(MODERATION_STRIKE_DAYS=90)
def test_a_rejection_counts_once_it_cannot_be_undone() -> None:
    case = decided(Verdict("reject", "hate"))
    assert (settling.sweep(), Strike.objects.count()) == (0, 0)
    Decision.objects.update(made_at=timezone.now() - timedelta(minutes=2))
    assert (settling.sweep(), settling.sweep()) == (1, 0)
    strike = Strike.objects.get()
    assert strike.user == case.owner
    assert timedelta(days=89) < strike.expires_at - timezone.now() <= timedelta(days=90)
    assert list(strikes.standing_of(user=case.owner)) == [strike]
    assert Entry.objects.filter(action="strike.given").count() == 1


def test_what_was_undone_never_counts() -> None:
    case = moderating.case()
    who = UserFactory(role="manager")
    claiming.claim(user=who, case_id=case.pk)
    made = deciding.decide(user=who, case_id=case.pk, verdict=Verdict("reject", "hate"))
    deciding.undo(user=who, decision_id=made.pk)
    Decision.objects.update(made_at=timezone.now() - timedelta(minutes=2))
    assert (settling.sweep(), Strike.objects.count()) == (0, 0)


def test_settling_is_told_once_with_the_decision() -> None:
    told: list[Any] = []

    def hear(decision: Decision, **_kwargs: Any) -> None:
        told.append(decision.action)

    decision_settled.connect(hear)
    try:
        settled(Verdict("approve", "fine"))
        settling.sweep()
    finally:
        decision_settled.disconnect(hear)
    assert told == ["approve"]


@pytest.mark.parametrize(
    "verdict", [Verdict("approve", "fine"), Verdict("restrict", "hate", restriction=Restriction("18"))]
)
def test_nothing_else_counts(verdict: Verdict) -> None:
    settled(verdict)
    assert not Strike.objects.exists()


def test_staff_and_what_guests_send_are_exempt() -> None:
    settled(
        Verdict("reject", "hate"),
        moderating.case(AssetFactory(published=True, uploaded_by=UserFactory(role="administrator"))),
    )
    maker = UserFactory(role="contributor")
    link = GuestLinkFactory(created_by=maker)
    settled(
        Verdict("reject", "hate"),
        moderating.case(AssetFactory(published=True, uploaded_by=maker, guest_link=link)),
    )
    assert not Strike.objects.exists()


def test_an_appeal_that_is_won_lifts_it_and_one_that_is_lost_counts_no_second_time() -> None:
    lost = settled(Verdict("reject", "hate"))
    appeals.appeal(user=lost.owner, case_id=lost.pk, text="No.")
    settled(Verdict("reject", "hate"), lost)
    assert Strike.objects.filter(user=lost.owner, lifted_at=None).count() == 1
    won = settled(Verdict("reject", "hate"))
    appeals.appeal(user=won.owner, case_id=won.pk, text="No.")
    settled(Verdict("approve", "mistake"), won)
    assert Strike.objects.get(user=won.owner).lifted_at is not None


def test_managers_lift_and_others_do_not() -> None:
    owner = UserFactory(role="contributor")
    (strike,) = struck(owner, 1)
    told: list[Strike] = []

    def hear(strike: Strike, **_kwargs: Any) -> None:
        told.append(strike)

    for nobody in (owner, UserFactory(role="viewer"), UserFactory(role="moderator")):
        with pytest.raises(NotPermitted):
            strikes.lift(user=nobody, strike_id=strike.pk)
    strike_lifted.connect(hear)
    try:
        manager = UserFactory(role="manager")
        strikes.lift(user=manager, strike_id=strike.pk)
        strikes.lift(user=manager, strike_id=strike.pk)
    finally:
        strike_lifted.disconnect(hear)
    assert not strikes.standing_of(user=owner).exists()
    assert told == [strike]
    assert Entry.objects.get(action="strike.lifted").actor == manager


def test_nobody_lifts_their_own() -> None:
    manager = UserFactory(role="manager")
    (strike,) = struck(manager, 1)
    with pytest.raises(NotPermitted):
        strikes.lift(user=manager, strike_id=strike.pk)


@override_settings(MODERATION_STRIKES_HOLD=2)
def test_from_some_number_on_a_person_decides_on_what_comes_in() -> None:
    owner = UserFactory(role="contributor")
    struck(owner, 1)
    free = AssetFactory(published=True, uploaded_by=owner)
    strikes.hold(asset=free)
    assert free.publication == "published"
    struck(owner, 1)
    asset = AssetFactory(published=True, uploaded_by=owner)
    strikes.hold(asset=asset)
    strikes.hold(asset=asset)
    asset.refresh_from_db()
    case = Case.objects.get(asset=asset)
    assert (asset.publication, case.source, case.policy.slug, case.holds) == (
        "held",
        "staff",
        "house-rules",
        True,
    )
    assert [(hit["kind"], hit["label"]) for hit in case.evidence] == [("uploader", "strikes")]
    moderating.judged(asset)
    assert asset.publication == "held"
    decided(Verdict("approve", "fine"), case)
    asset.refresh_from_db()
    assert asset.publication == "published"


@override_settings(MODERATION_STRIKES_HOLD=1, MODERATION_STRIKES_STOP=1)
def test_consequences_spare_staff_and_end_with_the_window() -> None:
    manager = UserFactory(role="manager")
    struck(manager, 1)
    assert strikes.bar(manager) == ""
    owner = UserFactory(role="contributor")
    (strike,) = struck(owner, 1)
    assert strikes.bar(owner) != ""
    Strike.objects.filter(pk=strike.pk).update(expires_at=timezone.now())
    assert strikes.bar(owner) == ""
    asset: Asset = AssetFactory(published=True, uploaded_by=owner)
    strikes.hold(asset=asset)
    assert not Case.objects.filter(asset=asset).exists()


@override_settings(MODERATION_STRIKES_STOP=0, MODERATION_STRIKES_HOLD=0)
def test_both_can_be_switched_off() -> None:
    owner = UserFactory(role="contributor")
    struck(owner, 9)
    assert strikes.bar(owner) == ""
    asset: Asset = AssetFactory(published=True, uploaded_by=owner)
    strikes.hold(asset=asset)
    assert not Case.objects.filter(asset=asset).exists()


@override_settings(MODERATION_STRIKES_STOP=2)
def test_no_way_in_is_left_and_the_day_is_told() -> None:
    owner = UserFactory(role="contributor", email="struck@example.org")
    made = struck(owner, 3)
    free = timezone.localtime(made[1].expires_at).date().isoformat()
    assert free in strikes.bar(owner)
    for source in ("form", "tus", "s3", "folder"):
        with pytest.raises(UploadsStopped):
            uploads.begin(user=owner, source=source, filename="a.mp4")
    link = GuestLinkFactory(created_by=owner)
    with pytest.raises(UploadsStopped):
        uploads.begin(user=owner, source="form", filename="a.mp4", guest_link=link)
    with pytest.raises(UploadsStopped):
        importing.ask(user=owner, url="http://127.0.0.1/a.mp4", wishes=Wishes())
    with pytest.raises(UploadsStopped):
        owner_of("struck@example.org")
    assert not UploadSession.objects.exists()
