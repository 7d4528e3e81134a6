"""Codecs are named by what their own configuration says."""

import pytest

from processing.ffmpeg.codecstrings import codec_string


def dump(told: str) -> str:
    """Bytes as ffprobe shows them."""
    pairs = bytes.fromhex(told).hex(" ", 2)
    return f"\n00000000: {pairs}  ..text..\n"


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        ({"codec_type": "audio", "codec_name": "aac"}, "mp4a.40.2"),
        ({"codec_name": "h264", "extradata": dump("0142e01effe1")}, "avc1.42e01e"),
        ({"codec_name": "h264", "extradata": ""}, "avc1.640028"),
        ({"codec_name": "hevc", "extradata": dump("01022000000090000000000078f0")}, "hvc1.2.4.L120.90"),
        ({"codec_name": "hevc", "extradata": dump("012160000000b000000000009900")}, "hvc1.1.6.H153.b0"),
        ({"codec_name": "hevc", "extradata": "garbage"}, "hvc1.1.6.L120.90"),
        ({"codec_name": "av1", "extradata": dump("81004c000a0b")}, "av01.0.00M.10"),
        ({"codec_name": "av1", "extradata": dump("81288c000a0b")}, "av01.1.08H.08"),
        ({"codec_name": "vp9", "width": 1920, "height": 1080, "profile": "Profile 0"}, "vp09.00.41.08"),
        ({"codec_name": "vp9", "width": 9000, "height": 9000}, "vp09.00.60.08"),
        ({"codec_name": "mpeg4"}, "mpeg4"),
    ],
)
def test_names(stream: dict[str, object], expected: str) -> None:
    assert codec_string({"codec_type": "video"} | stream) == expected
