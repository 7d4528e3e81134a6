"""A bucket of a service that really speaks HTTP, for tests of files that lie in one.

The service checks no signature: nothing about who may do what is proven with it.
"""

import base64
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3.session
import botocore.session
import pytest
from botocore.loaders import Loader
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.conf import settings
from moto.server import ThreadedMotoServer

from assets.services.places import bucket as buckets
from mediaportal.core.buckets import BucketStorage

REGION = "eu-central-1"


class _Remembering(Loader):
    """Reads the description of a service once for all sessions of boto, of which every thread of every test makes one:
    to read it takes longer than most of these tests.
    """

    @property
    def search_paths(self) -> list[str]:
        """Where descriptions lie; what a session adds is here already."""
        return list(self._search_paths)


@pytest.fixture(scope="session")
def bucket_service() -> Iterator[str]:
    """The address of a running service."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        loader = _Remembering([str(Path(boto3.session.__file__).with_name("data"))])
        patch.setattr(botocore.session, "create_loader", lambda _path: loader)
        server.start()
        try:
            host, port = server.get_host_and_port()
            yield f"http://{host}:{port}"
        finally:
            server.stop()


def bucket_settings(address: str, name: str, prefix: str = "portal") -> dict[str, Any]:
    """The settings of a portal whose files lie in a bucket."""
    options = {
        "bucket_name": name,
        "region_name": REGION,
        "location": prefix,
        "endpoint_url": address,
        "public_endpoint_url": "",
        "addressing_style": "path",
    }
    return {
        "STORAGE": "s3",
        "MEDIA_BUCKET": name,
        "S3_BUCKET": name,
        "S3_REGION": REGION,
        "S3_PREFIX": prefix,
        "S3_ENDPOINT_URL": address,
        "STORAGES": settings.STORAGES
        | {"default": {"BACKEND": "mediaportal.core.buckets.BucketStorage", "OPTIONS": options}},
    }


@pytest.fixture
def bucket(portal_settings: None, bucket_service: str, settings: Any, tmp_path: Path) -> BucketStorage:
    """A new bucket, in which the portal of this test keeps its files.

    All that a test changes of the settings goes through one fixture: two that are undone in another order than they
    were made would leave the bucket to the next test.
    """
    name = f"files-{uuid4().hex[:12]}"
    for key, value in (
        bucket_settings(bucket_service, name) | {"SCRATCH_ROOT": tmp_path / "scratch"}
    ).items():
        setattr(settings, key, value)
    place = buckets.storage()
    place.client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    return place


@pytest.fixture(params=["local", "s3"])
def storage_kind(request: pytest.FixtureRequest) -> str:
    """Runs a test twice: with files in a folder, and in a bucket."""
    kind: str = request.param
    if kind == "s3":
        request.getfixturevalue("bucket")
    return kind


def keys_in(place: BucketStorage) -> list[str]:
    """Every key in a bucket, without the portal's prefix, in order."""
    pages = place.client.get_paginator("list_objects_v2").paginate(Bucket=place.bucket_name)
    return [entry["Key"].removeprefix("portal/") for page in pages for entry in page.get("Contents", [])]


def multiparts_in(place: BucketStorage) -> list[str]:
    """The keys of the multipart uploads that have not ended."""
    answer = place.client.list_multipart_uploads(Bucket=place.bucket_name)
    return [entry["Key"].removeprefix("portal/") for entry in answer.get("Uploads", [])]


def private_key() -> tuple[str, rsa.RSAPublicKey]:
    """A new RSA key as its file holds it, and its other half."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem.decode(), key.public_key()


def signing_for_cloudfront(settings: Any) -> Callable[[str, Mapping[str, str]], None]:
    """Let this test's bucket stand behind CloudFront; returns what checks an address as CloudFront does, given what
    was signed and the parameters of the whole.
    """
    pem, public = private_key()
    default = settings.STORAGES["default"]
    own = {
        "custom_domain": "d1.cloudfront.example",
        "cloudfront_key_id": "K1",
        "cloudfront_key": pem,
    }
    settings.STORAGES = settings.STORAGES | {"default": default | {"OPTIONS": default["OPTIONS"] | own}}

    def verify(url: str, said: Mapping[str, str]) -> None:
        assert said["Key-Pair-Id"] == "K1"
        ends = {"DateLessThan": {"AWS:EpochTime": int(said["Expires"])}}
        policy = {"Statement": [{"Resource": url, "Condition": ends}]}
        signature = base64.b64decode(said["Signature"].translate(str.maketrans("-_~", "+=/")))
        text = json.dumps(policy, separators=(",", ":")).encode()
        public.verify(signature, text, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - what CloudFront wants

    return verify
