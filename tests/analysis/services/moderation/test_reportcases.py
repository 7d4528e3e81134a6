"""Reports beside several policies that count them: each goes with the case that answers it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone

from analysis.models import Case, Policy, Report
from analysis.services.moderation import claiming, deciding, judging, reportcases, reports
from analysis.services.moderation.verdicts import Verdict
from assets.models import Asset
from mediaportal.accounts.models import User
from tests.analysis.moderating import policy
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def asset() -> Asset:
    return AssetFactory(published=True, duration=60.0)


@pytest.fixture
def copies() -> Policy:
    """A policy of its own for what is somebody else's."""
    rule = {"key": "copies", "kind": "reports", "names": ["copyright"], "review": 1}
    return policy("works-of-others", rule)


def said(asset: Asset, reason: str, who: User | None = None) -> Report:
    """A report, and the policies asked about it."""
    row = reports.report(user=who or UserFactory(role="viewer"), asset=asset, reason=reason)
    judging.judge_asset(asset_id=asset.pk)
    row.refresh_from_db()
    return row


def approve(case: Case | None) -> None:
    """Somebody has nothing against it; the policies are asked again."""
    assert case is not None
    who = UserFactory(role="manager")
    claiming.claim(user=who, case_id=case.pk)
    deciding.decide(user=who, case_id=case.pk, verdict=Verdict("approve", "fine"))
    judging.judge_asset(asset_id=case.asset_id)


def case_of(report: Report) -> Any:
    report.refresh_from_db()
    return report.case


def test_a_report_goes_with_the_policy_that_names_its_reason(asset: Asset, copies: Policy) -> None:
    violence = said(asset, "violence")
    stolen = said(asset, "copyright")
    assert case_of(violence).policy.slug == "reports"
    assert case_of(stolen).policy == copies
    other = reports.report(user=UserFactory(role="viewer"), asset=asset, reason="copyright")
    assert case_of(other).policy == copies


def test_what_one_policy_decides_answers_no_report_of_another(asset: Asset, copies: Policy) -> None:
    violence, stolen = said(asset, "violence"), said(asset, "copyright")
    approve(case_of(stolen))
    with override_settings(MODERATION_UNDO=0):
        assert reports.answer_due() == 1
    stolen.refresh_from_db()
    assert (stolen.outcome, case_of(violence).status, violence.answered_at) == ("approved", "waiting", None)
    assert [hit["score"] for hit in case_of(violence).evidence] == [1.0]


def test_no_case_is_opened_again_for_what_another_one_answers(asset: Asset, copies: Policy) -> None:
    violence, stolen = said(asset, "violence"), said(asset, "copyright")
    approve(case_of(violence))
    said(asset, "copyright")
    assert Case.objects.filter(asset=asset, policy__slug="reports").count() == 1
    assert case_of(stolen).status == "waiting"


def test_what_is_reported_for_another_reason_goes_elsewhere(asset: Asset, copies: Policy) -> None:
    who: User = UserFactory(role="viewer")
    first = case_of(said(asset, "copyright", who))
    changed = said(asset, "violence", who)
    assert (first.policy, case_of(changed).policy.slug) == (copies, "reports")
    first.refresh_from_db()
    assert first.status == "closed"


def test_when_its_case_closes_a_report_goes_with_the_other_one(asset: Asset, copies: Policy) -> None:
    stolen = said(asset, "copyright")
    assert {case.policy.slug for case in Case.objects.all()} == {"reports", "works-of-others"}
    Policy.objects.filter(pk=copies.pk).update(mode="off")
    judging.mark(asset_ids=[asset.pk])
    judging.judge_asset(asset_id=asset.pk)
    assert case_of(stolen).policy.slug == "reports"


def test_a_report_that_changes_after_the_decision_is_not_answered_by_it(asset: Asset) -> None:
    who: User = UserFactory(role="viewer")
    approve(case_of(said(asset, "spam", who)))
    later = said(asset, "violence", who)
    assert case_of(later).status == "waiting"
    Case.objects.filter(status="decided").update(decided_at=timezone.now() - timedelta(hours=1))
    assert reports.answer_due() == 0


def test_the_rules_of_a_case_are_read_once_for_all_reports(
    asset: Asset, copies: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    for reason in ("violence", "copyright", "violence", "copyright"):
        said(asset, reason)
    Report.objects.update(case=None)
    asked: list[Any] = []
    real = reportcases.counted_by

    def counted_by(one: Policy) -> set[str]:
        asked.append(one.slug)
        return real(one)

    monkeypatch.setattr(reportcases, "counted_by", counted_by)
    reportcases.share_out(asset=asset)
    assert sorted(asked) == ["reports", "works-of-others"]
    slugs = Report.objects.order_by("pk").values_list("reason", "case__policy__slug")
    assert set(slugs) == {("violence", "reports"), ("copyright", "works-of-others")}
