"""Handing in an address: who may, what is answered, and that a repeat begins nothing."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from assets.models import UploadSession
from tests.factories import UploadSessionFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_cache")]

URL = "/api/v1/uploads/import"
FILE = "https://8.8.8.8/film.mp4"


def send(api: APIClient, body: Any, **headers: str) -> Any:
    return api.post(URL, body, format="json", headers=headers)


@pytest.mark.parametrize(
    ("name", "status"),
    [("anonymous", 401), ("viewer", 403), ("contributor", 202), ("moderator", 202), ("manager", 202)],
)
def test_who_may_import(api: APIClient, name: str, status: int) -> None:
    if name != "anonymous":
        api.force_authenticate(UserFactory(role=name))
    assert send(api, {"url": FILE}).status_code == status


def test_the_document(api: APIClient) -> None:
    api.force_authenticate(UserFactory())
    answer = send(
        api,
        {
            "url": f" {FILE} ",
            "filename": "sea.mp4",
            "content_type": "video",
            "metadata": {"title": "بحر", "tags": ["sea"]},
            "processing_options": {},
        },
    )
    session = UploadSession.objects.get()
    assert (answer.status_code, answer.json()) == (
        202,
        {
            "upload_id": str(session.pk),
            "asset_id": None,
            "job_id": str(session.job_id),
            "status": "pending",
            "progress_url": f"/api/v1/media/upload/{session.pk}/progress",
            "status_url": f"/api/v1/media/job/{session.job_id}/status",
            "estimated_completion": None,
        },
    )
    assert (session.origin, session.filename, session.kind) == (FILE, "sea.mp4", "video")
    assert session.metadata == {"title": "بحر", "tags": ["sea"]}
    progress = api.get(answer.json()["progress_url"]).json()
    assert (progress["status"], progress["asset_id"], progress["error"]) == ("pending", None, None)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"url": "http://127.0.0.1:8000/admin/"}, "url_not_allowed"),
        ({"url": "http://169.254.169.254/latest/meta-data/"}, "url_not_allowed"),
        ({"url": "http://[::ffff:10.0.0.1]/"}, "url_not_allowed"),
        ({"url": "http://2130706433/"}, "url_not_allowed"),
        ({"url": "file:///etc/passwd"}, "url_not_allowed"),
        ({"url": "https://user:secret@8.8.8.8/"}, "url_not_allowed"),
        ({}, "invalid"),
        ({"url": ""}, "invalid"),
        ({"url": ["http://8.8.8.8/"]}, "invalid"),
        ({"url": FILE, "content_type": "text"}, "invalid"),
        ({"url": FILE, "metadata": "{}"}, "invalid"),
        ({"url": FILE, "metadata": {"colour": "red"}}, "invalid_options"),
        ({"url": FILE, "metadata": {"title": "a\u0000b"}}, "invalid_options"),
        ({"url": FILE, "processing_options": {"preset": "no such"}}, "invalid_options"),
    ],
)
def test_what_is_refused_at_once(api: APIClient, body: dict[str, Any], code: str) -> None:
    api.force_authenticate(UserFactory())
    answer = send(api, body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert not UploadSession.objects.exists()


def test_a_repeat_is_answered_as_the_first_time(api: APIClient) -> None:
    api.force_authenticate(UserFactory())
    key = {"Idempotency-Key": "one"}
    assert send(api, {"url": "http://127.0.0.1/"}, **key).status_code == 400
    first = send(api, {"url": FILE}, **key)
    assert (first.status_code, send(api, {"url": FILE}, **key).json()) == (202, first.json())
    other = send(api, {"url": FILE, "filename": "x"}, **key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert UploadSession.objects.count() == 1
    api.force_authenticate(UserFactory())
    assert send(api, {"url": FILE}, **key).json()["upload_id"] != first.json()["upload_id"]


@pytest.mark.parametrize(
    ("name", "status"),
    [("anonymous", 401), ("contributor", 404), ("owner", 204), ("moderator", 403), ("manager", 204)],
)
def test_who_may_end_one(api: APIClient, name: str, status: int) -> None:
    session = UploadSessionFactory(source="url", origin=FILE)
    if name != "anonymous":
        api.force_authenticate(session.user if name == "owner" else UserFactory(role=name))
    assert api.delete(f"{URL}/{session.pk}").status_code == status
    session.refresh_from_db()
    assert session.status == ("failed" if status == 204 else "uploading")


def test_what_has_ended_cannot_be_ended(api: APIClient) -> None:
    session = UploadSessionFactory(source="url", origin=FILE, status="failed")
    api.force_authenticate(session.user)
    assert api.delete(f"{URL}/{session.pk}").status_code == 409
