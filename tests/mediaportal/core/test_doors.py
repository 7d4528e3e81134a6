"""Every error leaves every door as problem details with a stable code, and nothing of the inside is told."""

import json
from typing import Any

import pytest
from django.core import exceptions as django_errors
from django.db import OperationalError
from django.http import Http404
from django.test import Client, RequestFactory
from django.utils import translation
from redis.exceptions import TimeoutError as RedisTimeout
from rest_framework import exceptions as drf
from rest_framework import serializers

from mediaportal.core import doors
from mediaportal.core.problems import Conflict, NotFound, Problem
from tests.asgi import call


class _Inner(serializers.Serializer[Any]):
    size = serializers.IntegerField()


class _Form(serializers.Serializer[Any]):
    title = serializers.CharField()
    parts = _Inner(many=True)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (drf.NotAuthenticated(), 401, "not_authenticated"),
        (drf.AuthenticationFailed(), 401, "authentication_failed"),
        (drf.PermissionDenied(), 403, "not_permitted"),
        (drf.PermissionDenied("CSRF Failed: no token"), 403, "csrf_failed"),
        (drf.NotFound(), 404, "not_found"),
        (drf.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
        (drf.ParseError(), 400, "parse_error"),
        (drf.Throttled(7), 429, "rate_limited"),
        (drf.APIException("secret"), 500, "internal_error"),
        (Http404("secret"), 404, "not_found"),
        (django_errors.PermissionDenied(), 403, "not_permitted"),
        (django_errors.SuspiciousOperation("secret"), 400, "bad_request"),
        (django_errors.RequestDataTooBig(), 413, "request_too_large"),
        (django_errors.DisallowedHost("evil"), 400, "host_not_allowed"),
        (django_errors.ValidationError("no", code="odd"), 400, "invalid"),
        (Conflict(), 409, "conflict"),
        (RuntimeError("secret"), 500, "internal_error"),
        (RedisTimeout("secret"), 503, "temporarily_unavailable"),
        (OperationalError("secret"), 503, "temporarily_unavailable"),
    ],
)
def test_codes(error: Exception, status: int, code: str) -> None:
    response = doors.drf_exception_handler(error, {})
    assert (response.status_code, response.data["code"], response.data["status"]) == (status, code, status)
    assert response.data["type"] == f"urn:mediaportal:problem:{code}"
    assert response.content_type == "application/problem+json"
    if status != 500 or not isinstance(error, drf.APIException):
        assert "secret" not in json.dumps(response.data, default=str)


def test_fields_are_named_with_their_place() -> None:
    form = _Form(data={"parts": [{"size": 1}, {"size": "many"}]})
    with pytest.raises(drf.ValidationError) as caught:
        form.is_valid(raise_exception=True)
    errors = doors.drf_exception_handler(caught.value, {}).data["errors"]
    assert {(e["field"], e["code"]) for e in errors} == {("title", "required"), ("parts.1.size", "invalid")}
    assert all(e["detail"] for e in errors)


def test_model_errors_are_told_by_field() -> None:
    error = django_errors.ValidationError({"title": [django_errors.ValidationError("Too long", code="max")]})
    document = doors.problem_of(error).as_document()
    assert document["errors"] == [{"field": "title", "code": "max", "detail": "Too long"}]


def test_throttling_says_when_to_come_back() -> None:
    assert doors.drf_exception_handler(drf.Throttled(7), {}).headers["Retry-After"] == "7"


@pytest.mark.django_db
@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("verb", ["get", "post", "delete"])
def test_unknown_api_addresses_answer_in_json(client: Client, settings: Any, debug: bool, verb: str) -> None:
    settings.DEBUG = debug
    response = getattr(client, verb)("/api/v1/nothing/here")
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "not_found"


@pytest.mark.parametrize(
    ("view", "code", "status"),
    [
        (lambda r: doors.bad_request(r, django_errors.BadRequest("x")), "bad_request", 400),
        (lambda r: doors.permission_denied(r, django_errors.PermissionDenied()), "not_permitted", 403),
        (lambda r: doors.page_not_found(r, Http404()), "not_found", 404),
        (doors.server_error, "internal_error", 500),
        (doors.csrf_failure, "csrf_failed", 403),
    ],
)
def test_djangos_error_pages_are_json_under_api(view: Any, code: str, status: int) -> None:
    response = view(RequestFactory().get("/api/v1/x"))
    assert (response.status_code, json.loads(response.content)["code"]) == (status, code)
    page = view(RequestFactory().get("/somewhere"))
    assert page.status_code == status
    assert "json" not in page.headers["Content-Type"]


async def test_raw_apps_tell_problems_with_security_headers() -> None:
    async def app(*_: Any) -> None:
        raise NotFound("No such film.")

    answer = await call(doors.raw_app(app), "GET", "/x")
    assert answer.status == 404
    assert answer.json()["detail"] == "No such film."
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.finished


async def test_raw_apps_speak_the_callers_language() -> None:
    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await doors.send_json(send, 200, translation.get_language())

    answer = await call(doors.raw_app(app), "GET", "/x", headers={"Accept-Language": "ar,en;q=0.5"})
    assert answer.json() == "ar"
    answer = await call(
        doors.raw_app(app), "GET", "/x", headers={"Accept-Language": "ar", "Cookie": "django_language=en"}
    )
    assert answer.json() == "en"


async def test_raw_apps_tell_nothing_of_what_broke(caplog: pytest.LogCaptureFixture) -> None:
    async def app(*_: Any) -> None:
        raise RuntimeError("secret")

    answer = await call(doors.raw_app(app), "GET", "/x")
    assert answer.json()["code"] == "internal_error"
    assert b"secret" not in answer.body
    assert "secret" in caplog.text


async def test_a_raw_app_that_breaks_while_it_answers_is_not_answered_twice() -> None:
    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await doors.start_answer(send, status=200, headers=[])
        raise RuntimeError("late")

    with pytest.raises(RuntimeError, match="late"):
        await call(doors.raw_app(app), "GET", "/x")


def test_problems_carry_their_own_fields() -> None:
    assert Problem("no", upload_id="7").as_document()["upload_id"] == "7"
