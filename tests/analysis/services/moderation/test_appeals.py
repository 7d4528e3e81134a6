"""An owner appeals once, somebody else decides, and what is taken back leaves no trace."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone

from analysis.exceptions.moderation import AlreadyAppealed, CaseOpen, NotAppealable, NothingWaiting, TooLate
from analysis.models import Appeal, Case, Decision
from analysis.services.moderation import appeals, claiming, deciding, settling
from analysis.services.moderation.verdicts import Restriction, Verdict
from analysis.signals import appeal_decided
from assets import access
from assets.access import Visitor
from assets.models import Asset
from assets.services import library
from mediaportal.accounts.models import User
from mediaportal.core.problems import InvalidInput, NotFound, NotPermitted
from tests.analysis import moderating
from tests.factories import AssetFactory, ShareLinkFactory, UserFactory

pytestmark = pytest.mark.django_db

# Links of before never open again, whatever becomes of the decision: their number only grows.
_MOVES = {"updated_at", "link_epoch"}


def decided(case: Case, verdict: Verdict, *, by: User | None = None) -> Decision:
    """What somebody decides on a case."""
    who = by or UserFactory(role="manager")
    claiming.claim(user=who, case_id=case.pk)
    made = deciding.decide(user=who, case_id=case.pk, verdict=verdict)
    case.refresh_from_db()
    return made


def rejected(asset: Asset | None = None) -> Case:
    """A case whose asset was rejected."""
    case = moderating.case(asset)
    decided(case, Verdict("reject", "violence"))
    return case


def appealed(case: Case) -> Appeal:
    """The appeal of its owner, who was told of the decision."""
    told(case)
    made = appeals.appeal(user=case.owner, case_id=case.pk, text="It is theatre blood.")
    case.refresh_from_db()
    return made


def told(case: Case) -> None:
    """Let what was decided on a case hold, so that its owner is told."""
    held = Decision.objects.filter(case=case, effective=True, settled_at=None, case__status="decided")
    held.update(settled_at=timezone.now())


def columns_of(asset: Asset) -> dict[str, Any]:
    """All columns of an asset's row but those that only move forward."""
    row: Any = Asset.objects.filter(pk=asset.pk).values().get()
    return {name: value for name, value in row.items() if name not in _MOVES}


def test_an_appeal_waits_in_its_own_queue_and_the_decision_holds() -> None:
    case = rejected()
    made = appealed(case)
    assert (case.status, case.queue, case.ruling, case.blocks) == ("waiting", "appeal", "rejected", True)
    assert (made.status, made.decision) == ("open", appeals.standing_decision(case=case))
    case.asset.refresh_from_db()
    assert case.asset.publication == "blocked"


def test_reversal_restores_every_column() -> None:
    asset = AssetFactory(published=True, age_rating="7", visibility="public")
    before = columns_of(asset)
    case = moderating.case(asset)
    decided(case, Verdict("reject", "violence"))
    assert columns_of(asset) != before
    link = ShareLinkFactory(asset=asset, created_by=asset.uploaded_by)
    assert not access.can_see(Visitor(link), Asset.objects.get(pk=asset.pk))
    appealed(case)
    decided(case, Verdict("approve", "mistake"))
    assert columns_of(asset) == before
    assert Asset.objects.get(pk=asset.pk).link_epoch > asset.link_epoch
    assert access.can_see(Visitor(link), Asset.objects.get(pk=asset.pk))
    assert (case.blocks, case.regions, case.rating, case.cap) == (False, [], "all", "")


def test_reversal_of_a_restriction_restores_every_column() -> None:
    asset = AssetFactory(published=True, visibility="public")
    before = columns_of(asset)
    case = moderating.case(asset)
    decided(case, Verdict("restrict", "cultural", restriction=Restriction("18", "internal", ("SA",))))
    assert columns_of(asset)["imposed_rating"] == "18"
    appealed(case)
    decided(case, Verdict("approve", "context"))
    assert columns_of(asset) == before


def test_another_reviewer_decides() -> None:
    case = moderating.case()
    first = UserFactory(role="manager")
    decided(case, Verdict("reject", "violence"), by=first)
    appealed(case)
    with pytest.raises(NotPermitted):
        claiming.claim(user=first, case_id=case.pk)
    assert claiming.take_next(user=UserFactory(role="moderator")).pk == case.pk


_LOOSE = Restriction("16")


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        (Verdict("reject", "hate"), Verdict("reject", "hate"), "upheld"),
        (Verdict("reject", "hate"), Verdict("restrict", "hate", restriction=_LOOSE), "overturned"),
        (Verdict("reject", "hate"), Verdict("approve", "fine"), "overturned"),
        (Verdict("restrict", "hate", restriction=_LOOSE), Verdict("reject", "hate"), "upheld"),
        (
            Verdict("restrict", "hate", restriction=_LOOSE),
            Verdict("restrict", "hate", restriction=Restriction("18", "", ("SA",))),
            "upheld",
        ),
        (
            Verdict("restrict", "hate", restriction=_LOOSE),
            Verdict("restrict", "hate", restriction=Restriction("12", "private")),
            "overturned",
        ),
        (
            Verdict("restrict", "hate", restriction=Restriction("16", "", ("SA", "AE"))),
            Verdict("restrict", "hate", restriction=Restriction("16", "", ("SA",))),
            "overturned",
        ),
    ],
)
def test_what_is_at_least_as_strict_upholds(first: Verdict, second: Verdict, status: str) -> None:
    heard: list[Appeal] = []

    def hear(appeal: Appeal, **_kwargs: Any) -> None:
        heard.append(appeal)

    case = moderating.case()
    decided(case, first)
    made = appealed(case)
    appeal_decided.connect(hear)
    try:
        answer = decided(case, second)
    finally:
        appeal_decided.disconnect(hear)
    made.refresh_from_db()
    assert (made.status, made.answer) == (status, answer)
    assert made.decided_at is not None
    assert heard == [made]


