"""Cursors that no list ever gave out are not found, whatever they hold."""

from base64 import b64encode
from typing import Any

import pytest
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from mediaportal.accounts.models import User
from mediaportal.core.paging import PortalCursorPagination
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def page(**query: Any) -> list[Any] | None:
    """A page of the people."""
    request = Request(APIRequestFactory().get("/people/", query))
    return PortalCursorPagination().paginate_queryset(User.objects.all(), request)


@pytest.mark.parametrize("position", ["p=yesterday", "p=%00", "p=nan", "o=x", "p="])
def test_made_up_cursors(position: str) -> None:
    UserFactory()
    cursor = b64encode(position.encode()).decode()
    try:
        found = page(cursor=cursor)
    except NotFound:
        return
    assert found is not None


def test_the_size_of_a_page() -> None:
    for _ in range(3):
        UserFactory()
    assert len(page(page_size=2) or []) == 2
    assert len(page(page_size=0) or []) == 3
    assert len(page(page_size=10**9) or []) == 3
