"""Five roles, each with what the one below it may do, and more."""

import itertools

import pytest
from django.contrib.auth.models import Group

from mediaportal.accounts.roles import Role, permissions_of
from tests.factories import UserFactory


def test_each_role_holds_what_the_one_below_holds() -> None:
    for lower, higher in itertools.pairwise(Role.values):
        assert permissions_of(lower) < permissions_of(higher)


def test_an_unknown_role_is_refused() -> None:
    with pytest.raises(ValueError, match="king"):
        permissions_of("king")


@pytest.mark.django_db
def test_every_group_has_exactly_its_permissions_after_migrating() -> None:
    for role in Role.values:
        held = {
            f"{app}.{name}"
            for app, name in Group.objects.get(name=role).permissions.values_list(
                "content_type__app_label", "codename"
            )
        }
        assert held == permissions_of(role)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "upload", "see_all", "manage_all"),
    [
        ("viewer", False, False, False),
        ("contributor", True, False, False),
        ("moderator", True, True, False),
        ("manager", True, True, True),
        ("administrator", True, True, True),
    ],
)
def test_what_a_role_may_do(role: str, upload: bool, see_all: bool, manage_all: bool) -> None:
    user = UserFactory(role=role)
    assert user.has_perm("assets.add_asset") is upload
    assert user.has_perm("assets.see_all_assets") is see_all
    assert user.has_perm("assets.manage_all_assets") is manage_all


@pytest.mark.django_db
def test_a_new_role_counts_at_once() -> None:
    user = UserFactory(role="viewer")
    assert not user.has_perm("assets.see_all_assets")
    user.set_role("moderator")
    assert user.has_perm("assets.see_all_assets")
