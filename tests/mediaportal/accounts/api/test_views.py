"""Programs sign in, renew and sign out; people see and change themselves."""

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from mediaportal.accounts.models import User
from mediaportal.accounts.roles import Role, permissions_of
from tests.factories import PASSWORD, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_cache")]
TOKEN, REFRESH, REVOKE, ME = (
    "/api/v1/auth/token",
    "/api/v1/auth/token/refresh",
    "/api/v1/auth/token/revoke",
    "/api/v1/me/",
)


def tokens(api: APIClient, user: User) -> dict[str, str]:
    """Sign in."""
    answer = api.post(TOKEN, {"email": user.email, "password": PASSWORD}, format="json")
    assert answer.status_code == 200
    return dict(answer.json())


def test_addresses() -> None:
    assert (
        reverse("api-token"),
        reverse("api-token-refresh"),
        reverse("api-token-revoke"),
        reverse("api-me"),
    ) == (
        TOKEN,
        REFRESH,
        REVOKE,
        ME,
    )


def test_signing_in_and_using_the_token(api: APIClient) -> None:
    user = UserFactory()
    given = tokens(api, user)
    assert set(given) == {"access", "refresh"}
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {given['access']}")
    assert api.get(ME).json()["email"] == user.email
    user.refresh_from_db()
    assert user.last_login is not None


def test_the_case_of_the_address_does_not_matter(api: APIClient) -> None:
    user = UserFactory()
    answer = api.post(TOKEN, {"email": user.email.upper(), "password": PASSWORD}, format="json")
    assert answer.status_code == 200


@pytest.mark.parametrize("case", ["wrong password", "unknown", "inactive"])
def test_signing_in_fails_in_the_same_words(api: APIClient, case: str) -> None:
    user = UserFactory(inactive=case == "inactive")
    body = {
        "email": "nobody@example.org" if case == "unknown" else user.email,
        "password": "wrong" if case == "wrong password" else PASSWORD,
    }
    answer = api.post(TOKEN, body, format="json")
    assert answer.status_code == 401
    assert answer.json()["code"] == "invalid_credentials"
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"] == "The e-mail address or the password is not right."


def test_missing_fields_are_named(api: APIClient) -> None:
    answer = api.post(TOKEN, {"email": "a@example.org"}, format="json")
    assert answer.status_code == 400
    assert [e["field"] for e in answer.json()["errors"]] == ["password"]


def test_a_refresh_token_is_used_once(api: APIClient) -> None:
    first = tokens(api, UserFactory())
    answer = api.post(REFRESH, {"refresh": first["refresh"]}, format="json")
    assert answer.status_code == 200
    second = answer.json()
    again = api.post(REFRESH, {"refresh": first["refresh"]}, format="json")
    assert (again.status_code, again.json()["code"]) == (401, "token_not_valid")
    assert api.post(REFRESH, {"refresh": second["refresh"]}, format="json").status_code == 200
    assert api.post(REFRESH, {"refresh": second["access"]}, format="json").status_code == 401


def test_revoking(api: APIClient) -> None:
    given = tokens(api, UserFactory())
    assert api.post(REVOKE, {"refresh": given["refresh"]}, format="json").status_code == 204
    assert api.post(REVOKE, {"refresh": given["refresh"]}, format="json").status_code == 204
    assert api.post(REVOKE, {"refresh": "nonsense"}, format="json").status_code == 204
    assert api.post(REFRESH, {"refresh": given["refresh"]}, format="json").status_code == 401


@pytest.mark.parametrize("change", ["inactive", "password", "gone"])
def test_tokens_end_with_the_account(api: APIClient, change: str) -> None:
    user = UserFactory()
    given = tokens(api, user)
    if change == "inactive":
        User.objects.filter(pk=user.pk).update(is_active=False)
    elif change == "password":
        user.set_password("another pass phrase")
        user.save()
    else:
        user.delete()
    assert api.post(REFRESH, {"refresh": given["refresh"]}, format="json").status_code == 401
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {given['access']}")
    assert api.get(ME).status_code == 401


def test_signing_in_is_slowed_down(api: APIClient) -> None:
    body = {"email": "nobody@example.org", "password": "guess"}
    statuses = [api.post(TOKEN, body, format="json", HTTP_X_FORWARDED_FOR=f"10.0.0.{n}") for n in range(21)]
    assert [answer.status_code for answer in statuses] == [401] * 20 + [429]
    assert statuses[-1].json()["code"] == "rate_limited"
    assert 0 < int(statuses[-1].headers["Retry-After"]) <= 60


def test_me_needs_a_caller(api: APIClient) -> None:
    for verb in (api.get, api.patch):
        answer = verb(ME)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
        assert "WWW-Authenticate" in answer.headers


@pytest.mark.parametrize("role", Role.values)
def test_me(api: APIClient, role: str) -> None:
    user = UserFactory(role=role)
    api.force_authenticate(user)
    body = api.get(ME).json()
    assert set(body) == {"id", "email", "name", "role", "language", "age_limit", "permissions"}
    assert (body["role"], set(body["permissions"])) == (role, permissions_of(role) & set(body["permissions"]))


def test_changing_oneself(api: APIClient) -> None:
    user = UserFactory(role="viewer")
    api.force_authenticate(user)
    answer = api.patch(
        ME,
        {"name": " Layla ", "language": "ar", "role": "administrator", "email": "x@example.org"},
        format="json",
    )
    assert answer.status_code == 200
    user.refresh_from_db()
    assert (user.name, user.language, user.role) == ("Layla", "ar", "viewer")
    assert user.email != "x@example.org"
    refused = api.patch(ME, {"language": "xx"}, format="json")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "language")
    assert api.put(ME, {}, format="json").json()["code"] == "method_not_allowed"
