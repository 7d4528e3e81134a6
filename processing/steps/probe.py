"""The gate's second look: can the file be read to its end, and what does it hold?"""

from typing import Any

from django.conf import settings

from assets.models import Asset, Kind
from processing import pictures
from processing.ffmpeg import probe as ffprobe
from processing.ffmpeg.media import Probe
from processing.services.context import StepContext


def run(context: StepContext) -> dict[str, Any]:
    """Read the file's facts and lay them down on the asset.

    Raises a `MediaError`: `container_mismatch`, `corrupt_media`, `empty_media`, `unsupported_codec`, `image_too_large`.
    """
    facts = _picture(context) if context.asset.kind == Kind.IMAGE else _medium(context)
    context.facts.update(facts)
    return {"kind": facts["kind"]}


def _medium(context: StepContext) -> dict[str, Any]:
    """Facts of a video or a sound."""
    found = ffprobe.examine(context.source, mime_type=context.asset.mime_type, stop=context.stop)
    return {
        "kind": found.kind,
        "duration": found.duration,
        "width": found.video.display_width if found.video else None,
        "height": found.video.display_height if found.video else None,
        "metadata": {"probed": True, "probe": found.as_data()},
    }


def _picture(context: StepContext) -> dict[str, Any]:
    """Facts of an image."""
    found = pictures.inspect(
        context.source,
        mime_type=context.asset.mime_type,
        most_pixels=settings.MAX_IMAGE_PIXELS,
        stop=context.stop,
    )
    return {
        "kind": Kind.IMAGE,
        "width": found.width,
        "height": found.height,
        "metadata": {"probed": True, "picture": found.as_data()},
    }


def probe_of(asset: Asset) -> Probe:
    """What the probe step found out about a video or a sound."""
    return Probe.from_data(asset.metadata["probe"])
