"""Stills are spread over the video, upright and in ordinary colours, the poster shows something, and what a storyboard
or a moving preview shows is what the film shows then.
"""

import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from av import VideoFrame
from PIL import Image, ImageStat

from processing.exceptions import CorruptMedia
from processing.ffmpeg import _stills_child, frames
from processing.ffmpeg.probe import examine
from processing.ffmpeg.seeklist import grid, thumbnails, tiles
from processing.ffmpeg.stills import Stills, key_frame_times, take, take_exactly
from tests.media import media
from tests.processing.ffmpeg.conftest import probed


def stills_of(name: str, folder: Path, count: int = 10) -> Stills:
    return take(media(name), probed(name), folder, count=count)


def brightness(path: Path) -> float:
    with Image.open(path) as image:
        return ImageStat.Stat(image.convert("L")).mean[0]


def made(folder: Path, source: str, name: str = "made.mp4") -> Path:
    """A film by ffmpeg's own sources."""
    path = folder / name
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", *source.split(), str(path)], check=True, timeout=60)
    return path


@pytest.mark.parametrize("name", ["green_rgb.mkv", "green_hd.mp4"])
def test_colours_are_those_that_players_show(name: str, tmp_path: Path) -> None:
    """HD that does not name its colours is BT.709."""
    path = next(still.path for still in stills_of(name, tmp_path).poster if still.format == "webp")
    with Image.open(path) as image:
        assert ImageStat.Stat(image.convert("RGB")).mean == pytest.approx([0, 200, 0], abs=4)


def test_ten_evenly_spaced_in_two_formats(tmp_path: Path) -> None:
    found = stills_of("full_1080.mp4", tmp_path)
    assert [still.path.name for still in found.thumbnails[:2]] == ["thumbnail_01.webp", "thumbnail_01.jpg"]
    assert [still.format for still in found.thumbnails] == ["webp", "jpg"] * 10
    times = [still.timestamp for still in found.thumbnails[::2]]
    assert times == pytest.approx([0.3 + 0.6 * number for number in range(10)], abs=0.05)
    for still in (*found.thumbnails, *found.poster):
        with Image.open(still.path) as image:
            assert image.size == (still.width, still.height)
            assert image.format == {"webp": "WEBP", "jpg": "JPEG"}[still.format]
        assert still.size == still.path.stat().st_size
    assert (found.thumbnails[0].width, found.thumbnails[0].height) == (640, 360)
    assert [(still.format, still.width, still.height) for still in found.poster] == [
        ("webp", 1280, 720), ("jpg", 1280, 720),
    ]  # fmt: skip
    assert {path.suffix for path in tmp_path.iterdir() if path.is_file()} == {".webp", ".jpg", ".gif"}


def test_the_poster_is_not_black(tmp_path: Path) -> None:
    found = stills_of("black_start.mp4", tmp_path)
    assert brightness(found.thumbnails[0].path) < 5
    assert brightness(found.poster[0].path) > 40
    assert found.poster[0].timestamp > 3


def test_the_classic_poster_is_the_frame_at_seven_seconds(tmp_path: Path) -> None:
    name = "bursts.mp4"
    found = take(media(name), probed(name), tmp_path, count=3, poster="classic")
    assert found.poster[0].timestamp == pytest.approx(7.0, abs=0.51)
    assert len(found.thumbnails) == 6


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("rotated.mp4", (240, 320)),
        ("portrait.mp4", (240, 426)),
        ("anamorphic.mp4", (512, 288)),
        ("odd_dimensions.webm", (320, 240)),
        ("interlaced.ts", (320, 240)),
        ("hdr_pq.mp4", (320, 240)),
        ("hdr_hlg.mp4", (320, 240)),
        ("ten_bit.mp4", (320, 240)),
        ("variable_rate.mp4", (320, 240)),
        ("late_video.mkv", (320, 240)),
        ("plain.ts", (320, 240)),
        ("long_open.ts", (256, 144)),
        ("long_interlaced.ts", (256, 144)),
        ("live.webm", (320, 240)),
        ("plain.avi", (320, 240)),
        ("plain.mxf", (320, 240)),
        ("plain.m2ts", (320, 240)),
    ],
)
def test_odd_sources(name: str, size: tuple[int, int], tmp_path: Path) -> None:
    found = stills_of(name, tmp_path, count=4)
    times = [still.timestamp for still in found.thumbnails[::2]]
    assert len(times) == 4
    assert times == sorted(set(times))
    assert times[-1] < probed(name).duration
    assert (found.poster[0].width, found.poster[0].height) == pytest.approx(size, abs=2)
    assert 40 < brightness(found.poster[0].path) < 215
    assert found.storyboard is not None
    assert [moving.format for moving in found.moving] == ["webp", "gif"]


