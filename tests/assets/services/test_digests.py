"""The first worker that has an object's bytes says what they are."""

import hashlib
import io
import zipfile
from pathlib import Path

import pytest

from assets.exceptions import ChecksumMismatch, DisguisedFile
from assets.models import Asset
from assets.services import digests
from tests.factories import AssetFactory, UploadSessionFactory
from tests.forms import png

pytestmark = pytest.mark.django_db
SUM = hashlib.sha256(png()).hexdigest()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "still.png"
    found.write_bytes(png())
    return found


@pytest.mark.parametrize("announced", ["", SUM])
def test_the_hash_is_filled_in(path: Path, announced: str) -> None:
    asset = AssetFactory(image=True, sha256="")
    UploadSessionFactory(asset=asset, status="accepted", announced_sha256=announced)
    digests.settle(asset=asset, path=path)
    assert Asset.objects.get(pk=asset.pk).sha256 == asset.sha256 == SUM


def test_other_bytes_than_were_announced(path: Path) -> None:
    asset = AssetFactory(image=True, sha256="")
    UploadSessionFactory(asset=asset, status="accepted", announced_sha256="b" * 64)
    with pytest.raises(ChecksumMismatch):
        digests.settle(asset=asset, path=path)
    assert Asset.objects.get(pk=asset.pk).sha256 == ""


def test_a_hidden_archive_is_found(path: Path) -> None:
    hidden = io.BytesIO()
    with zipfile.ZipFile(hidden, "w") as archive:
        archive.writestr("a.txt", "hidden")
    path.write_bytes(png() + hidden.getvalue())
    with pytest.raises(DisguisedFile):
        digests.settle(asset=AssetFactory(image=True, sha256=""), path=path)


def test_a_known_hash_is_not_read_again() -> None:
    asset = AssetFactory(image=True, sha256="c" * 64)
    digests.settle(asset=asset, path=Path("/nowhere"))
    assert asset.sha256 == "c" * 64
