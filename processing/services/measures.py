"""What the work of a step is made of, in units whose cost can be learned.

A megapixel-second is a second of moving pictures of one megapixel at 30 frames a second. The measures:

    decode {codec}                  megapixel-seconds of the source, its scaling to the rungs included
    encode {codec} {speed} {rung}   megapixel-seconds of what is made
    sound                           seconds of sound, decoded and encoded, for each track
    command                         an encoder that begins and ends, once
    start {step}                    the step itself, once, when no more is known of it
    pictures {step}                 megapixel-seconds of the source, for a step of which no more is known
    taken {step}                    megapixel-seconds that are decoded of it by a step that looks only here and there
    tile {step}                     single frames that it makes into pictures
    seconds {step}, still {step}    the same of a sound (seconds) and of an image (megapixels)
    join                            seconds of a video whose chunks are put together
    picture {step}                  single frames of a video that somebody has asked for
    bytes {kind} {step}             MiB of the original, while it has not been read yet

The steps of one family (`chunk_001`, `chunk_002`) have their measures in common. A step that nobody here knows has
those of its own family, so that its cost is learned too.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assets.models import Asset, Kind
from processing.ffmpeg import complexity, seeklist, vmaf
from processing.ffmpeg.ladder import Rung, output_frame_rate
from processing.ffmpeg.media import Probe, VideoStream
from processing.models import Job, Status, Step
from processing.services import chunking
from processing.services.presets import rungs_for

Amounts = dict[str, float]

_MIB = 1024 * 1024
_USUAL_FRAMES = 30.0
_NUMBERED = re.compile(r"[_-]?\d+$")

# Roughly what one unit costs in comparison with the others, in CPU seconds of one core of 2020. They serve to share
# out what a command took among its parts, and to say something of a measure that was never met; how long anything
# really takes is learned alone.
_RELATIVE = {
    "command": 0.3,
    "start": 0.3,
    "pictures": 0.1,
    "seconds": 0.01,
    "still": 0.2,
    "picture": 0.5,
    "taken": 0.1,
    "tile": 0.005,
    "bytes": 0.3,
    "sound": 0.02,
    "join": 0.02,
    "decode": 0.12,
    "encode": 0.4,
}
_RELATIVE_DECODE = {"mpeg4": 0.1, "mpeg2video": 0.1, "hevc": 0.15, "vp9": 0.15, "av1": 0.2, "prores": 0.2}
_RELATIVE_CODEC = {"hevc": 2.5, "av1": 3.0, "vp9": 4.0}
_RELATIVE_SPEED = {
    "ultrafast": 0.4,
    "superfast": 0.6,
    "veryfast": 1.0,
    "faster": 1.6,
    "fast": 2.0,
    "medium": 2.4,
    "slow": 3.6,
    "slower": 6.0,
    "veryslow": 10.0,
}


# Steps that look at so many windows of a film, of about a second each, however long it is.
_WINDOWS: dict[str, Callable[[float], int]] = {
    "measuring": complexity.windows_in,
    "quality": vmaf.windows_in,
    "quality_again": vmaf.windows_in,
}


def family(name: str) -> str:
    """What a step is a piece of: its name without a number at the end."""
    return _NUMBERED.sub("", name) or name


def relative(measure: str) -> float:
    """Roughly what a unit of a measure costs in comparison with the units of others."""
    word, _, rest = measure.partition(" ")
    if word == "decode":
        return _RELATIVE_DECODE.get(rest, _RELATIVE[word])
    if word == "encode":
        codec, speed, *_rung = [*rest.split(" "), ""]
        return _RELATIVE[word] * _RELATIVE_CODEC.get(codec, 1.0) * _RELATIVE_SPEED.get(speed, 1.0)
    return _RELATIVE.get(word, 1.0)


def lay_down(*, job: Job) -> None:
    """Write down what the open steps of a job amount to whose work the probe has shown.

    Must run in the transaction that lays down what the probe found.
    """
    found = job.asset.metadata.get("probe")
    if found is None:
        return
    probe = Probe.from_data(found)
    rungs = rungs_for(job, probe) if probe.video else ()
    steps = list(job.steps.filter(status=Status.PENDING))
    for step in steps:
        step.work = _foreseen(step, probe, rungs)
    Step.objects.bulk_update([step for step in steps if step.work], ["work"])


def _foreseen(step: Step, probe: Probe, rungs: Sequence[Rung]) -> Amounts:
    """What a step amounts to by what is known of the file; empty when only its general measure can tell."""
    match family(step.name):
        case "first_play":
            return encoding(probe=probe, rungs=rungs[-1:], sound=True)
        case "marking":
            return encoding(probe=probe, rungs=rungs, sound=False)
        case "transcoding" if probe.video is None:
            return {"sound": probe.duration}
        case "transcoding" if "chunks" in step.parameters:
            return {"command": 1.0, "join": probe.duration}
        case "transcoding":
            chunk = chunking.chunk_of(step)
            end = probe.duration if chunk is None or chunk.end is None else chunk.end
            seconds = end - (chunk.begin if chunk else 0)
            return encoding(probe=probe, rungs=rungs[:-1], sound=False, seconds=seconds) or {"command": 0.0}
        case _:
            return {}


@dataclass(frozen=True)
class Extent:
    """How much of a medium there is: bytes, pixels, seconds; `known` once the file has been read."""

    kind: str
    file_size: int
    width: int = 0
    height: int = 0
    duration: float = 0.0
    known: bool = False

    @classmethod
    def of(cls, asset: Asset) -> "Extent":
        """That of an asset."""
        return cls(
            kind=asset.kind,
            file_size=asset.file_size,
            width=asset.width or 0,
            height=asset.height or 0,
            duration=asset.duration or 0.0,
            known=bool(asset.metadata.get("probed")),
        )


def general(*, step: str, extent: Extent) -> Amounts:
    """What any step of an asset amounts to: by what was read of the file, or by its bytes before."""
    if not extent.known:
        return by_bytes(step=step, extent=extent)
    name, megapixels = family(step), extent.width * extent.height / 1e6
    amounts = {f"start {name}": 1.0}
    if extent.kind == Kind.IMAGE:
        amounts[f"still {name}"] = megapixels
    elif extent.kind == Kind.AUDIO:
        amounts[f"seconds {name}"] = extent.duration
    elif name == "thumbnails":
        tiles, seconds = seeklist.effort(extent.duration)
        amounts |= {f"tile {name}": float(tiles), f"taken {name}": megapixels * seconds}
    elif name in _WINDOWS:
        amounts[f"taken {name}"] = megapixels * _WINDOWS[name](extent.duration)
    else:
        amounts[f"pictures {name}"] = megapixels * extent.duration
    return amounts


def by_bytes(*, step: str, extent: Extent) -> Amounts:
    """What a step of an asset amounts to while nothing but the file's kind and size is known."""
    name = family(step)
    return {f"start {name}": 1.0, f"bytes {extent.kind} {name}": extent.file_size / _MIB}


def encoding(*, probe: Probe, rungs: Sequence[Rung], sound: bool, seconds: float | None = None) -> Amounts:
    """What one command amounts to that makes these rungs of a video, and with `sound` every track of it.

    `seconds` is how much of it is made, when that is not all.
    """
    if probe.video is None or not rungs:
        return {}
    span = probe.duration if seconds is None else seconds
    amounts = {
        "command": 1.0,
        f"decode {probe.video.codec}": _megapixels(probe.video)
        * span
        * probe.video.frame_rate
        / _USUAL_FRAMES,
    }
    made = span * output_frame_rate(probe.video) / _USUAL_FRAMES
    for rung in rungs:
        amounts[_encode(rung)] = rung.width * rung.height / 1e6 * made
    if sound and probe.audio:
        amounts["sound"] = span * len(probe.audio)
    return amounts


def _encode(rung: Rung) -> str:
    """The measure of a rung's encoder."""
    return f"encode {rung.codec} {rung.speed} {rung.quality}"


def _megapixels(video: VideoStream) -> float:
    return video.width * video.height / 1e6
