"""Poster and thumbnails of a video, by seeking."""

from typing import Any

from assets.models import VariantType
from processing.ffmpeg import stills
from processing.services.context import StepContext
from processing.services.publishing import Product
from processing.steps.probe import probe_of

COUNT = 10


def run(context: StepContext) -> dict[str, Any]:
    """Take a poster and ten evenly spaced thumbnails, each as WebP and as JPEG for what cannot show WebP."""
    taken = stills.take(
        context.source, probe_of(context.asset), context.scratch, count=COUNT, stop=context.stop
    )
    for still in taken.poster:
        _add(context, still, VariantType.POSTER, f"{context.stem}_poster.{still.format}")
    for position, still in enumerate(taken.thumbnails):
        _add(
            context,
            still,
            VariantType.THUMBNAIL,
            f"{context.stem}_thumbnail_{position // 2 + 1:02}.{still.format}",
        )
    return {"thumbnails": len(taken.thumbnails) // 2}


def _add(context: StepContext, still: stills.Still, kind: str, filename: str) -> None:
    """Hand one picture in for publishing."""
    context.products.append(
        Product(
            still.path,
            kind,
            still.format,
            filename,
            {
                "quality": f"{still.width}w",
                "width": still.width,
                "height": still.height,
                "timestamp": still.timestamp,
            },
        )
    )
