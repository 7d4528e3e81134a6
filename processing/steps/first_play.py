"""First play: the lowest rung and every sound track, before all else."""

from typing import Any

from assets.models import VariantType
from processing import engines
from processing.ffmpeg import mux
from processing.ffmpeg.transcode import EncodedAudio
from processing.services.context import StepContext
from processing.services.presets import ladder_for, rungs_for
from processing.services.publishing import Product
from processing.steps.probe import probe_of
from processing.steps.renditions import rendition

# The rest of the step's time is joining and checking.
_ENCODING_SHARE = 0.95


def run(context: StepContext) -> dict[str, Any]:
    """Encode the lowest rung and the sound, which the other rungs share, and hand both in."""
    probe = probe_of(context.asset)
    work = context.scratch / "encoded"
    work.mkdir()
    ladder = ladder_for(context.job)
    encoded = engines.chosen().encode(
        engines.Order(
            context.source,
            probe,
            rungs_for(context.job, probe)[-1:],
            work,
            audio_bit_rate=ladder.audio_bit_rate,
            loudness=ladder.loudness,
        ),
        on_progress=lambda fraction: context.report(fraction * _ENCODING_SHARE),
        stop=context.stop,
    )
    (done,) = encoded.rungs
    made = mux.mux(done, encoded.audio, context.scratch / f"{done.rung.quality}.mp4", stop=context.stop)
    context.products.append(rendition(context, done, made, encoded.audio))
    for number, track in enumerate(encoded.audio, start=1):
        _add_track(context, track, number)
    return {"quality": done.rung.quality, "cpu_seconds": round(encoded.cpu_seconds, 1)}


def _add_track(context: StepContext, track: EncodedAudio, number: int) -> None:
    """Hand one sound track in by itself: it is packaged beside the pictures and may be downloaded alone."""
    context.products.append(
        Product(
            track.path,
            VariantType.AUDIO_ONLY,
            "m4a",
            f"{context.stem}_audio_{number}_{track.language}.m4a",
            {
                "quality": f"{round(track.bit_rate / 1000)}k",
                "bitrate": track.bit_rate,
                "duration": track.duration,
                "detail": {"language": track.language, "title": track.title, "is_default": track.is_default},
            },
        )
    )
