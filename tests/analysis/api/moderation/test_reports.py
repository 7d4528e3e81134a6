"""What people are told of moderation over HTTP."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from analysis.models import Case, Decision, Report, Strike
from analysis.services.moderation import claiming, deciding, reports, settling
from analysis.services.moderation.verdicts import Verdict
from tests.analysis import moderating
from tests.factories import AssetFactory, UserFactory
from tests.processing.api.test_views import signed_in

pytestmark = pytest.mark.django_db
HERE = "/api/v1/moderation/"


def settled(case: Case, verdict: Verdict) -> Decision:
    """A decision that holds."""
    who = UserFactory(role="manager", name="Judge Judy")
    claiming.claim(user=who, case_id=case.pk)
    made = deciding.decide(user=who, case_id=case.pk, verdict=verdict)
    Decision.objects.filter(pk=made.pk).update(made_at=timezone.now() - timedelta(minutes=2))
    settling.sweep()
    return made


def test_ones_own_reports_and_nobody_elses() -> None:
    viewer = UserFactory(role="viewer")
    asset = AssetFactory(published=True)
    reports.report(user=viewer, asset=asset, reason="hate", note="here", second=1.5)
    Report.objects.create(asset=asset, reporter=UserFactory(), reason="spam")
    (told,) = signed_in(viewer).get(f"{HERE}reports/mine").json()["results"]
    assert (told["reason"], told["note"], told["second"], told["outcome"]) == ("hate", "here", 1.5, None)
    assert told["asset_id"] == str(asset.pk)
    assert APIClient().get(f"{HERE}reports/mine").status_code == 401


def test_a_decision_as_its_owner_reads_it() -> None:
    case = moderating.case()
    made = settled(case, Verdict("reject", "violence", note="between us"))
    answer = signed_in(case.owner).get(f"{HERE}decisions/{made.pk}/", headers={"accept-language": "en"})
    told = answer.json()
    assert (told["ruling"], told["policy"], told["appealable"], told["appeal"]) == (
        "rejected",
        "Rules of the house",
        True,
        None,
    )
    assert told["moments"] == [{"start": 2.0, "end": 4.0, "text": "Explicit Nudity"}]
    for hidden in ("between us", "Judy", str(made.made_by_id)):
        assert hidden not in answer.content.decode()
    for stranger in (made.made_by, UserFactory(role="administrator"), UserFactory(role="viewer")):
        assert signed_in(stranger).get(f"{HERE}decisions/{made.pk}/").status_code == 404


def test_strikes_for_moderators_and_their_end_for_managers() -> None:
    settled(moderating.case(), Verdict("reject", "violence"))
    strike = Strike.objects.get()
    lift = f"{HERE}strikes/{strike.pk}/lift"
    assert signed_in(strike.user).get(f"{HERE}strikes/").status_code == 403
    moderator = signed_in(UserFactory(role="moderator"))
    (told,) = moderator.get(f"{HERE}strikes/").json()["results"]
    assert told["user"] == {"id": str(strike.user_id), "name": str(strike.user)}
    assert moderator.post(lift).status_code == 403
    manager = signed_in(UserFactory(role="manager"))
    assert manager.post(lift).json()["lifted_at"] is not None
    assert manager.get(f"{HERE}strikes/").json()["results"] == []
