"""Guessing is slowed down by address and by account, at every door."""

from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from mediaportal.accounts.services import attempts
from mediaportal.core.problems import RateLimited
from tests.factories import PASSWORD, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_cache")]


@pytest.fixture(autouse=True)
def _few(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three tries, in a minute that does not end."""
    settings.SIGN_IN_TRIES = 3
    monkeypatch.setattr("time.time", lambda: 6_000_000_000.0)


def test_by_address() -> None:
    for number in range(3):
        attempts.count(email=f"{number}@example.org", address="10.0.0.1")
    with pytest.raises(RateLimited) as caught:
        attempts.count(email="x@example.org", address="10.0.0.1")
    assert caught.value.headers["Retry-After"] == "60"
    attempts.count(email="x@example.org", address="10.0.0.2")


def test_by_account_whatever_its_spelling() -> None:
    for number in range(6):
        attempts.count(email=" A@example.org" if number % 2 else "a@EXAMPLE.org", address=f"10.0.0.{number}")
    with pytest.raises(RateLimited):
        attempts.count(email="a@example.org", address="10.0.0.9")
    attempts.count(email="b@example.org", address="10.0.0.9")


def test_a_minute_later_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        attempts.count(email="a@example.org", address="10.0.0.1")
    monkeypatch.setattr("time.time", lambda: 6_000_000_060.0)
    attempts.count(email="a@example.org", address="10.0.0.1")


def test_the_page_says_so_and_lets_nobody_in() -> None:
    user, client = UserFactory(), Client()
    for _ in range(3):
        assert client.post("/sign-in/", {"username": user.email, "password": "wrong"}).status_code == 200
    answer = client.post("/sign-in/", {"username": user.email, "password": PASSWORD})
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "60"
    assert "Too many tries" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_the_api_counts_by_account_too(api: APIClient) -> None:
    user = UserFactory()
    for _ in range(6):
        api.post("/api/v1/auth/token", {"email": user.email, "password": "wrong"}, format="json")
    answer = api.post("/api/v1/auth/token", {"email": user.email, "password": PASSWORD}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
