"""A decision holds at once, and can be taken back without a trace."""

import pytest

from analysis.exceptions.moderation import CaseDecided, CaseTaken, LeaseGone, NothingWaiting
from analysis.models import Case, Decision
from analysis.services.moderation import claiming, deciding
from analysis.services.moderation.verdicts import Restriction, Verdict
from assets.models import Asset
from assets.services import held, library
from mediaportal.accounts.models import User
from mediaportal.core.problems import InvalidInput, NotPermitted
from tests.analysis.moderating import case, judged, policy
from tests.factories import AssetFactory, GuestLinkFactory, UserFactory

pytestmark = pytest.mark.django_db

REJECT = Verdict("reject", "sexual")
APPROVE = Verdict("approve", "context")


def decide(user: User, one: Case, verdict: Verdict) -> Decision:
    """Claim and decide."""
    claiming.claim(user=user, case_id=one.pk)
    return deciding.decide(user=user, case_id=one.pk, verdict=verdict)


def test_rejecting_blocks_and_undoing_leaves_no_trace() -> None:
    one, moderator = case(), UserFactory(role="moderator")
    before = Asset.objects.values().get()
    decision = decide(moderator, one, REJECT)
    assert Asset.objects.get().publication == "blocked"
    undone = deciding.undo(user=moderator, decision_id=decision.pk)
    after = Asset.objects.values().get()
    assert (undone.status, undone.assignee, undone.ruling) == ("claimed", moderator, "")
    moved = {"updated_at", "link_epoch"}
    assert {k: v for k, v in after.items() if k not in moved} == {
        k: v for k, v in before.items() if k not in moved
    }


def test_restricting_holds_for_those_whom_it_is_about() -> None:
    one = case()
    said = Restriction(rating="18", cap="internal", regions=("SA",))
    decide(UserFactory(role="moderator"), one, Verdict("restrict", "cultural", restriction=said))
    asset = Asset.objects.get()
    assert (asset.publication, asset.imposed_rating, asset.visibility_cap, asset.blocked_regions) == (
        "published",
        "18",
        "internal",
        ["SA"],
    )
    young, grown = UserFactory(age_limit="16"), UserFactory()
    assert not Asset.objects.visible_to(young).exists()
    assert Asset.objects.visible_to(grown).exists()


@pytest.mark.parametrize(
    ("verdict", "field"),
    [
        (Verdict("approve", "sexual"), "reason"),
        (Verdict("forgive", "fine"), "action"),
        (Verdict("reject", "sexual", policy="nothing"), "policy"),
        (Verdict("restrict", "sexual"), "restriction"),
        (Verdict("restrict", "sexual", restriction=Restriction(regions=("xx",))), "restriction.regions"),
        (Verdict("restrict", "sexual", restriction=Restriction(cut=((4.0, 2.0),))), "restriction.cut"),
    ],
)
def test_what_makes_no_sense_is_told_by_its_field(verdict: Verdict, field: str) -> None:
    with pytest.raises(InvalidInput) as told:
        decide(UserFactory(role="moderator"), case(), verdict)
    assert told.value.errors[0].field == field
    assert Case.objects.get().status == "claimed"


def test_nobody_decides_on_their_own_upload() -> None:
    moderator = UserFactory(role="moderator")
    one = case(AssetFactory(published=True, uploaded_by=moderator))
    with pytest.raises(NothingWaiting):
        claiming.take_next(user=moderator)
    Case.objects.filter(pk=one.pk).update(owner=UserFactory())
    assert claiming.take_next(user=moderator) == one


def test_a_lost_lease_cannot_decide() -> None:
    one, late, fast = case(), UserFactory(role="moderator"), UserFactory(role="moderator")
    claiming.claim(user=late, case_id=one.pk)
    with pytest.raises(CaseTaken):
        claiming.claim(user=fast, case_id=one.pk)
    Case.objects.update(lease_until="2020-01-01T00:00:00Z")
    with pytest.raises(LeaseGone):
        deciding.decide(user=late, case_id=one.pk, verdict=REJECT)
    decide(fast, one, APPROVE)
    with pytest.raises(CaseDecided):
        deciding.decide(user=late, case_id=one.pk, verdict=REJECT)


