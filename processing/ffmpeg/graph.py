"""The only door to ffmpeg-python: sources, filters and outputs in, ffmpeg's arguments out.

The library has no types and sorts options by name, so an option can stand only once in an input or an output. It
takes two equal sources for one. All filters of a command end in one graph, and ffmpeg starts a graph when each of
its inputs has a frame: what must not wait for other streams is the option `vf` or `af` of an output.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NewType, Protocol

import ffmpeg

from processing.ffmpeg.program import DEMUXERS, PROTOCOLS

Options = Mapping[str, str | int | None]
"""Options of one input or output without their dash; none stands for a switch."""

Output = NewType("Output", object)
"""One file that a command writes."""


class Stream(Protocol):
    """What comes out of a source or a filter."""

    def __getitem__(self, selector: str) -> "Stream":
        """Return the one stream of a source that the selector names: `3` or `a:0`."""

    def filter(self, name: str, *values: object, **options: object) -> "Stream":
        """Send it through a filter; expressions are escaped by the library."""


def source(path: Path, mime_type: str, options: Options | None = None) -> Stream:
    """Open `path` as nothing but its own type; raises `KeyError` for types that are not media."""
    limits = {"protocol_whitelist": PROTOCOLS, "format_whitelist": DEMUXERS[mime_type]}
    opened: Stream = ffmpeg.input(f"file:{path}", **limits, **(options or {}))
    return opened


def image(path: Path) -> Stream:
    """Open a PNG of our own making."""
    opened: Stream = ffmpeg.input(f"file:{path}", f="png_pipe", protocol_whitelist=PROTOCOLS)
    return opened


def split(stream: Stream) -> tuple[Stream, Stream]:
    """Return the same pictures twice: a filter's output can be used only once."""
    node = ffmpeg.filter_multi_output(stream, "split")
    return node[0], node[1]


def join(streams: Sequence[Stream], name: str, **options: object) -> Stream:
    """Send several streams, in this order, through one filter."""
    joined: Stream = ffmpeg.filter(list(streams), name, **options)
    return joined


def output(streams: Sequence[Stream], target: Path | str, options: Options) -> Output:
    """Write the streams, in this order, to a file or to `pipe:1`."""
    name = target if isinstance(target, str) else f"file:{target}"
    return Output(ffmpeg.output(*streams, name, **options))


def arguments(*outputs: Output) -> list[str]:
    """Return the arguments of the command that writes all outputs; each source is opened and decoded once."""
    made: list[str] = ffmpeg.merge_outputs(*outputs).get_args()
    return made
