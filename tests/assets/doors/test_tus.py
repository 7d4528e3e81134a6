"""Resumable uploads through the router: what is taken, told, and ended."""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as portal
from django.core.files.storage import default_storage
from django.utils import timezone
from rest_framework.test import APIClient

from assets.doors.arriving import Turnstile
from assets.models import Asset, UploadSession
from assets.services import guests, uploads
from assets.services.tus import control, finishing, leases
from mediaportal import asgi
from mediaportal.accounts.models import User
from mediaportal.core.ids import new_id
from tests.asgi import request
from tests.factories import GuestLinkFactory
from tests.forms import pieces
from tests.tus import CHUNK, LARGE, PATH, PICTURE, ask, bearer, begun, code, create, encoded, head, patch, row

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("clean_cache"),
]


# --- Taken --------------------------------------------------------------------------------------------------------
def test_a_file_in_three_chunks(user: User) -> None:
    answer = create(user, len(LARGE), filename="tür.png", content_type="image", title="Tür", tags="a, b")
    assert answer.status == 201
    url = answer.headers["location"]
    assert url.startswith(PATH)
    assert row(url).pk.version == 4
    at = 0
    for size in (100_000, 300_000, len(LARGE)):
        answer = patch(url, LARGE[at : at + size], at)
        assert answer.status == 204
        at = min(at + size, len(LARGE))
        assert answer.headers["upload-offset"] == str(at)
        assert answer.headers["tus-resumable"] == "1.0.0"
    session = row(url)
    asset = Asset.objects.get(pk=answer.headers["x-asset-id"])
    assert (str(asset.job_id), session.status) == (answer.headers["x-job-id"], "accepted")
    assert (asset.sha256, asset.file_size) == (hashlib.sha256(LARGE).hexdigest(), len(LARGE))
    assert (asset.title, asset.original_filename, asset.kind) == ("Tür", "tür.png", "image")
    assert session.metadata["tags"] == ["a", "b"]
    assert Path(default_storage.path(asset.storage_key)).read_bytes() == LARGE
    assert not uploads.part_path(session.pk).exists()
    for again in (head(url), patch(url, b"", len(LARGE))):
        assert again.headers["upload-offset"] == str(len(LARGE))
        assert again.headers["x-asset-id"] == str(asset.pk)
        assert again.headers["x-job-id"] == str(asset.job_id)
    assert code(patch(url, LARGE[400_000:], 400_000)) == (409, "offset_mismatch")
    assert Asset.objects.count() == 1


@pytest.mark.parametrize("size", [7, 65_536])
def test_a_first_chunk_with_the_creation(user: User, size: int) -> None:
    given = bearer(user) | {
        "Content-Type": CHUNK,
        "Upload-Length": len(PICTURE),
        "Content-Length": len(PICTURE),
    }
    answer = ask("POST", PATH, given, body=pieces(PICTURE, size))
    assert (answer.status, answer.headers["upload-offset"]) == (201, str(len(PICTURE)))
    assert head(answer.headers["location"]).headers["x-asset-id"] == answer.headers["x-asset-id"]
    part = given | {"Content-Length": 10}
    answer = ask("POST", PATH, part, body=[PICTURE[:10]])
    assert (answer.status, answer.headers["upload-offset"]) == (201, "10")
    assert patch(answer.headers["location"], PICTURE[10:], 10).headers["x-asset-id"]


def test_a_length_that_is_told_later(user: User) -> None:
    url = create(user, None).headers["location"]
    answer = head(url)
    assert answer.headers["upload-defer-length"] == "1"
    assert "upload-length" not in answer.headers
    assert patch(url, PICTURE[:20], 0).headers["upload-offset"] == "20"
    assert code(patch(url, PICTURE[20:], 20, {"Upload-Length": 30})) == (413, "file_too_large")
    assert patch(url, PICTURE[20:], 20, {"Upload-Length": len(PICTURE)}).headers["x-asset-id"]
    assert head(url).headers["upload-length"] == str(len(PICTURE))


