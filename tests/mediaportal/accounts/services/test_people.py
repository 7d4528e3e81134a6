"""Roles change by those who may, never one's own, and are written down."""

import pytest

from mediaportal.accounts.models import User
from mediaportal.accounts.services import people
from mediaportal.audit.models import Entry
from mediaportal.core.problems import Conflict, NotPermitted
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


def test_an_administrator_changes_a_role() -> None:
    actor, user = UserFactory(role="administrator"), UserFactory(role="viewer")
    people.change_role(actor=actor, user=user, role="manager")
    assert (user.role, user.is_staff) == ("manager", True)
    assert Entry.objects.get().detail == {"before": "viewer", "after": "manager"}
    people.change_role(actor=actor, user=user, role="manager")
    assert Entry.objects.count() == 1


@pytest.mark.parametrize("role", ["viewer", "contributor", "moderator", "manager"])
def test_others_may_not(role: str) -> None:
    with pytest.raises(NotPermitted):
        people.change_role(actor=UserFactory(role=role), user=UserFactory(), role="administrator")


def test_only_a_superuser_touches_a_superuser() -> None:
    root = User.objects.create_superuser("root@example.org", PASSWORD)
    other = User.objects.create_superuser("other@example.org", PASSWORD)
    with pytest.raises(NotPermitted):
        people.change_role(actor=UserFactory(role="administrator"), user=root, role="viewer")
    people.change_role(actor=other, user=root, role="viewer")
    assert root.is_staff


def test_nobody_changes_their_own_role() -> None:
    actor = UserFactory(role="administrator")
    with pytest.raises(Conflict):
        people.change_role(actor=actor, user=actor, role="viewer")
    people.change_role(actor=actor, user=actor, role="administrator")
