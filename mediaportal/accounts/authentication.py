"""Who is calling, for requests that never pass Django's middleware: raw ASGI apps and websockets.

The answer comes from the same code as for every other request: a Django request is made of the scope, Django's own
session and authentication middleware and DRF's authentication classes (bearer token, session with CSRF check) look
at it. Nothing here reads the body.
"""

from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from a2wsgi.wsgi import build_environ
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import DisallowedHost
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.settings import api_settings

from mediaportal.accounts.models import User
from mediaportal.core.doors import App, Receive, Scope, Send, problem_of, refuse_websocket
from mediaportal.core.problems import NotPermitted, NotSignedIn, Problem
from mediaportal.core.threads import in_database

_CHALLENGE = (("WWW-Authenticate", 'Bearer realm="api"'),)


def request_of(scope: Scope) -> WSGIRequest:
    """A Django request with the head of a scope and an empty body. Raises `DisallowedHost` for a foreign host name."""
    environ = build_environ(_as_http(scope), BytesIO())  # type: ignore[arg-type]  # a body that is never read
    environ["CONTENT_LENGTH"] = "0"
    environ.pop("CONTENT_TYPE", None)
    request = WSGIRequest(dict(environ))
    request.get_host()
    return request


def _as_http(scope: Scope) -> Any:
    """A websocket's scope as that of the GET request that it began as."""
    if scope["type"] == "http":
        return scope
    scheme = {"ws": "http", "wss": "https"}.get(scope.get("scheme", "ws"), "http")
    return {**scope, "type": "http", "method": "GET", "scheme": scheme, "http_version": "1.1"}


def _response(_request: Any) -> HttpResponse:
    """Middleware wants something to call; it is never called."""
    return HttpResponse()


def caller_of(scope: Scope) -> User | AnonymousUser:
    """Who sends this request. Blocks on the database: call it through `core.threads.in_database`.

    For unsafe methods a session counts only with a CSRF token in `X-CSRFToken` and a trusted origin, as in Django.
    Raises a `Problem`: 401 for a token that is not valid, 403 `csrf_failed`, 400 for a foreign host name.
    """
    request = request_of(scope)
    SessionMiddleware(_response).process_request(request)
    AuthenticationMiddleware(_response).process_request(request)
    classes: Any = api_settings.DEFAULT_AUTHENTICATION_CLASSES
    try:
        user = Request(request, authenticators=[one() for one in classes]).user
    except APIException as error:
        problem = problem_of(error)
        if problem.status == NotSignedIn.status:
            problem.headers = dict(_CHALLENGE)
        raise problem from error
    return user if isinstance(user, User) else AnonymousUser()


def signed_in(scope: Scope) -> User:
    """As `caller_of`, but raises `NotSignedIn` when nobody is."""
    user = caller_of(scope)
    if not isinstance(user, User):
        problem = NotSignedIn()
        problem.headers = dict(_CHALLENGE)
        raise problem
    return user


# --- Websockets ---------------------------------------------------------------------------------------------------
def websocket_caller(scope: Scope) -> User | AnonymousUser:
    """Who opens a websocket. A browser sends its cookies from any page, so a session counts only from our own
    pages: the `Origin` must be ours by the rule that Django has for unsafe requests. Blocks on the database.

    Raises a `Problem` for a foreign origin or host and for a token that is not valid.
    """
    request = request_of(scope)
    origin = request.META.get("HTTP_ORIGIN")
    if origin is None and "Authorization" not in request.headers and _has_session(request):
        raise NotPermitted
    if origin is not None and not _own_origin(request, origin):
        raise NotPermitted
    return caller_of(scope)


def _has_session(request: WSGIRequest) -> bool:
    """Whether a session cookie came along."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES


def _own_origin(request: WSGIRequest, origin: str) -> bool:
    """Whether an origin is this site's own or one of `CSRF_TRUSTED_ORIGINS`."""
    if urlsplit(origin).scheme not in {"http", "https"}:
        return False
    return bool(CsrfViewMiddleware(_response)._origin_verified(request))  # type: ignore[attr-defined]


def websocket_door(app: App) -> App:
    """Put the caller into `scope["user"]`, or refuse the handshake (HTTP 403) before the app hears of it."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            user = await in_database(websocket_caller, scope)
        except (Problem, DisallowedHost):
            await refuse_websocket(scope, receive, send)
            return
        await app({**scope, "user": user}, receive, send)

    return guarded
