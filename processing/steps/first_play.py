"""First play: the lowest rung and every sound track, before all else, to be watched while they are made."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assets.models import VariantType
from processing import engines
from processing.ffmpeg import mux
from processing.ffmpeg.ladder import Rung
from processing.ffmpeg.media import Probe
from processing.ffmpeg.transcode import Encoded, EncodedAudio
from processing.services import growing, marks
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
    rungs = rungs_for(context.job, probe)[-1:]
    marks.lay(context, rungs, _work(context))
    if growing.may_grow(context.job):
        encoded = _shown(context, probe, rungs)
    else:
        encoded = _encoded(context, probe, rungs, grows=None)
    (done,) = encoded.rungs
    made = mux.mux(done, encoded.audio, context.scratch / f"{done.rung.quality}.mp4", stop=context.stop)
    context.products.append(rendition(context, done, made, encoded.audio))
    for number, track in enumerate(encoded.audio, start=1):
        _add_track(context, track, number)
    return {
        "quality": done.rung.quality,
        "copied": list(encoded.copied),
        "cpu_seconds": round(encoded.cpu_seconds, 1),
    }


def _shown(context: StepContext, probe: Probe, rungs: Sequence[Rung]) -> Encoded:
    """Encode what people may already watch."""
    folder = _work(context) / "growing"
    folder.mkdir()
    made = growing.GrowingSet(
        context,
        folder=folder,
        probe=probe,
        rung=rungs[0],
        bit_rate=ladder_for(context.job).audio_bit_rate,
    )
    with growing.shown(made) as showing:
        encoded = _encoded(context, probe, rungs, grows=folder)
        showing.finish()
    return encoded


def _encoded(context: StepContext, probe: Probe, rungs: Sequence[Rung], *, grows: Path | None) -> Encoded:
    ladder = ladder_for(context.job)
    return engines.chosen().encode(
        engines.Order(
            context.source,
            probe,
            rungs,
            _work(context),
            audio_bit_rate=ladder.audio_bit_rate,
            loudness=ladder.loudness,
            grows=grows,
        ),
        on_progress=lambda fraction: context.report(fraction * _ENCODING_SHARE),
        stop=context.stop,
    )


def _work(context: StepContext) -> Path:
    """The folder in the scratch that ffmpeg writes into."""
    folder = context.scratch / "encoded"
    folder.mkdir(exist_ok=True)
    return folder


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
                "detail": {
                    "number": number,
                    "language": track.language,
                    "title": track.title,
                    "is_default": track.is_default,
                },
            },
        )
    )
