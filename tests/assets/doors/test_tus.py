"""Resumable uploads through the router: chunks, cuts, checksums, refusals, and what is acknowledged when."""

import base64
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as portal
from django.core.files.storage import default_storage

from assets.models import Asset, UploadSession
from assets.services import uploads
from mediaportal.accounts.models import User
from tests.factories import UserFactory
from tests.forms import png
from tests.tus import PATH, code, create, head, patch

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clean_cache")]
PICTURE = png()
LARGE = PICTURE + os.urandom(700_000)


@pytest.fixture
def user() -> User:
    """A contributor."""
    return UserFactory()


@pytest.fixture(autouse=True)
def _clean_incoming() -> Iterator[None]:
    """Files of uploads that a test leaves unfinished are of no use to the next one."""
    yield
    for path in Path(portal.INCOMING_ROOT).glob("*.part"):
        path.unlink()


def begun(user: User, content: bytes = LARGE, **pairs: str) -> str:
    """An upload that waits for its bytes."""
    return create(user, len(content), None, **pairs).headers["location"]


def row(url: str) -> UploadSession:
    """The upload's row."""
    return UploadSession.objects.get(pk=url.rsplit("/", 1)[-1])


def checksum(data: bytes, algorithm: str = "sha1") -> dict[str, str]:
    """`Upload-Checksum` of some bytes."""
    digest = hashlib.new(algorithm, data).digest()
    return {"Upload-Checksum": f"{algorithm} {base64.b64encode(digest).decode()}"}


# --- Taken --------------------------------------------------------------------------------------------------------
def test_a_file_in_three_chunks(user: User) -> None:
    answer = create(user, len(LARGE), filename="tür.png", content_type="image", title="Tür", tags="a, b")
    assert answer.status == 201
    url = answer.headers["location"]
    assert url.startswith(PATH)
    assert row(url).pk.version == 4
    at = 0
    for size in (100_000, 300_000, len(LARGE)):
        answer = patch(url, LARGE[at : at + size], at)
        assert answer.status == 204
        at = min(at + size, len(LARGE))
        assert answer.headers["upload-offset"] == str(at)
        assert answer.headers["tus-resumable"] == "1.0.0"
    session = row(url)
    asset = Asset.objects.get(pk=answer.headers["x-asset-id"])
    assert (str(asset.job_id), session.status) == (answer.headers["x-job-id"], "accepted")
    assert (asset.sha256, asset.file_size) == (hashlib.sha256(LARGE).hexdigest(), len(LARGE))
    assert (asset.title, asset.original_filename, asset.kind) == ("Tür", "tür.png", "image")
    assert session.metadata["tags"] == ["a", "b"]
    assert Path(default_storage.path(asset.storage_key)).read_bytes() == LARGE
    assert not uploads.part_path(session.pk).exists()
    for again in (head(url), patch(url, b"", len(LARGE))):
        assert again.headers["upload-offset"] == str(len(LARGE))
        assert again.headers["x-asset-id"] == str(asset.pk)
        assert again.headers["x-job-id"] == str(asset.job_id)
    assert code(patch(url, LARGE[400_000:], 400_000)) == (409, "offset_mismatch")
    assert Asset.objects.count() == 1