def test_a_length_is_told_once(user: User) -> None:
    url = begun(user, PICTURE)
    assert code(patch(url, b"", 0, {"Upload-Length": 5})) == (400, "invalid_options")
    late = create(user, None).headers["location"]
    assert patch(late, PICTURE, 0).status == 204
    assert patch(late, b"", len(PICTURE), {"Upload-Length": len(PICTURE)}).headers["x-asset-id"]


def test_what_head_tells(user: User) -> None:
    words = encoded(filename="a.png", filetype="image/png", relativePath="null")
    url = create(user, len(PICTURE), {"Upload-Metadata": words}).headers["location"]
    answer = head(url)
    assert answer.status == 200
    told = {name: answer.headers[name] for name in ("upload-offset", "upload-length", "upload-metadata")}
    assert told == {"upload-offset": "0", "upload-length": str(len(PICTURE)), "upload-metadata": words}
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["upload-expires"].endswith("GMT")
    assert answer.body == b""
    assert "upload-concat" not in answer.headers


def test_what_the_server_can_do() -> None:
    for url in (PATH, f"{PATH}{new_id()}"):
        answer = request(asgi.application, "OPTIONS", url)
        assert (answer.status, answer.headers["tus-resumable"]) == (204, "1.0.0")
        assert answer.headers["tus-version"] == "1.0.0"
        assert answer.headers["tus-max-size"] == str(portal.MAX_FILE_SIZE)
        assert answer.headers["tus-checksum-algorithm"] == "sha1,sha256,md5"
        assert set(answer.headers["tus-extension"].split(",")) >= {"creation-with-upload", "concatenation"}


def test_methods_in_disguise(user: User) -> None:
    url = begun(user, PICTURE)
    given = {"Content-Type": CHUNK, "Upload-Offset": 0, "X-HTTP-Method-Override": "PATCH"}
    assert ask("POST", url, given, body=[PICTURE[:5]]).headers["upload-offset"] == "5"
    assert ask("POST", url, {"X-HTTP-Method-Override": "HEAD"}).headers["upload-offset"] == "5"
    assert ask("POST", url, {"X-HTTP-Method-Override": "DELETE"}).status == 204
    assert head(url).status == 410


def test_progress_can_be_seen(user: User, api: APIClient) -> None:
    url = begun(user)
    patch(url, LARGE[:300_000], 0)
    api.force_authenticate(user)
    document = api.get(f"/api/v1/media/upload/{row(url).pk}/progress").json()
    assert (document["status"], document["bytes_total"]) == ("uploading", len(LARGE))
    assert document["bytes_received"] == 300_000


def test_no_length_is_no_way_around_the_limits() -> None:
    link = GuestLinkFactory(most_bytes=100_000)
    through = {"X-Guest-Link": guests.token_of(link)}
    url = create(None, None, through).headers["location"]
    assert code(patch(url, LARGE, 0)) == (413, "quota_exceeded")
    assert code(patch(url, LARGE, 0, told=False)) == (413, "file_too_large")
    assert code(patch(url, b"", 0, {"Upload-Length": 100_001})) == (413, "quota_exceeded")
    assert row(url).bytes_total is None
    assert row(url).bytes_received <= 100_000
    assert patch(url, PICTURE, 0, {"Upload-Length": len(PICTURE)}).status == 204
    assert Asset.objects.get().guest_link == link


def test_guests_do_not_stand_in_the_way_of_who_made_the_link(settings: Any, monkeypatch: Any) -> None:
    settings.UPLOADS_AT_ONCE = 1
    counted: list[Any] = []
    passing = Turnstile.passing

    def counting(turnstile: Turnstile, one: Any) -> Any:
        counted.append(one)
        return passing(turnstile, one)

    monkeypatch.setattr(Turnstile, "passing", counting)
    link = GuestLinkFactory()
    url = create(None, len(PICTURE), {"X-Guest-Link": guests.token_of(link)}).headers["location"]
    assert patch(url, PICTURE, 0).status == 204
    assert patch(begun(link.created_by, PICTURE), PICTURE, 0).status == 204
    assert counted == [link.pk, link.created_by.pk]


