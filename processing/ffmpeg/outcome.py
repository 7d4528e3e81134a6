"""Look at what an encoder wrote before it is called good."""

import json
from dataclasses import dataclass
from pathlib import Path

from mediaportal.core.sandbox import ProgramFailed
from processing.exceptions import EncodingFailed
from processing.ffmpeg import program
from processing.ffmpeg.codecstrings import codec_string


@dataclass(frozen=True)
class Outcome:
    """An MP4 of ours: duration in seconds, size in bytes, bit rate in bit/s, RFC 6381 codecs."""

    duration: float
    frames: int
    size: int
    bit_rate: int
    width: int
    height: int
    codecs: str
    sounds: int


def look(path: Path, *, stop: program.Stop | None = None) -> Outcome:
    """Return what an MP4 that we made holds; raises `EncodingFailed` if it cannot be read or is empty."""
    arguments = [
        "-show_format",
        "-show_streams",
        "-show_data",
        "-of",
        "json",
        *program.source_arguments(path, "video/mp4"),
    ]
    try:
        answer = json.loads(program.ffprobe(arguments, reads=[path], stop=stop).stdout)
    except ProgramFailed as error:
        raise EncodingFailed(error.stderr_tail) from error
    streams = answer.get("streams", [])
    duration = float(answer.get("format", {}).get("duration") or 0)
    if not streams or duration <= 0:
        raise EncodingFailed(f"{path.name} is empty")
    pictures = [stream for stream in streams if stream["codec_type"] == "video"]
    first = pictures[0] if pictures else {}
    size = path.stat().st_size
    return Outcome(
        duration=round(duration, 3),
        frames=int(first.get("nb_frames") or 0),
        size=size,
        bit_rate=int(size * 8 / duration),
        width=int(first.get("width") or 0),
        height=int(first.get("height") or 0),
        codecs=",".join(dict.fromkeys(codec_string(stream) for stream in streams)),
        sounds=len(streams) - len(pictures),
    )


def tolerance(duration: float) -> float:
    """Return by how many seconds what was made may differ from its source: starts and ends are rounded to frames."""
    return max(0.5, min(5.0, duration * 0.02))
