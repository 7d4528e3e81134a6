"""The filters of a video: what is odd is made plain once, then each size is scaled from the one above."""

from collections.abc import Sequence
from fractions import Fraction

from processing.ffmpeg.graph import Stream, split
from processing.ffmpeg.ladder import MOST_FRAMES_PER_SECOND, Rung
from processing.ffmpeg.media import VideoStream

_LATE_SECONDS = 0.1
_SMOOTH_RATE = Fraction(30)
_UNKNOWN = ("", "unknown", "unspecified", "reserved")
_ZSCALE_NAMES = {"bt2020nc": "2020_ncl", "bt2020c": "2020_cl", "bt2020": "2020", "bt709": "709"}


def even_rate(video: VideoStream) -> Fraction | None:
    """Return the even frame rate of the output, at most 60, none where the source's own times are kept."""
    rate = Fraction(min(video.frame_rate, MOST_FRAMES_PER_SECOND)).limit_denominator(1001)
    if video.is_vfr and video.frame_rate <= MOST_FRAMES_PER_SECOND:
        if video.start_time <= _LATE_SECONDS:
            return None
        # Players stumble over a beginning without pictures; the filter lets the first one stand until then.
        rate = max(rate, _SMOOTH_RATE)
    return rate


def rung_pictures(pictures: Stream, video: VideoStream, rungs: Sequence[Rung]) -> list[Stream]:
    """Return the pictures of each rung, largest first, all from one decoder.

    Each rung is scaled from the one above: the pixels to read shrink with every step.
    """
    first = rungs[0]
    pictures = _plain(pictures, video, first.width, first.height, even_rate(video))
    pictures = pictures.filter("format", "yuv420p")
    made = []
    for rung in rungs[1:]:
        larger, pictures = split(pictures)
        made.append(larger)
        pictures = _scaled(pictures, rung.width, rung.height)
    return [*made, pictures]


def still(pictures: Stream, video: VideoStream, longest: int) -> Stream:
    """Return the pictures in RGB with a longer side of at most `longest` pixels."""
    factor = min(1.0, longest / max(video.display_width, video.display_height))
    width = max(2, round(video.display_width * factor / 2) * 2)
    height = max(2, round(video.display_height * factor / 2) * 2)
    return _plain(pictures, video, width, height).filter("format", "rgb24")


def _plain(
    pictures: Stream, video: VideoStream, width: int, height: int, rate: Fraction | None = None
) -> Stream:
    """Turn what was decoded into square, progressive BT.709 of the given size.

    ffmpeg has turned it by its rotation flag before. Scaling stands before tone mapping, which is dear.
    """
    if video.is_interlaced:
        pictures = pictures.filter("bwdif", mode="send_frame", deint="all")
    if rate:
        pictures = pictures.filter("fps", fps=rate, start_time=0)
    pictures = _scaled(pictures, width, height)
    return _tone_mapped(pictures, video) if video.is_hdr else pictures


def _scaled(pictures: Stream, width: int, height: int) -> Stream:
    return pictures.filter("scale", width, height, flags="bicubic").filter("setsar", 1)


def _tone_mapped(pictures: Stream, video: VideoStream) -> Stream:
    """Map light in absolute units into what a plain screen shows, then write it as ordinary BT.709."""
    # Named is also what the stream leaves out, or zscale would not know from where it converts.
    primaries = "bt2020" if video.color_primaries in _UNKNOWN else video.color_primaries
    space = "bt2020nc" if video.color_space in _UNKNOWN else video.color_space
    return (
        pictures.filter(
            "zscale",
            transferin=video.color_transfer,
            primariesin=_ZSCALE_NAMES.get(primaries, primaries),
            matrixin=_ZSCALE_NAMES.get(space, space),
            transfer="linear",
            npl=100,
        )
        .filter("format", "gbrpf32le")
        .filter("zscale", primaries="bt709")
        .filter("tonemap", tonemap="hable", desat=0)
        .filter("zscale", transfer="bt709", matrix="bt709", range="tv")
    )