def test_turned_the_right_way(tmp_path: Path) -> None:
    """As ffmpeg itself turns it."""
    (frame,) = take_exactly(media("rotated.mp4"), probed("rotated.mp4"), [1.0], tmp_path)
    reference = tmp_path / "reference.png"
    command = ["ffmpeg", "-v", "error", "-ss", "1", "-i", str(media("rotated.mp4")), "-frames:v", "1"]
    subprocess.run([*command, str(reference)], check=True, timeout=60)
    corners = [(30, 30), (200, 30), (30, 280), (200, 280)]
    with Image.open(frame.path) as ours, Image.open(reference) as theirs:
        assert ours.size == theirs.size
        for corner in corners:
            assert ours.getpixel(corner) == pytest.approx(theirs.convert("RGB").getpixel(corner), abs=12)


def test_few_frames_give_few_stills(tmp_path: Path) -> None:
    found = stills_of("one_frame.mp4", tmp_path)
    assert [still.timestamp for still in found.thumbnails] == [0, 0]
    assert found.moving == ()
    assert found.storyboard is not None and found.storyboard.board.tiles == 1


def test_a_long_video_by_its_key_frames(tmp_path: Path) -> None:
    """The times told are those of the pictures, not those that were wished for."""
    source = "-f lavfi -i testsrc=s=160x120:r=5:d=120 -c:v libx264 -preset ultrafast -g 15 -keyint_min 15"
    path = made(tmp_path, source)
    folder = tmp_path / "stills"
    folder.mkdir()
    found = take(path, examine(path, mime_type="video/mp4"), folder, count=7)
    times = [still.timestamp for still in found.thumbnails[::2]]
    assert times == [9, 27, 42, 60, 78, 93, 111]


def test_a_long_video_with_few_key_frames_is_taken_exactly(tmp_path: Path) -> None:
    source = "-f lavfi -i testsrc=s=160x120:r=5:d=120 -c:v libx264 -preset ultrafast -g 999 -keyint_min 999"
    path = made(tmp_path, f"{source} -sc_threshold 0")
    folder = tmp_path / "stills"
    folder.mkdir()
    found = take(path, examine(path, mime_type="video/mp4"), folder, count=6)
    times = [still.timestamp for still in found.thumbnails[::2]]
    assert times == pytest.approx([10, 30, 50, 70, 90, 110], abs=0.21)


def test_a_film_of_one_key_frame_is_decoded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "-f lavfi -i testsrc=s=64x36:r=5:d=60 -c:v libx264 -preset ultrafast -g 999 -keyint_min 999"
    path = made(tmp_path, f"{source} -sc_threshold 0")
    facts = examine(path, mime_type="video/mp4")
    assert facts.video is not None
    asked: list[dict[str, Any]] = []
    monkeypatch.setattr(frames, "run_python", lambda _child, request, **_walls: asked.append(request))
    wants = [*thumbnails(facts, facts.video, 10), *tiles(facts, facts.video, grid(facts, facts.video))]
    with pytest.raises(TypeError):
        frames.take(path, facts, facts.video, wants, tmp_path, sizes={"large": (64, 36), "tile": (64, 36)})
    decoded = Counter[str]()
    following = _stills_child.Film.following

    def counted(film: _stills_child.Film) -> VideoFrame | None:
        decoded["frames"] += 1
        return following(film)

    monkeypatch.setattr(_stills_child.Film, "following", counted)
    answer = _stills_child.answer(asked[0] | {"workers": 1})
    assert len(answer["pictures"]) == 70 and not answer["log"]
    assert decoded["frames"] <= 60 * 5 + 2


