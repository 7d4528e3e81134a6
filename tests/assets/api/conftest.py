"""Somebody who sends bytes straight into the bucket."""

import pytest
from rest_framework.test import APIClient

from mediaportal.accounts.models import User
from tests.factories import UserFactory


@pytest.fixture
def owner() -> User:
    return UserFactory(role="contributor")


@pytest.fixture
def sender(owner: User) -> APIClient:
    found = APIClient()
    found.force_authenticate(owner)
    return found
