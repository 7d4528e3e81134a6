"""Silence for a sound that grows, as its encoder would have written it: fragments made by hand, without an encoder.

Of a track that pauses, or has ended long before the pictures, ffmpeg knows only at the end of the file that nothing
more will come, and writes nothing till then.
"""

import struct
from pathlib import Path

from mediaportal.core.sandbox import SandboxError
from processing.exceptions import EncodingFailed
from processing.ffmpeg import program
from processing.ffmpeg.growing import GrowingFile, sound_options

FRAME_SECONDS = 1024 / 48_000
"""How long one frame of AAC lasts in every sound track of ours, in seconds."""

_FRAME_SAMPLES = 1024
_SAMPLE_RATE = 48_000
# One frame of silence in AAC-LC, stereo.
_FRAME = bytes.fromhex("210049900219002380")
_NEW_BASE, _DURATION, _SIZE = 0x020000, 0x8, 0x10
_DATA_OFFSET = 0x1
_BOX_HEAD = 8


def beginning(path: Path, bit_rate: int, *, stop: program.Stop | None = None) -> GrowingFile:
    """Write what a growing sound of `bit_rate` bit/s begins with, and return it as such a file.

    Raises `EncodingFailed`.
    """
    muxer = [part for key, value in sound_options().items() for part in (f"-{key}", str(value))]
    encoder = ["-c:a", "aac", "-b:a", str(bit_rate), "-flags", "+global_header"]
    source = ["-f", "lavfi", "-i", f"anullsrc=r={_SAMPLE_RATE}:cl=stereo:d=0.1"]
    try:
        program.ffmpeg([*source, *encoder, *muxer, f"file:{path}"], reads=[], writes=[path.parent], stop=stop)
    except SandboxError as error:
        raise EncodingFailed(f"no silence could be made: {error}") from error
    file = GrowingFile(path)
    file.fresh()
    return file


def fragment(begin: float, frames: int) -> bytes:
    """Return so many silent frames as a fragment that begins at a time (in seconds, of a whole frame) of the file's
    clock.
    """
    tfhd = _full_box(
        b"tfhd",
        _NEW_BASE | _DURATION | _SIZE,
        struct.pack(">III", 1, _FRAME_SAMPLES, len(_FRAME)),
    )
    tfdt = _full_box(b"tfdt", 0, struct.pack(">Q", round(begin * _SAMPLE_RATE)), version=1)
    mfhd = _full_box(b"mfhd", 0, struct.pack(">I", 1))

    def moof(offset: int) -> bytes:
        trun = _full_box(b"trun", _DATA_OFFSET, struct.pack(">Ii", frames, offset))
        return _box(b"moof", mfhd + _box(b"traf", tfhd + tfdt + trun))

    # The frames lie behind the head of the box after this one.
    return moof(len(moof(0)) + _BOX_HEAD) + _box(b"mdat", _FRAME * frames)


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", _BOX_HEAD + len(content), kind) + content


def _full_box(kind: bytes, flags: int, content: bytes, *, version: int = 0) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags) + content)
