"""Acceptance: the one function in which every way in ends."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from assets.exceptions import (
    EmptyFile,
    FileTooLarge,
    LinkEnded,
    MayNotUpload,
    QuotaExceeded,
    UnsupportedMediaType,
)
from assets.models import Asset, UploadSession
from assets.services import ingest, places, uploads
from assets.signals import asset_stored
from mediaportal.accounts.models import User
from mediaportal.audit.models import Entry
from mediaportal.core.problems import Conflict, Problem
from tests.factories import (
    AssetFactory,
    CollectionFactory,
    GuestLinkFactory,
    UploadSessionFactory,
    UserFactory,
    put_part,
)
from tests.forms import png

pytestmark = pytest.mark.django_db


def staged(session: UploadSession, content: bytes = b"bytes") -> Path:
    return put_part(session.pk, content)


def accept(session: UploadSession, **changes: Any) -> Asset:
    facts: dict[str, Any] = {"mime_type": "video/mp4", "file_size": 5, "sha256": "a" * 64}
    return ingest.accept(session=session, staged=uploads.part_path(session.pk), **facts | changes)


def test_bytes_become_an_asset_with_the_job_that_was_promised(
    django_capture_on_commit_callbacks: Any,
) -> None:
    session = UploadSessionFactory(
        filename="x/بحر.mp4", metadata={"title": "The sea", "visibility": "internal"}
    )
    path = staged(session)
    heard: list[dict[str, Any]] = []

    def hear(**news: Any) -> None:
        heard.append(news)

    asset_stored.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            asset = accept(session)
    finally:
        asset_stored.disconnect(hear)
    assert (asset.title, asset.visibility, asset.kind, asset.original_filename) == (
        "The sea",
        "internal",
        "video",
        "بحر.mp4",
    )
    assert asset.job_id == session.job_id == asset.jobs.get().pk
    assert places.path_of(asset.storage_key).read_bytes() == b"bytes"
    assert not path.exists()
    assert (session.status, session.asset_id) == ("accepted", asset.pk)
    assert Entry.objects.filter(action="asset.uploaded", object_id=str(asset.pk)).exists()
    assert isinstance(heard[0]["began_at"], datetime)


def test_what_breaks_before_the_commit_costs_no_bytes() -> None:
    session = UploadSessionFactory()
    path = staged(session)
    with pytest.raises(RuntimeError), transaction.atomic():
        accept(session)
        raise RuntimeError("killed")
    assert path.read_bytes() == b"bytes"
    session.refresh_from_db()
    assert places.path_of(accept(session).storage_key).read_bytes() == b"bytes"


def test_who_may_upload_no_more_is_asked_again_at_the_end() -> None:
    session = UploadSessionFactory()
    staged(session)
    User.objects.filter(pk=session.user_id).update(is_active=False)
    session.refresh_from_db()
    with pytest.raises(MayNotUpload):
        accept(session)


def test_the_real_size_counts_at_acceptance() -> None:
    session = UploadSessionFactory(user=UserFactory(quota_bytes=10))
    AssetFactory(uploaded_by=session.user, file_size=5)
    staged(session)
    assert accept(session).file_size == 5
    late = UploadSessionFactory(user=session.user)
    path = staged(late)
    with pytest.raises(QuotaExceeded):
        accept(late)
    assert path.exists()
    assert Asset.objects.filter(upload=late.pk).count() == 0


def test_of_two_that_do_not_both_fit_the_one_that_began_first_is_accepted() -> None:
    first = UploadSessionFactory(user=UserFactory(quota_bytes=9), source="tus", bytes_total=5)
    second = UploadSessionFactory(user=first.user, source="tus", bytes_total=None, bytes_received=5)
    for session in (first, second):
        staged(session)
    with pytest.raises(QuotaExceeded):
        accept(second)
    assert accept(first).file_size == 5


def test_a_guests_file_is_asked_for_its_kind_by_its_bytes_and_for_the_links_room() -> None:
    link = GuestLinkFactory(kinds=["image"], most_bytes=5)
    for facts, problem in (
        ({}, UnsupportedMediaType),
        ({"mime_type": "image/png", "file_size": 6}, QuotaExceeded),
    ):
        session = UploadSessionFactory(user=link.created_by, guest_link=link)
        staged(session)
        with pytest.raises(problem):
            accept(session, **facts)
        uploads.fail(upload_id=session.pk, problem=Problem())
    session = UploadSessionFactory(user=link.created_by, guest_link=link)
    staged(session)
    assert accept(session, mime_type="image/png").guest_link == link


def test_nothing_is_accepted_through_a_link_that_was_ended() -> None:
    session = UploadSessionFactory(guest_link=GuestLinkFactory(ended_at=timezone.now()))
    staged(session)
    with pytest.raises(LinkEnded):
        accept(session)


def test_accepting_again_gives_the_same_asset() -> None:
    session = UploadSessionFactory()
    staged(session)
    first = accept(session)
    assert accept(session).pk == first.pk
    assert Asset.objects.count() == 1


def test_a_title_is_taken_from_the_name_where_none_was_given() -> None:
    session = UploadSessionFactory(filename="holiday.final.mp4")
    staged(session)
    assert accept(session).title == "holiday.final"


def test_an_empty_file_and_an_ended_session_are_refused() -> None:
    with pytest.raises(EmptyFile):
        accept(UploadSessionFactory(), file_size=0)
    with pytest.raises(Conflict):
        accept(UploadSessionFactory(status="failed"))
    assert not Asset.objects.exists()


def test_when_the_bytes_are_gone_nothing_is_kept() -> None:
    session = UploadSessionFactory()
    with pytest.raises(FileNotFoundError):
        accept(session)
    session.refresh_from_db()
    assert not Asset.objects.exists() and session.status == "uploading"


# --- A file in hand -----------------------------------------------------------------------------------------------
def test_a_file_is_recognised_and_accepted_once() -> None:
    session = UploadSessionFactory(filename="still.png")
    path = staged(session, png())
    asset = ingest.accept_file(session=session, path=path, sha256="b" * 64)
    assert (asset.mime_type, asset.file_size) == ("image/png", len(png()))
    assert ingest.accept_file(session=session, path=path, sha256="b" * 64) == asset


@pytest.mark.parametrize(
    ("content", "facts", "code"),
    [
        (b"", {}, "empty_file"),
        (b"plain words", {}, "unsupported_media_type"),
        (png(), {"kind": "video"}, "unsupported_media_type"),
        (png(), {"announced_sha256": "c" * 64}, "checksum_mismatch"),
    ],
)
def test_what_is_refused_ends_the_upload_and_its_bytes(
    content: bytes, facts: dict[str, Any], code: str
) -> None:
    session = UploadSessionFactory(**facts)
    path = staged(session, content)
    with pytest.raises(Problem):
        ingest.accept_file(session=session, path=path, sha256="b" * 64)
    session.refresh_from_db()
    assert (session.status, session.error_code) == ("failed", code)
    assert not path.exists()


def test_a_file_larger_than_the_limit_is_refused(settings: Any) -> None:
    settings.MAX_FILE_SIZE = 10
    session = UploadSessionFactory()
    with pytest.raises(FileTooLarge):
        ingest.accept_file(session=session, path=staged(session, png()), sha256="b" * 64)


# --- Where it goes ------------------------------------------------------------------------------------------------
def test_an_asset_stands_where_its_upload_wished() -> None:
    collection = CollectionFactory()
    session = UploadSessionFactory(
        metadata={"tags": ["Sea", " sea ", "Night  sky"], "collection": str(collection.pk)}
    )
    staged(session)
    asset = accept(session)
    assert [tag.name for tag in asset.tags.all()] == ["Night sky", "Sea"]
    assert list(asset.collections.all()) == [collection]


def test_what_a_guest_sends_waits_for_a_manager() -> None:
    link = GuestLinkFactory(collection=CollectionFactory())
    session = UploadSessionFactory(user=link.created_by, guest_link=link)
    staged(session)
    asset = accept(session)
    assert (asset.policy_verdict, asset.guest_link) == ("review", link)
    assert list(asset.collections.all()) == [link.collection]
