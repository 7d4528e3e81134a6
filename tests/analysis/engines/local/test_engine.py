"""The engine of this machine: the contract, and how its parts share one decode without hindering each other."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from analysis.engines import Ability, Engine, Request, Result, Type
from analysis.engines.base import Report
from analysis.engines.local import LocalEngine
from analysis.engines.local.parts import HEARING, SIGHT, Filter, Look, Notes, Picture, SoundFile
from analysis.engines.local.shots import Shots
from mediaportal.core import sandbox
from mediaportal.core.sandbox import Completed, ProgramStopped
from processing.exceptions import CorruptMedia
from tests.analysis.engines.contract import EngineContract, request_for


class TestLocal(EngineContract):
    @pytest.fixture
    def engine(self) -> Engine:
        return LocalEngine()


class Recorder:
    """A part that keeps the times of what it sees, and gives up after some."""

    def __init__(self, name: Type, look: Look, most: int = 1000) -> None:
        self.type = name
        self.look: Look | None = look
        self.picture_filters: Sequence[Filter] = ()
        self.sound_filters: Sequence[Filter] = ()
        self.sound_file: SoundFile | None = None
        self.seen: list[Picture] = []
        self._most = most

    def ability(self) -> Ability:
        return Ability(frozenset({"video", "image"}), SIGHT)

    def watcher(self, request: Request, *, stop: Callable[[], bool]) -> "Recorder":
        return self

    def see(self, picture: Picture) -> None:
        self.seen.append(picture)
        if len(self.seen) > self._most:
            raise CorruptMedia("enough")

    def result(self, notes: Notes) -> Result:
        return Result(summary={"seen": len(self.seen)})


class Listener:
    """A part that hears nothing, or fails."""

    type = Type.TRANSCRIPTION

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error

    def ability(self) -> Ability:
        return Ability(frozenset({"video", "audio"}), HEARING)

    def listen(self, request: Request, *, on_progress: Report, stop: Callable[[], bool]) -> Result:
        on_progress(1.0)
        if self._error:
            raise self._error
        return Result(language="en")


def test_parts_share_one_decode_each_at_its_own_rate(tmp_path: Path) -> None:
    often = Recorder(Type.TEXT, Look(4.0, 200))
    seldom = Recorder(Type.FACES, Look(1.0, 64))
    engine = LocalEngine([often, seldom, Shots()], [])
    request = request_for("hard_cuts.mp4", tmp_path, Type.TEXT, Type.FACES, Type.SHOTS)
    handle = engine.start(request, on_progress=lambda _done: None, stop=lambda: False)
    found = engine.results(handle, request)
    assert [picture.time for picture in seldom.seen] == [float(second) for second in range(9)]
    assert len(often.seen) in {36, 37}
    assert {(picture.width, picture.height) for picture in often.seen} == {(200, 112)}
    assert all(len(picture.pixels) == 200 * 112 * 3 for picture in often.seen)
    assert [round(shot.start) for shot in found.results[Type.SHOTS].findings] == [0, 3, 6]


def test_a_part_that_gives_up_does_not_hinder_the_others(tmp_path: Path) -> None:
    engine = LocalEngine(
        [Recorder(Type.TEXT, Look(2.0, 64), most=3), Recorder(Type.FACES, Look(1.0, 64))], []
    )
    request = request_for("hard_cuts.mp4", tmp_path, Type.TEXT, Type.FACES)
    found = engine.results(engine.start(request, on_progress=lambda _done: None, stop=lambda: False), request)
    assert found.failures[Type.TEXT].code == "corrupt_media"
    assert found.results[Type.FACES].summary == {"seen": 9}


def test_a_file_that_cannot_be_decoded_fails_what_looks_and_not_what_listens(tmp_path: Path) -> None:
    request = request_for("hard_cuts.mp4", tmp_path, Type.SHOTS, Type.TRANSCRIPTION)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"nothing" * 100)
    request = Request(**{**vars(request), "source": broken})
    engine = LocalEngine([Shots()], [Listener()])
    found = engine.results(engine.start(request, on_progress=lambda _done: None, stop=lambda: False), request)
    assert found.failures[Type.SHOTS].code == "corrupt_media"
    assert found.results[Type.TRANSCRIPTION].language == "en"


def test_what_cannot_be_heard_is_a_failure_of_its_own(tmp_path: Path) -> None:
    engine = LocalEngine([Shots()], [Listener(CorruptMedia("no"))])
    request = request_for("hard_cuts.mp4", tmp_path, Type.SHOTS, Type.TRANSCRIPTION)
    found = engine.results(engine.start(request, on_progress=lambda _done: None, stop=lambda: False), request)
    assert set(found.results) == {Type.SHOTS}
    assert found.failures[Type.TRANSCRIPTION].code == "corrupt_media"


def test_it_stops_when_it_is_told_to(tmp_path: Path) -> None:
    request = request_for("hard_cuts.mp4", tmp_path, Type.SHOTS)
    with pytest.raises(ProgramStopped):
        LocalEngine().start(request, on_progress=lambda _done: None, stop=lambda: True)


def test_everything_that_looks_takes_one_run_of_ffmpeg(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[str] = []
    run = sandbox.run

    def counted(argv: Sequence[str | Path], **more: Any) -> Completed:
        runs.append(str(argv[0]))
        return run(argv, **more)

    types = (Type.SHOTS, Type.TEXT, Type.FACES, Type.QUALITY, Type.FINGERPRINT)
    request = request_for("plain.mp4", tmp_path, *types)
    monkeypatch.setattr("processing.ffmpeg.program.run", counted)
    engine = LocalEngine()
    handle = engine.start(request, on_progress=lambda _done: None, stop=lambda: False)
    found = engine.results(handle, request)
    assert set(found.results) == set(types)
    assert found.results[Type.FINGERPRINT].summary["sound"]["values"]
    assert runs == ["ffmpeg"]
