"""Files by one signed PUT: sent, looked for, copied to where nobody else can write."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from assets.models import Asset, UploadSession
from assets.services import places, uploads
from assets.services.direct import single
from assets.services.places import bucket as buckets
from mediaportal.core.buckets import BucketStorage
from tests.buckets import keys_in
from tests.direct import SIGNED_URL, problem, put, refresh, send, signed_headers
from tests.forms import png

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bucket")]


def test_a_file_by_one_put(sender: APIClient, bucket: BucketStorage) -> None:
    begun = put(sender, png(), sha256=hashlib.sha256(png()).hexdigest())
    assert signed_headers(begun["url"]) == {"host", "content-length", "x-amz-checksum-sha256"}
    assert set(begun["headers"]) == {"x-amz-checksum-sha256"} and begun["method"] == "PUT"
    assert problem(refresh(sender, begun["upload_id"])) == (409, "not_arrived")
    send(begun, png())
    assert keys_in(bucket) == [f"incoming/{begun['upload_id']}"]
    answer = refresh(sender, begun["upload_id"])
    assert answer.status_code == 202, answer.json()
    asset = Asset.objects.get(pk=answer.json()["asset_id"])
    assert keys_in(bucket) == [asset.storage_key]
    assert refresh(sender, begun["upload_id"]).json()["asset_id"] == str(asset.pk)


def test_a_second_put_does_not_reach_what_was_accepted(sender: APIClient, bucket: BucketStorage) -> None:
    begun = put(sender, png())
    send(begun, png())
    asset = Asset.objects.get(pk=refresh(sender, begun["upload_id"]).json()["asset_id"])
    send(begun, b"other bytes")
    with places.local_file(asset.storage_key) as path:
        assert path.read_bytes() == png()
    uploads.sweep_stale(older_than=timedelta(minutes=-5))
    assert keys_in(bucket) == [asset.storage_key]


def test_only_one_look_at_a_time_copies(sender: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = put(sender, png())
    send(begun, png())
    copy = single._copy
    seen: list[Any] = []

    def twice(source: str, key: str, *, etag: str) -> int:
        seen.append(problem(refresh(sender, begun["upload_id"])))
        return copy(source, key, etag=etag)

    monkeypatch.setattr(single, "_copy", twice)
    assert refresh(sender, begun["upload_id"]).status_code == 202
    assert seen == [(409, "conflict")]


def test_a_look_that_was_left_is_taken_over(sender: APIClient, bucket: BucketStorage) -> None:
    begun = put(sender, png())
    send(begun, png())
    UploadSession.objects.filter(pk=begun["upload_id"]).update(
        storage_key="assets/00/left", updated_at=timezone.now() - timedelta(hours=1)
    )
    bucket.client.put_object(Bucket=bucket.bucket_name, Key=bucket.full_key("assets/00/left"), Body=b"half")
    asset = Asset.objects.get(pk=refresh(sender, begun["upload_id"]).json()["asset_id"])
    assert keys_in(bucket) == [asset.storage_key]


def gone(_key: str) -> int:
    raise FileNotFoundError


def test_an_object_that_changes_while_it_is_copied(
    sender: APIClient, bucket: BucketStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = put(sender, png())
    send(begun, png())
    with monkeypatch.context() as patch:
        patch.setattr(buckets, "size_of", gone)
        assert problem(refresh(sender, begun["upload_id"])) == (409, "not_arrived")
    assert keys_in(bucket) == [f"incoming/{begun['upload_id']}"]
    assert refresh(sender, begun["upload_id"]).status_code == 202


def test_a_single_put_has_a_limit_of_its_own(sender: APIClient, settings: Any) -> None:
    settings.MAX_FILE_SIZE = 100 * 1024**3
    answer = sender.post(SIGNED_URL, {"filename": "a.mp4", "size": 6 * 1024**3}, format="json")
    assert problem(answer) == (413, "file_too_large")
