"""The video codecs that a rung may have, and the one builder of the options of their encoders.

Every encoder is told the same: a constant quality with a cap, closed groups of pictures that begin at the same
times in all rungs, and no key frame of its own choice between them.
"""

from dataclasses import dataclass

from processing.ffmpeg.graph import Options
from processing.ffmpeg.media import UNTOLD, MasteringDisplay, VideoStream

_X26_SPEEDS = (
    "ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow",
)  # fmt: skip
_UNTOLD_MATRIX = (*UNTOLD, "gbr")
# x265 counts coordinates and light in these parts.
_COORDINATE, _LIGHT = 50_000, 10_000


# Frames; x264's own at `medium`. The quickest two presets look at nothing, and are chosen for that.
_LOOKS_AHEAD = 40
_SHORT_SIGHTED = frozenset({"veryfast", "faster", "fast"})


@dataclass(frozen=True)
class Codec:
    """One codec: its name in recipes, in words, ffmpeg's encoder, and ffprobe's name for it.

    `speeds` are what its encoder offers from the fastest to the slowest; `least_crf` and `most_crf` bound the quality
    (less is better); `keeps_hdr` tells whether its rungs may have ten bits.
    """

    name: str
    title: str
    encoder: str
    probed_as: str
    speeds: tuple[str, ...]
    speed: str
    crf: int
    least_crf: int
    most_crf: int
    keeps_hdr: bool


H264 = Codec("h264", "H.264", "libx264", "h264", _X26_SPEEDS, "veryfast", 23, 10, 40, keeps_hdr=False)
H265 = Codec("h265", "H.265", "libx265", "hevc", _X26_SPEEDS, "veryfast", 26, 10, 40, keeps_hdr=True)
AV1 = Codec(
    "av1",
    "AV1",
    "libsvtav1",
    "av1",
    tuple(str(n) for n in range(12, 3, -1)),
    "10",
    35,
    15,
    60,
    keeps_hdr=True,
)
VP9 = Codec(
    "vp9",
    "VP9",
    "libvpx-vp9",
    "vp9",
    tuple(str(n) for n in range(8, -1, -1)),
    "5",
    33,
    15,
    60,
    keeps_hdr=False,
)
CODECS = {codec.name: codec for codec in (H264, H265, AV1, VP9)}
"""Every codec by its name in recipes."""


@dataclass(frozen=True)
class Encoding:
    """How one rung is encoded: caps in bit/s and bits, `segment_seconds` between key frames, `frame_rate` at most."""

    codec: str
    crf: int
    speed: str
    max_rate: int
    buffer_size: int
    segment_seconds: int
    frame_rate: float
    hdr: VideoStream | None = None


def encoder_options(wanted: Encoding) -> Options:
    """Return the options of the encoder of a rung; with `hdr`, the picture whose colours are kept in ten bits.

    Raises `KeyError` for a codec that is not known.
    """
    codec = CODECS[wanted.codec]
    # Key frames are forced by time, not counted, so that they fall together with any frame rate. The count is only
    # an upper bound that is never reached.
    longest_group = round(wanted.frame_rate * wanted.segment_seconds * 2) + 1
    common: dict[str, str | int | None] = {
        "c:v": codec.encoder,
        "crf": wanted.crf,
        "g": longest_group,
        "force_key_frames": f"expr:gte(t,n_forced*{wanted.segment_seconds})",
        **(hdr_tags(wanted.hdr) if wanted.hdr else {}),
    }
    return {**common, **_OWN[codec.name](wanted)}


def pixel_format(*, hdr: bool) -> str:
    """Return how pixels are laid out: eight bits, or ten where the colours of HDR are kept."""
    return "yuv420p10le" if hdr else "yuv420p"


def hdr_tags(video: VideoStream) -> dict[str, str]:
    """Return the options that say which colours the pictures have; what HDR does not tell is BT.2020."""
    primaries, space = video.color_primaries, video.color_space
    return {
        "color_primaries": "bt2020" if primaries in UNTOLD else primaries,
        "color_trc": video.color_transfer,
        "colorspace": "bt2020nc" if space in _UNTOLD_MATRIX else space,
        "color_range": "tv",
    }


