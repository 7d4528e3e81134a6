"""The storyboard stands in both manifests of a set, and every address leads to a sheet."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from processing.exceptions import EncodingFailed
from processing.ffmpeg.storyboard import Board
from processing.packager import images, package
from tests.processing.conftest import Encode
from tests.processing.ffmpeg.test_transcode import shown

BOARD = Board(tiles=250, seconds=4.0, duration=997.0, columns=10, rows=10, width=160, height=90, size=600_000)
_MPD = "{urn:mpeg:dash:schema:mpd:2011}"


@pytest.fixture
def sheets(tmp_path: Path) -> Path:
    folder = tmp_path / "sheets"
    folder.mkdir()
    for number in range(1, 4):
        Image.new("RGB", (1600, 900), (number * 60, 0, 0)).save(folder / f"{number}.jpg")
    return folder


def test_the_playlist_tells_each_sheets_tiles_and_how_long_it_stands() -> None:
    lines = images.playlist(BOARD).splitlines()
    assert lines[0] == "#EXTM3U" and lines[-1] == "#EXT-X-ENDLIST" and "#EXT-X-IMAGES-ONLY" in lines
    assert [float(line[8:-1]) for line in lines if line.startswith("#EXTINF")] == [400.0, 400.0, 197.0]
    assert lines.count("#EXT-X-TILES:RESOLUTION=160x90,LAYOUT=10x10,DURATION=4.000") == 3
    assert "#EXT-X-TARGETDURATION:400" in lines
    assert [line for line in lines if not line.startswith("#")] == ["1.jpg", "2.jpg", "3.jpg"]


def test_a_finished_set_gets_its_images(encode: Encode, tmp_path: Path, sheets: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    done = package(encode("plain.mp4").rungs, encode("plain.mp4").audio, folder)
    before = {path: path.read_text() for path in (done.hls_master, done.dash_manifest)}
    images.add(folder, BOARD, sheets)
    master = done.hls_master.read_text()
    assert before[done.hls_master].strip() in master
    assert re.search(
        r'#EXT-X-IMAGE-STREAM-INF:BANDWIDTH=4815,RESOLUTION=160x90,CODECS="jpeg",URI="images/playlist.m3u8"',
        master,
    )
    period = ElementTree.parse(done.dash_manifest).getroot().find(f"{_MPD}Period")  # noqa: S314 - our own
    assert period is not None
    (tiles,) = [one for one in period if one.get("contentType") == "image"]
    assert tiles.get("mimeType") == "image/jpeg"
    told = tiles.find(f"{_MPD}Representation/{_MPD}EssentialProperty")
    template, shape = tiles.find(f"{_MPD}SegmentTemplate"), tiles.find(f"{_MPD}Representation")
    assert told is not None and template is not None and shape is not None
    assert (told.get("schemeIdUri"), told.get("value")) == (
        "http://dashif.org/guidelines/thumbnail_tile",
        "10x10",
    )
    assert (template.get("media"), template.get("duration"), template.get("timescale")) == (
        "images/$Number$.jpg", "400000", "1000",
    )  # fmt: skip
    assert (shape.get("width"), shape.get("height")) == ("1600", "900")
    assert sorted(path.name for path in (folder / "images").iterdir()) == [
        "1.jpg", "2.jpg", "3.jpg", "playlist.m3u8",
    ]  # fmt: skip
    for manifest in (done.hls_master, done.dash_manifest):
        kinds = {stream["codec_type"] for stream in shown(manifest, "-show_streams")["streams"]}
        assert {"audio", "video"} <= kinds


def test_a_set_of_one_manifest_gets_them_in_that(encode: Encode, tmp_path: Path, sheets: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    done = package(encode("silent.mp4").rungs, (), folder)
    done.dash_manifest.unlink()
    images.add(folder, BOARD, sheets)
    assert "EXT-X-IMAGE-STREAM-INF" in done.hls_master.read_text()
    assert not done.dash_manifest.exists()


def test_a_sheet_that_is_missing_is_told(tmp_path: Path, sheets: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    (sheets / "2.jpg").unlink()
    with pytest.raises(EncodingFailed):
        images.add(folder, BOARD, sheets)


def test_a_manifest_without_a_period_is_no_manifest(tmp_path: Path, sheets: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "manifest.mpd").write_text("<MPD/>")
    with pytest.raises(EncodingFailed):
        images.add(folder, BOARD, sheets)
