"""Who may act on a job."""

import pytest
from django.contrib.auth.models import AnonymousUser

from mediaportal.core.problems import NotPermitted
from processing.services.actors import OPERATOR, acting, manages
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_owners_managers_and_the_operator_act_and_nobody_else() -> None:
    asset = AssetFactory()
    manager = UserFactory(role="manager")
    assert acting(asset.uploaded_by, asset) == asset.uploaded_by
    assert acting(manager, asset) == manager
    assert acting(OPERATOR, asset) is None
    for other in (UserFactory(role="moderator"), AnonymousUser()):
        with pytest.raises(NotPermitted):
            acting(other, asset)


def test_machines_are_shown_to_managers_and_the_operator() -> None:
    assert manages(OPERATOR) and manages(UserFactory(role="manager"))
    inactive = UserFactory(role="manager", is_active=False)
    assert not any(manages(user) for user in (UserFactory(role="moderator"), inactive, AnonymousUser()))
