"""What is refused of resumable uploads, and when."""

import asyncio
import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as portal
from django.test import Client
from django.utils import timezone

from assets.doors import arriving, tus_chunks
from assets.models import Asset, UploadSession
from assets.services import guests, uploads
from assets.services.tus import leases
from mediaportal import asgi
from mediaportal.accounts.models import User
from mediaportal.core.ids import new_id
from mediaportal.core.threads import in_database
from tests.asgi import Answer, call, request
from tests.factories import GuestLinkFactory, UserFactory
from tests.tus import (
    CHUNK,
    LARGE,
    PATH,
    PICTURE,
    VERSION,
    ask,
    bearer,
    begun,
    code,
    create,
    head,
    patch,
    row,
    silent_after,
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("clean_cache"),
]


def test_who_may_begin() -> None:
    for body in ({}, {"Content-Type": CHUNK}):
        assert code(create(None, 5, body)) == (401, "not_authenticated")
        assert code(create(UserFactory(role="viewer"), 5, body)) == (403, "not_permitted")
    assert not UploadSession.objects.exists()


def test_a_first_chunk_that_is_refused_leaves_nothing_reserved(user: User, settings: Any) -> None:
    body = {"Content-Type": CHUNK, "Content-Length": 10}
    assert code(create(user, 5, body)) == (413, "file_too_large")
    assert not UploadSession.objects.exists()
    settings.UPLOADS_AT_ONCE = 0
    assert code(create(user, 20, body)) == (429, "rate_limited")
    assert UploadSession.objects.get().status == "failed"


def test_a_person_at_a_browser_needs_the_csrf_token(user: User) -> None:
    client = Client()
    client.force_login(user)
    cookie = f"{portal.SESSION_COOKIE_NAME}={client.cookies[portal.SESSION_COOKIE_NAME].value}; "
    cookie += f"{portal.CSRF_COOKIE_NAME}={'a' * 32}"
    for more in ({}, {"Content-Type": CHUNK}):
        assert code(create(None, 5, {"Cookie": cookie} | more)) == (403, "csrf_failed")
        assert create(None, 5, {"Cookie": cookie, "X-CSRFToken": "a" * 32} | more).status == 201


def test_an_owner_who_may_no_longer_upload(user: User) -> None:
    url = begun(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert code(patch(url, LARGE, 0)) == (403, "not_permitted")
    assert head(url).status == 403


def test_other_versions_and_methods(user: User) -> None:
    url = begun(user)
    for method, address in (("POST", PATH), ("HEAD", url), ("DELETE", url), ("PATCH", url)):
        for version in ({}, {"Tus-Resumable": "0.2.2"}):
            answer = request(asgi.application, method, address, headers=bearer(user) | version)
            assert (answer.status, answer.headers["tus-version"]) == (412, "1.0.0")
            assert answer.headers["tus-resumable"] == "1.0.0"
    assert ask("GET", url).status == 405
    assert ask("PATCH", PATH).status == 405


def test_addresses_that_lead_nowhere(user: User) -> None:
    unknown = f"{PATH}{new_id()}"
    assert code(patch(unknown, b"x", 0)) == (404, "not_found")
    assert head(unknown).status == 404
    assert ask("DELETE", unknown).status == 404
    other = f"{PATH}{uploads.begin(user=user).pk}"  # of the form
    assert code(patch(other, b"x", 0)) == (404, "not_found")
    assert ask("PATCH", f"{PATH}nonsense").status == 404


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Content-Type": "application/octet-stream"}, (415, "unsupported_media_type")),
        ({"Upload-Offset": ""}, (400, "invalid_options")),
        ({"Upload-Offset": "-1"}, (400, "invalid_options")),
        ({"Upload-Offset": "9" * 40}, (400, "invalid_options")),
        ({"Upload-Offset": "1"}, (409, "offset_mismatch")),
        ({"Upload-Length": "x"}, (400, "invalid_options")),
    ],
)
def test_chunks_that_do_not_fit(user: User, headers: dict[str, str], expected: tuple[int, str]) -> None:
    url = begun(user)
    assert code(patch(url, LARGE[:10], 0, headers)) == expected
    assert row(url).status == "uploading"


