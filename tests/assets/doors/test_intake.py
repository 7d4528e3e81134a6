"""Bytes are written once, hashed as they pass, and never pile up in memory."""

import asyncio
import hashlib
import os
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from assets.doors import intake as parts
from assets.doors.intake import Intake
from assets.exceptions import FileTooLarge, StorageFull
from assets.services.partfiles import PartFile, ResumedFile
from mediaportal.core.ids import new_id


def place_of_its_own() -> Path:
    """A fresh place for incoming bytes."""
    return Path(settings.INCOMING_ROOT) / f"{new_id()}.part"


async def test_what_is_taken_is_written_and_hashed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "PIECE_BYTES", 1000)
    monkeypatch.setattr(parts, "LEAST_BYTES", 400)
    place, content = place_of_its_own(), os.urandom(12_345)
    intake = Intake(PartFile(place))
    for at in range(0, len(content), 333):
        intake.take(memoryview(content)[at : at + 333])
        await intake.settle()
        assert intake._used < 1000
    assert await intake.finish() == hashlib.sha256(content).hexdigest()
    assert intake.received == len(content)
    assert place.read_bytes() == content
    assert place.stat().st_mode & 0o777 == 0o600


async def test_a_slow_upload_is_passed_on_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "PIECE_SECONDS", 0.0)
    intake = Intake(PartFile(None))
    intake.take(memoryview(b"x" * (parts.LEAST_BYTES - 1)))
    await intake.settle()
    assert intake._used
    intake.take(memoryview(b"x"))
    await intake.settle()
    assert not intake._used
    await intake.abandon()


async def test_more_at_once_than_a_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "PIECE_BYTES", 10)
    content = os.urandom(35)
    intake = Intake(PartFile(None))
    intake.take(memoryview(content[:25]))
    intake.take(memoryview(content[25:]))
    assert await intake.finish() == hashlib.sha256(content).hexdigest()


async def test_the_beginning_is_kept_for_looking_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "HEAD_BYTES", 10)
    intake = Intake(PartFile(None))
    for byte in b"abcdefghijklmno":
        intake.take(memoryview(bytes([byte])))
    assert intake.head == b"abcdefghij"
    assert await intake.finish() == hashlib.sha256(b"abcdefghijklmno").hexdigest()


def test_a_file_may_not_grow_beyond_the_limit(settings: Any) -> None:
    settings.MAX_FILE_SIZE = 10
    intake = Intake(PartFile(None))
    intake.take(memoryview(b"0123456789"))
    with pytest.raises(FileTooLarge):
        intake.take(memoryview(b"x"))


def test_an_existing_file_is_never_written_over() -> None:
    place = place_of_its_own()
    PartFile(place).close()
    with pytest.raises(FileExistsError):
        PartFile(place)


async def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    file = PartFile(None)
    file._descriptor = os.open("/dev/full", os.O_WRONLY)
    intake = Intake(file)
    intake.take(memoryview(b"x"))
    with pytest.raises(StorageFull):
        await intake.finish()
    await intake.abandon()
    assert file._descriptor == -1


async def test_abandoning_waits_for_the_disk_and_closes() -> None:
    intake = Intake(PartFile(place_of_its_own()))
    intake.take(memoryview(b"x" * parts.PIECE_BYTES))
    await intake.settle()
    await asyncio.gather(intake.abandon())
    await intake.abandon()


@pytest.mark.parametrize("told", [True, False])
def test_what_must_stay_free_stays_free(tmp_path: Path, settings: Any, told: bool) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"some")
    with ResumedFile(tmp_path / "part", create=True) as file:
        file.stand_at(0)
        file.write(memoryview(b"some"))
        settings.MIN_FREE_SPACE = 1 << 60
        with pytest.raises(StorageFull):
            file.write(memoryview(b"more")) if told else file.append_file(source, 4)
        assert file.position == 4
