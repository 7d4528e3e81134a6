"""What the tests of the doors share."""

import pytest

from mediaportal.accounts.models import User
from tests.factories import UserFactory


@pytest.fixture
def user() -> User:
    """A contributor."""
    return UserFactory()
