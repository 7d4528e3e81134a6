"""What every engine must keep: a test module of an engine inherits `EngineContract` and gives it the engine."""

from pathlib import Path

import pytest

from analysis.engines import Engine, Found, Request, Type
from analysis.engines.base import Kind
from tests.analysis.clips import request_of
from tests.media import media

MIME_TYPES = {"mp4": "video/mp4", "flac": "audio/flac", "png": "image/png"}
CLIPS: dict[Kind, str] = {"video": "hard_cuts.mp4", "audio": "loud.flac", "image": "picture.png"}


def request_for(name: str, folder: Path, *types: Type, kind: Kind | None = None) -> Request:
    """A request for one of the media of the tests."""
    source = media(name)
    mime_type = MIME_TYPES[name.rpartition(".")[2]]
    if kind == "image" or mime_type.startswith("image/"):
        size = source.stat().st_size
        return Request(frozenset(types), source, folder, "image", mime_type, size, width=64, height=48)
    return request_of(source, folder, *types, mime_type=mime_type, languages=("en", "ar"))


class EngineContract:
    """The tests. `engine` is a fixture of the inheriting class."""

    def carried_out(self, engine: Engine, request: Request) -> Found:
        """What is found, polled to the end."""
        heard: list[float] = []
        handle = engine.start(request, on_progress=heard.append, stop=lambda: False)
        assert all(0 <= fraction <= 1 for fraction in heard)
        assert heard == sorted(heard)
        for _turn in range(100):
            standing = engine.poll(handle)
            assert 0 <= standing.fraction <= 1
            handle = standing.handle or handle
            if standing.done:
                return engine.results(handle, request)
            assert standing.again_in_seconds > 0
        raise AssertionError("it never ended")

    def able(self, engine: Engine, kind: Kind) -> list[Type]:
        """What it can do now of this kind of medium."""
        types = engine.capabilities().types
        return [name for name, ability in types.items() if not ability.missing and kind in ability.kinds]

    def test_it_has_a_name_that_fits_into_a_step(self, engine: Engine) -> None:
        assert engine.name == engine.name.lower()
        assert engine.name.isidentifier()
        assert len(engine.name) <= 20

    def test_what_it_cannot_do_says_what_is_missing(self, engine: Engine) -> None:
        types = engine.capabilities().types
        assert types
        for ability in types.values():
            assert ability.kinds
            assert ability.group == "" or ability.group.isidentifier()

    @pytest.mark.parametrize("kind", ["video", "audio", "image"])
    def test_each_type_is_found_or_has_failed_with_a_reason(
        self, engine: Engine, kind: Kind, tmp_path: Path
    ) -> None:
        types = self.able(engine, kind)
        if not types:
            return
        found = self.carried_out(engine, request_for(CLIPS[kind], tmp_path, *types))
        assert set(found.results) | set(found.failures) == set(types)
        assert not set(found.results) & set(found.failures)
        for failure in found.failures.values():
            assert failure.code
            assert failure.detail

    @pytest.mark.parametrize("kind", ["video", "audio", "image"])
    def test_findings_lie_in_the_medium_and_in_order(
        self, engine: Engine, kind: Kind, tmp_path: Path
    ) -> None:
        types = self.able(engine, kind)
        if not types:
            return
        request = request_for(CLIPS[kind], tmp_path, *types)
        for result in self.carried_out(engine, request).results.values():
            assert list(result.findings) == sorted(result.findings, key=lambda one: one.start)
            for finding in result.findings:
                assert 0 <= finding.start <= finding.end <= request.duration + 0.5
                assert request.threshold <= finding.confidence <= 1
                box = getattr(finding, "box", None)
                if box is not None:
                    assert all(0 <= side <= 1 for side in (box.left, box.top, box.width, box.height))
            assert result.confidence is None or 0 <= result.confidence <= 1

    def test_a_type_that_it_cannot_do_fails_alone(self, engine: Engine, tmp_path: Path) -> None:
        able = self.able(engine, "video")
        never = [name for name in Type if name not in able]
        if not able or not never:
            return
        found = self.carried_out(engine, request_for(CLIPS["video"], tmp_path, able[0], never[0]))
        assert able[0] in found.results
        assert found.failures[never[0]].code == "engine_unavailable"

    def test_what_was_found_is_given_once(self, engine: Engine, tmp_path: Path) -> None:
        request = request_for(CLIPS["video"], tmp_path, *self.able(engine, "video")[:1])
        handle = engine.start(request, on_progress=lambda _done: None, stop=lambda: False)
        if not engine.remote:
            engine.results(handle, request)
        with pytest.raises(KeyError):
            engine.results(handle if not engine.remote else "unknown", request)

    def test_there_is_an_end_to_clearing_up(self, engine: Engine, tmp_path: Path) -> None:
        assert engine.clear_up("unknown") is None
        request = request_for(CLIPS["video"], tmp_path, *self.able(engine, "video")[:1])
        handle = engine.start(request, on_progress=lambda _done: None, stop=lambda: False)
        assert any(engine.clear_up(handle) is None for _turn in range(20))

    def test_an_estimate_costs_nothing_to_make(self, engine: Engine, tmp_path: Path) -> None:
        found = engine.estimate(request_for(CLIPS["video"], tmp_path, *self.able(engine, "video")))
        assert found.usd >= 0
        assert found.seconds is None or found.seconds > 0
        assert not list(tmp_path.iterdir())
