"""The filters of a still are those of the renditions."""

from dataclasses import replace
from pathlib import Path

from processing.ffmpeg.media import VideoStream
from processing.ffmpeg.stillfilters import still_filters
from tests.processing.ffmpeg.conftest import probed


def video(name: str = "plain.mp4", **changes: object) -> VideoStream:
    found = probed(name).video
    assert found is not None
    return replace(found, **changes)  # type: ignore[arg-type]  # fields of the stream


def names(filters: list[tuple[str, str]]) -> list[str]:
    return [name for name, _arguments in filters]


def test_a_plain_film_is_only_scaled() -> None:
    assert still_filters(video(), 160, 90, None) == [
        ("scale", "w=160:h=90:flags=bicubic"), ("setsar", "1"), ("format", "pix_fmts=rgb24"),
    ]  # fmt: skip


def test_woven_lines_are_parted_before_anything_else() -> None:
    assert names(still_filters(video("interlaced.ts"), 160, 90, None))[0] == "bwdif"


def test_what_lies_on_its_side_is_scaled_as_it_lies_and_turned() -> None:
    filters = still_filters(video("rotated.mp4", rotation=90), 90, 160, None)
    assert filters[0][1].startswith("w=160:h=90")
    assert filters[-1] == ("transpose", "clock")
    assert names(still_filters(video(rotation=180), 160, 90, None))[-2:] == ["hflip", "vflip"]


def test_hd_without_a_name_for_its_colours_is_bt709() -> None:
    assert "in_color_matrix=bt709" in still_filters(video("green_hd.mp4"), 160, 90, None)[0][1]


def test_hdr_keeps_its_bits_until_the_table_has_been_asked() -> None:
    filters = still_filters(video("hdr_pq.mp4"), 160, 90, Path("/scratch/a:b,c'd/tones.cube"))
    assert names(filters) == ["scale", "setsar", "format", "lut3d", "format"]
    assert filters[2][1] == "pix_fmts=gbrp16le"
    assert filters[3][1].startswith(r"file=/scratch/a\:b\,c\'d/tones.cube:")
