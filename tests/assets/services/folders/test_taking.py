"""Taking claims in: accepted, refused with the reason, and gone on with wherever a crash left it."""

import hashlib
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from assets.exceptions import StorageFull
from assets.models import Asset, UploadSession
from assets.services import ingest, uploads
from assets.services.folders import claims, copying, taking
from assets.services.folders.claims import Claim
from assets.services.folders.copying import Stopped
from assets.services.folders.listing import files_in, offers
from mediaportal.accounts.models import User
from tests.factories import UserFactory
from tests.forms import png
from tests.polyglots import DISGUISED

pytestmark = pytest.mark.django_db
PICTURE = png()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    claims.lay_out(tmp_path)
    return tmp_path


@pytest.fixture
def owner() -> User:
    return UserFactory()


def claimed(root: Path, place: str, *pieces: bytes) -> Claim:
    """A file (or several pieces of one) that was laid down and claimed."""
    path = root / place
    path.parent.mkdir(parents=True, exist_ok=True)
    for number, piece in enumerate(pieces):
        target = path.with_name(f"{path.name}.CHUNK{number}") if len(pieces) > 1 else path
        target.write_bytes(piece)
    parts = Path(place).parent.parts
    return claims.claim(root, offers(parts, files_in(path.parent))[0])


def take(claim: Claim, owner: User) -> str:
    return taking.take(claim, owner=owner, stop=threading.Event())


def again(root: Path, owner: User) -> list[str]:
    """What a new start makes of what a crash has left."""
    found = [claims.settle(left) for left in claims.left_over(root)]
    return [take(claim, owner) for claim in found if claim]


def test_taken(root: Path, owner: User) -> None:
    assert take(claimed(root, "Events/عرس/صورة.png", PICTURE), owner) == "taken"
    asset = Asset.objects.get()
    assert (asset.original_filename, asset.uploaded_by) == ("صورة.png", owner)
    assert asset.sha256 == hashlib.sha256(PICTURE).hexdigest()
    shelf = asset.collections.get()
    assert shelf.parent is not None
    assert (shelf.name, shelf.parent.name) == ("عرس", "Events")
    session = UploadSession.objects.get()
    assert (session.source, session.origin, session.bytes_total) == (
        "folder",
        "Events/عرس/صورة.png",
        len(PICTURE),
    )
    assert (root / "done/Events/عرس/صورة.png").read_bytes() == PICTURE
    assert claims.left_over(root) == []


def test_pieces_become_one(root: Path, owner: User) -> None:
    third = len(PICTURE) // 3
    claim = claimed(root, "a.png", PICTURE[:third], PICTURE[third : 2 * third], PICTURE[2 * third :])
    assert take(claim, owner) == "taken"
    asset = Asset.objects.get()
    assert (asset.original_filename, asset.sha256) == ("a.png", hashlib.sha256(PICTURE).hexdigest())
    assert not asset.collections.exists()
    assert sorted(p.name for p in (root / "done").iterdir()) == [f"a.png.CHUNK{n}" for n in range(3)]


REFUSED: list[tuple[str, bytes, str]] = [
    ("empty.mp4", b"", "empty_file"),
    ("words.mp4", b"just some words\n" * 50, "unsupported_media_type"),
    ("playlist.mp4", b"#EXTM3U\nhttp://evil/x.ts\n", "unsupported_media_type"),
    ("page.jpg", DISGUISED["page.jpg"][1](), DISGUISED["page.jpg"][0]),
    ("shell.mp3", DISGUISED["shell.mp3"][1](), DISGUISED["shell.mp3"][0]),
    ("png_zip.png", DISGUISED["png_zip.png"][1](), DISGUISED["png_zip.png"][0]),
]


@pytest.mark.parametrize(
    ("name", "content", "code"), REFUSED, ids=[name for name, _content, _code in REFUSED]
)
def test_refused_with_the_reason(root: Path, owner: User, name: str, content: bytes, code: str) -> None:
    assert take(claimed(root, f"sub/{name}", content), owner) == "refused"
    assert (root / f"refused/sub/{name}").read_bytes() == content
    said = (root / f"refused/sub/{name}.txt").read_text().splitlines()
    assert said[0] == code
    assert len(said[1]) > 10
    assert UploadSession.objects.get().error_code == code
    assert not Asset.objects.exists()
    assert claims.left_over(root) == []
    assert not list(Path(uploads.part_path(UploadSession.objects.get().pk)).parent.glob("*.part"))


