"""The pages of those who do not moderate: reporting, decisions about their files, appeals, what counts against them."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from analysis.models import Appeal, Case, Decision, Report, Strike
from analysis.services.moderation import claiming, deciding, settling
from analysis.services.moderation.verdicts import Verdict
from assets.models import Asset
from mediaportal.accounts.models import User
from tests.analysis import moderating
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def settled(case: Case, verdict: Verdict) -> Decision:
    """A decision that holds."""
    who = UserFactory(role="manager", name="Judge Judy")
    claiming.claim(user=who, case_id=case.pk)
    made = deciding.decide(user=who, case_id=case.pk, verdict=verdict)
    Decision.objects.filter(pk=made.pk).update(made_at=timezone.now() - timedelta(minutes=2))
    settling.sweep()
    return made


def test_the_page_of_an_asset_offers_to_report_to_others_alone() -> None:
    asset = AssetFactory(published=True)
    address = f"/review/reports/of/{asset.pk}/"
    assert address in signed_in(UserFactory()).get(f"/assets/{asset.pk}/").content.decode()
    owner = signed_in(asset.uploaded_by)
    assert address not in owner.get(f"/assets/{asset.pk}/").content.decode()
    assert owner.get(address).status_code == 404
    assert Client().get(address).status_code == 302


def test_reporting_and_what_stands_then() -> None:
    asset: Asset = AssetFactory(published=True)
    client = signed_in(UserFactory(role="viewer"))
    address = f"/review/reports/of/{asset.pk}/"
    before = client.get(address).content.decode()
    assert before.count('type="radio"') == 12
    assert "You have reported" not in before
    sent = client.post(address, {"reason": "hate", "note": "here", "second": "3.5"})
    assert "Thank you" in sent.content.decode()
    row = Report.objects.get()
    assert (row.reason, row.note, row.second) == ("hate", "here", 3.5)
    after = client.get(address).content.decode()
    assert "You have reported" in after
    assert 'value="hate" required checked' in after


@pytest.mark.parametrize("said", [{}, {"reason": "fine"}, {"reason": "hate", "second": "900"}])
def test_a_report_that_makes_no_sense_is_shown_again_with_why(said: dict[str, str]) -> None:
    asset = AssetFactory(published=True)
    answer = signed_in(UserFactory()).post(f"/review/reports/of/{asset.pk}/", said | {"note": "my words"})
    assert 'role="alert"' in answer.content.decode()
    assert "my words" in answer.content.decode()
    assert not Report.objects.exists()


def test_what_one_has_reported_in_a_few_queries(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    viewer = UserFactory(role="viewer")
    for outcome in ("", "approved", "rejected", "restricted"):
        answered = timezone.now() if outcome else None
        for _turn in range(5):
            Report.objects.create(
                asset=AssetFactory(published=True),
                reporter=viewer,
                reason="spam",
                outcome=outcome,
                answered_at=answered,
            )
    Report.objects.create(asset=AssetFactory(title="Not mine"), reporter=UserFactory(), reason="spam")
    client = signed_in(viewer)
    with django_assert_max_num_queries(10):
        page = client.get("/review/reports/mine/").content.decode()
    assert page.count("own-line") == 20
    assert "Not mine" not in page


def test_a_decision_is_shown_to_its_owner_alone() -> None:
    case = moderating.case()
    made = settled(case, Verdict("reject", "violence", note="between us"))
    address = f"/review/decisions/{made.pk}/"
    owner = signed_in(case.owner)
    page = owner.get(address).content.decode()
    assert "Rules of the house" in page
    assert "Violence" in page
    assert "0:02 – 0:04" in page
    assert "between us" not in page
    assert "Judy" not in page
    assert owner.get(f"/review/decisions/of/{case.asset_id}/").headers["Location"] == address
    side = owner.get(f"/assets/{case.asset_id}/side/").content.decode()
    assert f"/review/decisions/of/{case.asset_id}/" in side
    for stranger in (UserFactory(role="administrator"), UserFactory(role="viewer"), made.made_by):
        assert signed_in(stranger).get(address).status_code == 404
        assert signed_in(stranger).post(f"{address}appeal/", {"text": "x"}).status_code == 404


def test_before_it_is_settled_the_owner_is_asked_to_wait() -> None:
    asset = AssetFactory(published=True)
    answer = signed_in(asset.uploaded_by).get(f"/review/decisions/of/{asset.pk}/")
    assert answer.headers["Location"] == f"/assets/{asset.pk}/"


def test_an_appeal_is_sent_once() -> None:
    case = moderating.case()
    made = settled(case, Verdict("reject", "violence"))
    owner, address = signed_in(case.owner), f"/review/decisions/{made.pk}/"
    empty = owner.post(f"{address}appeal/", {"text": " "})
    assert empty.status_code == 400
    assert "Say why the decision is wrong." in empty.content.decode()
    sent = owner.post(f"{address}appeal/", {"text": "It is <b>news</b>."})
    assert sent.headers["Location"] == address
    page = owner.get(address).content.decode()
    assert "It is &lt;b&gt;news&lt;/b&gt;." in page
    assert "<textarea" not in page
    assert owner.post(f"{address}appeal/", {"text": "again"}).status_code == 409
    assert Appeal.objects.count() == 1


def test_what_counts_against_somebody_is_on_their_account_page() -> None:
    owner = UserFactory(role="contributor")
    client = signed_in(owner)
    account = client.get("/account/").content.decode()
    assert "/review/strikes/mine/" in account and "/review/reports/mine/" in account
    assert client.get("/review/strikes/mine/").content.decode().strip() == ""
    case = moderating.case(AssetFactory(published=True, uploaded_by=owner))
    settled(case, Verdict("reject", "violence"))
    shown = client.get("/review/strikes/mine/").content.decode()
    assert case.asset.title in shown
    decision = f"/review/decisions/{Strike.objects.get().decision_id}/"
    assert decision in shown
    Asset.objects.filter(pk=case.asset_id).update(deleted_at=timezone.now())
    page = client.get(decision)
    assert page.status_code == 200
    assert f"/assets/{case.asset_id}/" not in page.content.decode()


def test_strikes_are_listed_for_moderators_and_lifted_by_managers() -> None:
    settled(moderating.case(), Verdict("reject", "violence"))
    strike = Strike.objects.get()
    lift = f"/review/strikes/{strike.pk}/lift/"
    assert signed_in(strike.user).get("/review/strikes/").status_code == 403
    assert signed_in(strike.user).post(lift).status_code == 403
    moderator = signed_in(UserFactory(role="moderator"))
    page = moderator.get("/review/strikes/").content.decode()
    assert str(strike.user) in page
    assert lift not in page
    assert moderator.post(lift).status_code == 403
    manager = signed_in(UserFactory(role="manager"))
    assert lift in manager.get("/review/strikes/").content.decode()
    assert manager.post(lift).headers["Location"] == "/review/strikes/"
    strike.refresh_from_db()
    assert strike.lifted_at is not None


def test_the_list_of_strikes_takes_a_few_queries(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _turn in range(10):
        case = moderating.case()
        decision = Decision.objects.create(
            case=case,
            policy=case.policy,
            stage="first",
            action="reject",
            reason="hate",
            made_by=case.owner,
        )
        expires_at = timezone.now() + timedelta(days=1)
        Strike.objects.create(user=case.owner, decision=decision, expires_at=expires_at)
    client = signed_in(UserFactory(role="manager"))
    with django_assert_max_num_queries(12):
        assert client.get("/review/strikes/").content.decode().count("own-line") == 10
