"""What is missing for files in a bucket is said at start."""

from typing import Any

import pytest

from assets import checks
from mediaportal.core.buckets import BucketStorage


def ids(found: Any) -> list[str]:
    return [message.id for message in found]


def test_on_local_storage_nothing_is_asked() -> None:
    assert not checks.bucket_is_named(None) and not checks.bucket_answers(None)


def test_a_bucket_without_a_name(settings: Any) -> None:
    settings.STORAGE, settings.S3_BUCKET = "s3", ""
    assert ids(checks.bucket_is_named(None)) == ["assets.E001"]
    assert not checks.bucket_answers(None)


@pytest.mark.parametrize("there", [True, False])
def test_whether_the_bucket_answers(bucket: BucketStorage, there: bool) -> None:
    if not there:
        bucket.client.delete_bucket(Bucket=bucket.bucket_name)
    assert not checks.bucket_is_named(None)
    assert ids(checks.bucket_answers(None)) == ([] if there else ["assets.E002"])
