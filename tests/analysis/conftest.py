"""Assets that can be analysed, an engine that finds what a test says, and workers that carry the steps out."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest

from analysis import engines
from analysis.engines import Ability, Capabilities, Estimate, Failure, Found, Request, Result, Standing, Type
from analysis.engines.base import Note, Report, unnoted
from assets.models import Asset
from processing.models import Queue
from processing.services import leases, running
from tests.analysis.people import COLLECTION, FakeAlbum
from tests.factories import AssetFactory
from tests.media import media
from tests.processing.ffmpeg.conftest import probed


@dataclass
class FakeEngine:
    """Finds what it is given. With `polls` it works elsewhere, and is done after so many of them; `pauses` are those
    that it wants before all is cleared up.
    """

    name: str = "local"
    remote: bool = False
    abilities: dict[Type, Ability] = field(default_factory=dict)
    results_by: Mapping[Type, Result] = field(default_factory=dict)
    failures_by: Mapping[Type, Failure] = field(default_factory=dict)
    error: Exception | None = None
    polls: int = 0
    usd: Decimal = Decimal(0)
    asked: list[Request] = field(default_factory=list)
    cleared: list[str] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    def capabilities(self) -> Capabilities:
        return Capabilities(self.abilities)

    def estimate(self, request: Request) -> Estimate:
        return Estimate(1.0, self.usd)

    def start(
        self, request: Request, *, on_progress: Report, stop: Callable[[], bool], note: Note = unnoted
    ) -> str:
        if self.error:
            raise self.error
        self.asked.append(request)
        return "handle"

    def poll(self, handle: str) -> Standing:
        self.polls -= 1
        return Standing(done=self.polls < 0, fraction=0.5, again_in_seconds=0.0)

    def results(self, handle: str, request: Request) -> Found:
        found = {name: self.results_by.get(name, Result()) for name in request.types}
        for name in self.failures_by:
            found.pop(name, None)
        return Found(found, {n: one for n, one in self.failures_by.items() if n in request.types})

    def spent(self, handle: str, request: Request) -> dict[Type, Decimal]:
        return dict.fromkeys(request.types, self.usd)

    def clear_up(self, handle: str) -> float | None:
        self.cleared.append(handle)
        return self.pauses.pop(0) if self.pauses else None


def sight(*kinds: str, missing: str = "") -> Ability:
    """What belongs to the step that looks."""
    return Ability(frozenset(kinds or {"video"}), "sight", missing=missing)  # type: ignore[arg-type]


def hearing() -> Ability:
    """What belongs to the step that listens."""
    return Ability(frozenset({"video", "audio"}), "hearing")


@pytest.fixture
def only_engines(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let there be these engines alone."""

    def let(*those: engines.Engine) -> None:
        monkeypatch.setattr(engines, "_ENGINES", {one.name: one for one in those})

    return let


@pytest.fixture
def fake(only_engines: Callable[..., None]) -> FakeEngine:
    """The only engine: it looks for shots and text, and hears speech."""
    engine = FakeEngine(
        abilities={Type.SHOTS: sight(), Type.TEXT: sight("video", "image"), Type.TRANSCRIPTION: hearing()}
    )
    only_engines(engine)
    return engine


@pytest.fixture
def album(only_engines: Callable[..., None], settings: Any, monkeypatch: pytest.MonkeyPatch) -> FakeAlbum:
    """People are named in this installation, by an engine that keeps faces here."""
    kept, able = FakeAlbum(), replace(sight("video", "image"), names=True)
    engine = FakeEngine(name="aws", abilities={Type.FACES: able})
    only_engines(engine)
    monkeypatch.setattr(engines, "_ALBUMS", {engine.name: kept})
    settings.ANALYSIS_FACE_COLLECTION = COLLECTION
    return kept


@pytest.fixture
def film(db: None) -> Asset:
    """A film that is ready, with its bytes."""
    return film_of("hard_cuts.mp4")


def film_of(name: str) -> Asset:
    """A film that is ready, of one of the media of the tests."""
    probe = probed(name)
    asset: Asset = AssetFactory(published=True, content=media(name).read_bytes(), duration=probe.duration)
    asset.metadata = {"probed": True, "probe": probe.as_data()}
    asset.save(update_fields=["metadata"])
    return asset


@pytest.fixture
def work() -> Iterator[Callable[[], int]]:
    """Carry out every step that waits for analysis now; returns how many there were."""

    def run() -> int:
        done = 0
        while step := leases.claim(queue=Queue.ANALYSIS, worker="tests:1"):
            running.run(step=step)
            done += 1
            if done > 50:
                raise AssertionError("the steps do not end")
        return done

    yield run
    running.shutting_down.clear()
