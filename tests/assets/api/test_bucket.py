"""Uploads straight into the bucket: begun, signed, sent, resumed, judged, accepted, given up, swept away.

The service of these tests checks no signature; what is signed is looked at instead.
"""

import hashlib
import urllib.request
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from assets.models import Asset, UploadSession
from assets.services import ingest, places, uploads
from assets.services.direct import common, single
from assets.services.direct.multipart import MOST_PARTS, part_bytes
from assets.services.places import bucket as buckets
from mediaportal.accounts.models import User
from mediaportal.core.buckets import BucketStorage
from mediaportal.core.ids import new_id
from tests.buckets import keys_in, multiparts_in
from tests.factories import CollectionFactory, UserFactory
from tests.forms import png

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bucket")]
BASE = "/api/v1/uploads/s3-multipart"
SIGNED_URL = "/api/v1/uploads/signed-url"
MIB = 1024**2


@pytest.fixture
def person() -> User:
    return UserFactory(role="contributor")


@pytest.fixture
def client(person: User) -> APIClient:
    found = APIClient()
    found.force_authenticate(person)
    return found


def large(size: int = 6 * MIB) -> bytes:
    """A picture that is padded to a size: what libmagic looks at is its head."""
    return png() + bytes(size - len(png()))


def begin(client: APIClient, content: bytes, **changes: Any) -> Any:
    wish = {"filename": "still.png", "size": len(content)} | changes
    answer = client.post(BASE, wish, format="json")
    assert answer.status_code == 201, answer.json()
    return answer.json()


