"""How an asset is told to engines: where its bytes lie in a bucket that Amazon Web Services can read."""

from pathlib import Path
from typing import Any

from analysis.engines import Address
from analysis.services.requests import request_for
from assets.models import Asset


def stored(film: Asset) -> Address | None:
    nowhere = Path("/")
    return request_for(film, types=["shots"], languages=[], source=nowhere, folder=nowhere).stored


def test_a_file_in_a_folder_lies_in_no_bucket(film: Asset) -> None:
    assert stored(film) is None


def test_a_file_in_a_bucket_has_an_address(film: Asset, settings: Any) -> None:
    settings.STORAGE, settings.S3_BUCKET, settings.S3_REGION = "s3", "media", "eu-central-1"
    settings.S3_PREFIX, settings.S3_ENDPOINT_URL = "portal", ""
    assert stored(film) == Address("media", f"portal/{film.storage_key}", "eu-central-1")


def test_a_bucket_of_another_service_cannot_be_read_from_there(film: Asset, settings: Any) -> None:
    settings.STORAGE, settings.S3_BUCKET, settings.S3_ENDPOINT_URL = "s3", "media", "https://minio.example"
    assert stored(film) is None
