"""Who may see, change and play an asset; the list form must agree with the rule for one."""

import pytest
from django.contrib.auth.models import AnonymousUser

from assets import access
from assets.models import Asset
from mediaportal.accounts.models import User
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db

STATES = {
    "in work": {},
    "published private": {"published": True, "visibility": "private"},
    "published internal": {"published": True, "visibility": "internal"},
    "published public": {"published": True, "visibility": "public"},
    "failed public": {"failed": True, "visibility": "public"},
    "blocked public": {"blocked": True, "visibility": "public"},
    "trashed public": {"published": True, "visibility": "public", "trashed": True},
}
# caller -> the states that it may see
SEEN = {
    "anonymous": {"published public"},
    "inactive": {"published public"},
    "viewer": {"published internal", "published public"},
    "contributor": {"published internal", "published public"},
    "owner": set(STATES) - {"trashed public"},
    "moderator": set(STATES) - {"trashed public"},
    "manager": set(STATES) - {"trashed public"},
}


def caller(name: str, owner: User) -> access.Caller:
    """The person of a row of the table."""
    if name == "anonymous":
        return AnonymousUser()
    if name == "owner":
        return owner
    if name == "inactive":
        return UserFactory(inactive=True, role="manager")
    return UserFactory(role=name)


@pytest.mark.parametrize("name", SEEN)
def test_seeing_one_agrees_with_the_list(name: str) -> None:
    owner = UserFactory()
    made = {state: AssetFactory(uploaded_by=owner, **traits) for state, traits in STATES.items()}
    user = caller(name, owner)
    assert {state for state, asset in made.items() if access.can_see(user, asset)} == SEEN[name]
    listed = set(Asset.objects.visible_to(user).values_list("pk", flat=True))
    assert {state for state, asset in made.items() if asset.pk in listed} == SEEN[name]


@pytest.mark.parametrize(
    ("name", "may"),
    [
        ("anonymous", False),
        ("inactive", False),
        ("viewer", False),
        ("contributor", False),
        ("moderator", False),
        ("owner", True),
        ("manager", True),
        ("administrator", True),
    ],
)
def test_changing(name: str, may: bool) -> None:
    owner = UserFactory()
    asset = AssetFactory(uploaded_by=owner, published=True)
    assert access.can_change(caller(name, owner), asset) is may


def test_nothing_plays_before_the_gate_has_passed_it() -> None:
    asset = AssetFactory()
    assert not access.can_play(asset.uploaded_by, asset)
    asset = AssetFactory(scan_verdict="unscanned")
    assert not access.can_play(asset.uploaded_by, asset)
    asset = AssetFactory(passed_gate=True)
    assert access.can_play(asset.uploaded_by, asset)


@pytest.mark.parametrize(("role", "may"), [("viewer", False), ("contributor", True), ("administrator", True)])
def test_uploading(role: str, may: bool) -> None:
    assert access.can_upload(UserFactory(role=role)) is may
    assert not access.can_upload(UserFactory(role=role, inactive=True))
    assert not access.can_upload(AnonymousUser())