def send(signed: dict[str, Any], content: bytes) -> str:
    """What a browser does with a signed address; returns the ETag."""
    headers = {"Content-Type": "application/octet-stream"} | signed["headers"]
    request = urllib.request.Request(signed["url"], data=content, method=signed["method"], headers=headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return str(answer.headers["ETag"])


def sign(client: APIClient, upload_id: str, *parts: dict[str, Any]) -> Any:
    answer = client.post(f"{BASE}/sign-part", {"upload_id": upload_id, "parts": list(parts)}, format="json")
    assert answer.status_code == 200, answer.json()
    return answer.json()["parts"]


def send_parts(client: APIClient, upload_id: str, content: bytes, size: int = 5 * MIB) -> list[Any]:
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    signed = sign(client, upload_id, *[{"part_number": n} for n in range(1, len(pieces) + 1)])
    return [
        {"PartNumber": one["part_number"], "ETag": send(one, piece)}
        for one, piece in zip(signed, pieces, strict=True)
    ]


def signed_headers(url: str) -> set[str]:
    return set(parse_qs(urlsplit(url).query)["X-Amz-SignedHeaders"][0].split(";"))


def problem(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


# --- In parts -----------------------------------------------------------------------------------------------------
def test_a_file_in_parts_becomes_an_asset(client: APIClient, bucket: BucketStorage) -> None:
    content, collection = large(), CollectionFactory()
    begun = begin(
        client,
        content,
        type="image/png",
        content_type="image",
        metadata={"title": "The sea", "collection": str(collection.pk)},
    )
    assert begun["uploadId"] == begun["upload_id"] and begun["part_size"] == 16 * MIB
    parts = send_parts(client, begun["upload_id"], content)
    answer = client.post(f"{BASE}/complete", {"upload_id": begun["upload_id"], "parts": parts}, format="json")
    assert answer.status_code == 202, answer.json()
    asset = Asset.objects.get(pk=answer.json()["asset_id"])
    assert (asset.title, asset.kind, asset.sha256, asset.file_size) == ("The sea", "image", "", len(content))
    assert list(asset.collections.all()) == [collection]
    assert answer.json()["job_id"] == str(asset.jobs.get().pk)
    assert keys_in(bucket) == [asset.storage_key] and not multiparts_in(bucket)
    with places.local_file(asset.storage_key) as path:
        assert path.read_bytes() == content
    again = client.post(f"{BASE}/{begun['upload_id']}/complete?key=x", {"parts": parts}, format="json")
    assert (again.status_code, again.json()["asset_id"]) == (202, str(asset.pk))


def test_going_on_with_the_parts_that_are_there(client: APIClient) -> None:
    content = large(11 * MIB)
    begun = begin(client, content)
    where = f"{BASE}/{begun['upload_id']}"
    assert client.get(f"{where}?key={begun['key']}").json() == []
    first = sign(client, begun["upload_id"], {"part_number": 1})[0]
    send(first, content[: 5 * MIB])
    listed = client.get(where)
    etag = hashlib.md5(content[: 5 * MIB], usedforsecurity=False).hexdigest()
    assert listed.json() == [{"PartNumber": 1, "ETag": etag, "Size": 5 * MIB}]
    assert listed["Cache-Control"] == "no-store"
    watched = client.get(f"/api/v1/media/upload/{begun['upload_id']}/progress").json()
    assert (watched["status"], watched["bytes_received"]) == ("uploading", 5 * MIB)
    parts = [{"PartNumber": 1, "ETag": f'"{etag}"'}]
    for number, piece in ((2, content[5 * MIB : 10 * MIB]), (3, content[10 * MIB :])):
        signed = client.get(f"{where}/{number}?key=x").json()
        parts.append({"PartNumber": number, "ETag": send(signed, piece)})
    assert client.post(f"{where}/complete", {"parts": parts}, format="json").status_code == 202


def test_what_is_signed(client: APIClient, bucket: BucketStorage) -> None:
    begun = begin(client, large())
    sha256, md5 = hashlib.sha256(b"x"), hashlib.md5(b"x", usedforsecurity=False)
    bare, full = sign(
        client,
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
    client: APIClient, bucket: BucketStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "public_endpoint_url", "https://files.example.org")
    assert sign(client, begin(client, large())["upload_id"], {"part_number": 1})[0]["url"].startswith(
        f"https://files.example.org/{bucket.bucket_name}/portal/assets/"
    )


def test_checksums_of_parts_reach_the_bucket(client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[dict[str, Any]] = []
    service = buckets.storage().client
    real = service.create_multipart_upload

    def watched(**facts: Any) -> Any:
        made.append(facts)
        return real(**facts)

    monkeypatch.setattr(service, "create_multipart_upload", watched)
    begin(client, large(), part_checksums=True)
    begin(client, large())
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
    client: APIClient, bucket: BucketStorage, spoil: Any, expected: tuple[int, str]
) -> None:
    content = large()
    begun = begin(client, content)
    parts = send_parts(client, begun["upload_id"], content)
    wrong = [dict(part) for part in parts]
    spoil(wrong)
    where = f"{BASE}/{begun['upload_id']}/complete"
    assert problem(client.post(where, {"parts": wrong}, format="json")) == expected
    assert multiparts_in(bucket) and not Asset.objects.exists()
    assert client.post(where, {"parts": parts}, format="json").status_code == 202


def test_more_bytes_than_were_announced(client: APIClient, bucket: BucketStorage) -> None:
    begun = begin(client, large(), size=5 * MIB)
    parts = send_parts(client, begun["upload_id"], large())
    answer = client.post(f"{BASE}/{begun['upload_id']}/complete", {"parts": parts}, format="json")
    assert problem(answer) == (400, "upload_incomplete")


def test_parts_that_the_bucket_cannot_join(client: APIClient) -> None:
    content = large(3 * MIB)
    begun = begin(client, content)
    parts = send_parts(client, begun["upload_id"], content, size=2 * MIB)
    answer = client.post(f"{BASE}/{begun['upload_id']}/complete", {"parts": parts}, format="json")
    assert problem(answer) == (400, "invalid")


def test_an_answer_that_was_lost(client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    content = large()
    begun = begin(client, content)
    parts = send_parts(client, begun["upload_id"], content)

    def broken(**_: Any) -> Asset:
        raise RuntimeError("the process was killed")

    client.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr(ingest, "accept_object", broken)
        where = f"{BASE}/{begun['upload_id']}/complete"
        assert client.post(where, {"parts": parts}, format="json").status_code == 500
    assert client.post(where, {"parts": parts}, format="json").status_code == 202


def test_giving_up_removes_the_parts(client: APIClient, bucket: BucketStorage) -> None:
    for number in range(2):
        begun = begin(client, large())
        send_parts(client, begun["upload_id"], large())
        for _twice in range(2):
            answer = (
                client.delete(f"{BASE}/{begun['upload_id']}?key=x")
                if number
                else client.post(f"{BASE}/abort", {"upload_id": begun["upload_id"]}, format="json")
            )
            assert answer.status_code == 204
        assert not multiparts_in(bucket)
        assert problem(client.get(f"{BASE}/{begun['upload_id']}/1")) == (409, "conflict")
        assert problem(client.get(f"{BASE}/{begun['upload_id']}")) == (409, "conflict")


def test_what_was_accepted_cannot_be_given_up(client: APIClient) -> None:
    content = large()
    begun = begin(client, content)
    parts = send_parts(client, begun["upload_id"], content)
    client.post(f"{BASE}/{begun['upload_id']}/complete", {"parts": parts}, format="json")
    assert problem(client.delete(f"{BASE}/{begun['upload_id']}")) == (409, "conflict")
    assert client.get(f"{BASE}/{begun['upload_id']}").json() == []


def test_what_is_given_up_while_it_is_joined_leaves_nothing(
    client: APIClient, bucket: BucketStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = large()
    begun = begin(client, content)
    parts = send_parts(client, begun["upload_id"], content)
    size_of = buckets.size_of

    def meanwhile(key: str) -> int:
        found = size_of(key)
        UploadSession.objects.filter(pk=begun["upload_id"]).update(status="failed")
        return found

    monkeypatch.setattr(buckets, "size_of", meanwhile)
    answer = client.post(f"{BASE}/{begun['upload_id']}/complete", {"parts": parts}, format="json")
    assert problem(answer) == (409, "conflict")
    assert not keys_in(bucket)


def test_what_nobody_goes_on_with_is_swept_away(client: APIClient, bucket: BucketStorage) -> None:
    left, kept = begin(client, large()), begin(client, large())
    send_parts(client, left["upload_id"], large())
    hour_ago = timezone.now() - timedelta(hours=1)
    UploadSession.objects.filter(pk__in=[left["upload_id"], kept["upload_id"]]).update(
        updated_at=hour_ago, expires_at=hour_ago
    )
    assert problem(client.get(f"{BASE}/{kept['upload_id']}/1")) == (409, "conflict")
    UploadSession.objects.filter(pk=kept["upload_id"]).update(
        expires_at=timezone.now() + timedelta(minutes=1)
    )
    sign(client, kept["upload_id"], {"part_number": 1})  # which keeps it
    until = UploadSession.objects.get(pk=kept["upload_id"]).expires_at
    assert until is not None and until > timezone.now() + timedelta(hours=23)
    uploads.sweep_stale()
    assert multiparts_in(bucket) == [kept["key"]]


# --- By one PUT ---------------------------------------------------------------------------------------------------
def put(client: APIClient, content: bytes, **changes: Any) -> Any:
    answer = client.post(SIGNED_URL, {"filename": "still.png", "size": len(content)} | changes, format="json")
    assert answer.status_code == 201, answer.json()
    return answer.json()


def refresh(client: APIClient, upload_id: str) -> Any:
    return client.post(f"/api/v1/uploads/{upload_id}/refresh")


def test_a_file_by_one_put(client: APIClient, bucket: BucketStorage) -> None:
    begun = put(client, png(), sha256=hashlib.sha256(png()).hexdigest())
    assert signed_headers(begun["url"]) == {"host", "content-length", "x-amz-checksum-sha256"}
    assert set(begun["headers"]) == {"x-amz-checksum-sha256"} and begun["method"] == "PUT"
    assert problem(refresh(client, begun["upload_id"])) == (409, "not_arrived")
    send(begun, png())
    assert keys_in(bucket) == [f"incoming/{begun['upload_id']}"]
    answer = refresh(client, begun["upload_id"])
    assert answer.status_code == 202, answer.json()
    asset = Asset.objects.get(pk=answer.json()["asset_id"])
    assert keys_in(bucket) == [asset.storage_key]
    assert refresh(client, begun["upload_id"]).json()["asset_id"] == str(asset.pk)


def test_a_second_put_does_not_reach_what_was_accepted(client: APIClient, bucket: BucketStorage) -> None:
    begun = put(client, png())
    send(begun, png())
    asset = Asset.objects.get(pk=refresh(client, begun["upload_id"]).json()["asset_id"])
    send(begun, b"other bytes")
    with places.local_file(asset.storage_key) as path:
        assert path.read_bytes() == png()
    uploads.sweep_stale(older_than=timedelta(minutes=-5))
    assert keys_in(bucket) == [asset.storage_key]


def test_only_one_look_at_a_time_copies(client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = put(client, png())
    send(begun, png())
    copy = single._copy
    seen: list[Any] = []

    def twice(source: str, key: str, *, etag: str) -> int:
        seen.append(problem(refresh(client, begun["upload_id"])))
        return copy(source, key, etag=etag)

    monkeypatch.setattr(single, "_copy", twice)
    assert refresh(client, begun["upload_id"]).status_code == 202
    assert seen == [(409, "conflict")]


def test_a_look_that_was_left_is_taken_over(client: APIClient, bucket: BucketStorage) -> None:
    begun = put(client, png())
    send(begun, png())
    UploadSession.objects.filter(pk=begun["upload_id"]).update(
        storage_key="assets/00/left", updated_at=timezone.now() - timedelta(hours=1)
    )
    bucket.client.put_object(Bucket=bucket.bucket_name, Key=bucket.full_key("assets/00/left"), Body=b"half")
    asset = Asset.objects.get(pk=refresh(client, begun["upload_id"]).json()["asset_id"])
    assert keys_in(bucket) == [asset.storage_key]


def gone(_key: str) -> int:
    raise FileNotFoundError


def test_an_object_that_changes_while_it_is_copied(
    client: APIClient, bucket: BucketStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = put(client, png())
    send(begun, png())
    with monkeypatch.context() as patch:
        patch.setattr(buckets, "size_of", gone)
        assert problem(refresh(client, begun["upload_id"])) == (409, "not_arrived")
    assert keys_in(bucket) == [f"incoming/{begun['upload_id']}"]
    assert refresh(client, begun["upload_id"]).status_code == 202


def test_a_single_put_has_a_limit_of_its_own(client: APIClient, settings: Any) -> None:
    settings.MAX_FILE_SIZE = 100 * 1024**3
    answer = client.post(SIGNED_URL, {"filename": "a.mp4", "size": 6 * 1024**3}, format="json")
    assert problem(answer) == (413, "file_too_large")


# --- Refusals -----------------------------------------------------------------------------------------------------
WORDS = b"only words, and no medium at all\n" * 10


@pytest.mark.parametrize("way", ["parts", "put"])
@pytest.mark.parametrize(
    ("content", "wish", "expected"),
    [
        (WORDS, {}, (415, "unsupported_media_type")),
        (png(), {"content_type": "video"}, (415, "unsupported_media_type")),
        (png() + b"PK\x05\x06" + bytes(18), {}, (415, "disguised_file")),
    ],
    ids=["words", "another kind", "an archive too"],
)
def test_what_is_refused_ends_the_upload_and_its_object(
    client: APIClient,
    bucket: BucketStorage,
    way: str,
    content: bytes,
    wish: dict[str, Any],
    expected: tuple[int, str],
) -> None:
    if way == "parts":
        begun = begin(client, content, **wish)
        parts = send_parts(client, begun["upload_id"], content)
        answer = client.post(f"{BASE}/{begun['upload_id']}/complete", {"parts": parts}, format="json")
    else:
        begun = put(client, content, **wish)
        send(begun, content)
        answer = refresh(client, begun["upload_id"])
    assert problem(answer) == expected
    session = UploadSession.objects.get(pk=begun["upload_id"])
    assert (session.status, session.error_code) == ("failed", expected[1])
    assert not keys_in(bucket) and not Asset.objects.exists()


@pytest.mark.parametrize("path", [BASE, SIGNED_URL])
@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ({"size": 0}, (400, "empty_file")),
        ({"size": 2000}, (413, "file_too_large")),
        ({"size": -1}, (400, "invalid")),
        ({"filename": ""}, (400, "invalid")),
        ({"sha256": "x"}, (400, "invalid")),
        ({"content_type": "text"}, (400, "invalid")),
        ({"metadata": {"colour": "blue"}}, (400, "invalid_options")),
        ({"processing_options": {"colour": "blue"}}, (400, "invalid_options")),
    ],
)
def test_what_is_refused_before_the_first_byte(
    client: APIClient, settings: Any, path: str, wish: dict[str, Any], expected: tuple[int, str]
) -> None:
    settings.MAX_FILE_SIZE = 1000
    answer = client.post(path, {"filename": "a.mp4", "size": 10} | wish, format="json")
    assert problem(answer) == expected
    assert not UploadSession.objects.exists()


@pytest.mark.parametrize(
    ("changes", "code"), [({"Body": b""}, "empty_file"), ({"Body": b"more bytes"}, "upload_incomplete")]
)
def test_another_size_than_was_signed(
    client: APIClient, bucket: BucketStorage, changes: dict[str, Any], code: str
) -> None:
    begun = put(client, png())
    key = bucket.full_key(f"incoming/{begun['upload_id']}")
    bucket.client.put_object(Bucket=bucket.bucket_name, Key=key, **changes)
    assert problem(refresh(client, begun["upload_id"])) == (400, code)
    assert not keys_in(bucket)


def test_who_may_not_upload(person: User) -> None:
    viewer = APIClient()
    assert viewer.post(BASE, {}, format="json").status_code == 401
    viewer.force_authenticate(UserFactory(role="viewer"))
    for path in (BASE, SIGNED_URL):
        answer = viewer.post(path, {"filename": "a.mp4", "size": 10}, format="json")
        assert problem(answer) == (403, "not_permitted")


def test_a_quota_counts_what_is_announced(client: APIClient, person: User) -> None:
    person.quota_bytes = 10 * MIB
    person.save()
    begin(client, large())
    answer = client.post(BASE, {"filename": "a.mp4", "size": 6 * MIB}, format="json")
    assert problem(answer) == (413, "quota_exceeded")


def test_nobody_else_knows_of_it(client: APIClient) -> None:
    content = large()
    begun, single_put = begin(client, content), put(client, png())
    send(single_put, png())
    parts = send_parts(client, begun["upload_id"], content)
    other = APIClient()
    other.force_authenticate(UserFactory(role="administrator"))
    where = f"{BASE}/{begun['upload_id']}"
    calls = [
        other.get(where),
        other.get(f"{where}/1"),
        other.delete(where),
        other.post(f"{where}/complete", {"parts": parts}, format="json"),
        other.post(
            f"{BASE}/sign-part",
            {"upload_id": begun["upload_id"], "parts": [{"part_number": 1}]},
            format="json",
        ),
        other.post(f"{BASE}/abort", {"upload_id": begun["upload_id"]}, format="json"),
        refresh(other, single_put["upload_id"]),
        refresh(client, begun["upload_id"]),
        client.get(f"{BASE}/{single_put['upload_id']}"),
        client.get(f"{BASE}/{new_id()}"),
    ]
    assert [problem(answer) for answer in calls] == [(404, "not_found")] * len(calls)
    assert client.post(f"{where}/complete", {"parts": parts}, format="json").status_code == 202


@pytest.mark.parametrize("number", [0, 10_001])
def test_numbers_that_no_part_has(client: APIClient, number: int) -> None:
    begun = begin(client, large())
    assert problem(client.get(f"{BASE}/{begun['upload_id']}/{number}")) == (400, "invalid")


def test_a_bucket_that_is_away(client: APIClient, bucket: BucketStorage) -> None:
    bucket.client.delete_bucket(Bucket=bucket.bucket_name)
    answer = client.post(BASE, {"filename": "a.mp4", "size": 10}, format="json")
    assert problem(answer) == (503, "storage_unavailable")
    assert answer["Retry-After"] == "5"
    assert UploadSession.objects.get().status == "failed"


def test_parts_are_large_enough_for_any_file() -> None:
    assert part_bytes(1) == 16 * MIB
    huge = 5 * 1024**4
    assert part_bytes(huge) % MIB == 0 and part_bytes(huge) * MOST_PARTS >= huge


def test_a_signature_needs_no_answer_of_the_bucket() -> None:
    signed = common.sign("put_object", key=f"incoming/{UUID(int=1)}", ContentLength=1)
    assert signed.expires_at < timezone.now() + timedelta(seconds=901)
