"""Uploads by form: what is taken, what is refused and when, and that nothing is left behind."""

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings as portal
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from rest_framework_simplejwt.tokens import AccessToken

from assets import registry
from assets.doors import arriving
from assets.doors import uploads as door
from assets.doors.arriving import Turnstile
from assets.models import Asset, UploadSession
from assets.services import ingest, uploads
from assets.services.partfiles import PartFile
from assets.signals import upload_progressed
from mediaportal.accounts.models import User
from mediaportal.core import filetype, idempotency
from mediaportal.core.doors import App
from mediaportal.core.ids import new_id
from mediaportal.core.models import IdempotencyRecord
from tests.asgi import Answer, request
from tests.factories import UserFactory
from tests.forms import CONTENT_TYPE, field, file_part, form, pieces, png

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clean_cache")]
PICTURE = png()


@pytest.fixture
def app() -> App:
    """A door that counts nobody's uploads yet."""
    return door.upload_app(Turnstile())


@pytest.fixture(autouse=True)
def _nothing_left_behind() -> Iterator[None]:
    """A test leaves nothing in the incoming folder: accepted bytes were moved, all others removed."""
    folder = Path(portal.INCOMING_ROOT)
    before = set(folder.glob("*"))
    yield
    assert set(folder.glob("*")) == before


def send(
    app: App,
    user: User | None,
    body: bytes,
    headers: dict[str, str] | None = None,
    url: str = door.PATH,
    size: int = 65_536,
    length: bool = True,
    disconnect: bool = False,
) -> Answer:
    """Send a form as a program with a token."""
    every = {"Content-Type": CONTENT_TYPE} | ({"Content-Length": str(len(body))} if length else {})
    if user:
        every["Authorization"] = f"Bearer {AccessToken.for_user(user)}"
    return request(
        app, "POST", url, headers=every | (headers or {}), body=pieces(body, size), disconnect=disconnect
    )


def code(answer: Answer) -> tuple[int, str]:
    """Status and code of a refusal."""
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status, answer.json()["code"]


# --- Taken --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("size", [65_536, 7])
@pytest.mark.parametrize("length", [True, False])
def test_a_picture_is_taken(app: App, user: User, size: int, length: bool) -> None:
    body = form(
        field("metadata", {"title": "Tür", "visibility": "internal", "tags": ["a"]}),
        field("content_type", "image"),
        file_part(PICTURE, "tür.png"),
    )
    answer = send(app, user, body, size=size, length=length)
    assert answer.status == 202
    document = answer.json()
    assert list(document) == [
        "upload_id",
        "asset_id",
        "job_id",
        "status",
        "progress_url",
        "status_url",
        "estimated_completion",
    ]
    asset = Asset.objects.get(pk=document["asset_id"])
    assert (asset.title, asset.visibility, asset.kind, asset.mime_type) == (
        "Tür",
        "internal",
        "image",
        "image/png",
    )
    assert (asset.original_filename, asset.uploaded_by) == ("tür.png", user)
    assert (asset.file_size, asset.sha256) == (len(PICTURE), hashlib.sha256(PICTURE).hexdigest())
    assert Path(default_storage.path(asset.storage_key)).read_bytes() == PICTURE
    session = UploadSession.objects.get(pk=document["upload_id"])
    assert (session.status, session.metadata["tags"]) == ("accepted", ["a"])
    assert UUID(document["job_id"]) == asset.job_id
    assert document["status"] == "scanning"
    assert document["progress_url"] == f"/api/v1/media/upload/{session.pk}/progress"
    assert document["status_url"] == f"/api/v1/media/job/{asset.job_id}/status"
    assert document["estimated_completion"] is None


def test_fields_may_follow_the_file(app: App, user: User) -> None:
    body = form(
        file_part(PICTURE, "a.png"), field("metadata", {"title": "Later"}), field("filename", "b.png")
    )
    asset = Asset.objects.get(pk=send(app, user, body).json()["asset_id"])
    assert (asset.title, asset.original_filename) == ("Later", "b.png")


def test_names_are_made_safe(app: App, user: User) -> None:
    body = form(file_part(PICTURE, "../../etc/\u202egnp.exe\u202c"))
    asset = Asset.objects.get(pk=send(app, user, body).json()["asset_id"])
    assert asset.original_filename == "gnp.exe"
    assert asset.storage_key.endswith("/original/gnp.exe")


