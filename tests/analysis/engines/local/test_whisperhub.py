"""Models come from a hub whole, once, and go on where a broken fetch ended."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.engines import EngineAway, Type
from analysis.engines.local import whisperhub
from analysis.engines.local.speech import Transcription, files_lacking
from analysis.engines.local.whisperhub import Hub, fetch, home_of
from analysis.exceptions import NEEDS_FETCHED_MODEL, ModelDamaged, ModelRefused, ModelUnavailable
from mediaportal.core.sandbox import ProgramStopped
from tests.analysis import sounds
from tests.analysis.clips import engine_of, request_of
from tests.analysis.hub import COMMIT, StandIn, hub_of
from tests.analysis.whisper import tiny_whisper


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that says hello to the world, and what else lies beside one."""
    folder = tiny_whisper(tmp_path_factory.mktemp("model"), " hello", " world")
    (folder / "README.md").write_text("read me")
    return folder


@pytest.fixture
def hub(model: Path) -> Iterator[StandIn]:
    with hub_of(model) as served:
        yield served


def fetched(hub: StandIn, models: Path, *, revision: str = "main") -> tuple[Path, list[float]]:
    folder, told = models / "faster-whisper-tiny", list[float]()
    where = Hub(hub.address, revision)
    fetch("tiny", folder, hub=where, on_progress=told.append, stop=lambda: False)
    return folder, told


def test_a_model_comes_whole_and_once(tmp_path: Path, hub: StandIn, model: Path) -> None:
    folder, told = fetched(hub, tmp_path / "models", revision="pinned/one")
    assert not files_lacking(folder)
    for path in model.iterdir():
        assert (folder / path.name).exists() == (path.name != "README.md")
    assert (folder / "model.bin").read_bytes() == (model / "model.bin").read_bytes()
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert hub.asked[0][0] == "/api/models/Systran/faster-whisper-tiny/revision/pinned%2Fone?blobs=true"
    assert all(
        path.startswith(f"/Systran/faster-whisper-tiny/resolve/{COMMIT}/") for path, _ in hub.asked[1:]
    )
    asked = len(hub.asked)
    assert fetched(hub, tmp_path / "models") == (folder, [])
    assert len(hub.asked) == asked


def test_a_broken_fetch_is_gone_on_with(tmp_path: Path, hub: StandIn) -> None:
    hub.breaks_at = 1000
    with pytest.raises(ModelUnavailable):
        fetched(hub, tmp_path)
    assert not (tmp_path / "faster-whisper-tiny").exists()
    hub.breaks_at, hub.asked = None, []
    folder, _told = fetched(hub, tmp_path)
    assert not files_lacking(folder)
    assert [asked for path, asked in hub.asked if path.endswith("model.bin")] == ["bytes=1000-"]
    assert [path for path, _range in hub.asked if path.endswith("config.json")] == []


def test_what_was_begun_of_another_commit_is_thrown_away(tmp_path: Path, hub: StandIn) -> None:
    hub.breaks_at = 1000
    with pytest.raises(ModelUnavailable):
        fetched(hub, tmp_path)
    hub.breaks_at, hub.commit, hub.asked = None, "b" * 40, []
    fetched(hub, tmp_path)
    assert [asked for path, asked in hub.asked if path.endswith("model.bin")] == [""]


def test_what_is_not_as_the_hub_told_is_thrown_away(tmp_path: Path, hub: StandIn) -> None:
    hub.lies = True
    with pytest.raises(ModelDamaged):
        fetched(hub, tmp_path)
    assert not (tmp_path / ".faster-whisper-tiny.part" / "model.bin").exists()
    hub.lies = False
    assert not files_lacking(fetched(hub, tmp_path)[0])


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, ModelRefused), (404, ModelRefused), (503, ModelUnavailable), (429, ModelUnavailable)],
)
def test_a_hub_that_does_not_give_it(
    tmp_path: Path, hub: StandIn, status: int, error: type[Exception]
) -> None:
    hub.status = status
    with pytest.raises(error):
        fetched(hub, tmp_path)


def test_without_a_network_the_engine_is_away(tmp_path: Path, model: Path) -> None:
    with hub_of(model) as gone:
        pass
    with pytest.raises(ModelUnavailable) as caught:
        fetched(gone, tmp_path)
    assert caught.value.code == "engine_unavailable"


def test_it_may_be_stopped_and_must_end(
    tmp_path: Path, hub: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, where = tmp_path / "faster-whisper-tiny", Hub(hub.address)
    with pytest.raises(ProgramStopped):
        fetch("tiny", folder, hub=where, on_progress=lambda _done: None, stop=lambda: True)
    monkeypatch.setattr(whisperhub, "_MOST_SECONDS", -1.0)
    with pytest.raises(ModelUnavailable):
        fetched(hub, tmp_path)


def test_of_two_at_once_one_fetches(tmp_path: Path, hub: StandIn) -> None:
    both = threading.Barrier(2)

    def work() -> None:
        both.wait()
        fetched(hub, tmp_path)

    threads = [threading.Thread(target=work) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [path for path, _range in hub.asked].count(hub.asked[0][0]) == 1
    assert not files_lacking(tmp_path / "faster-whisper-tiny")


def test_the_first_transcription_fetches_its_model(tmp_path: Path, hub: StandIn) -> None:
    source = sounds.english(tmp_path / "speech.wav", "the quick brown fox", before=1.0)
    part = Transcription("tiny", tmp_path / "models", Hub(hub.address))
    assert part.ability().missing == ""
    assert Transcription("tiny", tmp_path / "models").ability().missing == NEEDS_FETCHED_MODEL
    engine, told = engine_of(listening=[part]), list[float]()
    request = request_of(source, tmp_path / "scratch", Type.TRANSCRIPTION, mime_type="audio/wav")
    found = engine.results(engine.start(request, on_progress=told.append, stop=lambda: False), request)
    assert found.results[Type.TRANSCRIPTION].summary == {"model": "tiny", "draft": False}
    assert told == sorted(told)
    assert any(0 < one < 0.5 for one in told)
    hub.status = 503
    assert Transcription("tiny", tmp_path / "models").ability().missing == ""
    away = engine_of(listening=[Transcription("base", tmp_path / "models", Hub(hub.address))])
    with pytest.raises(EngineAway):
        away.start(request, on_progress=told.append, stop=lambda: False)


def test_no_worker_waits_while_another_one_fetches(tmp_path: Path, hub: StandIn) -> None:
    folder, where = tmp_path / "faster-whisper-tiny", Hub(hub.address)
    held: list[bool] = []

    def meanwhile(_done: float) -> None:
        if not held:
            with pytest.raises(ModelUnavailable):
                fetch("tiny", folder, hub=where, on_progress=lambda _: None, stop=lambda: False, waits=False)
            held.append(True)

    fetch("tiny", folder, hub=where, on_progress=meanwhile, stop=lambda: False)
    assert held == [True]
    assert not files_lacking(folder)


@pytest.mark.parametrize(
    ("name", "home"),
    [
        ("small", "Systran/faster-whisper-small"),
        ("turbo", "mobiuslabsgmbh/faster-whisper-large-v3-turbo"),
        ("distil-small.en", "Systran/faster-distil-whisper-small.en"),
    ],
)
def test_where_models_are_at_home(name: str, home: str) -> None:
    assert home_of(name) == home
