"""Uploads from the first byte to their end, as those who watch them see it."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from assets.exceptions import MayNotUpload, QuotaExceeded, UnsupportedMediaType, UploadBroken
from assets.models import UploadSession
from assets.services import room, uploads
from assets.services.wishes import Wishes
from assets.signals import upload_progressed
from assets.tasks import sweep_uploads
from mediaportal.core.ids import new_id
from mediaportal.core.problems import Conflict
from tests.factories import AssetFactory, GuestLinkFactory, UploadSessionFactory, UserFactory, put_part

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_cache")]


@pytest.mark.parametrize("role", ["viewer", None])
def test_who_may_not_begin(role: str | None) -> None:
    with pytest.raises(MayNotUpload):
        uploads.begin(user=UserFactory(role=role) if role else AnonymousUser())


def test_an_id_is_taken_once() -> None:
    user, upload_id = UserFactory(), new_id()
    assert uploads.begin(user=user, upload_id=upload_id).pk == upload_id
    for other in (user, UserFactory()):
        with pytest.raises(Conflict):
            uploads.begin(user=other, upload_id=upload_id)


def test_what_surely_does_not_fit_is_not_begun() -> None:
    user = UserFactory(quota_bytes=1_000)
    with pytest.raises(QuotaExceeded):
        uploads.begin(user=user, source="tus", bytes_total=1_001)
    uploads.begin(user=user, source="tus", bytes_total=900)
    # A form's size is that of the whole request: what is left for its words is asked at acceptance.
    uploads.begin(user=user, bytes_total=1_001)
    with pytest.raises(QuotaExceeded):
        uploads.begin(user=user, bytes_total=room.FORM_BYTES + 101)


def test_nothing_is_begun_where_nothing_is_left() -> None:
    user = UserFactory(quota_bytes=0)
    with pytest.raises(QuotaExceeded):
        uploads.begin(user=user, source="url")


def test_a_guests_upload_belongs_to_the_maker_and_carries_only_words() -> None:
    link = GuestLinkFactory(kinds=["video"])
    wishes = {
        "title": "Sea",
        "description": "Waves",
        "visibility": "public",
        "tags": ["x"],
        "collection": "y",
    }
    session = uploads.begin(
        user=AnonymousUser(), guest_link=link, source="tus", metadata=wishes, options={"preset": "x"}
    )
    assert (session.user, session.guest_link) == (link.created_by, link)
    assert (session.metadata, session.options) == ({"title": "Sea", "description": "Waves"}, {})
    with pytest.raises(UnsupportedMediaType):
        uploads.begin(user=AnonymousUser(), guest_link=link, source="tus", kind="image")


def test_what_the_form_said_is_kept() -> None:
    session = UploadSessionFactory(filename="")
    uploads.describe(session=session, filename="../a.mp4", wishes=Wishes(metadata={"title": "A"}))
    session.refresh_from_db()
    assert (session.filename, session.metadata) == ("a.mp4", {"title": "A"})
    uploads.describe(session=session, filename="a.mp4", wishes=Wishes(filename="b.mp4"))
    session.refresh_from_db()
    assert session.filename == "b.mp4"


def test_progress_is_told_but_rarely_written() -> None:
    session = UploadSessionFactory()
    told: list[Any] = []

    def hear(**news: Any) -> None:
        told.append((news["session_id"], news["user_id"], news["bytes_received"], news["bytes_total"]))

    upload_progressed.connect(hear)
    try:
        uploads.note_progress(session=session, received=400, total=1000, durable=False)
    finally:
        upload_progressed.disconnect(hear)
    assert told == [(session.pk, session.user_id, 400, 1000)]
    session.refresh_from_db()
    assert session.bytes_received == 0
    document = uploads.progress_document(session=session)
    assert (document["status"], document["bytes_received"], document["progress"]) == ("uploading", 400, 40)
    uploads.note_progress(session=session, received=1000, total=1000, durable=True)
    session.refresh_from_db()
    assert session.bytes_received == 1000
    assert uploads.progress_document(session=session)["progress"] == 99


@pytest.mark.parametrize(
    ("traits", "word", "progress", "code"),
    [
        ({}, "scanning", 0, None),
        ({"passed_gate": True, "upload_progress": 43}, "processing", 43, None),
        ({"published": True}, "completed", 100, None),
        ({"failed": True}, "failed", 0, "corrupt_media"),
        ({"infected": True}, "failed", 0, "malware_found"),
    ],
)
def test_after_the_bytes_the_asset_tells(
    traits: dict[str, Any], word: str, progress: int, code: str | None
) -> None:
    asset = AssetFactory(**traits)
    session = UploadSessionFactory(
        status="accepted", asset=asset, job_id=asset.job_id, bytes_received=7, bytes_total=7
    )
    document = uploads.progress_document(session=session)
    assert document == {
        "upload_id": str(session.pk),
        "status": word,
        "bytes_received": 7,
        "bytes_total": 7,
        "progress": progress,
        "asset_id": str(asset.pk),
        "job_id": str(asset.job_id),
        "error": {"code": code, "detail": asset.error_detail} if code else None,
    }


def test_before_the_first_byte() -> None:
    document = uploads.progress_document(session=UploadSessionFactory(bytes_total=None))
    assert (document["status"], document["progress"], document["asset_id"]) == ("pending", 0, None)


def test_an_upload_fails_once_and_leaves_nothing() -> None:
    session = UploadSessionFactory()
    put_part(session.pk, b"half")
    assert uploads.fail(upload_id=session.pk, problem=UploadBroken(), received=4)
    assert not uploads.fail(upload_id=session.pk, problem=UploadBroken())
    assert not uploads.part_path(session.pk).exists()
    session.refresh_from_db()
    document = uploads.progress_document(session=session)
    assert (document["status"], document["error"]["code"], document["bytes_received"]) == (
        "failed",
        "upload_incomplete",
        4,
    )


def _aged(**ages: timedelta) -> None:
    """Let the last byte of each upload lie back so long."""
    for pk, age in ages.items():
        UploadSession.objects.filter(pk=pk).update(updated_at=timezone.now() - age)


def test_life_is_told_by_the_row() -> None:
    session = UploadSessionFactory()
    assert uploads.is_alive(upload_id=session.pk)
    UploadSession.objects.filter(pk=session.pk).update(
        status=UploadSession.Status.ACCEPTED, asset=AssetFactory()
    )
    assert uploads.is_alive(upload_id=session.pk)  # its answer is about to be kept
    _aged(**{str(session.pk): timedelta(minutes=6)})
    assert not uploads.is_alive(upload_id=session.pk)


def test_sweeping() -> None:
    fresh, stale = UploadSessionFactory(), UploadSessionFactory()
    _aged(**{str(stale.pk): timedelta(hours=7)})
    orphan = new_id()
    hours_ago = (timezone.now() - timedelta(hours=7)).timestamp()
    for upload_id, old in ((fresh.pk, True), (stale.pk, True), (orphan, True), (new_id(), False)):
        put_part(upload_id, b"half")
        if old:
            os.utime(uploads.part_path(upload_id), (hours_ago, hours_ago))
    (Path(settings.INCOMING_ROOT) / "odd.part").write_bytes(b"x")
    sweep_uploads()
    left = {path.name for path in Path(settings.INCOMING_ROOT).iterdir()}
    assert f"{fresh.pk}.part" in left
    assert f"{stale.pk}.part" not in left
    assert f"{orphan}.part" not in left
    assert "odd.part" in left
    stale.refresh_from_db()
    assert (stale.status, stale.error_code) == ("failed", "upload_incomplete")
    assert uploads.sweep_stale(older_than=timedelta(hours=6)) == 0


def test_what_is_being_taken_over_from_elsewhere_is_no_orphan(tmp_path: Path) -> None:
    source, taken = tmp_path / "old.mp4", uploads.part_path(new_id())
    source.write_bytes(b"x")
    os.utime(source, (1, 1))
    os.link(source, taken)
    sweep_uploads()
    assert taken.exists()
    source.unlink()
    sweep_uploads()
    assert not taken.exists()


def test_failed_uploads_are_forgotten_after_a_month() -> None:
    old, young = UploadSessionFactory(status="failed"), UploadSessionFactory(status="failed")
    _aged(**{str(old.pk): timedelta(days=31), str(young.pk): timedelta(days=29)})
    uploads.sweep_stale()
    assert list(UploadSession.objects.values_list("pk", flat=True)) == [young.pk]
