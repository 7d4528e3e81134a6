"""Acceptance: the one function in which every way in ends."""

from datetime import datetime
from typing import Any

import pytest

from assets.exceptions import EmptyFile
from assets.models import Asset, UploadSession
from assets.services import ingest, places
from assets.signals import asset_stored
from mediaportal.audit.models import Entry
from mediaportal.core.problems import Conflict
from tests.factories import UploadSessionFactory, put_file

pytestmark = pytest.mark.django_db


def staged(session: UploadSession, content: bytes = b"bytes") -> str:
    key = f"incoming/{session.pk}.part"
    put_file(key, content)
    return key


def accept(session: UploadSession, **changes: Any) -> Asset:
    facts: dict[str, Any] = {"mime_type": "video/mp4", "file_size": 5, "sha256": "a" * 64}
    return ingest.accept(session=session, staged_key=f"incoming/{session.pk}.part", **facts | changes)


def test_bytes_become_an_asset_with_the_job_that_was_promised() -> None:
    session = UploadSessionFactory(
        filename="x/بحر.mp4", metadata={"title": "The sea", "visibility": "internal"}
    )
    key = staged(session)
    heard: list[dict[str, Any]] = []

    def hear(**news: Any) -> None:
        heard.append(news)

    asset_stored.connect(hear)
    try:
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
    assert not places.path_of(key).exists()
    assert (session.status, session.asset_id) == ("accepted", asset.pk)
    assert Entry.objects.filter(action="asset.uploaded", object_id=str(asset.pk)).exists()
    assert isinstance(heard[0]["began_at"], datetime)


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
