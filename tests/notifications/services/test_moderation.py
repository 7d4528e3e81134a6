"""Who is told what of moderation: owners, reporters, and nobody else."""

from datetime import timedelta

import pytest
from django.test import override_settings
from django.utils import timezone

from analysis.models import Case, Decision
from analysis.services.moderation import (
    appeals,
    claiming,
    deciding,
    judging,
    reports,
    settling,
    strikes,
)
from analysis.services.moderation.verdicts import Restriction, Verdict
from mediaportal.accounts.models import User
from notifications.models import Event, Mail, Notification
from notifications.services.wording import words_of
from tests.analysis import moderating
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db


def settled(case: Case, verdict: Verdict, *, by: User | None = None) -> Decision:
    """A decision that holds, and was told."""
    who = by or UserFactory(role="manager")
    claiming.claim(user=who, case_id=case.pk)
    made = deciding.decide(user=who, case_id=case.pk, verdict=verdict)
    Decision.objects.filter(pk=made.pk).update(made_at=timezone.now() - timedelta(minutes=2))
    settling.sweep()
    case.refresh_from_db()
    return made


def lines(user: User) -> list[Notification]:
    """What somebody was told of decisions, the oldest first."""
    told = Notification.objects.filter(user=user).exclude(kind__startswith="asset.")
    return list(told.order_by("created_at"))


@override_settings(EMAIL_HOST="mail.example.org")
def test_an_owner_is_told_why_with_a_link_and_an_e_mail() -> None:
    case = moderating.case()
    owner = case.owner
    owner.mail_news = False
    owner.save()
    made = settled(case, Verdict("reject", "violence", note="secret"))
    (line,) = lines(owner)
    assert line.kind == "decision.rejected"
    assert line.data["link_to"] == f"/review/decisions/{made.pk}/"
    words = words_of(line)
    assert words.reason == "Rules of the house: Violence"
    assert "secret" not in f"{words}{line.data}"
    assert Mail.objects.filter(line=line).exists()
    event = line.event
    assert (event.type, event.topics) == ("notification.new", [f"user:{owner.pk}"])
    assert event.data["notification_id"] == str(line.pk)
    assert event.data["unread"] == Notification.objects.filter(user=owner, read_at=None).count()


def test_a_block_by_decision_rings_once() -> None:
    case = moderating.case()
    settled(case, Verdict("reject", "violence"))
    kinds = list(Notification.objects.filter(user=case.owner).values_list("kind", flat=True))
    assert kinds == ["decision.rejected"]


def test_what_changes_nothing_for_them_is_not_told() -> None:
    case = moderating.case()
    settled(case, Verdict("approve", "fine"))
    assert lines(case.owner) == []


def test_an_appeal_is_answered() -> None:
    case = moderating.case()
    settled(case, Verdict("reject", "violence"))
    appeals.appeal(user=case.owner, case_id=case.pk, text="No.")
    settled(case, Verdict("reject", "violence"))
    assert [line.kind for line in lines(case.owner)] == ["decision.rejected", "appeal.upheld"]
    other = moderating.case()
    first = settled(other, Verdict("restrict", "hate", restriction=Restriction("18")))
    appeals.appeal(user=other.owner, case_id=other.pk, text="No.")
    settled(other, Verdict("approve", "mistake"))
    told = lines(other.owner)
    assert [line.kind for line in told] == ["decision.restricted", "appeal.overturned"]
    assert told[-1].data["link_to"] == f"/review/decisions/{first.pk}/"
    assert words_of(told[0]).more[3:4] == ["It is shown only to people from 18 years on."]


def test_a_first_look_on_which_two_disagree_is_told_to_nobody() -> None:
    policy = moderating.policy(double=1.0)
    case = moderating.case(of=policy)
    settled(case, Verdict("reject", "sexual"))
    second = UserFactory(role="manager")
    claiming.claim(user=second, case_id=case.pk)
    deciding.decide(user=second, case_id=case.pk, verdict=Verdict("approve", "fine"))
    case.refresh_from_db()
    assert case.queue == "senior"
    settled(case, Verdict("approve", "fine"))
    assert [line.kind for line in lines(case.owner)] == []


@pytest.mark.parametrize(
    ("verdict", "kind"),
    [
        (Verdict("approve", "fine"), "report.approved"),
        (Verdict("reject", "hate"), "report.rejected"),
        (Verdict("restrict", "hate", restriction=Restriction("18")), "report.restricted"),
    ],
)
def test_a_reporter_is_told_the_outcome_and_not_who_decided(verdict: Verdict, kind: str) -> None:
    asset = AssetFactory(published=True)
    viewer = UserFactory(role="viewer")
    reports.report(user=viewer, asset=asset, reason="hate")
    judging.judge_asset(asset_id=asset.pk)
    who = UserFactory(role="manager", name="Judge Judy")
    settled(Case.objects.get(asset=asset), verdict, by=who)
    with override_settings(MODERATION_UNDO=0):
        reports.answer_due()
    (line,) = lines(viewer)
    assert (line.kind, line.data["link_to"]) == (kind, "/review/reports/mine/")
    assert "Judy" not in f"{line.data}{words_of(line)}"


def test_who_has_reported_is_told_to_nobody() -> None:
    asset = AssetFactory(published=True)
    viewer = UserFactory(role="viewer", name="Whistle Blower")
    reports.report(user=viewer, asset=asset, reason="hate", note="I saw it")
    judging.judge_asset(asset_id=asset.pk)
    settled(Case.objects.get(asset=asset), Verdict("reject", "hate"))
    told = f"{[line.data for line in lines(asset.uploaded_by)]}"
    assert "Whistle" not in told
    assert str(viewer.pk) not in told
    assert "I saw it" not in told
    assert not Event.objects.filter(owner_id=asset.uploaded_by_id, data__icontains="Whistle").exists()


def test_a_strike_that_is_lifted_is_told() -> None:
    case = moderating.case()
    made = settled(case, Verdict("reject", "hate"))
    strikes.lift(user=UserFactory(role="manager"), strike_id=made.strike.pk)
    assert [line.kind for line in lines(case.owner)] == ["decision.rejected", "strike.lifted"]
