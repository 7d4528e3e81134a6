"""What viewers report, how it becomes a case, and that they are told what came of it."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import override_settings
from django.utils import timezone

from analysis.exceptions.moderation import OwnAsset, ReportAnswered
from analysis.models import Case, CaseStatus, Report
from analysis.services.moderation import claiming, deciding, judging, reports
from analysis.services.moderation.verdicts import Restriction, Verdict
from analysis.signals import report_answered
from assets.models import Asset
from mediaportal.accounts.models import User
from mediaportal.core.problems import InvalidInput, NotFound, NotSignedIn, RateLimited
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def asset() -> Asset:
    """A published video that everybody inside sees."""
    return AssetFactory(published=True, duration=60.0)


@pytest.fixture
def viewer() -> User:
    """Somebody who looks at it."""
    return UserFactory(role="viewer")


def said(asset: Asset, who: User, reason: str = "violence", **more: Any) -> Report:
    """A report, and the policies asked about it."""
    row = reports.report(user=who, asset=asset, reason=reason, **more)
    judging.judge_asset(asset_id=asset.pk)
    row.refresh_from_db()
    return row


def decide(case: Case, action: str = "approve", reason: str = "fine", **more: Any) -> Case:
    """The case as a moderator has decided it."""
    who = UserFactory(role="manager")
    claiming.claim(user=who, case_id=case.pk)
    deciding.decide(user=who, case_id=case.pk, verdict=Verdict(action, reason, **more))
    case.refresh_from_db()
    return case


def test_a_report_opens_a_case_and_is_taken_to_it(asset: Asset, viewer: User) -> None:
    row = said(asset, viewer, note=" too much ", second=12.0)
    case = Case.objects.get(asset=asset)
    assert (case.policy.slug, case.source, case.status) == ("reports", "report", "waiting")
    assert row.case_id == case.pk
    assert (row.note, row.second) == ("too much", 12.0)


def test_another_report_is_attached_to_the_open_case_at_once(asset: Asset, viewer: User) -> None:
    said(asset, viewer)
    other = reports.report(user=UserFactory(role="viewer"), asset=asset, reason="hate")
    assert other.case_id == Case.objects.get(asset=asset).pk


def test_a_flood_of_one_account_counts_once(asset: Asset, viewer: User) -> None:
    for reason in ("violence", "hate", "spam"):
        said(asset, viewer, reason)
    assert Report.objects.get(asset=asset).reason == "spam"
    case = Case.objects.get(asset=asset)
    assert [hit["score"] for hit in case.evidence] == [1.0]


def test_reasons_are_counted_by_people(asset: Asset) -> None:
    for reason in ("violence", "hate", "hate"):
        said(asset, UserFactory(role="viewer"), reason)
    (hit,) = Case.objects.get(asset=asset).evidence
    assert (hit["score"], hit["label"]) == (3.0, "hate")


@override_settings(MODERATION_REPORTS_HOUR=2)
def test_one_person_cannot_report_everything(viewer: User) -> None:
    for _turn in range(2):
        reports.report(user=viewer, asset=AssetFactory(published=True), reason="spam")
    with pytest.raises(RateLimited):
        reports.report(user=viewer, asset=AssetFactory(published=True), reason="spam")


def test_who_may_not_report(asset: Asset, viewer: User) -> None:
    with pytest.raises(OwnAsset):
        reports.report(user=asset.uploaded_by, asset=asset, reason="spam")
    with pytest.raises(NotFound):
        reports.report(user=viewer, asset=AssetFactory(), reason="spam")
    with pytest.raises(NotSignedIn):
        reports.report(user=AnonymousUser(), asset=asset, reason="spam")
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    ("reason", "note", "second", "field"),
    [
        ("fine", "", None, "reason"),
        ("nonsense", "", None, "reason"),
        ("spam", "x" * 2_001, None, "note"),
        ("spam", "", 900.0, "second"),
        ("spam", "", float("nan"), "second"),
    ],
)
def test_what_makes_no_sense(
    asset: Asset, viewer: User, reason: str, note: str, second: float | None, field: str
) -> None:
    with pytest.raises(InvalidInput) as raised:
        reports.report(user=viewer, asset=asset, reason=reason, note=note, second=second)
    assert [problem.field for problem in raised.value.errors] == [field]


def test_the_sender_is_told_once_it_cannot_be_undone(asset: Asset, viewer: User) -> None:
    row = said(asset, viewer)
    told: list[Report] = []

    def hear(report: Report, **_kwargs: Any) -> None:
        told.append(report)

    report_answered.connect(hear)
    try:
        decide(Case.objects.get(asset=asset), "restrict", "violence", restriction=Restriction("18"))
        assert reports.answer_due() == 0
        with override_settings(MODERATION_UNDO=0):
            assert reports.answer_due() == 1
            assert reports.answer_due() == 0
    finally:
        report_answered.disconnect(hear)
    row.refresh_from_db()
    assert row.outcome == "restricted"
    assert row.answered_at is not None
    assert told == [row]


def test_a_decided_case_stays_decided_while_the_answer_is_on_its_way(asset: Asset, viewer: User) -> None:
    said(asset, viewer)
    case = decide(Case.objects.get(asset=asset))
    judging.judge_asset(asset_id=asset.pk)
    assert list(Case.objects.filter(asset=asset)) == [case]
    assert case.status == CaseStatus.DECIDED


def test_who_was_answered_does_not_ask_the_same_again_but_others_do(asset: Asset, viewer: User) -> None:
    said(asset, viewer)
    decide(Case.objects.get(asset=asset))
    with override_settings(MODERATION_UNDO=0):
        reports.answer_due()
    with pytest.raises(ReportAnswered):
        reports.report(user=viewer, asset=asset, reason="violence")
    said(asset, UserFactory(role="viewer"))
    assert Case.objects.filter(asset=asset, status=CaseStatus.WAITING).count() == 1
    Report.objects.filter(reporter=viewer).update(answered_at=timezone.now() - reports._QUIET)
    assert said(asset, viewer).answered_at is None
