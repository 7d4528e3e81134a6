"""What is missing for files in a bucket is said at start."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from assets import checks
from mediaportal.core.buckets import BucketStorage
from tests.buckets import private_key


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


def test_what_others_send_must_be_signed(bucket: BucketStorage, settings: Any) -> None:
    assert not checks.sending_is_signed(None)
    settings.S3_DELIVERY = "presigned"
    assert not checks.sending_is_signed(None)
    settings.LINKS_BOUND_TO_ADDRESS = True
    assert ids(checks.sending_is_signed(None)) == ["assets.W001"]


@pytest.mark.parametrize("kind", ["rsa", "elliptic", "locked", "nonsense"])
def test_only_a_private_rsa_key_signs_for_cloudfront(bucket: BucketStorage, settings: Any, kind: str) -> None:
    settings.S3_DELIVERY = "cloudfront"
    pem = {"rsa": lambda: private_key()[0], "elliptic": elliptic, "locked": locked}.get(kind, lambda: "x")()
    default = settings.STORAGES["default"]
    own = {"custom_domain": "d1.example", "cloudfront_key_id": "K1", "cloudfront_key": pem}
    settings.STORAGES = settings.STORAGES | {"default": default | {"OPTIONS": default["OPTIONS"] | own}}
    found = checks.sending_is_signed(None)
    assert ids(found) == ([] if kind == "rsa" else ["assets.E003"])
    assert pem not in "".join(str(message) for message in found) or kind in {"rsa", "nonsense"}


def elliptic() -> str:
    """A key of the wrong kind."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def locked() -> str:
    """A key with a passphrase, which nobody is there to say."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")).decode()