def test_seniors_answer_what_was_escalated() -> None:
    case = rejected()
    made = appealed(case)
    decided(case, Verdict("escalate", "unsure"), by=UserFactory(role="moderator"))
    made.refresh_from_db()
    assert (made.status, case.queue) == ("open", "senior")
    decided(case, Verdict("approve", "fine"))
    made.refresh_from_db()
    assert made.status == "overturned"


def test_an_answer_that_is_undone_lets_the_appeal_wait_again() -> None:
    case = rejected()
    made = appealed(case)
    who = UserFactory(role="manager")
    answer = decided(case, Verdict("approve", "fine"), by=who)
    deciding.undo(user=who, decision_id=answer.pk)
    made.refresh_from_db()
    case.refresh_from_db()
    assert (made.status, made.answer, made.decided_at) == ("open", None, None)
    assert (case.queue, case.ruling, case.blocks) == ("appeal", "rejected", True)


def test_what_is_appealed_against_cannot_be_undone() -> None:
    case = moderating.case()
    who = UserFactory(role="manager")
    made = decided(case, Verdict("reject", "hate"), by=who)
    appealed(case)
    with pytest.raises(TooLate):
        deciding.undo(user=who, decision_id=made.pk)


def test_once_only_and_the_answer_is_the_last_word() -> None:
    case = rejected()
    appealed(case)
    with pytest.raises(AlreadyAppealed):
        appealed(case)
    decided(case, Verdict("reject", "violence"))
    with pytest.raises(NotAppealable):
        appealed(case)


def test_nothing_to_appeal_against() -> None:
    case = moderating.case()
    with pytest.raises(NotAppealable):
        appealed(case)
    decided(case, Verdict("approve", "fine"))
    with pytest.raises(NotAppealable):
        appealed(case)


def test_only_the_owner() -> None:
    case = rejected()
    for stranger in (UserFactory(role="viewer"), UserFactory(role="administrator")):
        with pytest.raises(NotFound):
            appeals.appeal(user=stranger, case_id=case.pk, text="Let it go.")
    assert not Appeal.objects.exists()


@pytest.mark.parametrize("text", ["", "  \n", "x" * 4_001])
def test_with_words_and_not_too_many(text: str) -> None:
    case = rejected()
    with pytest.raises(InvalidInput):
        appeals.appeal(user=case.owner, case_id=case.pk, text=text)


@override_settings(MODERATION_APPEAL_DAYS=30)
def test_not_for_ever() -> None:
    case = rejected()
    Decision.objects.filter(case=case).update(made_at=timezone.now() - timedelta(days=30, seconds=5))
    with pytest.raises(TooLate):
        appealed(case)


def test_not_while_another_case_of_the_same_is_open() -> None:
    case = rejected()
    moderating.case(case.asset, of=case.policy)
    with pytest.raises(CaseOpen):
        appealed(case)
    case.refresh_from_db()
    assert (case.status, Appeal.objects.count()) == ("decided", 0)


def test_not_while_a_second_look_is_to_come() -> None:
    policy = moderating.policy(double=1.0)
    case = moderating.case(of=policy)
    decided(case, Verdict("reject", "sexual"))
    assert case.queue == "second"
    with pytest.raises(CaseOpen):
        appealed(case)


def test_an_appeal_opens_when_the_decision_cannot_be_undone_any_more() -> None:
    case = moderating.case()
    who = UserFactory(role="manager")
    made = decided(case, Verdict("reject", "hate"), by=who)
    with pytest.raises(NotAppealable):
        appeals.appeal(user=case.owner, case_id=case.pk, text="It is theatre.")
    deciding.undo(user=who, decision_id=made.pk)
    case.refresh_from_db()
    again = decided(case, Verdict("reject", "hate"), by=who)
    with override_settings(MODERATION_UNDO=-2):
        assert settling.sweep() == 1
    assert appeals.appeal(user=case.owner, case_id=case.pk, text="It is theatre.").decision == again


def test_in_the_trash_an_appeal_rests_and_goes_on_afterwards() -> None:
    case = rejected()
    made = appealed(case)
    library.trash(user=case.owner, asset=case.asset)
    case.refresh_from_db()
    assert (case.status, case.queue, case.ruling, case.blocks) == ("away", "appeal", "rejected", True)
    with pytest.raises(NothingWaiting):
        claiming.take_next(user=UserFactory(role="manager"))
    moderating.restored(case.asset)
    case.refresh_from_db()
    made.refresh_from_db()
    assert (case.status, case.queue, case.ruling, made.status) == ("waiting", "appeal", "rejected", "open")
    assert Asset.objects.get().publication == "blocked"
    answer = decided(case, Verdict("approve", "fine"))
    made.refresh_from_db()
    assert (made.status, made.answer) == ("overturned", answer)
