"""The filter graph of a video: what is odd is made plain once, then each size is scaled from the one above."""

from collections.abc import Sequence
from fractions import Fraction

from processing.ffmpeg.ladder import MOST_FRAMES_PER_SECOND, Rung
from processing.ffmpeg.media import VideoStream

_LATE_SECONDS = 0.1
_SMOOTH_RATE = Fraction(30)
_HDR_DEFAULTS = {"primaries": "bt2020", "space": "bt2020nc"}
# Light in absolute units, mapped into what a plain screen shows, then written as ordinary BT.709.
_TONE_MAP = (
    "zscale=transferin={transfer}:primariesin={primaries}:matrixin={space}:transfer=linear:npl=100",
    "format=gbrpf32le",
    "zscale=primaries=bt709",
    "tonemap=tonemap=hable:desat=0",
    "zscale=transfer=bt709:matrix=bt709:range=tv",
)


def plain_chain(video: VideoStream, width: int, height: int, rate: str | None = None) -> list[str]:
    """Return the filters that turn the decoded picture into square, progressive 8-bit BT.709 of the given size.

    ffmpeg has turned it by its rotation flag before. Scaling stands before tone mapping, which is dear.
    """
    filters = []
    if video.is_interlaced:
        filters.append("bwdif=mode=send_frame:deint=all")
    if rate:
        filters.append(rate)
    filters += [f"scale={width}:{height}:flags=bicubic", "setsar=1"]
    if video.is_hdr:
        filters += _tone_map(video)
    return [*filters, "format=yuv420p"]


def rate_filter(video: VideoStream) -> str | None:
    """Return the filter that gives an even frame rate of at most 60, none where the source's own times are kept."""
    rate = Fraction(min(video.frame_rate, MOST_FRAMES_PER_SECOND)).limit_denominator(1001)
    if video.is_vfr and video.frame_rate <= MOST_FRAMES_PER_SECOND:
        if video.start_time <= _LATE_SECONDS:
            return None
        # Players stumble over a beginning without pictures; the filter lets the first one stand until then.
        rate = max(rate, _SMOOTH_RATE)
    return f"fps={rate}:start_time=0"


def ladder_graph(video: VideoStream, rungs: Sequence[Rung]) -> str:
    """Return the graph with one output `[v0]`, `[v1]` … for each rung, largest first, fed by one decoder.

    Each rung is scaled from the one above: the pixels to read shrink with every step.
    """
    first = rungs[0]
    head = plain_chain(video, first.width, first.height, rate_filter(video))
    chains = [f"[0:{video.index}]" + ",".join(head)]
    for number, rung in enumerate(rungs):
        if number:
            chains.append(f"[s{number}]scale={rung.width}:{rung.height}:flags=bicubic,setsar=1")
        if number + 1 < len(rungs):
            chains[-1] += f",split[v{number}][s{number + 1}]"
        else:
            chains[-1] += f"[v{number}]"
    return ";".join(chains)


def still_chain(video: VideoStream, longest: int) -> str:
    """Return the filters for a still whose longer side is at most `longest` pixels."""
    factor = min(1.0, longest / max(video.display_width, video.display_height))
    width = max(2, round(video.display_width * factor / 2) * 2)
    height = max(2, round(video.display_height * factor / 2) * 2)
    return ",".join([*plain_chain(video, width, height)[:-1], "format=rgb24"])


def _tone_map(video: VideoStream) -> list[str]:
    """Name what the stream leaves out, or zscale would not know from where it converts."""
    known = {"primaries": video.color_primaries, "space": video.color_space}
    named = {
        name: value if value not in {"", "unknown", "unspecified", "reserved"} else _HDR_DEFAULTS[name]
        for name, value in known.items()
    }
    names = {"bt2020nc": "2020_ncl", "bt2020c": "2020_cl", "bt2020": "2020", "bt709": "709"}
    values = {name: names.get(value, value) for name, value in named.items()}
    return [part.format(transfer=video.color_transfer, **values) for part in _TONE_MAP]