def test_an_estimate_comes_from_those_who_know(app: App, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_estimators", [lambda _asset: 60.0])
    done = send(app, user, form(file_part(PICTURE))).json()["estimated_completion"]
    assert done.endswith("Z")


def test_a_person_at_a_browser_uploads_with_session_and_csrf_token(app: App, user: User) -> None:
    client = Client()
    client.force_login(user)
    session = client.cookies[portal.SESSION_COOKIE_NAME].value
    cookie = f"{portal.SESSION_COOKIE_NAME}={session}; {portal.CSRF_COOKIE_NAME}={'a' * 32}"
    body = form(file_part(PICTURE))
    assert code(send(app, None, body, {"Cookie": cookie})) == (403, "csrf_failed")
    assert send(app, None, body, {"Cookie": cookie, "X-CSRFToken": "a" * 32}).status == 202


def test_the_client_may_choose_the_id(app: App, user: User) -> None:
    chosen = new_id()
    url = f"{door.PATH}?upload_id={chosen}"
    assert send(app, user, form(file_part(PICTURE)), url=url).json()["upload_id"] == str(chosen)
    assert code(send(app, user, form(file_part(PICTURE)), url=url)) == (409, "conflict")
    assert code(send(app, user, form(file_part(PICTURE)), url=f"{door.PATH}?upload_id=7")) == (
        400,
        "invalid_options",
    )


# --- Refused ------------------------------------------------------------------------------------------------------
def test_who_may_not(app: App) -> None:
    body = form(file_part(PICTURE))
    answer = send(app, None, body)
    assert code(answer) == (401, "not_authenticated")
    assert "www-authenticate" in answer.headers
    assert code(send(app, UserFactory(role="viewer"), body)) == (403, "not_permitted")
    inactive = UserFactory(role="manager", inactive=True)
    assert send(app, inactive, body).status == 401
    assert not UploadSession.objects.exists()


def test_other_verbs(app: App) -> None:
    answer = request(app, "GET", door.PATH)
    assert (code(answer), answer.headers["allow"]) == ((405, "method_not_allowed"), "POST")


@pytest.mark.parametrize(
    ("parts", "expected", "wrong"),
    [
        ((), (400, "invalid_options"), "file"),
        ((file_part(b"", "a.png"),), (400, "empty_file"), None),
        ((field("content_type", "text"), file_part(PICTURE)), (400, "invalid_options"), "content_type"),
        ((file_part(PICTURE), field("metadata", "{")), (400, "invalid_options"), "metadata"),
        ((field("metadata", {"visibility": "x"}), file_part(PICTURE)), (400, "invalid_options"), "metadata.visibility"),
        (
            (file_part(PICTURE), field("processing_options", {"drm": "x"})),
            (400, "invalid_options"),
            "processing_options.drm",
        ),
        ((file_part(PICTURE), file_part(PICTURE)), (400, "invalid"), "file"),
        ((file_part(PICTURE), field("colour", "red")), (400, "invalid"), "colour"),
        ((file_part(b"just some words\n" * 50, "a.mp4"),), (415, "unsupported_media_type"), None),
        ((file_part(b"#EXTM3U\nhttp://evil/x.ts\n", "a.mp4"),), (415, "unsupported_media_type"), None),
        ((field("content_type", "video"), file_part(PICTURE)), (415, "unsupported_media_type"), None),
    ],
)  # fmt: skip
def test_refusals(
    app: App, user: User, parts: tuple[bytes, ...], expected: tuple[int, str], wrong: str | None
) -> None:
    answer = send(app, user, form(*parts))
    assert code(answer) == expected
    assert answer.json()["detail"]
    if wrong:
        assert [e["field"] for e in answer.json()["errors"]] == [wrong]
    session = UploadSession.objects.get()
    assert (session.status, session.error_code) == ("failed", expected[1])
    assert not Asset.objects.exists()


def test_bodies_that_are_no_form(app: App, user: User) -> None:
    assert code(send(app, user, b"{}", {"Content-Type": "application/json"})) == (
        415,
        "unsupported_media_type",
    )
    assert code(send(app, user, b"nonsense")) == (400, "malformed_form")


def test_too_large_by_its_announcement(app: App, user: User, settings: Any) -> None:
    settings.MAX_FILE_SIZE = 1000
    answer = send(app, user, form(file_part(b"x" * 600_000)))
    assert code(answer) == (413, "file_too_large")
    assert answer.headers["connection"] == "close"
    assert answer.finished
    assert not UploadSession.objects.exists()


def test_too_large_while_it_comes(app: App, user: User, settings: Any) -> None:
    settings.MAX_FILE_SIZE = 1000
    assert code(send(app, user, form(file_part(b"x" * 2000)), length=False, size=100)) == (
        413,
        "file_too_large",
    )


def test_no_room(app: App, user: User, settings: Any) -> None:
    settings.MIN_FREE_SPACE = 1 << 60
    assert code(send(app, user, form(file_part(PICTURE)))) == (507, "storage_full")


def test_wrong_types_are_refused_before_the_last_byte(
    app: App, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []
    write = PartFile.write

    def counted(self: PartFile, piece: memoryview) -> None:
        written.append(len(piece))
        write(self, piece)

    monkeypatch.setattr(PartFile, "write", counted)
    # The sandbox takes its tenth of a second, in which this test's client would have sent everything.
    monkeypatch.setattr(filetype, "sniff", lambda _head: "text/plain")
    body = form(file_part(b"words and words " * 1_000_000, "film.mp4"))
    assert code(send(app, user, body, size=262_144)) == (415, "unsupported_media_type")
    assert sum(written) < len(body) - 1_000_000


def test_a_form_without_an_end(app: App, user: User) -> None:
    body = form(file_part(PICTURE))
    assert code(send(app, user, body[:-20])) == (400, "upload_incomplete")


def test_a_client_that_leaves(app: App, user: User) -> None:
    answer = send(app, user, form(file_part(PICTURE))[:100], disconnect=True)
    assert answer.status == 0
    session = UploadSession.objects.get()
    assert (session.status, session.error_code) == ("failed", "upload_incomplete")


def test_a_client_that_falls_silent(app: App, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arriving, "IDLE_SECONDS", 0.0)
    assert code(send(app, user, form(file_part(PICTURE)))) == (400, "upload_incomplete")


def test_too_many_at_once(app: App, user: User, settings: Any) -> None:
    settings.UPLOADS_AT_ONCE = 0
    answer = send(app, user, form(file_part(PICTURE)))
    assert code(answer) == (429, "rate_limited")
    assert answer.headers["retry-after"] == "5"
    settings.UPLOADS_AT_ONCE = 1
    for _ in range(3):
        assert send(app, user, form(file_part(PICTURE))).status == 202


def test_what_breaks_on_our_side_leaves_nothing(
    app: App, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(ingest, "accept", broken)
    answer = send(app, user, form(file_part(PICTURE)))
    assert code(answer) == (500, "internal_error")
    assert b"secret" not in answer.body
    assert UploadSession.objects.get().error_code == "internal_error"


# --- Once ---------------------------------------------------------------------------------------------------------
KEY = {"Idempotency-Key": "k1"}


def test_a_repeated_upload_is_answered_as_the_first(app: App, user: User) -> None:
    body = form(field("metadata", {"title": "A"}), file_part(PICTURE))
    first = send(app, user, body, KEY)
    again = send(app, user, form(file_part(PICTURE), field("metadata", {"title": "A"})), KEY)
    assert (again.status, again.json()) == (202, first.json())
    assert Asset.objects.count() == UploadSession.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [
        form(field("metadata", {"title": "B"}), file_part(PICTURE)),
        form(field("metadata", {"title": "A"}), file_part(png(9, 9))),
        form(field("metadata", {"title": "A"}), file_part(PICTURE, "other.png")),
    ],
)
def test_a_key_belongs_to_one_content(app: App, user: User, body: bytes) -> None:
    send(app, user, form(field("metadata", {"title": "A"}), file_part(PICTURE)), KEY)
    assert code(send(app, user, body, KEY)) == (422, "idempotency_mismatch")
    assert Asset.objects.count() == 1


def test_a_refused_upload_may_be_tried_again(app: App, user: User) -> None:
    assert send(app, user, form(file_part(b"words")), KEY).status == 415
    assert send(app, user, form(file_part(PICTURE)), KEY).status == 202


def test_while_the_first_one_runs(app: App, user: User) -> None:
    claim = idempotency.Claim(user.pk, door.ROUTE, "k1")
    session = uploads.begin(user=user)
    idempotency.begin(claim, note={"upload_id": str(session.pk)})
    assert code(send(app, user, form(file_part(PICTURE)), KEY)) == (409, "idempotency_in_progress")
    UploadSession.objects.filter(pk=session.pk).update(updated_at="2026-01-01T00:00:00Z")
    IdempotencyRecord.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    assert send(app, user, form(file_part(PICTURE)), KEY).status == 202


def test_progress_is_told_while_bytes_come(app: App, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[dict[str, Any]] = []

    def hear(**news: Any) -> None:
        told.append(news)

    monkeypatch.setattr(arriving, "PROGRESS_SECONDS", 0.0)
    content = PICTURE + bytes(1_000_000)
    upload_progressed.connect(hear)
    try:
        assert send(app, user, form(file_part(content)), size=500).status == 202
    finally:
        upload_progressed.disconnect(hear)
    received = [news["bytes_received"] for news in told]
    assert received == sorted(received)
    assert len(told) > 1
    assert told[-1]["bytes_total"] == len(content)


def test_progress_that_cannot_be_told_ends_nothing(
    app: App, user: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(**_: Any) -> None:
        raise ConnectionError("no Redis")

    monkeypatch.setattr(uploads, "note_progress", broken)
    assert send(app, user, form(file_part(PICTURE))).status == 202
    assert "could not tell" in caplog.text


def test_the_answer_is_json(app: App, user: User) -> None:
    answer = send(app, user, form(file_part(PICTURE)))
    assert answer.headers["content-type"] == "application/json"
    assert json.loads(answer.body)
    assert answer.headers["x-content-type-options"] == "nosniff"
