"""Files reach the bucket before their asset does, and what does not become an asset is removed again."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from assets.exceptions import StorageUnavailable, UploadBroken
from assets.models import Asset, UploadSession
from assets.services import ingest, places, transit, uploads
from assets.services.places import bucket as buckets
from mediaportal.core.buckets import BucketStorage
from mediaportal.core.ids import new_id
from mediaportal.core.problems import Conflict
from tests.buckets import keys_in, multiparts_in
from tests.factories import UploadSessionFactory, put_file, put_part
from tests.forms import png

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def session(bucket: BucketStorage) -> UploadSession:
    """An upload whose bytes have all come."""
    found = UploadSessionFactory(filename="بحر still.png")
    put_part(found.pk, png())
    return found


def accept(session: UploadSession) -> Asset:
    return ingest.accept_file(session=session, path=uploads.part_path(session.pk), sha256="a" * 64)


def test_bytes_are_in_the_bucket_before_the_transaction(
    session: UploadSession, bucket: BucketStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside: list[bool] = []
    copy = buckets.copy

    def watched(source: Path, key: str) -> None:
        inside.append(transaction.get_connection().in_atomic_block)
        copy(source, key)

    monkeypatch.setattr(buckets, "copy", watched)
    asset = accept(session)
    assert inside == [False]
    assert (asset.storage_bucket, asset.original_filename) == (bucket.bucket_name, "بحر still.png")
    assert keys_in(bucket) == [asset.storage_key]
    assert str(asset.pk) in asset.storage_key
    with places.local_file(asset.storage_key) as path:
        assert path.read_bytes() == png()
    assert not uploads.part_path(session.pk).exists()


def test_what_was_sent_is_not_sent_again(
    session: UploadSession, bucket: BucketStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    transit.stage(session=session, staged=uploads.part_path(session.pk))
    sent = keys_in(bucket)
    monkeypatch.setattr(buckets, "copy", None)
    asset = accept(session)
    assert [asset.storage_key] == sent
    assert accept(session) == asset
    assert (
        ingest.accept(
            session=session, staged=Path("/gone"), mime_type="image/png", file_size=1, sha256="a" * 64
        )
        == asset
    )


def test_a_refused_upload_leaves_nothing(session: UploadSession, bucket: BucketStorage) -> None:
    transit.stage(session=session, staged=uploads.part_path(session.pk))
    assert keys_in(bucket)
    assert uploads.fail(upload_id=session.pk, problem=UploadBroken())
    assert not keys_in(bucket)
    with pytest.raises(Conflict):
        transit.stage(session=session, staged=uploads.part_path(session.pk))


def test_a_transaction_that_fails_keeps_the_file_for_another_try(
    session: UploadSession, bucket: BucketStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: Any) -> None:
        raise RuntimeError("the database went away")

    with monkeypatch.context() as patch:
        patch.setattr(ingest, "record", broken)
        with pytest.raises(RuntimeError):
            accept(session)
    assert not Asset.objects.exists() and uploads.part_path(session.pk).exists()
    assert accept(session).storage_key == keys_in(bucket)[0]
    assert len(keys_in(bucket)) == 1


def test_a_bucket_that_is_away_does_not_end_the_upload(
    session: UploadSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise StorageUnavailable

    with monkeypatch.context() as patch:
        patch.setattr(buckets, "copy", away)
        with pytest.raises(StorageUnavailable):
            accept(session)
        patch.setattr(places, "remove", away)
    session.refresh_from_db()
    assert session.status == "uploading"
    assert accept(session).upload_status == "processing"


def test_removing_never_fails_and_spares_what_an_asset_names(
    session: UploadSession, bucket: BucketStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = accept(session)
    transit.discard(upload_id=session.pk)
    transit.discard(upload_id=new_id())
    assert keys_in(bucket) == [asset.storage_key]

    def away(*_: Any) -> None:
        raise StorageUnavailable

    other = UploadSessionFactory(storage_key="assets/00/x/original/x")
    monkeypatch.setattr(places, "remove", away)
    assert uploads.fail(upload_id=other.pk, problem=UploadBroken())


def test_a_long_upload_is_known_to_live(session: UploadSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transit, "_TOUCH_SECONDS", 0.01)
    UploadSession.objects.filter(pk=session.pk).update(updated_at=timezone.now() - timedelta(hours=1))
    with transit._kept_alive(session.pk):
        while UploadSession.objects.get(pk=session.pk).updated_at < timezone.now() - timedelta(minutes=1):
            pass
    uploads.sweep_stale()
    session.refresh_from_db()
    assert session.status == "uploading"


def test_sweeping_removes_what_belongs_to_nobody(bucket: BucketStorage, settings: Any) -> None:
    running = UploadSessionFactory(source="s3", expires_at=timezone.now() + timedelta(hours=1))
    for name in (running.pk, new_id(), "odd"):
        put_file(f"incoming/{name}", b"x")
    for key in ("assets/aa/left", "assets/aa/running"):
        made = bucket.client.create_multipart_upload(Bucket=bucket.bucket_name, Key=bucket.full_key(key))
        if key.endswith("running"):
            UploadSession.objects.filter(pk=running.pk).update(multipart_id=made["UploadId"], storage_key=key)
    settings.UPLOAD_EXPIRE_HOURS = 0
    assert uploads.sweep_stale(older_than=timedelta(minutes=-5)) == 3
    assert keys_in(bucket) == [f"incoming/{running.pk}"]
    assert multiparts_in(bucket) == ["assets/aa/running"]


def test_an_expired_upload_takes_its_parts_along(bucket: BucketStorage) -> None:
    key = transit.new_key("a.mp4")
    made = bucket.client.create_multipart_upload(Bucket=bucket.bucket_name, Key=bucket.full_key(key))
    UploadSessionFactory(
        source="s3",
        storage_key=key,
        multipart_id=made["UploadId"],
        expires_at=timezone.now() - timedelta(seconds=1),
    )
    assert uploads.sweep_stale() == 1
    assert not multiparts_in(bucket)


def test_a_bucket_that_is_away_does_not_stop_the_sweeping(
    bucket: BucketStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.client.delete_bucket(Bucket=bucket.bucket_name)
    assert transit.sweep(before=timezone.now()) == 0


def test_on_local_storage_nothing_is_sent() -> None:
    session = UploadSessionFactory()
    transit.stage(session=session, staged=Path("/nowhere"))
    assert (session.storage_key, transit.sweep(before=timezone.now())) == ("", 0)
