"""Encode a video: one command, one decode, all rungs and every sound track at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from mediaportal.core.sandbox import ProgramFailed
from processing.exceptions import EncodingFailed
from processing.ffmpeg import graph, growing, program, removal
from processing.ffmpeg.codecs import Encoding, encoder_options, named_colors
from processing.ffmpeg.filters import even_rate, rung_pictures
from processing.ffmpeg.ladder import MOST_FRAMES_PER_SECOND, Rung
from processing.ffmpeg.loudness import Correction, plain_sound
from processing.ffmpeg.media import AudioStream, Probe, VideoStream
from processing.ffmpeg.outcome import look, tolerance
from processing.ffmpeg.removal import Part

_PLAIN_MP4: graph.Options = {"map_metadata": -1, "map_chapters": -1, "f": "mp4"}
_AS_IT_IS: Mapping[int, Correction] = MappingProxyType({})

Corrections = Mapping[int, Correction]
"""How tracks are turned up or down, by the number of their stream."""


@dataclass(frozen=True)
class EncodedRung:
    """A rung without sound, and what it became: duration in seconds, size in bytes, bit rate in bit/s."""

    rung: Rung
    path: Path
    duration: float
    frames: int
    size: int
    bit_rate: int


@dataclass(frozen=True)
class EncodedAudio:
    """One sound track as AAC stereo in a file of its own: seconds, bytes, bit/s; `language` is a BCP 47 tag."""

    path: Path
    language: str
    title: str
    is_default: bool
    duration: float
    size: int
    bit_rate: int


@dataclass(frozen=True)
class Encoded:
    """All that one command made, the CPU seconds that it took, and the names of rungs that were copied instead."""

    rungs: tuple[EncodedRung, ...]
    audio: tuple[EncodedAudio, ...]
    cpu_seconds: float
    copied: tuple[str, ...] = ()


def transcode(
    source: Path,
    probe: Probe,
    rungs: Sequence[Rung],
    folder: Path,
    *,
    audio_bit_rate: int = 128_000,
    sound: bool = True,
    corrections: Corrections = _AS_IT_IS,
    grows: Path | None = None,
    copy: EncodedRung | None = None,
    removed: Sequence[Part] = (),
    on_progress: Callable[[float], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Encoded:
    """Encode `source` into `folder` (scratch, absolute, existing) and check what was made; without `sound` only the
    pictures. The watermarks of rungs that have one lie drawn in `folder`. With `grows`, an existing folder directly in
    `folder`, the one rung and the sound can be watched from there (`processing.ffmpeg.growing`) while they are made;
    the rung may be `copy`, which lies in `folder` already. What lies in the parts `removed`, which are `merged`, is in
    nothing that is made.

    `corrections` say how tracks are turned up or down, by the number of their stream. `on_progress` hears ffmpeg's
    own fraction from 0 to 1, about twice a second. Raises `EncodingFailed`,
    `ValueError` for a source without pictures or nothing to make of it, and the errors of the sandbox.
    """
    tracks = probe.audio if sound else ()
    if probe.video is None or not (rungs or tracks or copy):
        raise ValueError("There is nothing to encode")
    left = removal.left_of(probe, removed)
    try:
        done = program.ffmpeg(
            command(
                source,
                probe,
                rungs,
                folder,
                audio_bit_rate=audio_bit_rate,
                sound=sound,
                corrections=corrections,
                grows=grows,
                copy=copy,
                removed=removed,
            ),
            reads=[source],
            writes=[folder],
            limits=program.work_limits(probe.duration),
            on_line=program.progress_reader(left.duration, on_progress or _ignore),
            stop=stop,
        )
    except ProgramFailed as error:
        raise EncodingFailed(error.stderr_tail) from error
    encoded = Encoded(
        rungs=tuple(_rung(rung, rung_path(folder, rung), stop) for rung in rungs),
        audio=tuple(_audio(track, _audio_path(folder, number), stop) for number, track in enumerate(tracks)),
        cpu_seconds=done.cpu_seconds,
    )
    _verify(left, left.video or probe.video, encoded, done.stderr_tail)
    return encoded


def command(
    source: Path,
    probe: Probe,
    rungs: Sequence[Rung],
    folder: Path,
    *,
    audio_bit_rate: int = 128_000,
    sound: bool = True,
    corrections: Corrections = _AS_IT_IS,
    grows: Path | None = None,
    copy: EncodedRung | None = None,
    removed: Sequence[Part] = (),
) -> list[str]:
    """Return ffmpeg's arguments: rungs as `{quality}.mp4` without sound, tracks as `audio_0.m4a` and so on.

    With `grows` the same packets go into the growing files of that folder, too; raises `ValueError` unless there is
    one rung, to be made or as `copy`.
    """
    video = probe.video
    if video is None:
        raise ValueError("There are no pictures")
    if grows is not None and len(rungs) + (copy is not None) != 1:
        raise ValueError("Only one rung can grow")
    opened = graph.source(source, probe.mime_type)
    decoded = removal.pictures(opened[f"{video.index}"], removed)
    pictures = rung_pictures(decoded, video, rungs, marks=folder) if rungs else []
    outputs = [
        _output(picture, rung_path(folder, rung), video_options(video, rung), grows and grows / growing.VIDEO)
        for picture, rung in zip(pictures, rungs, strict=True)
    ]
    if grows and copy:
        ready = graph.source(copy.path, "video/mp4")["v:0"]
        options = growing.copying_options(copy.rung.segment_seconds)
        outputs.append(graph.output([ready], grows / growing.VIDEO, options))
    for number, track in enumerate(probe.audio if sound else ()):
        # Where the end of the pictures is not known, nothing tells that the file's duration is true.
        least = None if video.duration is None else removal.remaining(video.duration, removed)
        correction = corrections.get(track.index)
        options = audio_options(track, audio_bit_rate, correction, least=least, removed=removed)
        grown = grows and grows / growing.audio_name(number)
        outputs.append(_output(opened[f"{track.index}"], _audio_path(folder, number), options, grown))
    unused = [*([] if rungs else [video.index]), *([] if sound else [track.index for track in probe.audio])]
    if unused and probe.mime_type == "video/mp2t":
        # Here ffmpeg counts the time from the first stream that is used: all are, or what is made would not meet.
        streams = [opened[f"{index}"] for index in unused]
        outputs.append(graph.output(streams, "pipe:9", {"c": "copy", "f": "null"}))
    return ["-progress", "pipe:1", "-stats_period", "0.5", *graph.arguments(*outputs)]


def _output(stream: graph.Stream, path: Path, options: graph.Options, grown: Path | None) -> graph.Output:
    """Return the output that writes `path`, and with `grown` the same packets there."""
    if grown is None:
        return graph.output([stream], path, options)
    target, teed = growing.teed(path, grown, options)
    return graph.output([stream], target, teed)


def audio_options(
    track: AudioStream,
    bit_rate: int,
    correction: Correction | None = None,
    *,
    least: float | None = None,
    removed: Sequence[Part] = (),
) -> graph.Options:
    """Return the encoder's options for one sound track: AAC stereo that starts at 0, has no holes, and ends not before
    `least` seconds. The parts `removed` are out of it.
    """
    turned = [correction.filters()] if correction else []
    filters = [plain_sound(track), *removal.sound(removed), *turned]
    if least is not None:
        # Players stop where any one of the streams of a set ends.
        filters.append(f"apad=whole_dur={least:.3f}")
    return {
        # Not in the graph: pictures would pile up there until the first sound of every track has come.
        "af": ",".join(filters),
        "c:a": "aac",
        "b:a": bit_rate,
        **_PLAIN_MP4,
    }


def video_options(video: VideoStream, rung: Rung) -> graph.Options:
    """Return the options of one rung: closed groups of a segment's length, cut at the same times in all rungs."""
    rate = even_rate(video)
    own_times = {"enc_time_base": "1/90000"} if rate is None else {}
    return {
        **encoder_options(
            Encoding(
                codec=rung.codec,
                crf=rung.crf,
                speed=rung.speed,
                max_rate=rung.max_rate,
                buffer_size=rung.buffer_size,
                segment_seconds=rung.segment_seconds,
                # Where the source's own times are kept, passages may be far quicker than their mean.
                frame_rate=float(rate or MOST_FRAMES_PER_SECOND),
                hdr=video if rung.hdr else None,
            )
        ),
        **({} if rung.hdr else named_colors(video)),
        "fps_mode": "vfr",
        "video_track_timescale": 90_000,
        **_PLAIN_MP4,
        **own_times,
    }


