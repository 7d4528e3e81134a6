"""What is left of an asset without some parts: a streaming set, a file, stills and captions in one folder, made of the
original. No variant names any of it.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from assets.models import Caption, CaptionKind, Kind, VariantType
from assets.services import captionfiles
from mediaportal.core import captions
from mediaportal.core.captions.cues import LATEST
from processing.ffmpeg import audio, loudness, mux, stills
from processing.ffmpeg import probe as ffprobe
from processing.ffmpeg.ladder import Rung
from processing.ffmpeg.media import Probe, main_track
from processing.ffmpeg.removal import Part, merged
from processing.ffmpeg.storyboard import VTT
from processing.ffmpeg.transcode import Encoded, EncodedAudio, EncodedRung, transcode
from processing.packager import DASH_MANIFEST, HLS_MASTER, package
from processing.services import cutsets, marks
from processing.services.context import StepContext
from processing.services.presets import ladder_for, rungs_for
from processing.services.publishing import Product
from processing.steps.probe import probe_of

_ENCODING_SHARE = 0.9
_MILLI = 1000
# Where what remains lies below the folder of the set; what is watched lies apart from what is kept.
_STREAM, _FILES, _STILLS, _BOARD, _TEXTS = "stream", "files", "stills", "storyboard", "texts"


def run(context: StepContext) -> dict[str, Any]:
    """Make all of it, and let it be what others have."""
    probe = probe_of(context.asset)
    parts = cutsets.parts_of(context.job)
    removed = merged([Part(start, end) for start, end in parts], within=probe.duration)
    root, work = context.scratch / "set", context.scratch / "encoded"
    for folder in (root, work, *(root / name for name in (_STREAM, _FILES, _STILLS, _TEXTS))):
        folder.mkdir()
    made = (_film if context.asset.kind == Kind.VIDEO else _sound)(context, probe, removed, work)
    seconds = ladder_for(context.job).segment_seconds
    streams = package(made.rungs, made.audio, root / _STREAM, segment_seconds=seconds, stop=context.stop)
    files: dict[str, Any] = {
        "manifests": {"hls": f"{_STREAM}/{HLS_MASTER}", "dash": f"{_STREAM}/{DASH_MANIFEST}"},
        "file": _kept(context, made, root / _FILES),
        "captions": _texts(context, removed, root / _TEXTS),
        **(_pictures(context, made.rungs[0].path, root) if made.rungs else {}),
    }
    duration = round(
        max([*(rung.duration for rung in made.rungs), *(track.duration for track in made.audio)]), 3
    )
    context.products.append(_product(context, root, parts, files, duration))
    return {
        "streams": len(streams.streams),
        "duration": duration,
        "cpu_seconds": round(made.cpu_seconds + streams.cpu_seconds, 1),
    }


def _product(
    context: StepContext, root: Path, parts: cutsets.Parts, files: dict[str, Any], duration: float
) -> Product:
    """The folder of the set, which becomes no variant."""
    placed = partial(cutsets.place, asset_id=context.asset.pk, parts=parts, files=files, duration=duration)
    entries: dict[str, str] = files["manifests"]
    return Product(root, VariantType.MANIFEST, "hls", entries["hls"], entries=entries, placed=placed)


def _film(context: StepContext, probe: Probe, removed: Sequence[Part], work: Path) -> Encoded:
    """The rungs and the sound, from one decode; never a copy of what the source holds."""
    ladder = ladder_for(context.job)
    rungs = rungs_for(context.job, probe)
    marks.lay(context, rungs, work)
    corrections = {}
    if ladder.loudness is not None and probe.audio:
        corrections = loudness.corrections(context.source, probe, ladder.loudness, stop=context.stop)
    return transcode(
        context.source,
        probe,
        rungs,
        work,
        audio_bit_rate=ladder.audio_bit_rate,
        corrections=corrections,
        removed=removed,
        on_progress=lambda fraction: context.report(fraction * _ENCODING_SHARE),
        stop=context.stop,
    )


def _sound(context: StepContext, probe: Probe, removed: Sequence[Part], work: Path) -> Encoded:
    """The sound of an asset without pictures."""
    ladder = ladder_for(context.job)
    made = audio.render(
        context.source,
        probe,
        work / "audio_0.m4a",
        bit_rate=ladder.audio_bit_rate,
        loudness=ladder.loudness,
        removed=removed,
        on_progress=lambda fraction: context.report(fraction * _ENCODING_SHARE),
        stop=context.stop,
    )
    track = main_track(probe.audio)
    heard = EncodedAudio(
        made.path, track.language, track.title, True, made.duration, made.size, made.bit_rate
    )
    return Encoded((), (heard,), made.cpu_seconds)


def _kept(context: StepContext, made: Encoded, folder: Path) -> dict[str, Any]:
    """The file for those who may keep one: the largest rung that plays everywhere with the sound, or the sound."""
    if not made.rungs:
        path = made.audio[0].path
        target = folder / "sound.m4a"
        target.hardlink_to(path)
        return {
            "name": f"{_FILES}/{target.name}",
            "filename": f"{context.stem}_cut.m4a",
            "mime_type": "audio/mp4",
            "size": made.audio[0].size,
            "bit_rate": made.audio[0].bit_rate,
        }
    best = max(made.rungs, key=_plays_everywhere)
    done = mux.mux(best, made.audio, folder / "film.mp4", stop=context.stop)
    return {
        "name": f"{_FILES}/film.mp4",
        "filename": f"{context.stem}_cut.mp4",
        "mime_type": "video/mp4",
        "size": done.size,
        "width": best.rung.width,
        "height": best.rung.height,
        "bit_rate": done.bit_rate,
    }


def _plays_everywhere(one: EncodedRung) -> tuple[bool, int]:
    """What is best to keep: H.264 before others, then the largest."""
    return one.rung.codec == Rung.codec, one.rung.height


def _pictures(context: StepContext, film: Path, root: Path) -> dict[str, Any]:
    """Stills of what is left: the poster, the storyboard and the moving preview."""
    probe = ffprobe.examine(film, mime_type="video/mp4", stop=context.stop)
    taken = stills.take(film, probe, context.scratch, count=1, stop=context.stop)
    found: dict[str, Any] = {"poster": {}}
    for still in taken.poster:
        still.path.rename(root / _STILLS / f"poster.{still.format}")
        found["poster"] |= {"width": still.width, "height": still.height}
        found["poster"][still.format] = f"{_STILLS}/poster.{still.format}"
    for moving in taken.moving:
        if moving.format == "webp":
            moving.path.rename(root / _STILLS / "preview.webp")
            found["preview"] = f"{_STILLS}/preview.webp"
    if taken.storyboard:
        taken.storyboard.folder.rename(root / _BOARD)
        found["storyboard"] = f"{_BOARD}/{VTT}"
    return found


def _texts(context: StepContext, removed: Sequence[Part], folder: Path) -> list[dict[str, Any]]:
    """The captions without what was said in the removed parts."""
    spans = [(round(part.start * _MILLI), _end_of(part)) for part in removed]
    found = []
    for track in Caption.objects.filter(asset=context.asset, cues__gt=0):
        chapters = track.kind == CaptionKind.CHAPTERS
        cues = captions.without(captionfiles.cues_in(track), spans, clips=chapters)
        if cues:
            name = f"{track.pk}.vtt"
            (folder / name).write_text(captions.write(cues, plain=chapters), encoding="utf-8")
            found.append({"id": str(track.pk), "version": track.version, "name": f"{_TEXTS}/{name}"})
    return found


def _end_of(part: Part) -> int:
    """The end of a part in milliseconds."""
    return LATEST if part.is_last else round(part.end * _MILLI)
