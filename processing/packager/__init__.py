"""Package encoded files as one CMAF set for HLS and DASH, by Shaka Packager; nothing is encoded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from processing.ffmpeg.transcode import EncodedAudio, EncodedRung

HLS_MASTER = "master.m3u8"
DASH_MANIFEST = "manifest.mpd"


@dataclass(frozen=True)
class PackagedStream:
    """One stream of the set: its folder's name in the set, RFC 6381 codec, and bandwidth in bit/s."""

    name: str
    kind: str
    codec: str
    bandwidth: int
    language: str


@dataclass(frozen=True)
class Package:
    """A finished set: `files` are all its paths relative to `folder`, the two manifests among them."""

    folder: Path
    hls_master: Path
    dash_manifest: Path
    files: tuple[Path, ...]
    streams: tuple[PackagedStream, ...]
    size: int


def package(
    rungs: Sequence[EncodedRung],
    audio: Sequence[EncodedAudio],
    folder: Path,
    *,
    stop: Callable[[], bool] | None = None,
) -> Package:
    """Write the set into `folder` (existing, empty): 4-second segments, a folder for each stream.

    Either of `rungs` and `audio` may be empty. Raises `EncodingFailed` and the errors of the sandbox.
    """
    raise NotImplementedError
