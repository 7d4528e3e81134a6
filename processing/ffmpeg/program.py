"""How ffmpeg and ffprobe are called here: always in the sandbox, never with a file that may name other files.

A demuxer is allowed only if it belongs to the type that the file's own bytes showed, so that a playlist, a `concat`
list or a subtitle file in disguise opens nothing; and no protocol but plain files.
"""

import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from mediaportal.core.sandbox import Completed, Limits, ProgramFailed, ProgramKilled, SandboxError, run

Stop = Callable[[], bool]

PROTOCOLS = "file,pipe"
"""What ffmpeg may open: plain files, and its own standard streams."""

DEMUXERS = {
    "video/mp4": "mov",
    "video/quicktime": "mov",
    "audio/mp4": "mov",
    "video/x-matroska": "matroska",
    "video/webm": "matroska",
    "video/x-msvideo": "avi",
    "video/mp2t": "mpegts",
    "application/mxf": "mxf",
    "audio/mpeg": "mp3,aac",  # a raw AAC stream may stand behind an ID3 tag and then looks like MP3
    "audio/wav": "wav,w64",
    "audio/aac": "aac",
    "audio/flac": "flac",
    "audio/ogg": "ogg",
}
"""The demuxers that may open a file, by the type that its bytes showed."""

_GIB = 1 << 30
# Address space, not memory: every thread of a decoder or encoder takes some of it.
_MEMORY_BYTES = 8 * _GIB + (os.cpu_count() or 1) * _GIB // 4

# However long a file claims to be, it does not keep a worker for longer than this.
_MOST_WALL_SECONDS = 48 * 3600
_BYTES_READ_IN_A_SECOND = 10_000_000
# 400 Mbit/s: well above the highest cap that a rung may have.
_BYTES_OF_A_SECOND = 50_000_000

# With these codes ffmpeg ends when it was asked to, by TERM or another signal that it hears: once, or again and again.
_ASKED_TO_END = (255, 123)

LOOK_LIMITS = Limits(wall_seconds=120, cpu_seconds=120, memory_bytes=4 * _GIB, file_bytes=_GIB)
"""For a look at a file or a few pictures of it."""


def work_limits(duration: float, *, factor: float = 60.0) -> Limits:
    """Return the limits for work on a whole file: `factor` seconds of wall time for each second of `duration`, two days
    at most, and so many bytes as the largest rungs could have.
    """
    wall = min(300 + duration * factor, _MOST_WALL_SECONDS)
    cpu = int(wall * (os.cpu_count() or 1))
    made = min(256 * _GIB, 2 * _GIB + int(duration * _BYTES_OF_A_SECOND))
    return Limits(wall_seconds=wall, cpu_seconds=cpu, memory_bytes=_MEMORY_BYTES, file_bytes=made)


def read_limits(size: int) -> Limits:
    """Return the limits for a look at all packets of a file of `size` bytes, none of which is decoded: a slow storage
    has time to hand them out.
    """
    wall = min(LOOK_LIMITS.wall_seconds + size / _BYTES_READ_IN_A_SECOND, _MOST_WALL_SECONDS)
    return replace(LOOK_LIMITS, wall_seconds=wall, cpu_seconds=int(wall))


def source_arguments(source: Path, mime_type: str) -> list[str]:
    """Return what opens `source` in ffprobe as nothing but its own type; raises `KeyError` for other types."""
    return [
        *("-protocol_whitelist", PROTOCOLS),
        *("-format_whitelist", DEMUXERS[mime_type]),
        *("-i", f"file:{source}"),
    ]


def any_source(source: Path) -> list[str]:
    """Return what opens `source` in ffprobe as any of the types that are taken."""
    allowed = dict.fromkeys(name for names in DEMUXERS.values() for name in names.split(","))
    return [
        *("-protocol_whitelist", PROTOCOLS),
        *("-format_whitelist", ",".join(allowed)),
        *("-i", f"file:{source}"),
    ]


def is_media(mime_type: str) -> bool:
    """Tell whether ffmpeg is to open files of this type at all."""
    return mime_type in DEMUXERS


def ffmpeg(
    arguments: Sequence[str],
    *,
    reads: Sequence[Path],
    writes: Sequence[Path] = (),
    limits: Limits = LOOK_LIMITS,
    on_line: Callable[[str], None] | None = None,
    on_chunk: Callable[[bytes], None] | None = None,
    stop: Stop | None = None,
) -> Completed:
    """Run ffmpeg; raises the errors of the sandbox."""
    try:
        return run(
            ["ffmpeg", "-nostdin", "-hide_banner", "-v", "error", "-y", *arguments],
            reads=reads,
            writes=writes,
            limits=limits,
            on_line=on_line,
            on_chunk=on_chunk,
            stop=stop,
        )
    except ProgramFailed as error:
        if error.returncode in _ASKED_TO_END:
            raise ProgramKilled(error.program, signal.SIGTERM) from error
        raise


def ffprobe(
    arguments: Sequence[str],
    *,
    reads: Sequence[Path],
    limits: Limits = LOOK_LIMITS,
    on_line: Callable[[str], None] | None = None,
    stop: Stop | None = None,
) -> Completed:
    """Run ffprobe; raises the errors of the sandbox."""
    return run(
        ["ffprobe", "-hide_banner", "-v", "error", *arguments],
        reads=reads,
        limits=limits,
        on_line=on_line,
        stop=stop,
    )


@cache
def has_encoder(name: str) -> bool:
    """Tell whether the ffmpeg of this machine has an encoder; where there is no ffmpeg, that of the workers decides."""
    try:
        return name in ffmpeg(["-encoders"], reads=[]).stdout.decode(errors="replace").split()
    except SandboxError:
        return True


def progress_reader(duration: float, on_progress: Callable[[float], None]) -> Callable[[str], None]:
    """Return what reads the lines of `-progress pipe:1` and tells the fraction done, from 0 to 1, never backwards."""
    last = 0.0

    def read(line: str) -> None:
        nonlocal last
        name, _, value = line.partition("=")
        if name == "out_time_us" and value.lstrip("-").isdigit() and duration > 0:
            fraction = min(1.0, max(0.0, int(value) / 1e6 / duration))
            if fraction > last:
                last = fraction
                on_progress(fraction)

    return read
