"""The filters of a video: what is odd is made plain once, then each size is scaled from the one above."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

from processing.ffmpeg.chunks_bounds import TICKS, Cut
from processing.ffmpeg.codecs import pixel_format
from processing.ffmpeg.graph import Stream, join, split
from processing.ffmpeg.ladder import MOST_FRAMES_PER_SECOND, Rung
from processing.ffmpeg.marks import laid_over
from processing.ffmpeg.media import UNTOLD, VideoStream

_LATE_SECONDS = 0.1
_SMOOTH_RATE = Fraction(30)
_AS_THEY_ARE: Mapping[str, str] = MappingProxyType({})
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


def rung_pictures(
    pictures: Stream,
    video: VideoStream,
    rungs: Sequence[Rung],
    cut: Cut | None = None,
    *,
    marks: Path | None = None,
) -> list[Stream]:
    """Return the pictures of each rung, largest first, all from one decoder; with a `cut` only those of a chunk. Their
    watermarks lie drawn in the folder `marks`.

    Each rung is scaled from the one above: the pixels to read shrink with every step. Rungs that keep HDR stand in a
    row of their own, as their pixels have ten bits.
    """
    return _rows(_even(pictures, video, even_rate(video), cut), video, rungs, marks)


def _rows(pictures: Stream, video: VideoStream, rungs: Sequence[Rung], marks: Path | None) -> list[Stream]:
    """The pictures of each rung from progressive ones; a rung is scaled before its mark is laid over the one above."""
    rows = [row for row in (_of(rungs, hdr=True), _of(rungs, hdr=False)) if row]
    made: dict[int, Stream] = {}
    for number, row in enumerate(rows):
        first, own = row[0][1], pictures
        if number < len(rows) - 1:
            own, pictures = split(pictures)
        own = _scaled(own, first.width, first.height, _matrix(video, hdr=first.hdr))
        if video.is_hdr and not first.hdr:
            own = _tone_mapped(own, video)
        made |= _row(own.filter("format", pixel_format(hdr=first.hdr)), row)
    return [_marked(made[place], rung, marks) for place, rung in enumerate(rungs)]


def _marked(pictures: Stream, rung: Rung, marks: Path | None) -> Stream:
    """The pictures with the rung's watermarks; raises `ValueError` rather than leave one out."""
    for name, mark in rung.marks.items():
        if marks is None:
            raise ValueError("The watermark has not been drawn")
        pictures = laid_over(pictures, mark, (rung.width, rung.height), marks, hdr=rung.hdr, name=name)
    return pictures


def _of(rungs: Sequence[Rung], *, hdr: bool) -> list[tuple[int, Rung]]:
    """The rungs that keep HDR, or those that do not, each with its place."""
    return [(place, rung) for place, rung in enumerate(rungs) if rung.hdr == hdr]


def _row(pictures: Stream, row: Sequence[tuple[int, Rung]]) -> dict[int, Stream]:
    """The pictures of rungs of one kind by their places, each scaled from the one above; the first has its size."""
    made = {}
    for (place, rung), (_next, smaller) in pairwise(row):
        made[place], pictures = split(pictures)
        if (smaller.width, smaller.height) != (rung.width, rung.height):
            pictures = _scaled(pictures, smaller.width, smaller.height)
    made[row[-1][0]] = pictures
    return made


def window(
    pictures: Stream,
    video: VideoStream,
    rungs: Sequence[Rung],
    *,
    begin: float,
    end: float,
    start_time: float = 0.0,
    marks: Path | None = None,
) -> list[Stream]:
    """Return the pictures from `begin` to `end` (seconds) as each rung shows them, at the times they have there.

    The pictures come by seeking, with the container's own clock, which shows `start_time` at the beginning.
    """
    pictures = pictures.filter("setpts", f"PTS-{start_time:.6f}/TB")
    pictures = _even(pictures, video)
    if rate := even_rate(video):
        # The grid of the times does not depend on where it begins.
        pictures = pictures.filter("fps", fps=rate)
    pictures = pictures.filter("trim", start=f"{begin:.6f}", end=f"{end:.6f}")
    return _rows(pictures, video, rungs, marks)


