"""Segments of all renditions begin at the same times."""

from pathlib import Path

import pytest

from processing.exceptions import EncodingFailed
from processing.ffmpeg.fragments import fragments
from tests.processing.conftest import Encode, full_ladder


@full_ladder
def test_all_rungs_of_a_ladder(encode: Encode) -> None:
    made = encode("full_1080.mp4")
    assert fragments([rung.path for rung in made.rungs], seconds=4) == pytest.approx([0, 4], abs=0.002)


def test_renditions_that_do_not_meet(encode: Encode) -> None:
    short, long = encode("plain.mp4").rungs[0].path, encode("long_25.mp4").rungs[0].path
    with pytest.raises(EncodingFailed) as caught:
        fragments([short, long], seconds=1)
    assert "cut at other times" in caught.value.log


def test_sound_alone_has_none() -> None:
    assert fragments([], seconds=4) == []


def test_the_order_of_what_is_given_does_not_count(encode: Encode, tmp_path: Path) -> None:
    path = encode("plain.mp4").rungs[0].path
    assert fragments([path, path], seconds=4) == pytest.approx([0], abs=0.002)
