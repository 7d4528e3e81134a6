"""The first administrator is made once and printed once."""

from io import StringIO

import pytest
from django.core.management import call_command

from mediaportal.accounts.models import User

pytestmark = pytest.mark.django_db


def said() -> str:
    out = StringIO()
    call_command("ensure_administrator", stdout=out)
    return out.getvalue()


def test_a_generated_password_is_printed_once_and_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORTAL_ADMIN_EMAIL", raising=False)
    monkeypatch.delenv("PORTAL_ADMIN_PASSWORD", raising=False)
    printed = said()
    user = User.objects.get()
    password = printed.rsplit("password", 1)[1].strip()
    assert user.email in printed and len(password) >= 20
    assert user.check_password(password)
    assert user.is_superuser and user.role == "administrator"
    assert said() == ""
    assert User.objects.count() == 1


def test_a_given_password_is_used_and_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_ADMIN_EMAIL", "boss@example.org")
    monkeypatch.setenv("PORTAL_ADMIN_PASSWORD", "a-given-password")
    printed = said()
    assert "a-given-password" not in printed and "boss@example.org" in printed
    assert User.objects.get().check_password("a-given-password")