@pytest.mark.parametrize("told", [True, False])
def test_more_bytes_than_the_length(user: User, told: bool) -> None:
    url = begun(user, PICTURE)
    assert code(patch(url, PICTURE + b"x", 0, told=told)) == (413, "file_too_large")
    assert head(url).headers["upload-offset"] == "0"
    assert patch(url, PICTURE, 0).headers["x-asset-id"]


@pytest.mark.parametrize(
    ("headers", "pairs", "expected", "field"),
    [
        ({"Upload-Length": ""}, {}, (400, "invalid_options"), "Upload-Length"),
        ({"Upload-Length": "0"}, {}, (400, "empty_file"), None),
        ({"Upload-Length": "1e3"}, {}, (400, "invalid_options"), "Upload-Length"),
        ({"Upload-Defer-Length": "1"}, {}, (400, "invalid_options"), "Upload-Length"),
        ({"Upload-Length": "", "Upload-Defer-Length": "2"}, {}, (400, "invalid_options"), "Upload-Defer-Length"),
        ({"Upload-Concat": "half"}, {}, (400, "invalid_options"), "Upload-Concat"),
        ({"Upload-Metadata": "filename ?"}, {}, (400, "invalid_options"), "Upload-Metadata"),
        ({"Upload-Metadata": "filename /w=="}, {}, (400, "invalid_options"), "Upload-Metadata"),
        ({"Upload-Metadata": f"a {'A' * 40_000}"}, {}, (400, "invalid_options"), "Upload-Metadata"),
        ({}, {"content_type": "text"}, (400, "invalid_options"), "content_type"),
        ({}, {"metadata": "{"}, (400, "invalid_options"), "metadata"),
        ({}, {"metadata": "[]", "title": "a"}, (400, "invalid_options"), "metadata"),
        ({}, {"metadata": '{"visibility": "x"}'}, (400, "invalid_options"), "metadata.visibility"),
        ({}, {"visibility": "x"}, (400, "invalid_options"), "metadata.visibility"),
        ({}, {"collection": "x"}, (400, "invalid_options"), "metadata.collection"),
        ({}, {"processing_options": '{"drm": "x"}'}, (400, "invalid_options"), "processing_options.drm"),
        ({}, {"sha256": "abc"}, (400, "invalid_options"), "sha256"),
        ({"Upload-Length": str(6 * 1024**3)}, {}, (413, "file_too_large"), None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["", CHUNK])
def test_creations_that_are_refused(
    user: User,
    headers: dict[str, str],
    pairs: dict[str, str],
    expected: tuple[int, str],
    field: str | None,
    kind: str,
) -> None:
    answer = create(user, len(PICTURE), headers | ({"Content-Type": kind} if kind else {}), **pairs)
    assert code(answer) == expected
    assert answer.headers["tus-resumable"] == "1.0.0"
    if field:
        assert [e["field"] for e in answer.json()["errors"]] == [field]
    assert not UploadSession.objects.exists()


@pytest.mark.parametrize(
    ("content", "pairs", "expected"),
    [
        (b"just some words\n" * 50, {"filename": "a.mp4"}, (415, "unsupported_media_type")),
        (b"#EXTM3U\nhttp://evil/x.ts\n", {"filename": "a.mp4"}, (415, "unsupported_media_type")),
        (PICTURE, {"content_type": "video"}, (415, "unsupported_media_type")),
        (PICTURE, {"sha256": "0" * 64}, (400, "checksum_mismatch")),
    ],
)
def test_files_that_are_refused(
    user: User, content: bytes, pairs: dict[str, str], expected: tuple[int, str]
) -> None:
    url = begun(user, content, **pairs)
    assert patch(url, content[:10], 0).status == 204
    assert code(patch(url, content[10:], 10)) == expected
    session = row(url)
    assert (session.status, session.error_code) == ("failed", expected[1])
    assert not uploads.part_path(session.pk).exists()
    assert code(patch(url, content, 0)) == (410, "upload_gone")
    assert head(url).status == 410
    assert not Asset.objects.exists()


def test_wrong_types_are_refused_at_their_beginning(user: User) -> None:
    content = b"words and words " * 1_000_000
    url = begun(user, content)
    assert patch(url, content[:200_000], 0).status == 204
    assert code(patch(url, content[200_000:400_000], 200_000)) == (415, "unsupported_media_type")
    assert row(url).status == "failed"


def test_a_kind_that_the_link_does_not_take_is_refused_at_its_beginning() -> None:
    link = GuestLinkFactory(kinds=["video"])
    url = create(None, len(LARGE), {"X-Guest-Link": guests.token_of(link)}).headers["location"]
    answer = patch(url, LARGE[:400_000], 0)
    assert code(answer) == (415, "unsupported_media_type") and "Video" in answer.json()["detail"]
    assert row(url).status == "failed"


def test_an_announced_hash_is_kept(user: User) -> None:
    url = begun(user, PICTURE, sha256=hashlib.sha256(PICTURE).hexdigest())
    assert patch(url, PICTURE, 0).headers["x-asset-id"]


def test_no_room(user: User, settings: Any) -> None:
    url = begun(user)
    assert patch(url, LARGE[:1000], 0).status == 204
    settings.MIN_FREE_SPACE = 1 << 60
    assert code(create(user, 5)) == (507, "storage_full")
    assert code(patch(url, LARGE[1000:], 1000)) == (507, "storage_full")
    settings.MIN_FREE_SPACE = 0
    assert patch(url, LARGE[1000:], 1000).headers["x-asset-id"]


def test_quota(user: User) -> None:
    User.objects.filter(pk=user.pk).update(quota_bytes=1000)
    assert code(create(user, 2000)) == (413, "quota_exceeded")


def test_too_many_at_once(user: User, settings: Any) -> None:
    url = begun(user, PICTURE)
    settings.UPLOADS_AT_ONCE = 0
    answer = patch(url, PICTURE, 0)
    assert code(answer) == (429, "rate_limited")
    assert answer.headers["retry-after"] == "5"
    settings.UPLOADS_AT_ONCE = 1
    assert patch(url, PICTURE, 0).headers["x-asset-id"]


def test_a_client_that_falls_silent_is_answered(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arriving, "IDLE_SECONDS", 0.2)
    url = begun(user)
    answer = asyncio.run(silent_after(url, LARGE[:5000]))
    assert (answer.status, answer.headers["upload-offset"]) == (204, "5000")
    assert answer.headers["connection"] == "close"
    assert row(url).holder == ""


def test_a_silent_holder_lets_go_when_somebody_else_wants_to_go_on(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tus_chunks, "SILENT_SECONDS", 0.05)
    url = begun(user)

    async def both() -> tuple[Answer, Answer]:
        first = asyncio.ensure_future(silent_after(url, LARGE[:5000]))
        while not await in_database(lambda: row(url).holder):
            await asyncio.sleep(0.01)
        chunk = VERSION | {"Content-Type": CHUNK, "Upload-Offset": "0"}
        second = await call(asgi.application, "PATCH", url, headers=chunk, body=[b"x"])
        return await first, second

    first, second = asyncio.run(both())
    assert code(second) == (423, "upload_locked")
    assert (first.status, first.headers["upload-offset"]) == (204, "5000")


def test_a_right_that_ran_out_elsewhere(user: User) -> None:
    url = begun(user)
    soon, past = timezone.now() + timedelta(seconds=9), timezone.now() - timedelta(seconds=1)
    UploadSession.objects.update(holder="elsewhere:1", held_until=soon)
    assert code(patch(url, LARGE, 0)) == (423, "upload_locked")
    UploadSession.objects.update(held_until=past)
    assert patch(url, LARGE[:10], 0).status == 204
    UploadSession.objects.update(holder=f"{leases.machine()}:killed", held_until=soon)
    assert patch(url, LARGE[10:], 10).headers["x-asset-id"]


def test_one_that_was_taken_over_acknowledges_nothing(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    url = begun(user)
    take = leases.take

    def overtaken(session: UploadSession) -> leases.Lease:
        lease = take(session)
        UploadSession.objects.update(holder="elsewhere:1")
        return lease

    monkeypatch.setattr(leases, "take", overtaken)
    assert code(patch(url, LARGE, 0)) == (423, "upload_locked")
    assert row(url).bytes_received == 0
