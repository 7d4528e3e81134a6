"""What a file is, told by its first bytes and never by its name.

libmagic gives the answer, in the sandbox, as it parses foreign bytes. Where it gives up (a sound file without
a header, a transport stream), a few signatures of our own decide. Only what is in `KINDS` is accepted; text,
playlists, SVG, PDF and archives are not there.
"""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from mediaportal.core import _signatures
from mediaportal.core.sandbox import Limits, run_python

Kind = Literal["video", "audio", "image"]

HEAD_BYTES = 256 * 1024
"""How much of a file's beginning `sniff` looks at; more is not used."""

KINDS: Mapping[str, Kind] = {
    "video/mp4": "video",
    "video/quicktime": "video",
    "video/x-msvideo": "video",
    "video/x-matroska": "video",
    "video/webm": "video",
    "video/mp2t": "video",
    "application/mxf": "video",
    "audio/mpeg": "audio",
    "audio/wav": "audio",
    "audio/aac": "audio",
    "audio/flac": "audio",
    "audio/ogg": "audio",
    "audio/mp4": "audio",
    "image/jpeg": "image",
    "image/png": "image",
    "image/webp": "image",
    "image/gif": "image",
    "image/avif": "image",
    "image/heic": "image",
    "image/tiff": "image",
}
"""Every type that is accepted. What only streams can tell (an MP4 without pictures) the probe corrects."""

EXTENSIONS: Mapping[str, str] = {
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/x-msvideo": "avi",
    "video/x-matroska": "mkv",
    "video/webm": "webm",
    "video/mp2t": "ts",
    "application/mxf": "mxf",
    "audio/mpeg": "mp3",
    "audio/wav": "wav",
    "audio/aac": "aac",
    "audio/flac": "flac",
    "audio/ogg": "ogg",
    "audio/mp4": "m4a",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/gif": "gif",
    "image/avif": "avif",
    "image/heic": "heic",
    "image/tiff": "tiff",
}
"""The usual end of a name for each type of `KINDS`, without the dot."""

EMPTY = "inode/x-empty"
UNKNOWN = "application/octet-stream"

# What libmagic says on the left, the one name that the portal uses on the right.
_CANONICAL = {
    "video/x-m4v": "video/mp4",
    "video/matroska": "video/x-matroska",
    "video/avi": "video/x-msvideo",
    "video/vnd.avi": "video/x-msvideo",
    "video/mpeg2ts": "video/mp2t",
    "video/m2ts": "video/mp2t",
    "audio/matroska": "video/x-matroska",
    "audio/x-matroska": "video/x-matroska",
    "audio/x-hx-aac-adts": "audio/aac",
    "audio/x-aac": "audio/aac",
    "audio/aacp": "audio/aac",
    "audio/x-m4a": "audio/mp4",
    "audio/m4a": "audio/mp4",
    "audio/x-wav": "audio/wav",
    "audio/vnd.wave": "audio/wav",
    "audio/wave": "audio/wav",
    "audio/x-flac": "audio/flac",
    "audio/mp3": "audio/mpeg",
    "audio/x-mp3": "audio/mpeg",
    "application/ogg": "audio/ogg",
    "audio/vorbis": "audio/ogg",
    "audio/opus": "audio/ogg",
    "application/x-mxf": "application/mxf",
    "image/heif": "image/heic",
    "image/heic-sequence": "image/heic",
    "image/heif-sequence": "image/heic",
    "image/avif-sequence": "image/avif",
    "image/x-tiff": "image/tiff",
}

# Answers of libmagic that mean "I do not know" for some of the types that we accept: a transport stream
# without its usual tables, MPEG sound without a header, an MP4 whose brand is new.
_DOUBTFUL = {
    UNKNOWN,
    "application/x-dosexec",
    "audio/x-mp4a-latm",
    "video/mpeg",
    "video/3gpp",
    "video/3gpp2",
    "video/mj2",
    "image/x-tga",
    "application/x-matroska",
}

_CHILD = Path(__file__).with_name("_magic_child.py")
_LIMITS = Limits(wall_seconds=20, cpu_seconds=10, memory_bytes=1 << 30, file_bytes=1 << 20, processes=16)


def sniff(head: bytes) -> str:
    """Return the media type of a file from its first bytes (at most `HEAD_BYTES` are looked at).

    The answer is always one plain type such as `video/mp4`; it may be one that is not in `KINDS`. Raises the
    errors of `mediaportal.core.sandbox` when libmagic cannot be run.
    """
    head = head[:HEAD_BYTES]
    if not head:
        return EMPTY
    answer = run_python(_CHILD, {"head": base64.b64encode(head).decode()}, limits=_LIMITS)
    said = str(answer["mime"]).lower()
    mime = _CANONICAL.get(said, said)
    if mime in KINDS or said not in _DOUBTFUL:
        return mime
    return _signatures.recognise(head) or mime
