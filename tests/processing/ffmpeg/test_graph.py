"""Commands are what they were meant to be, whatever the files are called."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from processing.ffmpeg import audio, graph, mux, program, stills, transcode
from processing.ffmpeg.ladder import WEAK_NETWORK, plan
from tests.media import media
from tests.processing.ffmpeg.conftest import probed

ODD_NAMES = [
    "-y %d 100%",
    'it\'s "quoted", [v0]; and=this a:b\\c:file:x|y\n\u0641\u064a\u0644\u0645 \u0639\u0631\u0628\u064a \U0001f3ac',
]


def test_one_source_one_decode() -> None:
    """Options of the source stand before `-i`, those of an output before its file."""
    probe = probed("two_languages.mkv")
    assert probe.video is not None
    rungs = plan(probe.video, WEAK_NETWORK)
    command = transcode.command(Path("/s/in.mkv"), probe, rungs, Path("/s"))
    assert command.count("-i") == command.count("-filter_complex") == 1
    place = command.index("-i")
    assert {"-protocol_whitelist", "-format_whitelist"} < set(command[:place])
    assert command[command.index("-format_whitelist") + 1] == "matroska"
    assert command[place + 1] == "file:/s/in.mkv"
    assert "-y" not in command
    files = [word for word in command[place + 2 :] if word.startswith("file:")]
    sounds = ["file:/s/audio_0.m4a", "file:/s/audio_1.m4a"]
    assert files == [*(f"file:/s/{rung.quality}.mp4" for rung in rungs), *sounds]
    assert command[-1] == sounds[-1]
    first = command[: command.index(files[0])]
    assert first[first.index("-maxrate") + 1] == str(rungs[0].max_rate)
    assert command.count("-af") == 2


def test_expressions_are_escaped_once(tmp_path: Path) -> None:
    source = graph.source(media("plain.mp4"), "video/mp4", {"ss": "1.000"})
    picked = source["v:0"].filter("select", "gte(t,0.5)*lt(n,20)")
    command = graph.arguments(graph.output([picked], tmp_path / "x.mp4", {"frames:v": 1}))
    assert r"select=gte(t\,0.5)*lt(n\,20)" in command[command.index("-filter_complex") + 1]
    assert command.index("-ss") < command.index("-i")


def test_unknown_types_are_not_opened() -> None:
    with pytest.raises(KeyError):
        graph.source(Path("/s/list.m3u8"), "application/vnd.apple.mpegurl")


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names(name: str, tmp_path: Path) -> None:
    """Every command takes a folder and files of that name, and makes what it is to make."""
    folder = tmp_path / name
    folder.mkdir()
    source = folder / f"{name}.mp4"
    shutil.copy(media("tiny.mp4"), source)
    probe = probed("tiny.mp4")
    assert probe.video is not None
    encoded = transcode.transcode(source, probe, plan(probe.video), folder)
    tracks = [replace(track, title=name) for track in encoded.audio]
    mux.mux(encoded.rungs[0], tracks, folder / f"{name}_48p.mp4")
    assert b"name" + name.encode() in (folder / f"{name}_48p.mp4").read_bytes()
    assert audio.render(source, probe, folder / f"{name}.m4a").waveform.peaks
    assert len(stills.take(source, probe, folder, count=2).thumbnails) == 4


@pytest.mark.parametrize("name", ["plain.ts", "interlaced.ts"])
def test_equal_sources_are_opened_once(name: str, tmp_path: Path) -> None:
    """Without an index all stills of a short file are sought from its beginning, by one decoder."""
    made = stills.take(media(name), probed(name), tmp_path, count=3)
    assert [still.timestamp for still in made.thumbnails[::2]] == pytest.approx([0.48, 1.48, 2.48], abs=0.05)


def test_a_source_without_pictures_does_no_harm(tmp_path: Path) -> None:
    """A still that lies behind the end is left out; the others come."""
    outputs = [
        graph.output(
            [graph.source(media("plain.mp4"), "video/mp4", {"ss": begin})["v:0"].filter("format", "rgb24")],
            tmp_path / f"{begin}.ppm",
            {"frames:v": 1, "f": "image2", "update": 1},
        )
        for begin in (1, 99, 2)
    ]
    program.ffmpeg(graph.arguments(*outputs), reads=[media("plain.mp4")], writes=[tmp_path])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1.ppm", "2.ppm"]