def named_colors(video: VideoStream) -> dict[str, str]:
    """Return the options that name the colours of an ordinary rung whose source does not: BT.709, as players take HD.

    Each guesses by the size of what it plays: unnamed, small rungs of one source would have other colours than large
    ones. Other sources name theirs, or are small themselves.
    """
    if video.is_hdr or not (video.is_rgb or video.is_unnamed_hd):
        return {}
    primaries, transfer = video.color_primaries, video.color_transfer
    return {
        "color_primaries": "bt709" if primaries in UNTOLD else primaries,
        "color_trc": "bt709" if transfer in UNTOLD else transfer,
        "colorspace": "bt709",
    }


def _x264(wanted: Encoding) -> dict[str, str | int | None]:
    return {
        "preset": wanted.speed,
        **thrift(wanted.speed),
        "profile:v": "high",
        "maxrate": wanted.max_rate,
        "bufsize": wanted.buffer_size,
        "sc_threshold": 0,
        "forced-idr": 1,
        "flags": "+cgop",
    }


def thrift(speed: str) -> dict[str, str | int | None]:
    """Return what x264's quicker presets leave out though it costs little: to look as far ahead as `medium` does, and
    to choose coefficients by rate and distortion. Where bits are capped it is worth 3 to 5 points of VMAF.
    """
    ahead = {"rc-lookahead": _LOOKS_AHEAD} if speed in _SHORT_SIGHTED else {}
    return {**ahead, **({"trellis": 1} if speed == "veryfast" else {})}


def _x265(wanted: Encoding) -> dict[str, str | int | None]:
    # Its own log would fill the end of what is kept for an error; what it writes of its machine into the stream would
    # keep chunks of several machines from being joined.
    own = "log-level=error:info=0:scenecut=0:open-gop=0"
    if video := wanted.hdr:
        own += ":hdr10-opt=1" if video.color_transfer == "smpte2084" else ""
        if video.mastering:
            own += f":master-display={_display(video.mastering, _COORDINATE, _LIGHT)}"
        if video.light:
            own += f":max-cll={video.light.max_content},{video.light.max_average}"
    return {
        "preset": wanted.speed,
        "maxrate": wanted.max_rate,
        "bufsize": wanted.buffer_size,
        "forced-idr": 1,
        "tag:v": "hvc1",  # Apple's players take no other
        "x265-params": own,
    }


def _svt_av1(wanted: Encoding) -> dict[str, str | int | None]:
    # Without this switch it takes no notice of the times of key frames.
    own = "enable-force-key-frames=1:scd=0"
    if video := wanted.hdr:
        if video.mastering:
            own += f":mastering-display={_display(video.mastering)}"
        if video.light:
            own += f":content-light={video.light.max_content},{video.light.max_average}"
    return {
        "preset": wanted.speed,
        "maxrate": wanted.max_rate,
        "bufsize": wanted.buffer_size,
        "svtav1-params": own,
    }


def _display(display: MasteringDisplay, coordinate: int | None = None, light: int | None = None) -> str:
    """Return the screen of the master as encoders read it, in whole parts where they count such."""

    def told(value: float, parts: int | None) -> str:
        return f"{value:.6g}" if parts is None else str(round(value * parts))

    points = {"G": display.green, "B": display.blue, "R": display.red, "WP": display.white}
    colors = "".join(
        f"{name}({told(x, coordinate)},{told(y, coordinate)})" for name, (x, y) in points.items()
    )
    return f"{colors}L({told(display.max_luminance, light)},{told(display.min_luminance, light)})"


def _vp9(wanted: Encoding) -> dict[str, str | int | None]:
    return {
        "cpu-used": wanted.speed,
        "deadline": "good",
        "row-mt": 1,
        # With a quality given, this is the most that it takes.
        "b:v": wanted.max_rate,
        "maxrate": wanted.max_rate,
        "bufsize": wanted.buffer_size,
    }


_OWN = {"h264": _x264, "h265": _x265, "av1": _svt_av1, "vp9": _vp9}
