"""Errors and small answers as every door gives them: DRF, Django's own error pages, the raw ASGI apps.

Whatever is raised becomes one `Problem`; each door only packs it. What broke on our side is logged and never told.
"""

import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any

from django.conf import settings
from django.core.exceptions import (
    BadRequest,
    DisallowedHost,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.core.exceptions import ValidationError as ModelInvalid
from django.core.signals import got_request_exception
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, parse_cookie
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from redis.exceptions import RedisError
from rest_framework import exceptions as drf
from rest_framework.response import Response
from rest_framework.views import set_rollback

from mediaportal.core import errorpages
from mediaportal.core.problems import (
    CONTENT_TYPE,
    BodyTooLarge,
    FieldProblem,
    InternalError,
    InvalidInput,
    NotFound,
    NotPermitted,
    Problem,
    RateLimited,
    Unavailable,
)

log = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = Iterable[tuple[str, str]]

API_PREFIX = "/api/"

# DRF's own words for what has another name in our contract.
_CODES = {"permission_denied": "not_permitted", "throttled": "rate_limited", "error": "internal_error"}


class _Told(Problem):
    """A problem whose status and code are known only when it is made."""

    def __init__(self, status: int, code: str, detail: str, headers: Mapping[str, str]) -> None:
        super().__init__(detail)
        self.status, self.code, self.title = status, code, detail  # type: ignore[misc]  # of this one, not the class
        self.headers = headers


def problem_of(error: Exception) -> Problem:
    """The problem that a caller is told of for any error; unknown ones become `InternalError`."""
    if isinstance(error, Problem):
        return error
    for kind, translate in _TRANSLATIONS.items():
        if isinstance(error, kind):
            return translate(error)
    return InternalError()


def _from_drf(error: drf.APIException) -> Problem:
    """DRF's exceptions keep their status; their codes are brought in line with the contract."""
    if isinstance(error, drf.ValidationError):
        return InvalidInput(errors=list(_field_problems(error.detail, error.get_codes())))
    if isinstance(error, drf.Throttled):
        return RateLimited(retry_after=int(getattr(error, "wait", None) or 1))
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    detail: Any = error.detail
    code = (
        error.default_code
        if isinstance(detail, Mapping)
        else str(getattr(detail, "code", error.default_code))
    )
    if isinstance(detail, Mapping):  # simplejwt's errors carry their parts in a mapping
        code, detail = str(detail.get("code", code)), detail.get("detail", "")
    if isinstance(error, drf.PermissionDenied) and str(detail).startswith("CSRF Failed"):
        code = "csrf_failed"
    return _Told(error.status_code, _CODES.get(code, code), str(detail), headers)


def _field_problems(detail: Any, codes: Any, path: str = "") -> Iterable[FieldProblem]:
    """DRF's nested errors as a flat list; `a.0.b` names a field in a list."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            label = "" if name == "non_field_errors" else str(name)
            yield from _field_problems(inner, codes[name], ".".join(filter(None, (path, label))))
    elif isinstance(detail, list):
        for position, (inner, code) in enumerate(zip(detail, codes, strict=True)):
            nested = isinstance(inner, Mapping | list)
            yield from _field_problems(inner, code, f"{path}.{position}".strip(".") if nested else path)
    else:
        yield FieldProblem(path, str(codes), str(detail))


def _model_errors(error: ModelInvalid) -> list[FieldProblem]:
    """The errors of a model's or form's `clean` by field."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {"": error.error_list}
    return [
        FieldProblem("" if field == "__all__" else field, one.code or "invalid", " ".join(one.messages))
        for field, found in by_field.items()
        for one in found
    ]


# The first that fits is taken: the special ones stand before those that they are derived from.
_TRANSLATIONS: dict[type[Exception], Callable[[Any], Problem]] = {
    drf.APIException: _from_drf,
    Http404: lambda _error: NotFound(),
    PermissionDenied: lambda _error: NotPermitted(),
    ModelInvalid: lambda error: InvalidInput(errors=_model_errors(error)),
    RequestDataTooBig: lambda _error: BodyTooLarge(),
    DisallowedHost: lambda _error: _Told(
        400, "host_not_allowed", _("This portal is not served under that host name."), {}
    ),
    SuspiciousOperation: lambda _error: Problem(),
    BadRequest: lambda _error: Problem(),
    RedisError: lambda _error: Unavailable(),
    OperationalError: lambda _error: Unavailable(),
}


# --- DRF ----------------------------------------------------------------------------------------------------------
def drf_exception_handler(error: Exception, context: Mapping[str, Any]) -> Response:
    """DRF's handler of exceptions: every error of an API view leaves as problem details."""
    problem = problem_of(error)
    set_rollback()
    if isinstance(problem, Unavailable):
        log.warning("a service does not answer", exc_info=error)
    if isinstance(problem, InternalError):
        request = context.get("request")
        log.error("unexpected error in %s", getattr(request, "path", "?"), exc_info=error)
        got_request_exception.send(sender=None, request=getattr(request, "_request", request))
    return Response(
        problem.as_document(), status=problem.status, headers=dict(problem.headers), content_type=CONTENT_TYPE
    )


# --- Django -------------------------------------------------------------------------------------------------------
def _told(problem: Problem) -> HttpResponse:
    """A problem as Django's response."""
    return JsonResponse(
        problem.as_document(), status=problem.status, headers=dict(problem.headers), content_type=CONTENT_TYPE
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """`handler400`."""
    if request.path.startswith(API_PREFIX):
        return _told(problem_of(exception))
    return errorpages.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """`handler403`."""
    if request.path.startswith(API_PREFIX):
        return _told(problem_of(exception))
    return errorpages.not_permitted(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """`handler404`."""
    if request.path.startswith(API_PREFIX):
        return _told(problem_of(exception))
    return errorpages.not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """`handler500`."""
    if request.path.startswith(API_PREFIX):
        return _told(InternalError())
    return errorpages.broken(request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's `CSRF_FAILURE_VIEW`."""
    if request.path.startswith(API_PREFIX):
        return _told(_Told(403, "csrf_failed", _("The request's CSRF token is missing or wrong."), {}))
    return errorpages.csrf_failed(request, reason)


def _no_such_route(request: HttpRequest, **_parts: str) -> HttpResponse:
    """The last route under /api/: also with DEBUG on, an unknown address is answered in JSON."""
    return _told(NotFound(_("There is no such address in the API.")))


no_such_route = csrf_exempt(_no_such_route)
no_such_route.login_required = False  # type: ignore[attr-defined]  # read by LoginRequiredMiddleware


# --- Raw ASGI -----------------------------------------------------------------------------------------------------
def security_headers() -> list[tuple[str, str]]:
    """What Django's middleware would add, for answers that never pass it."""
    headers = [
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", settings.SECURE_REFERRER_POLICY),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ]
    if settings.SECURE_HSTS_SECONDS:
        headers.append(("Strict-Transport-Security", f"max-age={settings.SECURE_HSTS_SECONDS}"))
    return headers


def encode_headers(headers: Headers) -> list[tuple[bytes, bytes]]:
    """Headers as ASGI wants them."""
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]


async def start_answer(send: Send, *, status: int, headers: Headers) -> None:
    """Send the head of a raw answer, with the security headers; those of `headers` stand in the place of them."""
    own = list(headers)
    named = {name.lower() for name, _value in own}
    every = encode_headers([*(one for one in security_headers() if one[0].lower() not in named), *own])
    await send({"type": "http.response.start", "status": status, "headers": every})


async def send_json(
    send: Send,
    status: int,
    document: Any,
    *,
    headers: Headers = (),
    content_type: str = "application/json",
    more: bool = False,
) -> None:
    """Send a whole JSON answer. With `more` the request is left open: the caller ends it with `end_answer`."""
    body = json.dumps(document, ensure_ascii=False).encode()
    head = [
        ("Content-Type", content_type),
        ("Content-Length", str(len(body))),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
        ("Cache-Control", "no-store"),
        *headers,
    ]
    await start_answer(send, status=status, headers=head)
    await send({"type": "http.response.body", "body": body, "more_body": more})


async def end_answer(send: Send) -> None:
    """End an answer that was begun with `more`."""
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def send_problem(send: Send, error: Exception, *, headers: Headers = (), more: bool = False) -> None:
    """Send any error as problem details; an unexpected one is logged and told as `internal_error`."""
    problem = problem_of(error)
    if isinstance(problem, Unavailable):
        log.warning("a service does not answer", exc_info=error)
    if isinstance(problem, InternalError):
        log.error("unexpected error in a streaming request", exc_info=error)
    await send_json(
        send,
        problem.status,
        problem.as_document(),
        headers=[*problem.headers.items(), *headers],
        content_type=CONTENT_TYPE,
        more=more,
    )


def _language_of(scope: Scope) -> str:
    """The language that a caller wants, by the rules of Django's `LocaleMiddleware`."""
    request = HttpRequest()
    for name, value in scope["headers"]:
        if name == b"accept-language":
            request.META["HTTP_ACCEPT_LANGUAGE"] = value.decode("latin-1")
        elif name == b"cookie":
            request.COOKIES.update(parse_cookie(value.decode("latin-1")))
    return translation.get_language_from_request(request)


def raw_app(app: App) -> App:
    """Wrap a raw ASGI app: it runs in the caller's language, and every error that it raises before it has begun to
    answer is told as a problem.
    """

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            if not scope["query_string"].isascii():
                raise Problem
            with translation.override(_language_of(scope)):
                await app(scope, receive, watched)
        except Exception as error:
            if begun:
                raise
            with translation.override(_language_of(scope)):
                await send_problem(send, error)

    return guarded


async def refuse_websocket(_scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse a websocket's handshake; the client sees HTTP 403."""
    await receive()
    await send({"type": "websocket.close", "code": 1008})
