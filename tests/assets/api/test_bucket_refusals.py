"""What is refused of uploads straight into the bucket, and to whom."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from assets.models import Asset, UploadSession
from assets.services.direct import signing
from assets.services.direct.multipart import MOST_PARTS, part_bytes
from mediaportal.accounts.models import User
from mediaportal.core.buckets import BucketStorage
from mediaportal.core.ids import new_id
from tests.buckets import keys_in
from tests.direct import (
    BASE,
    MIB,
    SIGNED_URL,
    begin,
    large,
    problem,
    put,
    refresh,
    send,
    send_parts,
)
from tests.factories import UserFactory
from tests.forms import png

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bucket")]


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
    sender: APIClient,
    bucket: BucketStorage,
    way: str,
    content: bytes,
    wish: dict[str, Any],
    expected: tuple[int, str],
) -> None:
    if way == "parts":
        begun = begin(sender, content, **wish)
        parts = send_parts(sender, begun["upload_id"], content)
        answer = sender.post(f"{BASE}/{begun['upload_id']}/complete", {"parts": parts}, format="json")
    else:
        begun = put(sender, content, **wish)
        send(begun, content)
        answer = refresh(sender, begun["upload_id"])
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
    sender: APIClient, settings: Any, path: str, wish: dict[str, Any], expected: tuple[int, str]
) -> None:
    settings.MAX_FILE_SIZE = 1000
    answer = sender.post(path, {"filename": "a.mp4", "size": 10} | wish, format="json")
    assert problem(answer) == expected
    assert not UploadSession.objects.exists()


@pytest.mark.parametrize(
    ("changes", "code"), [({"Body": b""}, "empty_file"), ({"Body": b"more bytes"}, "upload_incomplete")]
)
def test_another_size_than_was_signed(
    sender: APIClient, bucket: BucketStorage, changes: dict[str, Any], code: str
) -> None:
    begun = put(sender, png())
    key = bucket.full_key(f"incoming/{begun['upload_id']}")
    bucket.client.put_object(Bucket=bucket.bucket_name, Key=key, **changes)
    assert problem(refresh(sender, begun["upload_id"])) == (400, code)
    assert not keys_in(bucket)


def test_who_may_not_upload(owner: User) -> None:
    viewer = APIClient()
    assert viewer.post(BASE, {}, format="json").status_code == 401
    viewer.force_authenticate(UserFactory(role="viewer"))
    for path in (BASE, SIGNED_URL):
        answer = viewer.post(path, {"filename": "a.mp4", "size": 10}, format="json")
        assert problem(answer) == (403, "not_permitted")


def test_a_quota_counts_what_is_announced(sender: APIClient, owner: User) -> None:
    owner.quota_bytes = 10 * MIB
    owner.save()
    begin(sender, large())
    answer = sender.post(BASE, {"filename": "a.mp4", "size": 6 * MIB}, format="json")
    assert problem(answer) == (413, "quota_exceeded")


def test_nobody_else_knows_of_it(sender: APIClient) -> None:
    content = large()
    begun, single_put = begin(sender, content), put(sender, png())
    send(single_put, png())
    parts = send_parts(sender, begun["upload_id"], content)
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
        refresh(sender, begun["upload_id"]),
        sender.get(f"{BASE}/{single_put['upload_id']}"),
        sender.get(f"{BASE}/{new_id()}"),
    ]
    assert [problem(answer) for answer in calls] == [(404, "not_found")] * len(calls)
    assert sender.post(f"{where}/complete", {"parts": parts}, format="json").status_code == 202


@pytest.mark.parametrize("number", [0, 10_001])
def test_numbers_that_no_part_has(sender: APIClient, number: int) -> None:
    begun = begin(sender, large())
    assert problem(sender.get(f"{BASE}/{begun['upload_id']}/{number}")) == (400, "invalid")


def test_a_bucket_that_is_away(sender: APIClient, bucket: BucketStorage) -> None:
    bucket.client.delete_bucket(Bucket=bucket.bucket_name)
    answer = sender.post(BASE, {"filename": "a.mp4", "size": 10}, format="json")
    assert problem(answer) == (503, "storage_unavailable")
    assert answer["Retry-After"] == "5"
    assert UploadSession.objects.get().status == "failed"


def test_parts_are_large_enough_for_any_file() -> None:
    assert part_bytes(1) == 16 * MIB
    huge = 5 * 1024**4
    assert part_bytes(huge) % MIB == 0 and part_bytes(huge) * MOST_PARTS >= huge


def test_a_signature_needs_no_answer_of_the_bucket() -> None:
    signed = signing.sign("put_object", key=f"incoming/{UUID(int=1)}", ContentLength=1)
    assert signed.expires_at < timezone.now() + timedelta(seconds=901)
