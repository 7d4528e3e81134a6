"""What the tests of the doors share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as portal

from mediaportal.accounts.models import User
from tests.factories import UserFactory


@pytest.fixture
def user() -> User:
    """A contributor."""
    return UserFactory()


@pytest.fixture
def clean_incoming() -> Iterator[None]:
    """Files of uploads that a test leaves unfinished are of no use to the next one."""
    yield
    for path in Path(portal.INCOMING_ROOT).glob("*.part"):
        path.unlink()