def sample(windows: Sequence[Stream], video: VideoStream, rung: Rung, *, frames: int, tiled: bool) -> Stream:
    """Return the first `frames` pictures of each window as a rung shows them, one window after the other.

    When they are `tiled`, a quarter of each picture is kept: four pieces of it, each from the middle of a quadrant.
    """
    rate = Fraction(min(video.frame_rate, MOST_FRAMES_PER_SECOND)).limit_denominator(1001)
    taken = []
    for pictures in windows:
        even = _even(pictures, video).filter("fps", fps=rate).filter("trim", end_frame=frames)
        even = even.filter("setpts", "PTS-STARTPTS")
        sized = _scaled(even, rung.width, rung.height, _matrix(video, hdr=False))
        if video.is_hdr:
            sized = _tone_mapped(sized, video)
        plain = sized.filter("format", pixel_format(hdr=False))
        taken.append(_tiles(plain, rung) if tiled else plain)
    return taken[0] if len(taken) == 1 else join(taken, "concat", n=len(taken))


def _tiles(pictures: Stream, rung: Rung) -> Stream:
    """Lay four pieces of a picture, each of a quarter of its sides, into one."""
    width, height = rung.width // 8 * 2, rung.height // 8 * 2
    left, right = split(pictures)
    quadrants = [*split(left), *split(right)]
    pieces = [
        piece.filter("crop", width, height, rung.width * x // 8, rung.height * y // 8)
        for piece, (x, y) in zip(quadrants, ((1, 1), (5, 1), (1, 5), (5, 5)), strict=True)
    ]
    return join([join(pieces[:2], "hstack"), join(pieces[2:], "hstack")], "vstack")


def still(pictures: Stream, video: VideoStream, longest: int) -> Stream:
    """Return the pictures in RGB with a longer side of at most `longest` pixels."""
    factor = min(1.0, longest / max(video.display_width, video.display_height))
    width = max(2, round(video.display_width * factor / 2) * 2)
    height = max(2, round(video.display_height * factor / 2) * 2)
    # Scaling stands before tone mapping, which is dear.
    named = {"in_color_matrix": "bt709"} if video.is_unnamed_hd else {}
    pictures = _scaled(_even(pictures, video), width, height, named)
    if video.is_hdr:
        pictures = _tone_mapped(pictures, video)
    return pictures.filter("format", "rgb24")


def _even(
    pictures: Stream, video: VideoStream, rate: Fraction | None = None, cut: Cut | None = None
) -> Stream:
    """Make what was decoded progressive, and even in time where a rate is given; keep of it what a `cut` says.

    ffmpeg has turned it by its rotation flag before.
    """
    if video.is_interlaced:
        pictures = pictures.filter("bwdif", mode="send_frame", deint="all")
    if rate:
        pictures = pictures.filter("fps", fps=rate, start_time=cut.anchor if cut else 0)
    return _kept(pictures, cut, even=rate is not None) if cut else pictures


def _kept(pictures: Stream, cut: Cut, *, even: bool) -> Stream:
    """The pictures of a chunk at their times: by their number on the even grid, or by the ticks of the output."""
    if even:
        ends = {} if cut.stop is None else {"end_frame": cut.stop}
        return pictures.filter("trim", start_frame=cut.start, **ends)
    ends = {} if cut.stop is None else {"end_pts": cut.stop}
    return pictures.filter("settb", f"1/{TICKS}").filter("trim", start_pts=cut.start, **ends)


def _scaled(pictures: Stream, width: int, height: int, colors: Mapping[str, str] = _AS_THEY_ARE) -> Stream:
    return pictures.filter("scale", width, height, flags="bicubic", **colors).filter("setsar", 1)


def _matrix(video: VideoStream, *, hdr: bool) -> Mapping[str, str]:
    """Return how the first scaling makes red, green and blue into what a rung has: untold it would be as in SD."""
    if not video.is_rgb or video.is_hdr != hdr:
        return _AS_THEY_ARE
    return {"out_color_matrix": "bt2020" if hdr else "bt709", "out_range": "tv"}


def _tone_mapped(pictures: Stream, video: VideoStream) -> Stream:
    """Map light in absolute units into what a plain screen shows, then write it as ordinary BT.709."""
    # Named is also what the stream leaves out, or zscale would not know from where it converts.
    primaries = "bt2020" if video.color_primaries in UNTOLD else video.color_primaries
    space = "bt2020nc" if video.color_space in UNTOLD else video.color_space
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
