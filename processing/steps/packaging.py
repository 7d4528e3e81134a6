"""One CMAF set for HLS and DASH from the renditions that the job has made."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from assets.models import Variant, VariantType
from assets.services import places
from processing.ffmpeg.ladder import Rung
from processing.ffmpeg.transcode import EncodedAudio, EncodedRung
from processing.packager import DASH_MANIFEST, HLS_MASTER, package
from processing.services.context import StepContext
from processing.services.publishing import Product


def run(context: StepContext) -> dict[str, Any]:
    """Package the pictures of every rendition and every sound track."""
    made = Variant.objects.filter(asset=context.asset, detail__step="transcoding")
    renditions = [v for v in made if v.variant_type == VariantType.RENDITION]
    tracks = [v for v in made if v.variant_type == VariantType.AUDIO_ONLY]
    folder = context.scratch / "package"
    folder.mkdir()
    with ExitStack() as held:

        def path_of(variant: Variant) -> Path:
            return held.enter_context(places.local_file(variant.storage_key, stop=context.stop))

        done = package(
            [_rung(v, path_of(v)) for v in sorted(renditions, key=lambda v: -(v.height or 0))],
            [_track(v, path_of(v)) for v in sorted(tracks, key=lambda v: v.filename)],
            folder,
            stop=context.stop,
        )
    context.products.append(
        Product(
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
    )
    return {"streams": len(done.streams), "size": done.size}


def _rung(variant: Variant, path: Path) -> EncodedRung:
    """A rendition as the packager takes it."""
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


def _track(variant: Variant, path: Path) -> EncodedAudio:
    """A sound track as the packager takes it."""
    return EncodedAudio(
        path=path,
        language=variant.detail["language"],
        title=variant.detail["title"],
        is_default=variant.detail["is_default"],
        duration=variant.duration or 0.0,
        size=variant.file_size,
        bit_rate=variant.bitrate or 0,
    )
