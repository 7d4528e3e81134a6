"""Uploads in parts that are joined."""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from assets.models import Asset, UploadSession
from assets.services import uploads
from assets.services.tus import control, finishing
from mediaportal.accounts.models import User
from mediaportal.core.ids import new_id
from tests.asgi import Answer
from tests.factories import UploadSessionFactory, UserFactory
from tests.tus import CHUNK, LARGE, PATH, ask, bearer, code, create, encoded, head, patch, row

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("clean_cache"),
]


def part(user: User, data: bytes, *, whole: bool = True) -> str:
    """A part of a file."""
    url = create(user, len(data), {"Upload-Concat": "partial"}).headers["location"]
    assert patch(url, data if whole else data[:-1], 0).status == 204
    return url


def joined(user: User | None, *urls: str, **pairs: str) -> Answer:
    """Join parts."""
    words = {"Upload-Metadata": encoded(**pairs)} if pairs else {}
    return ask("POST", PATH, bearer(user) | words | {"Upload-Concat": f"final;{' '.join(urls)}"})


def test_parts_are_joined(user: User) -> None:
    first, second = part(user, LARGE[:300_000]), part(user, LARGE[300_000:])
    assert head(first).headers["upload-concat"] == "partial"
    files = [uploads.part_path(row(url).pk) for url in (first, second)]
    answer = joined(user, f"http://testserver{first}", second, filename="whole.png")
    assert answer.status == 201
    asset = Asset.objects.get(pk=answer.headers["x-asset-id"])
    assert (asset.sha256, asset.original_filename) == (hashlib.sha256(LARGE).hexdigest(), "whole.png")
    assert Path(default_storage.path(asset.storage_key)).read_bytes() == LARGE
    assert not any(file.exists() for file in files)
    found = head(answer.headers["location"])
    assert found.headers["upload-concat"] == f"final;{first} {second}"
    assert found.headers["upload-offset"] == found.headers["upload-length"] == str(len(LARGE))
    assert code(patch(answer.headers["location"], b"", len(LARGE))) == (403, "not_permitted")
    again = joined(user, first, second)
    assert again.headers["location"] == answer.headers["location"]
    assert Asset.objects.count() == 1


def test_joining_that_broke_is_repeated(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = part(user, LARGE[:300_000]), part(user, LARGE[300_000:])

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret")

    with monkeypatch.context() as patched:
        patched.setattr(finishing, "hand_over", broken)
        assert code(joined(user, first, second)) == (500, "internal_error")
    session = UploadSession.objects.get(concat="final")
    UploadSession.objects.filter(pk=session.pk).update(bytes_received=0)
    assert "Upload-Offset" not in control.facts(row(f"{PATH}{session.pk}"))
    assert joined(user, first, second).headers["x-asset-id"]


def test_a_part_is_joined_once(user: User) -> None:
    first, second = part(user, LARGE[:300_000]), part(user, LARGE[300_000:])
    assert code(joined(user, first, second, first)) == (400, "invalid_options")
    ids = [url.rsplit("/", 1)[-1] for url in (first, second)]
    UploadSessionFactory(user=user, source="tus", concat="final", parts=ids)
    assert code(joined(user, second, first)) == (400, "invalid_options")
    assert code(joined(user, second)) == (400, "invalid_options")
    assert UploadSession.objects.filter(concat="final").count() == 1


def test_the_parts_of_a_file_that_is_refused_go_with_it(user: User) -> None:
    first, second = part(user, b"no medium" * 100), part(user, b" at all" * 100)
    files = [uploads.part_path(row(url).pk) for url in (first, second)]
    assert code(joined(user, first, second)) == (415, "unsupported_media_type")
    assert not any(file.exists() for file in files)
    assert code(joined(user, first, second)) == (400, "invalid_options")


def test_parts_that_cannot_be_joined(user: User) -> None:
    good, open_one = part(user, LARGE[:10]), part(user, LARGE[10:20], whole=False)
    foreign = part(UserFactory(), LARGE[:10])
    for urls in ((good, open_one), (good, foreign), (f"{PATH}{new_id()}",), (f"{PATH}x",), ("/other",), ()):
        answer = joined(user, *urls)
        assert code(answer) == (400, "invalid_options")
        assert [e["field"] for e in answer.json()["errors"]] == ["Upload-Concat"]
    assert code(joined(None, good)) == (401, "not_authenticated")
    told = bearer(user) | {"Upload-Concat": f"final;{good}", "Upload-Length": 10}
    assert code(ask("POST", PATH, told)) == (400, "invalid_options")
    with_bytes = bearer(user) | {"Upload-Concat": f"final;{good}", "Content-Type": CHUNK, "Content-Length": 1}
    assert code(ask("POST", PATH, with_bytes, body=[b"x"])) == (403, "not_permitted")


def test_a_part_that_is_lost_ends_the_joined_upload(user: User) -> None:
    first, second = part(user, LARGE[:300_000]), part(user, LARGE[300_000:])
    uploads.part_path(row(second).pk).unlink()
    assert code(joined(user, first, second)) == (410, "upload_gone")
    assert UploadSession.objects.get(concat="final").status == "failed"


def test_joined_bytes_are_looked_at(user: User) -> None:
    words = b"words and words " * 100
    answer = joined(user, part(user, words[:100]), part(user, words[100:]))
    assert code(answer) == (415, "unsupported_media_type")


def test_the_whole_must_not_be_too_large(user: User, settings: Any) -> None:
    first, second = part(user, LARGE[:300_000]), part(user, LARGE[300_000:])
    settings.MAX_FILE_SIZE = 500_000
    assert code(joined(user, first, second)) == (413, "file_too_large")


def test_parts_expire_and_are_swept(user: User) -> None:
    url = part(user, LARGE[:10])
    UploadSession.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert code(joined(user, url)) == (400, "invalid_options")
    assert uploads.sweep_stale() == 1
    assert not uploads.part_path(row(url).pk).exists()
