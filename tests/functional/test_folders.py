"""The watcher and the bringer as processes of their own, on real folders: killed, doubled, told to end."""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from assets.models import Asset, Collection, UploadSession
from tests.factories import UserFactory
from tests.forms import png
from tests.functional.conftest import ROOT, portal_environment

pytestmark = pytest.mark.django_db(transaction=True)
OWNER = "folder@example.org"


def wait_for(condition: Callable[[], bool], *, seconds: float = 60.0) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def manage(*arguments: str) -> subprocess.Popen[str]:
    """A command of manage.py."""
    command = [sys.executable, "-W", "ignore", "manage.py", *arguments, "--owner", OWNER]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=portal_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@contextmanager
def watcher(folder: Path, *, still: str = "0.5") -> Iterator[subprocess.Popen[str]]:
    """A watcher at work."""
    process = manage("watch", str(folder), "--still-seconds", still, "--look-seconds", "2")
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """How a process ended, and what it said."""
    said, _ = process.communicate(timeout=60)
    return process.returncode, said


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """How a command ends that is called in this process, and what it said: a process takes seconds to begin."""
    code, refusal = 0, ""
    try:
        call_command(*arguments, "--owner", OWNER)
    except CommandError as error:
        code, refusal = 1, str(error)
    except SystemExit as end:
        code = int(end.code or 0)
    printed = capsys.readouterr()
    return code, printed.out + printed.err + refusal


def done(folder: Path) -> set[str]:
    """The places in `done/`."""
    return {str(p.relative_to(folder / "done")) for p in (folder / "done").rglob("*") if p.is_file()}


def test_a_watched_folder_takes_refuses_and_ends_when_told(tmp_path: Path) -> None:
    UserFactory(email=OWNER)
    picture = png(64, 64)
    with watcher(tmp_path) as process:
        wait_for((tmp_path / ".working/lock").exists)
        (tmp_path / "Events/عرس").mkdir(parents=True)
        (tmp_path / "Events/عرس/صورة.png").write_bytes(picture)
        (tmp_path / "words.mp4").write_text("just some words\n" * 50)
        (tmp_path / "later.png.part").write_bytes(picture[:10])
        (tmp_path / "cut.png.CHUNK2").write_bytes(picture[80:])
        (tmp_path / "cut.png.CHUNK0").write_bytes(picture[:40])
        wait_for(
            lambda: "Events/عرس/صورة.png" in done(tmp_path) and (tmp_path / "refused/words.mp4.txt").exists()
        )
        (tmp_path / "cut.png.CHUNK1").write_bytes(picture[40:80])
        wait_for(lambda: len(done(tmp_path)) == 4)
        assert (tmp_path / "later.png.part").exists()
        other = manage("watch", str(tmp_path))
        code, said = ended(other)
        assert code == 1 and "watched by another process" in said
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=15) == 0
    assert sorted(Asset.objects.values_list("original_filename", flat=True)) == ["cut.png", "صورة.png"]
    assert Collection.objects.get(name="عرس").assets.count() == 1


def test_killed_again_and_again_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    UserFactory(email=OWNER)
    names = {f"p{number}.png" for number in range(12)}
    for number in range(12):
        (tmp_path / f"p{number}.png").write_bytes(png(20 + number, 20))
    for rest in (2.5, 3.0, 3.4, 3.9):
        with watcher(tmp_path, still="0.2") as process:
            time.sleep(rest)
            process.kill()
    with watcher(tmp_path, still="0.2"):
        wait_for(lambda: done(tmp_path) == names)
    assert sorted(Asset.objects.values_list("original_filename", flat=True)) == sorted(names)


def test_what_cannot_be_watched_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    UserFactory(email=OWNER, role="viewer")
    for arguments, words in (
        (["watch"], "Name a folder"),
        (["watch", str(tmp_path / "gone")], "is not a folder"),
    ):
        code, said = told(capsys, *arguments)
        assert code == 1 and words in said
    code, said = told(capsys, "watch", str(tmp_path))
    assert code == 1 and "may not upload" in said
    code, said = told(capsys, "watch", str(settings.MEDIA_ROOT))
    assert code == 1 and "MEDIA_ROOT is there" in said


def test_a_library_is_brought_in_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    UserFactory(email=OWNER)
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/one.png").write_bytes(png(10, 10))
    (tmp_path / "a/b/two.png").write_bytes(png(11, 10))
    (tmp_path / "a/b/same.png").write_bytes(png(11, 10))
    (tmp_path / "a/words.mp4").write_text("just some words\n" * 50)
    arguments = ["ingest", str(tmp_path), "--recursive", "--collection", "Archive"]
    code, said = told(capsys, *arguments, "--dry-run")
    assert code == 1 and "3 would be taken" in said and "unsupported_media_type" in said
    assert not UploadSession.objects.exists()
    code, said = ended(manage(*arguments))
    assert code == 1 and "2 taken" in said and "1 known, 1 refused" in said
    assert (tmp_path / "a/one.png").exists() and (tmp_path / "a/b/two.png").exists()
    where = Asset.objects.get(original_filename="one.png").collections.get()
    assert where.parent is not None and (where.name, where.parent.name) == ("a", "Archive")
    code, said = told(capsys, *arguments, "--move")
    assert "0 taken" in said and "3 known" in said
    assert Asset.objects.count() == 2
    assert not (tmp_path / "a/one.png").exists()
    shutil.rmtree(tmp_path / "a/b")
    (tmp_path / "a/words.mp4").unlink()
    (tmp_path / "new.png").write_bytes(png(12, 10))
    code, said = told(capsys, "ingest", str(tmp_path), "--move")
    assert (code, (tmp_path / "new.png").exists()) == (0, False)
    assert Asset.objects.count() == 3