@pytest.mark.parametrize("ending", ["mp4", "mkv", "ts"])
def test_a_tile_shows_the_film_at_its_time(ending: str, tmp_path: Path) -> None:
    """The film gets brighter by the second, so each tile tells when it was taken."""
    path = made(
        tmp_path,
        "-f lavfi -i color=black:s=320x180:r=10:d=20 -vf geq=lum=10+10*floor(T):cb=128:cr=128"
        " -c:v libx264 -preset ultrafast -g 25 -bf 2",
        f"made.{ending}",
    )
    folder = tmp_path / "stills"
    folder.mkdir()
    types = {"mp4": "video/mp4", "mkv": "video/x-matroska", "ts": "video/mp2t"}
    found = take(path, examine(path, mime_type=types[ending]), folder)
    assert found.storyboard is not None
    board = found.storyboard.board
    assert (board.tiles, board.seconds, board.columns, board.rows) == (20, 1.0, 10, 2)
    with Image.open(found.storyboard.folder / "1.jpg") as sheet:
        grey = sheet.convert("L")
        assert grey.size == (1600, 180)
        levels = []
        for number in range(board.tiles):
            x, y = number % 10 * 160, number // 10 * 90
            levels.append(ImageStat.Stat(grey.crop((x + 8, y + 8, x + 152, y + 82))).mean[0])
    # Luma of 10 + 10 n in studio range, with the steps of a JPEG.
    expected = [max(0.0, (10 + 10 * number - 16) * 255 / 219) for number in range(board.tiles)]
    assert levels == pytest.approx(expected, abs=8)
    assert len((found.storyboard.folder / "storyboard.vtt").read_text().split("-->")) == 21


def test_long_films_have_several_sheets_of_one_size(tmp_path: Path) -> None:
    path = made(tmp_path, "-f lavfi -i testsrc2=s=64x36:r=1:d=1500 -c:v libx264 -preset ultrafast -g 10")
    folder = tmp_path / "stills"
    folder.mkdir()
    found = take(path, examine(path, mime_type="video/mp4"), folder)
    assert found.storyboard is not None
    assert found.storyboard.board.tiles == 150
    sizes = set()
    for sheet in sorted(found.storyboard.folder.glob("*.jpg")):
        with Image.open(sheet) as image:
            sizes.add(image.size)
    assert sizes == {(640, 360)} and found.storyboard.board.sheets == 2


def test_previews_move_and_loop(tmp_path: Path) -> None:
    found = stills_of("long_25.mp4", tmp_path)
    webp, gif = found.moving
    for moving, count in ((webp, 50), (gif, 25)):
        with Image.open(moving.path) as image:
            assert image.n_frames == count  # type: ignore[attr-defined]  # of an animation
            assert image.info.get("loop") == 0
            assert image.size == (moving.width, moving.height)
            first = image.convert("L")
            image.seek(image.n_frames // 2)  # type: ignore[attr-defined]
            assert first.tobytes() != image.convert("L").tobytes()
        assert moving.duration == pytest.approx(5.0)


@pytest.mark.parametrize("name", ["plain.mp4", "plain.ts", "long_open.ts", "long_25.mp4", "plain.avi"])
def test_frames_are_taken_exactly_where_they_are_asked_for(name: str, tmp_path: Path) -> None:
    probe = probed(name)
    wanted = [0.0, 0.5, 1.02, 1.03, 2.4]
    found = take_exactly(media(name), probe, wanted, tmp_path)
    assert len(found) == 5
    # The sound of a transport stream may begin a moment before its pictures.
    assert found[0].time == pytest.approx(0.0, abs=0.05)
    for frame, second in zip(found[1:], wanted[1:], strict=True):
        assert second - 0.041 < frame.time <= second + 0.001
    with Image.open(found[0].path) as image:
        assert image.size == (probe.video.width, probe.video.height)  # type: ignore[union-attr]  # a film


def test_key_frames_of_a_film(tmp_path: Path) -> None:
    times = key_frame_times(media("long_25.mp4"), probed("long_25.mp4"), most=200)
    assert times == pytest.approx([0, 2, 4, 6, 8, 10, 12], abs=0.05)
    assert key_frame_times(media("long_25.mp4"), probed("long_25.mp4"), most=3) == pytest.approx(
        [0, 4, 8], abs=0.05
    )


def test_a_storyboard_that_takes_too_long_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pictures that must be come all the same."""
    monkeypatch.setattr(frames, "_MOST_SECONDS", -1.0)
    found = stills_of("long_25.mp4", tmp_path)
    assert found.storyboard is None and found.moving == ()
    assert len(found.thumbnails) == 20 and len(found.poster) == 2


def test_damage(tmp_path: Path) -> None:
    with pytest.raises(CorruptMedia):
        take(media("text.mp4"), probed("plain.mp4"), tmp_path)
    with pytest.raises(CorruptMedia):
        take(media("garbage_inside.mp4"), probed("plain.mp4"), tmp_path)
    with pytest.raises(ValueError, match="no pictures"):
        take(media("tone.mp3"), probed("tone.mp3"), tmp_path)


def test_what_is_cut_off_gives_what_there_is(tmp_path: Path) -> None:
    found = take(media("broken_end.mkv"), probed("plain.mkv"), tmp_path)
    assert found.thumbnails and brightness(found.poster[0].path) > 40
