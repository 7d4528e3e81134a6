"""Files in parts: begun, signed, sent, resumed, joined, given up, swept away."""

import hashlib
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from assets.models import Asset, UploadSession
from assets.services import ingest, places, uploads
from assets.services.places import bucket as buckets
from mediaportal.core.buckets import BucketStorage
from tests.buckets import keys_in, multiparts_in
from tests.direct import (
    BASE,
    MIB,
    begin,
    large,
    problem,
    send,
    send_parts,
    sign,
    signed_headers,
)
from tests.factories import CollectionFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bucket")]


def test_a_file_in_parts_becomes_an_asset(sender: APIClient, bucket: BucketStorage) -> None:
    content, collection = large(), CollectionFactory()
    begun = begin(
        sender,
        content,
        type="image/png",
        content_type="image",
        metadata={"title": "The sea", "collection": str(collection.pk)},
    )
    assert begun["uploadId"] == begun["upload_id"] and begun["part_size"] == 16 * MIB
    parts = send_parts(sender, begun["upload_id"], content)
    answer = sender.post(f"{BASE}/complete", {"upload_id": begun["upload_id"], "parts": parts}, format="json")
    assert answer.status_code == 202, answer.json()
    asset = Asset.objects.get(pk=answer.json()["asset_id"])
    assert (asset.title, asset.kind, asset.sha256, asset.file_size) == ("The sea", "image", "", len(content))
    assert list(asset.collections.all()) == [collection]
    assert answer.json()["job_id"] == str(asset.jobs.get().pk)
    assert keys_in(bucket) == [asset.storage_key] and not multiparts_in(bucket)
    with places.local_file(asset.storage_key) as path:
        assert path.read_bytes() == content
    again = sender.post(f"{BASE}/{begun['upload_id']}/complete?key=x", {"parts": parts}, format="json")
    assert (again.status_code, again.json()["asset_id"]) == (202, str(asset.pk))


def test_going_on_with_the_parts_that_are_there(sender: APIClient) -> None:
    content = large(11 * MIB)
    begun = begin(sender, content)
    where = f"{BASE}/{begun['upload_id']}"
    assert sender.get(f"{where}?key={begun['key']}").json() == []
    first = sign(sender, begun["upload_id"], {"part_number": 1})[0]
    send(first, content[: 5 * MIB])
    listed = sender.get(where)
    etag = hashlib.md5(content[: 5 * MIB], usedforsecurity=False).hexdigest()
    assert listed.json() == [{"PartNumber": 1, "ETag": etag, "Size": 5 * MIB}]
    assert listed["Cache-Control"] == "no-store"
    watched = sender.get(f"/api/v1/media/upload/{begun['upload_id']}/progress").json()
    assert (watched["status"], watched["bytes_received"]) == ("uploading", 5 * MIB)
    parts = [{"PartNumber": 1, "ETag": f'"{etag}"'}]
    for number, piece in ((2, content[5 * MIB : 10 * MIB]), (3, content[10 * MIB :])):
        signed = sender.get(f"{where}/{number}?key=x").json()
        parts.append({"PartNumber": number, "ETag": send(signed, piece)})
    assert sender.post(f"{where}/complete", {"parts": parts}, format="json").status_code == 202


def test_what_is_signed(sender: APIClient, bucket: BucketStorage) -> None:
    begun = begin(sender, large())
    sha256, md5 = hashlib.sha256(b"x"), hashlib.md5(b"x", usedforsecurity=False)
    bare, full = sign(
        sender,
        begun["upload_id"],
        {"part_number": 7},
        {"part_number": 8, "size": 1, "sha256": sha256.hexdigest(), "md5": md5.hexdigest()},
    )
    query = parse_qs(urlsplit(full["url"]).query)
    session = UploadSession.objects.get(pk=begun["upload_id"])
    assert (query["partNumber"], query["uploadId"]) == (["8"], [session.multipart_id])
    assert query["X-Amz-Expires"] == ["900"]
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert urlsplit(full["url"]).path == f"/{bucket.bucket_name}/portal/{session.storage_key}"
    assert signed_headers(bare["url"]) == {"host"}
    assert signed_headers(full["url"]) == {"host", "content-length", "content-md5", "x-amz-checksum-sha256"}
    assert full["headers"] == {
        "content-md5": "ndTkYSaMgDT1yFZOFVxnpg==",
        "x-amz-checksum-sha256": "LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE=",
    }
    assert full["method"] == "PUT" and bare["headers"] == {}


def test_browsers_may_reach_the_bucket_elsewhere(
    sender: APIClient, bucket: BucketStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "public_endpoint_url", "https://files.example.org")
    assert sign(sender, begin(sender, large())["upload_id"], {"part_number": 1})[0]["url"].startswith(
        f"https://files.example.org/{bucket.bucket_name}/portal/assets/"
    )


