"""People: one account for an address whatever its case, one role at a time."""

import pytest
from django.db import IntegrityError

from mediaportal.accounts.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_an_address_is_one_account_whatever_its_case() -> None:
    User.objects.create_user("Amal@Example.org", "secret words here")
    assert User.objects.get_by_natural_key("AMAL@example.ORG").email == "amal@example.org"
    with pytest.raises(IntegrityError):
        User.objects.create_user("amal@EXAMPLE.org", "others")


def test_a_new_role_replaces_the_old_one() -> None:
    user = UserFactory(role="contributor")
    user.set_role("manager")
    assert user.role == "manager"
    assert user.groups.count() == 1


def test_without_a_password_nobody_signs_in() -> None:
    assert not User.objects.create_user("robot@example.org").has_usable_password()


def test_a_person_is_called_by_name_or_else_by_address() -> None:
    assert str(UserFactory(name="Amal")) == "Amal"
    assert str(UserFactory(name="", email="x@example.org")) == "x@example.org"
