"""Renditions: every rung of a video from one decode, and the AAC rendition of a sound with its waveform."""

import itertools
from typing import Any

import orjson

from assets.models import VariantType
from processing.ffmpeg import audio, ladder, mux, transcode
from processing.services.context import StepContext
from processing.services.presets import ladder_for
from processing.services.publishing import Product
from processing.steps.probe import probe_of

# The rest of the step's time is joining and checking.
_ENCODING_SHARE = 0.95
_CARD_PEAKS = 96


def run_video(context: StepContext) -> dict[str, Any]:
    """Encode all rungs of the job's preset at once, join each with the sound, and hand them in."""
    probe = probe_of(context.asset)
    if probe.video is None:
        raise ValueError("a job of a video whose probe found no picture")
    preset = ladder_for(context.job)
    rungs = ladder.plan(probe.video, preset)
    work = context.scratch / "encoded"
    work.mkdir()
    encoded = transcode.transcode(
        context.source,
        probe,
        rungs,
        work,
        audio_bit_rate=preset.audio_bit_rate,
        on_progress=lambda fraction: context.report(fraction * _ENCODING_SHARE),
        stop=context.stop,
    )
    for done in encoded.rungs:
        name = mux.rendition_name(context.stem, done.rung.quality)
        made = mux.mux(done, encoded.audio, context.scratch / f"{done.rung.quality}.mp4", stop=context.stop)
        facts = {
            "quality": done.rung.quality,
            "width": done.rung.width,
            "height": done.rung.height,
            "bitrate": made.bit_rate,
            "duration": made.duration,
            "detail": {
                "codecs": made.codecs,
                "frames": done.frames,
                "languages": [t.language for t in encoded.audio],
            },
        }
        context.products.append(Product(made.path, VariantType.RENDITION, "mp4", name, facts))
    for number, track in enumerate(encoded.audio, start=1):
        _add_track(context, track, number)
    return {"qualities": [rung.quality for rung in rungs], "cpu_seconds": round(encoded.cpu_seconds, 1)}


def _add_track(context: StepContext, track: transcode.EncodedAudio, number: int) -> None:
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


def run_audio(context: StepContext) -> dict[str, Any]:
    """Make the AAC rendition and the peaks of the waveform from one decode."""
    probe = probe_of(context.asset)
    made = audio.render(
        context.source,
        probe,
        context.scratch / "sound.m4a",
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
