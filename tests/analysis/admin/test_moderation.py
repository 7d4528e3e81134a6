"""The admin of moderation: to look at, and only what somebody may know."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from analysis.models import Appeal, Case, Report, Strike
from analysis.services.moderation import claiming, deciding
from analysis.services.moderation.bulk import Wish
from analysis.services.moderation.verdicts import Verdict
from assets.models import Asset
from mediaportal.accounts.models import User
from mediaportal.audit.models import Entry
from mediaportal.audit.services.log import record
from tests.analysis.moderating import case, decided_at_once, policy
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

MODELS = ("case", "decision", "report", "appeal", "strike", "batch")


@pytest.fixture
def manager(client: Client) -> User:
    person = UserFactory(role="manager")
    client.force_login(person)
    return person


def filled() -> Case:
    """A case with everything that may hang on one."""
    one = case()
    batch = decided_at_once(UserFactory(role="moderator"), [one], Wish("reject", "sexual", note="Bare"))
    decision = batch.decisions.get()
    Report.objects.create(asset=one.asset, case=one, reporter=UserFactory(), reason="sexual")
    Appeal.objects.create(case=one, decision=decision, text="It is art", made_by=one.owner)
    Strike.objects.create(user=one.owner, decision=decision, expires_at=timezone.now())
    return one


def test_lists_and_rows_are_shown_and_nothing_can_be_changed(client: Client, manager: User) -> None:
    one = filled()
    rows: dict[str, Any] = {
        "case": one,
        "decision": one.decisions.get(),
        "report": one.reports.get(),
        "appeal": one.appeals.get(),
        "strike": one.decisions.get().strike,
        "batch": one.decisions.get().batch,
    }
    for name in MODELS:
        page = client.get(reverse(f"admin:analysis_{name}_changelist"))
        assert page.status_code == 200 and str(rows[name].pk) in page.content.decode(), name
        assert client.get(reverse(f"admin:analysis_{name}_change", args=[rows[name].pk])).status_code == 200
        assert client.get(reverse(f"admin:analysis_{name}_add")).status_code == 403
        assert client.post(reverse(f"admin:analysis_{name}_delete", args=[rows[name].pk])).status_code == 403


def test_nobody_finds_what_is_of_their_own_uploads(client: Client, manager: User) -> None:
    one = filled()
    Case.objects.update(owner=manager)
    decision = one.decisions.get()
    for name, pk in (
        ("case", one.pk),
        ("decision", decision.pk),
        ("appeal", one.appeals.get().pk),
        ("strike", decision.strike.pk),
        ("report", one.reports.get().pk),
    ):
        assert str(pk) not in client.get(reverse(f"admin:analysis_{name}_changelist")).content.decode(), name


def test_before_a_second_look_the_first_is_not_found(client: Client, manager: User) -> None:
    one = case(of=policy(double=1.0))
    first = UserFactory(role="moderator")
    claiming.claim(user=first, case_id=one.pk)
    decision = deciding.decide(user=first, case_id=one.pk, verdict=Verdict("reject", "sexual"))
    assert str(one.pk) in client.get(reverse("admin:analysis_case_changelist")).content.decode()
    assert str(decision.pk) not in client.get(reverse("admin:analysis_decision_changelist")).content.decode()
    page = client.get(reverse("admin:analysis_case_change", args=[one.pk])).content.decode()
    assert "Rejected" not in page and "rejected" not in page


def acts(client: Client) -> set[str]:
    """What the audit log shows."""
    page = client.get(reverse("admin:audit_entry_changelist")).content.decode()
    return {entry.action for entry in Entry.objects.all() if f"/{entry.pk}/change/" in page}


def test_nobody_finds_in_the_audit_log_who_decided_on_what_is_theirs(client: Client, manager: User) -> None:
    one = filled()
    decision = one.decisions.get()
    record(action="asset.reported", target=one.asset, actor=UserFactory())
    record(action="strike.given", target=decision.strike)
    told = {"case.opened", "case.decided", "asset.reported", "strike.given"}
    assert told <= acts(client)
    Case.objects.update(owner=manager)
    Asset.objects.update(uploaded_by=manager)
    Strike.objects.update(user=manager)
    assert acts(client) == set()
    entry = Entry.objects.get(action="case.decided")
    page = client.get(reverse("admin:audit_entry_change", args=[entry.pk]), follow=True)
    assert decision.made_by.email not in page.content.decode()


def test_the_audit_log_tells_nothing_of_a_first_look_before_the_second(client: Client, manager: User) -> None:
    one = case(of=policy(double=1.0))
    first = UserFactory(role="moderator")
    claiming.claim(user=first, case_id=one.pk)
    deciding.decide(user=first, case_id=one.pk, verdict=Verdict("reject", "sexual"))
    assert "case.decided" not in acts(client)
    other = case(of=one.policy)
    decided_at_once(first, [other], Wish("reject", "sexual"))
    assert "cases.decided_at_once" not in acts(client)
    Case.objects.update(deciders=[first.pk, manager.pk])
    assert {"case.decided", "cases.decided_at_once"} <= acts(client)


def test_what_is_restricted_stands_in_the_audit_log_for_those_who_may_see_it(client: Client) -> None:
    case(of=policy("grave", restricted=True))
    person = UserFactory(role="manager")
    client.force_login(person)
    assert "case.opened" in acts(client)
    less = Permission.objects.get(codename="review_restricted")
    for group in Group.objects.filter(permissions=less):
        group.permissions.remove(less)
    assert "case.opened" not in acts(client)
