"""Files that can be watched while they are encoded: each packet is written twice and encoded once.

Beside the plain MP4 that it is for, an output writes the same packets as a fragmented MP4, which is cut into an init
segment and media segments as it grows. Pictures have one fragment for each segment, sound has one for each second: of a
sound that pauses or ends all but its last moments are there. ffmpeg's own HLS muxer is not used: it counts times from
the first packet, so that sound, which begins with the encoder's priming, would come late.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import BinaryIO

from processing.exceptions import EncodingFailed
from processing.ffmpeg.chunks_bounds import TICKS
from processing.ffmpeg.filters import even_rate
from processing.ffmpeg.graph import Options
from processing.ffmpeg.media import VideoStream

VIDEO = "video.mp4"
"""The name of the growing pictures in their folder."""

_MUXER = ("f", "movflags", "video_track_timescale")
_FLAGS = "+delay_moov+default_base_moof"
_FRAGMENTS: Options = {"f": "mp4", "flush_packets": 1}
# Pictures end a fragment before each key frame, sound after so many microseconds.
_PICTURES: Options = {"movflags": f"{_FLAGS}+frag_keyframe+negative_cts_offsets"}
_SOUND: Options = {"movflags": _FLAGS, "frag_duration": 1_000_000}
_HEAD = struct.Struct(">I4s")
_LONG = struct.Struct(">Q")
_WORD = struct.Struct(">I")
_LONG_HEAD = 16
# Flags of `tfhd` and `trun`, in the order of the fields that they announce.
_TFHD_BASE, _TFHD_DESCRIPTION, _TFHD_DURATION = 0x1, 0x2, 0x8
_TRUN_OFFSET, _TRUN_FIRST_FLAGS = 0x1, 0x4
_TRUN_SAMPLE = (0x100, 0x200, 0x400, 0x800)
_MOST_HEADER_BYTES = 16 << 20
# How many times as long as the mean a picture may stand.
_LONGEST_STAND = 100


def longest_segment(video: VideoStream, seconds: int) -> int:
    """Return how many seconds a segment of a growing file of these pictures lasts at most, where key frames are wanted
    every so many: it ends only when another picture comes.

    Of pictures with times of their own nobody knows this before the end. What has few of them in a second, such as
    slides, has some that stand very much longer than the mean.
    """
    rate = even_rate(video)
    stands = 1 / rate if rate else _LONGEST_STAND / video.frame_rate
    return seconds + floor(stands + Fraction(1, 2))


def audio_name(number: int) -> str:
    """Return the name of a growing sound track in its folder."""
    return f"audio_{number}.mp4"


def teed(path: Path, growing: Path, options: Options) -> tuple[str, Options]:
    """Return the target and options of an output that writes `path` as before, and `growing` as it grows. `path` lies
    in the folder that the command runs in, `growing` in a folder there.
    """
    plain = [f"{key}={options[key]}" for key in _MUXER if key in options]
    cut = _PICTURES if growing.name == VIDEO else _SOUND
    own = f"[{':'.join(plain)}]{_escaped(path.name)}"
    fragments = ":".join(f"{key}={value}" for key, value in {**_FRAGMENTS, **cut}.items())
    grown = f"[{fragments}]{_escaped(f'{growing.parent.name}/{growing.name}')}"
    rest = {key: value for key, value in options.items() if key not in _MUXER}
    rest["flags"] = f"{rest.get('flags', '')}+global_header"
    return f"{own}|{grown}", {**rest, "f": "tee"}


def copying_options(seconds: int) -> Options:
    """Return the options of an output that writes pictures as they are into a growing file: key frames that come sooner
    than a segment of so many seconds ends do not begin another one.
    """
    # A little less: containers round times.
    least = seconds * 1_000_000 - 10_000
    return {
        "c": "copy",
        **_FRAGMENTS,
        **_PICTURES,
        "min_frag_duration": least,
        "video_track_timescale": TICKS,
    }


def sound_options() -> Options:
    """Return the muxer's options of a growing sound."""
    return {**_FRAGMENTS, **_SOUND}


def _escaped(name: str) -> str:
    """Return a name as the tee muxer reads it: as a plain file, whatever characters it has."""
    return "file:" + "".join(f"\\{sign}" if sign in "\\'|[] " else sign for sign in name)


@dataclass(frozen=True)
class Segment:
    """Whole fragments of a growing file: where they lie, in bytes, when they begin on its clock and how long they last,
    in seconds.
    """

    offset: int
    size: int
    begin: float
    seconds: float

    @property
    def end(self) -> float:
        """When it ends on the file's clock, in seconds."""
        return self.begin + self.seconds


