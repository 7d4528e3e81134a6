"""A watermark lies over the pictures at its place, in every rung, and changes nothing else."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from processing.exceptions import EncodingFailed
from processing.ffmpeg import chunks, copying, marks, vmaf
from processing.ffmpeg.chunks_bounds import Chunk
from processing.ffmpeg.ladder import STANDARD, Ladder, Rung, plan
from processing.ffmpeg.marks import PLACES, Mark
from processing.ffmpeg.transcode import transcode
from tests.media import media
from tests.processing.ffmpeg.conftest import probed
from tests.processing.ffmpeg.test_transcode import picture_at

MARK = Mark(text="Draft", position="top-left", opacity=1.0, size=0.2)


def white(rungs: tuple[Rung, ...], folder: Path) -> None:
    """Draw a white box as the mark of each rung."""
    for rung in rungs:
        assert rung.mark is not None
        place = marks.box(rung.mark, rung.width, rung.height)
        target = marks.path_of(folder, rung.width, rung.height)
        Image.new("RGBA", (place.width, place.height), "white").save(target)


def darkest(picture: Image.Image) -> int:
    """The least light in a picture, 0 to 255."""
    lows: Any = picture.convert("L").getextrema()
    return int(lows[0])


@given(
    st.builds(
        Mark,
        text=st.integers(0, 100).map("x".__mul__),
        position=st.sampled_from(sorted(PLACES)),
        size=st.floats(0.02, 0.5),
        margin=st.floats(0, 0.25),
    ),
    st.integers(64, 4096),
    st.integers(64, 4096),
)
def test_a_mark_lies_within_the_picture_on_even_pixels(mark: Mark, width: int, height: int) -> None:
    place = marks.box(mark, width, height)
    assert not any(side % 2 for side in asdict(place).values())
    assert place.x >= 0 and place.x + place.width <= width
    assert place.y >= 0 and place.y + place.height <= height


def test_the_mark_is_where_it_belongs_and_nothing_else_moves(tmp_path: Path) -> None:
    probe = probed("plain.mp4")
    assert probe.video is not None
    pictures, frames = {}, set()
    for name, ladder in (("plain", STANDARD), ("marked", replace(STANDARD, watermark=MARK))):
        folder = tmp_path / name
        folder.mkdir()
        rungs = plan(probe.video, ladder)
        if ladder.watermark:
            white(rungs, folder)
        (made,) = transcode(media("plain.mp4"), probe, rungs, folder, sound=False).rungs
        frames.add((made.frames, round(made.duration, 2)))
        pictures[name] = [picture_at(made.path, second, tmp_path) for second in (0.2, 2.5)]
    assert len(frames) == 1
    for plain, marked in zip(pictures["plain"], pictures["marked"], strict=True):
        place = marks.box(MARK, *plain.size)
        inside = (place.x + 4, place.y + 4, place.x + place.width - 4, place.y + place.height - 4)
        assert darkest(marked.crop(inside)) > 225
        below = (0, plain.height // 2, plain.width, plain.height)
        difference = ImageChops.difference(plain.crop(below), marked.crop(below)).convert("L")
        assert sum(difference.histogram()[40:]) < 0.02 * plain.width * plain.height / 2


def test_a_name_lies_beside_the_mark(tmp_path: Path) -> None:
    probe = probed("plain.mp4")
    assert probe.video is not None
    name = replace(MARK, text="Mona", position="bottom-left")
    rungs = tuple(replace(rung, named=name) for rung in plan(probe.video, replace(STANDARD, watermark=MARK)))
    white(rungs, tmp_path)
    place = marks.box(name, rungs[0].width, rungs[0].height)
    drawn = marks.path_of(tmp_path, rungs[0].width, rungs[0].height, "name")
    Image.new("RGBA", (place.width, place.height), "white").save(drawn)
    (made,) = transcode(media("plain.mp4"), probe, rungs, tmp_path, sound=False).rungs
    picture = picture_at(made.path, 1.0, tmp_path)
    for mark in (MARK, name):
        at = marks.box(mark, *picture.size)
        assert darkest(picture.crop((at.x + 4, at.y + 4, at.x + 12, at.y + 12))) > 225
    drawn.unlink()
    with pytest.raises(EncodingFailed):
        transcode(media("plain.mp4"), probe, rungs, tmp_path, sound=False)


def test_what_was_not_drawn_is_not_left_out(tmp_path: Path) -> None:
    probe = probed("plain.mp4")
    assert probe.video is not None
    rungs = plan(probe.video, replace(STANDARD, watermark=MARK))
    with pytest.raises(EncodingFailed):
        transcode(media("plain.mp4"), probe, rungs, tmp_path, sound=False)


def test_a_copy_would_bear_no_mark(tmp_path: Path) -> None:
    own = Rung("180p", 320, 180, 23, "veryfast", 900_000, 900_000)
    source, probe = media("copy_fits.mp4"), probed("copy_fits.mp4")
    assert copying.copied(source, probe, own, tmp_path) is not None
    assert copying.copied(source, probe, replace(own, mark=MARK), tmp_path) is None
    assert copying.copied(source, probe, replace(own, named=MARK), tmp_path) is None


def test_the_mark_is_no_loss_of_quality(tmp_path: Path) -> None:
    probe = probed("plain.mp4")
    assert probe.video is not None
    rungs = plan(probe.video, replace(STANDARD, watermark=MARK))
    white(rungs, tmp_path)
    made = transcode(media("plain.mp4"), probe, rungs, tmp_path, sound=False)
    (found,) = vmaf.measure(media("plain.mp4"), probe, [(one.rung, one.path) for one in made.rungs], tmp_path)
    assert found.min > 85


def test_a_chunk_bears_it_too(tmp_path: Path) -> None:
    probe = probed("plain.mp4")
    assert probe.video is not None
    rungs = plan(probe.video, replace(STANDARD, watermark=MARK))
    white(rungs, tmp_path)
    whole = Chunk(1, 0, None, "25/1", 0)
    (made,) = chunks.encode(
        media("plain.mp4"), probe, rungs, whole, tmp_path, on_progress=lambda _share: None
    ).rungs
    picture = picture_at(made.path, 1.0, tmp_path)
    place = marks.box(MARK, *picture.size)
    corner = picture.crop((place.x + 4, place.y + 4, place.x + 12, place.y + 12))
    assert darkest(corner) > 225


def test_a_ladder_and_a_rung_survive_being_kept_as_data() -> None:
    ladder = replace(STANDARD, watermark=MARK)
    assert Ladder.from_data(ladder.as_data()) == ladder
    rung = Rung("180p", 320, 180, 23, "veryfast", 900_000, 900_000, mark=MARK)
    assert Rung.from_data(asdict(rung)) == rung
    assert Rung.from_data(asdict(replace(rung, named=MARK))) == replace(rung, named=MARK)
    assert Rung.from_data(asdict(replace(rung, mark=None))) == replace(rung, mark=None)
