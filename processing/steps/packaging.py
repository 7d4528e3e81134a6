"""The renditions with their sound, and one CMAF set for HLS and DASH of all of them."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from assets.models import Variant, VariantType
from assets.services import places
from processing.exceptions import EncodingFailed
from processing.ffmpeg import mux
from processing.ffmpeg.transcode import EncodedAudio, EncodedRung
from processing.packager import DASH_MANIFEST, HLS_MASTER, Package, package
from processing.services import interim
from processing.services.context import StepContext
from processing.services.presets import ladder_for
from processing.services.publishing import Product
from processing.steps.renditions import TRACK_ORDER, handed_rung, rendition, rung_of, track_of


@dataclass(frozen=True)
class _Parts:
    """What there is to package: the rungs that the first play has published, those still without sound, the sound."""

    published: Sequence[EncodedRung]
    handed: Sequence[EncodedRung]
    tracks: Sequence[EncodedAudio]


def run(context: StepContext) -> dict[str, Any]:
    """Join each further rung with the sound, and package the pictures of every rendition and every sound track."""
    folder = context.scratch / "package"
    folder.mkdir()
    with _parts(context) as parts:
        rungs = [*parts.handed, *parts.published]
        if len({rung.frames for rung in rungs}) > 1:
            raise EncodingFailed(f"the rungs have {[rung.frames for rung in rungs]} frames")
        for rung in parts.handed:
            target = context.scratch / f"{rung.rung.quality}.mp4"
            made = mux.mux(rung, parts.tracks, target, stop=context.stop)
            context.products.append(rendition(context, rung, made, parts.tracks))
        done = package(
            sorted(rungs, key=lambda rung: -rung.rung.height),
            parts.tracks,
            folder,
            segment_seconds=ladder_for(context.job).segment_seconds,
            stop=context.stop,
        )
    context.products.append(streaming_set(context, done))
    return {"streams": len(done.streams), "size": done.size}


def streaming_set(context: StepContext, done: Package) -> Product:
    """A package with its two manifests, to be published."""
    return Product(
        done.folder,
        VariantType.MANIFEST,
        "hls",
        done.hls_master.name,
        {
            "duration": context.asset.duration,
            "detail": {"streams": [vars(stream) for stream in done.streams]},
        },
        entries={"hls": HLS_MASTER, "dash": DASH_MANIFEST},
    )


@contextmanager
def _parts(context: StepContext) -> Iterator[_Parts]:
    """Hold everything that is to be packaged as local files."""
    made = Variant.objects.filter(asset=context.asset, detail__step="first_play").order_by(*TRACK_ORDER)
    with ExitStack() as held:
        local = {
            variant: held.enter_context(places.local_file(variant.storage_key, stop=context.stop))
            for variant in made
            if variant.variant_type in {VariantType.RENDITION, VariantType.AUDIO_ONLY}
        }
        # What was copied while samples were measured stays where it lies, unless it had to be encoded after all.
        handed = held.enter_context(
            interim.taken(job=context.job, steps=["measuring", "transcoding"], stop=context.stop)
        )
        further = {one.name: handed_rung(one.path, one.facts) for one in handed}
        yield _Parts(
            [rung_of(v, path) for v, path in local.items() if v.variant_type == VariantType.RENDITION],
            list(further.values()),
            [track_of(v, path) for v, path in local.items() if v.variant_type == VariantType.AUDIO_ONLY],
        )