@pytest.mark.parametrize(
    ("first", "second", "queue"),
    [
        (Restriction("12"), Restriction("18"), "senior"),
        (Restriction("12"), Restriction("12", cap="internal"), "senior"),
        (Restriction(cut=((1.0, 4.2),)), Restriction(cut=((1.0, 9.0),)), "senior"),
        (Restriction(cut=((1.0, 4.2),)), Restriction(cut=((0.9, 4.0),)), "second"),
        (Restriction("12", regions=("SA", "AE")), Restriction("12", regions=("AE", "SA")), "second"),
    ],
)
def test_two_looks_agree_when_they_restrict_the_same(
    first: Restriction, second: Restriction, queue: str
) -> None:
    one = case(AssetFactory(published=True, duration=60.0), of=policy(double=1.0))
    decide(UserFactory(role="moderator"), one, Verdict("restrict", "cultural", restriction=first))
    decide(UserFactory(role="moderator"), one, Verdict("restrict", "cultural", restriction=second))
    one.refresh_from_db()
    assert (one.queue, one.status) == (queue, "waiting" if queue == "senior" else "decided")


def test_a_second_look_that_agrees_ends_the_case() -> None:
    one = case(of=policy(double=1.0))
    first, second = UserFactory(role="moderator"), UserFactory(role="moderator")
    decide(first, one, REJECT)
    one.refresh_from_db()
    assert (one.status, one.queue) == ("waiting", "second")
    with pytest.raises(NotPermitted):
        claiming.claim(user=first, case_id=one.pk)
    decide(second, one, Verdict("reject", "violence"))
    one.refresh_from_db()
    assert (one.status, one.ruling, one.decisions.filter(effective=True).count()) == (
        "decided",
        "rejected",
        1,
    )


def test_two_who_disagree_go_to_somebody_senior() -> None:
    one = case(of=policy(double=1.0))
    decide(UserFactory(role="moderator"), one, REJECT)
    decide(UserFactory(role="moderator"), one, APPROVE)
    assert Asset.objects.get().publication == "blocked"
    with pytest.raises(NothingWaiting):
        claiming.take_next(user=UserFactory(role="moderator"))
    decide(UserFactory(role="manager"), one, APPROVE)
    one.refresh_from_db()
    assert (one.status, one.ruling, Asset.objects.get().publication) == ("decided", "approved", "published")


def test_a_guests_upload_waits_for_somebody_and_undoing_holds_it_again() -> None:
    link = GuestLinkFactory()
    asset = AssetFactory(guest_link=link, published=True, publication="held", policy_verdict="review")
    assert judged(asset).holds == ["case", "guest"]
    moderator = UserFactory(role="moderator")
    decision = decide(moderator, Case.objects.get(), Verdict("approve", "fine"))
    assert Asset.objects.get().publication == "published"
    deciding.undo(user=moderator, decision_id=decision.pk)
    assert Asset.objects.get().holds == ["case", "guest"]


def test_what_a_manager_lets_through_needs_nobody_else() -> None:
    asset = AssetFactory(
        guest_link=GuestLinkFactory(), published=True, publication="held", policy_verdict="review"
    )
    judged(asset)
    held.release(user=UserFactory(role="manager"), asset=asset)
    assert Asset.objects.get().publication == "published"
    assert judged(asset).publication == "published"
    assert Case.objects.get().status == "decided"


@pytest.mark.parametrize("queue", ["second", "appeal"])
def test_the_trash_takes_no_decision_back(queue: str) -> None:
    one = case()
    decide(UserFactory(role="moderator"), one, REJECT)
    Case.objects.update(queue=queue, status="waiting", decided_at=None)
    asset = Asset.objects.get()
    library.trash(user=asset.uploaded_by, asset=asset)
    library.restore(user=asset.uploaded_by, asset=asset)
    assert judged(asset).publication == "blocked"