def rung_path(folder: Path, rung: Rung) -> Path:
    """Return where the file of a rung lies."""
    return folder / f"{rung.quality}.mp4"


def _audio_path(folder: Path, number: int) -> Path:
    return folder / f"audio_{number}.m4a"


def _rung(rung: Rung, path: Path, stop: program.Stop | None) -> EncodedRung:
    made = look(path, stop=stop)
    if (made.width, made.height) != (rung.width, rung.height):
        raise EncodingFailed(f"{path.name} is {made.width}x{made.height}")
    return EncodedRung(rung, path, made.duration, made.frames, made.size, made.bit_rate)


def _audio(track: AudioStream, path: Path, stop: program.Stop | None) -> EncodedAudio:
    made = look(path, stop=stop)
    return EncodedAudio(
        path=path,
        language=track.language,
        title=track.title,
        is_default=track.is_default,
        duration=made.duration,
        size=made.size,
        bit_rate=made.bit_rate,
    )


def _verify(probe: Probe, video: VideoStream, encoded: Encoded, log: str) -> None:
    """Refuse rungs that differ in their frames, or that are shorter than the source."""
    if not encoded.rungs:
        return
    frames = {rung.frames for rung in encoded.rungs}
    if len(frames) != 1:
        raise EncodingFailed(f"the rungs have {sorted(frames)} frames\n{log}")
    wanted = probe.duration if video.duration is None else video.duration
    reached = max(rung.duration for rung in encoded.rungs)
    if video.duration is None:
        reached = max(reached, *(track.duration for track in encoded.audio), 0.0)
    if reached < wanted - tolerance(wanted):
        raise EncodingFailed(f"it lasts {reached:.2f} instead of {wanted:.2f} seconds\n{log}")


def _ignore(_fraction: float) -> None:
    """Hear progress that nobody asked for."""
