"""Renditions: every further rung of a video from one decode, and the AAC rendition of a sound with its waveform."""

import itertools
from collections.abc import Sequence
from typing import Any

import orjson

from assets.models import VariantType
from processing import engines
from processing.ffmpeg import audio
from processing.ffmpeg.ladder import Rung
from processing.ffmpeg.media import Probe
from processing.services import marks
from processing.services.context import StepContext
from processing.services.presets import ladder_for, rungs_for
from processing.services.publishing import Product
from processing.steps.chunks import joined
from processing.steps.probe import probe_of
from processing.steps.renditions import handing

_CARD_PEAKS = 96


def run_video(context: StepContext) -> dict[str, Any]:
    """Hand on all rungs but the lowest, which the first play makes, without sound: joined from the chunks where the
    video was cut, otherwise encoded from one decode.
    """
    probe = probe_of(context.asset)
    rungs = rungs_for(context.job, probe)[:-1]
    if not rungs:
        return {"qualities": []}
    whole = joined(context, probe, rungs)
    if whole is not None:
        context.interim.extend(handing(done) for done in whole.rungs)
        qualities = [rung.quality for rung in rungs]
        return {"qualities": qualities, "joined": True, "copied": list(whole.copied)}
    return encoded(context, probe, rungs)


def encoded(context: StepContext, probe: Probe, rungs: Sequence[Rung]) -> dict[str, Any]:
    """Encode rungs without sound from one decode, with the marks that are theirs, and hand them on."""
    marks.lay(context, rungs, context.scratch)
    made = engines.chosen().encode(
        engines.Order(context.source, probe, rungs, context.scratch, sound=False),
        on_progress=context.report,
        stop=context.stop,
    )
    context.interim.extend(handing(done) for done in made.rungs)
    return {
        "qualities": [rung.quality for rung in rungs],
        "copied": list(made.copied),
        "cpu_seconds": round(made.cpu_seconds, 1),
    }


def run_audio(context: StepContext) -> dict[str, Any]:
    """Make the AAC rendition and the peaks of the waveform from one decode."""
    probe = probe_of(context.asset)
    ladder = ladder_for(context.job)
    made = audio.render(
        context.source,
        probe,
        context.scratch / "sound.m4a",
        bit_rate=ladder.audio_bit_rate,
        loudness=ladder.loudness,
        on_progress=context.report,
        stop=context.stop,
    )
    context.products.append(
        Product(
            made.path,
            VariantType.AUDIO_ONLY,
            "m4a",
            f"{context.stem}_audio.m4a",
            {
                "quality": f"{round(made.bit_rate / 1000)}k",
                "bitrate": made.bit_rate,
                "duration": made.duration,
            },
        )
    )
    path = context.scratch / "waveform.json"
    path.write_bytes(orjson.dumps(made.waveform.as_data()))
    facts = {"duration": made.duration, "detail": {"peaks": card_peaks(made.waveform.peaks)}}
    context.products.append(
        Product(path, VariantType.WAVEFORM, "json", f"{context.stem}_waveform.json", facts)
    )
    return {"cpu_seconds": round(made.cpu_seconds, 1)}


def card_peaks(peaks: tuple[float, ...], count: int = _CARD_PEAKS) -> list[float]:
    """The loudest peak of each of `count` equal pieces, from 0 to 1: enough to draw a small waveform."""
    if len(peaks) <= count:
        return [round(peak, 2) for peak in peaks]
    edges = [len(peaks) * n // count for n in range(count + 1)]
    return [round(max(peaks[low:high]), 2) for low, high in itertools.pairwise(edges)]