def test_checksums_of_parts_reach_the_bucket(sender: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[dict[str, Any]] = []
    service = buckets.storage().client
    real = service.create_multipart_upload

    def watched(**facts: Any) -> Any:
        made.append(facts)
        return real(**facts)

    monkeypatch.setattr(service, "create_multipart_upload", watched)
    begin(sender, large(), part_checksums=True)
    begin(sender, large())
    assert [facts.get("ChecksumAlgorithm") for facts in made] == ["SHA256", None]


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda parts: parts[0].update(ETag='"0123"'), (400, "checksum_mismatch")),
        (lambda parts: parts.pop(), (400, "upload_incomplete")),
        (lambda parts: parts.append(parts[0]), (400, "invalid")),
        (lambda parts: parts.append({"PartNumber": 4, "ETag": "x"}), (400, "invalid")),
        (lambda parts: parts.clear(), (400, "invalid")),
    ],
)
def test_other_parts_than_were_sent_are_not_joined(
    sender: APIClient, bucket: BucketStorage, spoil: Any, expected: tuple[int, str]
) -> None:
    content = large()
    begun = begin(sender, content)
    parts = send_parts(sender, begun["upload_id"], content)
    wrong = [dict(part) for part in parts]
    spoil(wrong)
    where = f"{BASE}/{begun['upload_id']}/complete"
    assert problem(sender.post(where, {"parts": wrong}, format="json")) == expected
    assert multiparts_in(bucket) and not Asset.objects.exists()
    assert sender.post(where, {"parts": parts}, format="json").status_code == 202


def test_more_bytes_than_were_announced(sender: APIClient, bucket: BucketStorage) -> None:
    begun = begin(sender, large(), size=5 * MIB)
    parts = send_parts(sender, begun["upload_id"], large())
    answer = sender.post(f"{BASE}/{begun['upload_id']}/complete", {"parts": parts}, format="json")
    assert problem(answer) == (400, "upload_incomplete")


def test_parts_that_the_bucket_cannot_join(sender: APIClient) -> None:
    content = large(3 * MIB)
    begun = begin(sender, content)
    parts = send_parts(sender, begun["upload_id"], content, size=2 * MIB)
    answer = sender.post(f"{BASE}/{begun['upload_id']}/complete", {"parts": parts}, format="json")
    assert problem(answer) == (400, "invalid")


def test_an_answer_that_was_lost(sender: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    content = large()
    begun = begin(sender, content)
    parts = send_parts(sender, begun["upload_id"], content)

    def broken(**_: Any) -> Asset:
        raise RuntimeError("the process was killed")

    sender.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr(ingest, "accept_object", broken)
        where = f"{BASE}/{begun['upload_id']}/complete"
        assert sender.post(where, {"parts": parts}, format="json").status_code == 500
    assert sender.post(where, {"parts": parts}, format="json").status_code == 202


def test_giving_up_removes_the_parts(sender: APIClient, bucket: BucketStorage) -> None:
    for number in range(2):
        begun = begin(sender, large())
        send_parts(sender, begun["upload_id"], large())
        for _twice in range(2):
            answer = (
                sender.delete(f"{BASE}/{begun['upload_id']}?key=x")
                if number
                else sender.post(f"{BASE}/abort", {"upload_id": begun["upload_id"]}, format="json")
            )
            assert answer.status_code == 204
        assert not multiparts_in(bucket)
        assert problem(sender.get(f"{BASE}/{begun['upload_id']}/1")) == (410, "upload_gone")
        assert problem(sender.get(f"{BASE}/{begun['upload_id']}")) == (410, "upload_gone")


def test_what_was_accepted_cannot_be_given_up(sender: APIClient) -> None:
    content = large()
    begun = begin(sender, content)
    parts = send_parts(sender, begun["upload_id"], content)
    sender.post(f"{BASE}/{begun['upload_id']}/complete", {"parts": parts}, format="json")
    assert problem(sender.delete(f"{BASE}/{begun['upload_id']}")) == (409, "conflict")
    assert problem(sender.get(f"{BASE}/{begun['upload_id']}/1")) == (409, "conflict")
    assert sender.get(f"{BASE}/{begun['upload_id']}").json() == []


def test_what_is_given_up_while_it_is_joined_leaves_nothing(
    sender: APIClient, bucket: BucketStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = large()
    begun = begin(sender, content)
    parts = send_parts(sender, begun["upload_id"], content)
    size_of = buckets.size_of

    def meanwhile(key: str) -> int:
        found = size_of(key)
        UploadSession.objects.filter(pk=begun["upload_id"]).update(status="failed")
        return found

    monkeypatch.setattr(buckets, "size_of", meanwhile)
    answer = sender.post(f"{BASE}/{begun['upload_id']}/complete", {"parts": parts}, format="json")
    assert problem(answer) == (409, "conflict")
    assert not keys_in(bucket)


def test_what_nobody_goes_on_with_is_swept_away(sender: APIClient, bucket: BucketStorage) -> None:
    left, kept = begin(sender, large()), begin(sender, large())
    send_parts(sender, left["upload_id"], large())
    hour_ago = timezone.now() - timedelta(hours=1)
    UploadSession.objects.filter(pk__in=[left["upload_id"], kept["upload_id"]]).update(
        updated_at=hour_ago, expires_at=hour_ago
    )
    assert problem(sender.get(f"{BASE}/{kept['upload_id']}/1")) == (410, "upload_gone")
    UploadSession.objects.filter(pk=kept["upload_id"]).update(
        expires_at=timezone.now() + timedelta(minutes=1)
    )
    sign(sender, kept["upload_id"], {"part_number": 1})  # which keeps it
    until = UploadSession.objects.get(pk=kept["upload_id"]).expires_at
    assert until is not None and until > timezone.now() + timedelta(hours=23)
    uploads.sweep_stale()
    assert multiparts_in(bucket) == [kept["key"]]
