"""A streaming set made anew of what an asset has already: ingested, fragmented, encrypted, ready.

Each stage is a step of its own, so that a job shows how far it is; one that fails ends the job, and what was played
before is played on.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop

from assets.models import Variant, VariantType
from assets.services import places
from processing.exceptions import EncodingFailed, StepRefused
from processing.ffmpeg.fragments import fragments
from processing.ffmpeg.transcode import EncodedAudio, EncodedRung
from processing.services import packages
from processing.services.context import StepContext
from processing.services.presets import ladder_for
from processing.steps import metadata
from processing.steps.packaging import packaged
from processing.steps.renditions import TRACK_ORDER, rung_of, track_of


@dataclass(frozen=True)
class _Parts:
    """What an asset has that can be packaged, as local files."""

    rungs: list[EncodedRung]
    tracks: list[EncodedAudio]


def ingest(context: StepContext) -> dict[str, Any]:
    """Find what there is to package and number its tracks: pictures from the largest down, then the sound."""
    made = _variants(context)
    if not made:
        sentence = gettext_noop("There is nothing here that could be packaged.")
        raise StepRefused("nothing_to_package", sentence)
    rungs = [one for one in made if one.variant_type == VariantType.RENDITION]
    frames = {one.detail.get("frames") for one in rungs}
    if len(frames) > 1:
        raise EncodingFailed(f"the renditions have {frames} frames")
    return {
        "tracks": [
            {"number": number, "kind": _word(one), "quality": one.quality}
            for number, one in enumerate(made, start=1)
        ]
    }


def fragment(context: StepContext) -> dict[str, Any]:
    """Find where segments begin, at the same times in every rendition."""
    seconds = ladder_for(context.job).segment_seconds
    with _parts(context) as parts:
        starts = fragments([rung.path for rung in parts.rungs], seconds=seconds, stop=context.stop)
    return {"segments": len(starts), "segment_seconds": seconds}


def encrypt(context: StepContext) -> dict[str, Any]:
    """Write the segments, encrypted where that is wanted, and let the set take the place of the one before it."""
    with _parts(context) as parts:
        done = packaged(context, parts.rungs, parts.tracks)
    return {
        "streams": len(done.streams),
        "size": done.size,
        "encrypted_tracks": done.encrypted_tracks,
    }


def finish(context: StepContext) -> dict[str, Any]:
    """Tell of it in the asset's sidecar, and in the results of the job."""
    package = packages.of_job(context.job)
    return {
        **metadata.run(context),
        "package": str(package.pk),
        "scheme": package.scheme,
        "encrypted_tracks": package.encrypted_tracks,
    }


def _variants(context: StepContext) -> list[Variant]:
    """The renditions from the largest down, then the sound tracks in the source's order."""
    made = Variant.objects.filter(asset=context.asset)
    rungs = made.filter(variant_type=VariantType.RENDITION).order_by("-height", "-bitrate")
    return [*rungs, *made.filter(variant_type=VariantType.AUDIO_ONLY).order_by(*TRACK_ORDER)]


def _word(variant: Variant) -> str:
    """What a track shows or plays."""
    return "video" if variant.variant_type == VariantType.RENDITION else "audio"


@contextmanager
def _parts(context: StepContext) -> Iterator[_Parts]:
    """Hold everything that is to be packaged as local files."""
    with ExitStack() as held:
        local = [
            (one, held.enter_context(places.local_file(one.storage_key, stop=context.stop)))
            for one in _variants(context)
        ]
        yield _Parts(
            [rung_of(one, path) for one, path in local if one.variant_type == VariantType.RENDITION],
            [track_of(one, path) for one, path in local if one.variant_type == VariantType.AUDIO_ONLY],
        )
