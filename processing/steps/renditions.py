"""A rendition as the steps that make one hand it in and take it up again."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assets.models import Variant, VariantType
from processing.ffmpeg import mux
from processing.ffmpeg.ladder import Rung
from processing.ffmpeg.languages import UNDETERMINED
from processing.ffmpeg.transcode import EncodedAudio, EncodedRung
from processing.services.context import StepContext
from processing.services.interim import Interim
from processing.services.publishing import Product

TRACK_ORDER = ("detail__number", "filename")
"""How published sound tracks are put in the order of the source: among names the tenth would follow the first."""


def rendition(
    context: StepContext, done: EncodedRung, made: mux.Rendition, audio: Sequence[EncodedAudio]
) -> Product:
    """One rung joined with the sound, to be published."""
    facts = {
        "quality": done.rung.quality,
        "width": done.rung.width,
        "height": done.rung.height,
        "bitrate": made.bit_rate,
        "duration": made.duration,
        "detail": {
            "codecs": made.codecs,
            "frames": done.frames,
            "languages": [track.language for track in audio],
        },
    }
    name = mux.rendition_name(context.stem, done.rung.quality)
    return Product(made.path, VariantType.RENDITION, "mp4", name, facts)


def rung_of(variant: Variant, path: Path) -> EncodedRung:
    """A published rendition as the packager takes it; of its file only the pictures are used."""
    rung = Rung(
        quality=variant.quality,
        width=variant.width or 0,
        height=variant.height or 0,
        crf=0,
        speed="",
        max_rate=variant.bitrate or 0,
        buffer_size=variant.bitrate or 0,
    )
    return EncodedRung(
        rung=rung,
        path=path,
        duration=variant.duration or 0.0,
        frames=int(variant.detail.get("frames", 0)),
        size=variant.file_size,
        bit_rate=variant.bitrate or 0,
    )


def handing(done: EncodedRung) -> Interim:
    """A finished rung without sound, to be handed on to the packaging."""
    return Interim(f"{done.rung.quality}.mp4", done.path, {**asdict(done), "path": ""})


def handed_rung(path: Path, facts: dict[str, Any]) -> EncodedRung:
    """A rung that another step has handed on."""
    return EncodedRung(**{**facts, "rung": Rung.from_data(facts["rung"]), "path": path})


def track_of(variant: Variant, path: Path) -> EncodedAudio:
    """A published sound track as the packager takes it."""
    return EncodedAudio(
        path=path,
        language=variant.detail.get("language", UNDETERMINED),
        title=variant.detail.get("title", ""),
        is_default=variant.detail.get("is_default", True),
        duration=variant.duration or 0.0,
        size=variant.file_size,
        bit_rate=variant.bitrate or 0,
    )