def test_a_guest_uploads_through_a_link() -> None:
    link = GuestLinkFactory()
    token = guests.token_of(link)
    url = create(None, len(PICTURE), {"X-Guest-Link": token}).headers["location"]
    assert row(url).guest_link == link
    answer = patch(url, PICTURE, 0)
    assert "x-asset-id" not in answer.headers and "x-job-id" not in answer.headers
    asset = Asset.objects.get(upload=row(url).pk)
    assert (asset.guest_link, asset.publication, asset.uploaded_by) == (link, "held", link.created_by)
    assert code(create(None, 5, {"X-Guest-Link": "nonsense"})) == (404, "not_found")
    waiting = create(None, len(PICTURE), {"X-Guest-Link": token}).headers["location"]
    link.ended_at = timezone.now()
    link.save()
    assert code(patch(waiting, PICTURE, 0)) == (410, "guest_link_ended")


# --- The end ------------------------------------------------------------------------------------------------------
def test_ending_an_upload(user: User) -> None:
    url = begun(user)
    patch(url, LARGE[:10], 0)
    path = uploads.part_path(row(url).pk)
    assert path.exists()
    assert ask("DELETE", url).status == 204
    assert not path.exists()
    assert (row(url).status, row(url).error_code) == ("failed", "upload_terminated")
    assert {head(url).status, patch(url, LARGE[10:], 10).status, ask("DELETE", url).status} == {410}
    done = begun(user, PICTURE)
    patch(done, PICTURE, 0)
    assert code(ask("DELETE", done)) == (403, "not_permitted")


def test_ending_an_upload_while_bytes_come(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    url = begun(user)
    take = leases.take

    def ended(session: UploadSession) -> leases.Lease:
        lease = take(session)
        control.terminate(session.pk)
        return lease

    monkeypatch.setattr(leases, "take", ended)
    assert code(patch(url, LARGE, 0)) == (410, "upload_gone")
    assert not uploads.part_path(row(url).pk).exists()


def test_expiry(user: User) -> None:
    url = begun(user)
    before = row(url).expires_at
    patch(url, LARGE[:10], 0)
    after = row(url).expires_at
    assert before is not None and after is not None and after > before
    UploadSession.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert code(patch(url, LARGE[10:], 10)) == (410, "upload_gone")
    assert head(url).status == 410
    assert uploads.sweep_stale() == 1
    assert not uploads.part_path(row(url).pk).exists()
    assert head(url).status == 410


def whole_but_not_accepted(user: User, monkeypatch: pytest.MonkeyPatch) -> str:
    """An upload whose process broke between the last byte and the acceptance."""
    url = begun(user)

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret")

    with monkeypatch.context() as patched:
        patched.setattr(finishing, "hand_over", broken)
        assert code(patch(url, LARGE, 0)) == (500, "internal_error")
    session = row(url)
    assert (session.status, session.bytes_received) == ("uploading", len(LARGE))
    return url


@pytest.mark.parametrize("way", ["head", "patch", "sweep"])
def test_what_was_whole_is_accepted_later(user: User, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    url = whole_but_not_accepted(user, monkeypatch)
    if way == "head":
        head(url)
    elif way == "patch":
        patch(url, b"", len(LARGE))
    else:
        assert finishing.finish_left_behind() == 0
        UploadSession.objects.update(updated_at=timezone.now() - timedelta(minutes=3))
        assert finishing.finish_left_behind() == 1
    answer = head(url)
    asset = Asset.objects.get(pk=answer.headers["x-asset-id"])
    assert asset.sha256 == hashlib.sha256(LARGE).hexdigest()


def test_what_is_refused_or_lost_later(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = whole_but_not_accepted(user, monkeypatch)
    uploads.part_path(row(lost).pk).unlink()
    assert head(lost).status == 410
    refused = whole_but_not_accepted(user, monkeypatch)
    UploadSession.objects.filter(status="uploading").update(
        announced_sha256="0" * 64, updated_at=timezone.now() - timedelta(minutes=3)
    )
    assert finishing.finish_left_behind() == 0
    assert row(refused).error_code == "checksum_mismatch"