class GrowingFile:
    """A fragmented MP4 of one stream that ffmpeg is still writing; only what is whole is seen of it."""

    def __init__(self, path: Path, *, least: float = 0.0) -> None:
        """Look at `path`, which need not be there yet; a segment has as many fragments as last for `least` seconds."""
        self.path = path
        self.init_size = 0
        self.codec = ""
        self._least = least
        self._timescale = 0
        self._at = 0

    def fresh(self, *, rest: bool = False) -> list[Segment]:
        """Return the segments that have become whole since this was last asked, with the `rest` also what is shorter;
        raises `EncodingFailed`.
        """
        try:
            file = self.path.open("rb")
        except FileNotFoundError:
            return []
        with file:
            return list(self._read(file, self.path.stat().st_size, rest=rest))

    def _read(self, file: BinaryIO, size: int, *, rest: bool) -> Iterator[Segment]:
        taken: Segment | None = None
        begin, time, units = 0, 0, 0
        for kind, offset, length in _boxes(file, self._at, size):
            end = offset + length
            if kind == b"moov":
                self._take_header(_content(file, offset, length))
                self.init_size = self._at = end
            elif kind == b"moof":
                moof = _content(file, offset, length)
                begin, time, units = offset, _begin(moof), _duration(moof)
            elif kind == b"mdat":
                one = Segment(begin, end - begin, time / self._timescale, units / self._timescale)
                taken = one if taken is None else _together(taken, one)
                if taken.seconds >= self._least:
                    self._at = end
                    yield taken
                    taken = None
        if rest and taken is not None:
            self._at = taken.offset + taken.size
            yield taken

    def _take_header(self, moov: bytes) -> None:
        """Keep what `moov` says: the unit of times, and the codec as RFC 6381 names it."""
        mdhd = next(_find(moov, b"trak", b"mdia", b"mdhd"), b"")
        if len(mdhd) < 24:  # noqa: PLR2004 - as long as the shorter of its two forms
            raise EncodingFailed("the growing file has no time scale")
        self._timescale = _WORD.unpack_from(mdhd, 20 if mdhd[0] else 12)[0]
        stsd = next(_find(moov, b"trak", b"mdia", b"minf", b"stbl", b"stsd"), b"")
        self.codec = _codec(stsd)


def _together(before: Segment, after: Segment) -> Segment:
    """Two segments of which one follows the other, as one."""
    return Segment(
        before.offset, after.offset + after.size - before.offset, before.begin, after.end - before.begin
    )


def cut(source: Path, offset: int, size: int, target: Path) -> None:
    """Write a piece of a file as a file of its own."""
    with source.open("rb") as file, target.open("wb") as made:
        file.seek(offset)
        while size and (data := file.read(min(size, 1 << 20))):
            made.write(data)
            size -= len(data)


def _boxes(file: BinaryIO, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, offset and length of each box that lies whole between two offsets."""
    while at + _LONG_HEAD <= end:
        file.seek(at)
        head = file.read(_LONG_HEAD)
        length, kind = _HEAD.unpack_from(head)
        if length == 1:
            (length,) = _LONG.unpack_from(head, _HEAD.size)
        if length < _HEAD.size:
            raise EncodingFailed("the growing file is broken")
        if at + length > end:
            return
        yield kind, at, length
        at += length


def _content(file: BinaryIO, offset: int, length: int) -> bytes:
    """Read what is in a box with a short head."""
    if length > _MOST_HEADER_BYTES:
        raise EncodingFailed("the growing file has a header beyond all bounds")
    file.seek(offset + _HEAD.size)
    return file.read(length - _HEAD.size)


def _find(content: bytes, kind: bytes, *below: bytes) -> Iterator[bytes]:
    """Yield the contents of all boxes at a path."""
    at = 0
    while at + _HEAD.size <= len(content):
        length, found = _HEAD.unpack_from(content, at)
        if length < _HEAD.size:
            return
        if found == kind:
            inner = content[at + _HEAD.size : at + length]
            yield from _find(inner, *below) if below else (inner,)
        at += length


def _duration(moof: bytes) -> int:
    """Return how long a fragment lasts, in the units of its file."""
    total = 0
    for traf in _find(moof, b"traf"):
        usual = _usual_duration(next(_find(traf, b"tfhd"), b""))
        total += sum(_run_duration(trun, usual) for trun in _find(traf, b"trun"))
    return total


def _begin(moof: bytes) -> int:
    """Return when a fragment begins, in the units of its file."""
    tfdt = next(_find(moof, b"traf", b"tfdt"), b"")
    if len(tfdt) < 12:  # noqa: PLR2004 - as long as its longer form, which ffmpeg writes
        raise EncodingFailed("the growing file does not tell its times")
    return int(_LONG.unpack_from(tfdt, 4)[0])


def _usual_duration(tfhd: bytes) -> int:
    flags = _WORD.unpack_from(tfhd)[0] & 0xFFFFFF
    at = 8 + 8 * bool(flags & _TFHD_BASE) + 4 * bool(flags & _TFHD_DESCRIPTION)
    return int(_WORD.unpack_from(tfhd, at)[0]) if flags & _TFHD_DURATION else 0


def _run_duration(trun: bytes, usual: int) -> int:
    flags = _WORD.unpack_from(trun)[0] & 0xFFFFFF
    (samples,) = _WORD.unpack_from(trun, 4)
    if not flags & _TRUN_SAMPLE[0]:
        return int(samples * usual)
    at = 8 + 4 * bool(flags & _TRUN_OFFSET) + 4 * bool(flags & _TRUN_FIRST_FLAGS)
    step = 4 * sum(bool(flags & flag) for flag in _TRUN_SAMPLE)
    return sum(_WORD.unpack_from(trun, at + number * step)[0] for number in range(samples))


def _codec(stsd: bytes) -> str:
    """Return the codec that a sample description names, where players need to know it before they open the file."""
    at = stsd.find(b"avcC")
    if at >= 0:
        return f"avc1.{stsd[at + 5 : at + 8].hex()}"
    return "mp4a.40.2" if b"mp4a" in stsd else ""
