"""Raw requests and websockets know their caller by the same rules as every page and API view."""

from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import DisallowedHost
from django.test import Client
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from mediaportal.accounts import authentication
from mediaportal.accounts.models import User
from mediaportal.core.doors import Scope, problem_of
from mediaportal.core.problems import NotPermitted, NotSignedIn, Problem
from tests.asgi import scope_of
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
CSRF = "a" * 32


def session_of(user: User) -> str:
    """The cookie of somebody who signed in through the pages."""
    client = Client()
    client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def bearer(user: User) -> dict[str, str]:
    """The header of a program's request."""
    return {"Authorization": f"Bearer {AccessToken.for_user(user)}"}


def code_of(scope: Scope) -> str:
    """The code of the refusal."""
    with pytest.raises(Problem) as caught:
        authentication.caller_of(scope)
    return caught.value.code


def test_nobody() -> None:
    scope = scope_of("GET", "/x")
    assert isinstance(authentication.caller_of(scope), AnonymousUser)
    with pytest.raises(NotSignedIn) as caught:
        authentication.signed_in(scope)
    assert caught.value.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_bearer_token() -> None:
    user = UserFactory()
    assert authentication.signed_in(scope_of("POST", "/x", bearer(user))) == user


def test_tokens_that_are_not_good() -> None:
    user = UserFactory()
    for token in ("nonsense", str(RefreshToken.for_user(user))):
        scope = scope_of("POST", "/x", {"Authorization": f"Bearer {token}"})
        with pytest.raises(Problem) as caught:
            authentication.caller_of(scope)
        assert (caught.value.status, caught.value.code) == (401, "token_not_valid")
        assert "WWW-Authenticate" in caught.value.headers
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert code_of(scope_of("POST", "/x", bearer(user))) == "user_inactive"


def test_a_session_reads() -> None:
    user = UserFactory()
    assert authentication.caller_of(scope_of("GET", "/x", {"Cookie": session_of(user)})) == user


def test_a_session_writes_only_with_the_token_and_from_our_own_pages() -> None:
    user = UserFactory()
    cookie = f"{session_of(user)}; {settings.CSRF_COOKIE_NAME}={CSRF}"
    assert code_of(scope_of("POST", "/x", {"Cookie": session_of(user)})) == "csrf_failed"
    assert code_of(scope_of("POST", "/x", {"Cookie": cookie})) == "csrf_failed"
    assert code_of(scope_of("POST", "/x", {"Cookie": cookie, "X-CSRFToken": "b" * 32})) == "csrf_failed"
    good = {"Cookie": cookie, "X-CSRFToken": CSRF}
    assert authentication.caller_of(scope_of("POST", "/x", good)) == user
    assert authentication.caller_of(scope_of("POST", "/x", {**good, "Origin": "http://testserver"})) == user
    assert code_of(scope_of("POST", "/x", {**good, "Origin": "http://evil.example"})) == "csrf_failed"


def test_sessions_of_inactive_people_do_not_count() -> None:
    user = UserFactory()
    cookie = session_of(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert isinstance(authentication.caller_of(scope_of("GET", "/x", {"Cookie": cookie})), AnonymousUser)


def test_foreign_host_names_are_refused() -> None:
    with pytest.raises(DisallowedHost) as caught:
        authentication.caller_of(scope_of("GET", "/x", {"Host": "evil.example"}))
    assert problem_of(caught.value).code == "host_not_allowed"


# --- Websockets ---------------------------------------------------------------------------------------------------
def handshake(headers: dict[str, str]) -> Scope:
    """The scope of a websocket that is being opened."""
    return {**scope_of("GET", "/ws/v1/events/", headers), "type": "websocket", "scheme": "ws"}


def test_a_page_of_ours_opens_a_websocket() -> None:
    user = UserFactory()
    scope = handshake({"Cookie": session_of(user), "Origin": "http://testserver"})
    assert authentication.websocket_caller(scope) == user


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "http://testserver:81", "null", "https://testserver", None]
)
def test_other_pages_do_not(origin: str | None) -> None:
    headers = {"Cookie": session_of(UserFactory())} | ({"Origin": origin} if origin else {})
    with pytest.raises(NotPermitted):
        authentication.websocket_caller(handshake(headers))


def test_a_program_opens_a_websocket_by_token_and_without_origin() -> None:
    user = UserFactory()
    assert authentication.websocket_caller(handshake(bearer(user))) == user
    scope = handshake({"Authorization": "Bearer nonsense"})
    with pytest.raises(Problem):
        authentication.websocket_caller(scope)


async def _answers(monkeypatch: pytest.MonkeyPatch, caller: Any) -> list[Any]:
    """What the door sends for a caller, whose app accepts."""
    sent: list[Any] = []

    async def here(_function: Any, _scope: Scope) -> Any:
        if isinstance(caller, Exception):
            raise caller
        return caller

    async def app(scope: Scope, _receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept", "user": scope["user"]})

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    monkeypatch.setattr(authentication, "in_database", here)
    await authentication.websocket_door(app)(handshake({}), receive, send)
    return sent


async def test_the_websocket_door(monkeypatch: pytest.MonkeyPatch) -> None:
    user = AnonymousUser()
    assert await _answers(monkeypatch, user) == [{"type": "websocket.accept", "user": user}]
    assert [m["type"] for m in await _answers(monkeypatch, NotPermitted())] == ["websocket.close"]
    assert [m["type"] for m in await _answers(monkeypatch, DisallowedHost())] == ["websocket.close"]
