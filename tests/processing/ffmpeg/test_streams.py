"""What ffprobe says of a stream is read with care: it quotes what stands in foreign files."""

import pytest

from processing.ffmpeg.media import ContentLight
from processing.ffmpeg.streams import Timing, audio_stream, begin, end, video_stream

PICTURES = {
    "index": 0,
    "codec_name": "hevc",
    "width": 64,
    "height": 48,
    "pix_fmt": "yuv420p10le",
    "color_transfer": "smpte2084",
    "avg_frame_rate": "25/1",
}
NONE = Timing([], None)
DISPLAY = {
    "side_data_type": "Mastering display metadata",
    **{"red_x": "34000/50000", "red_y": "16000/50000", "green_x": "13250/50000", "green_y": "34500/50000"},
    **{"blue_x": "7500/50000", "blue_y": "3000/50000"},
    **{"white_point_x": "15635/50000", "white_point_y": "16450/50000"},
    **{"min_luminance": "50/10000", "max_luminance": "10000000/10000"},
}


@pytest.mark.parametrize(
    "change",
    [
        {"red_x": "0/50000"},
        {"green_y": "60000/50000"},
        {"blue_x": "1/0"},
        {"white_point_x": "N/A"},
        {"max_luminance": "10/10000"},
        {"max_luminance": "900000000/10000"},
    ],
)
def test_a_screen_that_makes_no_sense_is_none(change: dict[str, str]) -> None:
    assert video_stream(PICTURES, NONE, 0.0, [DISPLAY]).mastering is not None
    assert video_stream(PICTURES, NONE, 0.0, [{**DISPLAY, **change}]).mastering is None
    part = {name: value for name, value in DISPLAY.items() if name not in change}
    assert video_stream(PICTURES, NONE, 0.0, [part]).mastering is None


@pytest.mark.parametrize(
    ("told", "light"),
    [
        ({"max_content": 1000, "max_average": 400}, ContentLight(1000, 400)),
        ({"max_content": 400, "max_average": 1000}, ContentLight(400, 400)),
        ({"max_content": 0, "max_average": 0}, None),
        ({"max_content": 65000, "max_average": 1}, None),
        ({}, None),
    ],
)
def test_light(told: dict[str, int], light: ContentLight | None) -> None:
    side = {"side_data_type": "Content light level metadata", **told}
    assert video_stream(PICTURES, NONE, 0.0, [side]).light == light


def test_the_container_has_its_word_before_the_pictures() -> None:
    side = {"side_data_type": "Content light level metadata", "max_content": 500, "max_average": 100}
    whole = {**PICTURES, "side_data_list": [side]}
    assert video_stream(whole, NONE, 0.0, [{**side, "max_content": 900}]).light == ContentLight(500, 100)


@pytest.mark.parametrize(
    ("times", "varies"),
    [
        ([0.0, 0.04, 0.08, 0.12], False),
        ([0.0, 0.04], False),
        ([0.0], False),
        ([0.0, 3.0], True),
        ([0.0, 1.0, 3.0], True),
    ],
)
def test_few_pictures_tell_too(times: list[float], varies: bool) -> None:
    assert video_stream(PICTURES, Timing(times, None), 0.0).is_vfr is varies


@pytest.mark.parametrize(
    ("told", "layout"),
    [("5.1(side)", "5.1(side)"), ("hexadecagonal", "hexadecagonal"), ("unknown", ""), ("12 channels", "")],
)
def test_places_of_channels(told: str, layout: str) -> None:
    stream = {"index": 0, "codec_name": "pcm_s16le", "channels": 12, "channel_layout": told}
    assert audio_stream(stream).layout == layout


def test_when_a_stream_ends() -> None:
    assert end({"start_time": "108.0", "duration": "20.0"}, 100.0) == 28.0
    assert end({"start_time": "99.9", "duration": "20.0"}, 100.0) == 20.0
    assert end({"duration": "20.0"}, 100.0) == 20.0
    assert end({"tags": {"DURATION": "00:01:02.500000000"}}, 0.0) == 62.5
    assert end({}, 0.0) is None


def test_a_stream_that_begins_later_than_it_says_ends_when_it_said() -> None:
    stream = {"start_time": "1.4", "duration": "14.0"}
    begin(stream, 13.4)
    assert end(stream, 1.4) == pytest.approx(14.0)