def test_too_large_and_over_quota(root: Path, owner: User, settings: Any) -> None:
    settings.MAX_FILE_SIZE = 10
    assert take(claimed(root, "a.png", PICTURE), owner) == "refused"
    assert (root / "refused/a.png.txt").read_text().startswith("file_too_large\n")
    settings.MAX_FILE_SIZE = 1 << 30
    owner.quota_bytes = 10
    owner.save()
    assert take(claimed(root, "b.png", PICTURE), owner) == "refused"
    assert (root / "refused/b.png.txt").read_text().startswith("quota_exceeded\n")


def test_the_reason_is_in_the_owners_language(root: Path) -> None:
    take(claimed(root, "a.mp4", b""), UserFactory(language="ar"))
    assert "الملف فارغ" in (root / "refused/a.mp4.txt").read_text()


def test_a_full_disk_is_not_the_files_fault(root: Path, owner: User, settings: Any) -> None:
    settings.MIN_FREE_SPACE = 1 << 60
    claim = claimed(root, "a.png", PICTURE)
    with pytest.raises(StorageFull):
        take(claim, owner)
    settings.MIN_FREE_SPACE = 0
    assert again(root, owner) == ["taken"]
    assert Asset.objects.count() == 1


def test_what_changes_while_it_is_read_is_laid_back(
    root: Path, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = claimed(root, "sub/a.png", PICTURE)
    real = copying.copy_in

    def slow(paths: Any, **more: Any) -> Any:
        def grow(_received: int) -> None:
            with claim.paths[0].open("ab") as file:
                file.write(b"more")

        return real(paths, **more | {"progress": grow})

    monkeypatch.setattr(taking, "copy_in", slow)
    assert take(claim, owner) == "returned"
    assert (root / "sub/a.png").read_bytes().startswith(PICTURE)
    assert (claims.left_over(root), Asset.objects.count()) == ([], 0)


def test_stopped_and_gone_on_with(root: Path, owner: User) -> None:
    claim = claimed(root, "a.png", PICTURE)
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped):
        taking.take(claim, owner=owner, stop=stop)
    assert UploadSession.objects.get().status == "uploading"
    assert again(root, owner) == ["taken"]
    assert UploadSession.objects.get().status == "accepted"


class Killed(BaseException):
    """Stands for the end of the process."""


def die(*_args: Any, **_more: Any) -> None:
    raise Killed


@pytest.mark.parametrize(
    ("where", "name"),
    [
        (uploads, "begin"),
        (taking, "copy_in"),
        (ingest, "accept_file"),
        (claims, "finish"),
        (claims, "_empty"),
    ],
)
def test_killed_at_each_step_neither_loses_nor_doubles(
    root: Path, owner: User, where: Any, name: str
) -> None:
    claim = claimed(root, "a.png", PICTURE)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(where, name, die)
        with pytest.raises(Killed):
            take(claim, owner)
    again(root, owner)
    assert Asset.objects.count() == 1
    assert [p.name for p in (root / "done").iterdir()] == ["a.png"]
    assert (claims.left_over(root), again(root, owner)) == ([], [])


def test_killed_after_a_refusal(root: Path, owner: User) -> None:
    claim = claimed(root, "a.mp4", b"words " * 100)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(claims, "refuse", die)
        with pytest.raises(Killed):
            take(claim, owner)
    assert again(root, owner) == ["refused"]
    assert (root / "refused/a.mp4.txt").read_text().startswith("unsupported_media_type\n")
    assert UploadSession.objects.count() == 1


def test_an_upload_that_was_swept_away_meanwhile_begins_anew(root: Path, owner: User) -> None:
    claim = claimed(root, "a.png", PICTURE)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ingest, "accept_file", die)
        with pytest.raises(Killed):
            take(claim, owner)
    UploadSession.objects.update(updated_at=timezone.now() - timedelta(hours=1))
    uploads.sweep_stale()
    assert UploadSession.objects.get().status == "failed"
    assert again(root, owner) == ["taken"]
    assert Asset.objects.count() == 1
