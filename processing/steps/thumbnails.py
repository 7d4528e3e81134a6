"""Poster, thumbnails, storyboard and previews of a video, by seeking."""

from typing import Any

from assets.models import VariantType
from processing.ffmpeg import seeklist, stills, teaser
from processing.ffmpeg.storyboard import VTT
from processing.services.context import StepContext
from processing.services.presets import ladder_for, poster_for
from processing.services.publishing import Product
from processing.steps.probe import probe_of


def run(context: StepContext) -> dict[str, Any]:
    """Take a poster and ten evenly spaced thumbnails, each as WebP and as JPEG for what cannot show WebP, a storyboard,
    and moving previews: WebP for pages, GIF for mail, and AVIF and an MP4 where the preset wants them.
    """
    probe = probe_of(context.asset)
    ladder = ladder_for(context.job)
    taken = stills.take(
        context.source,
        probe,
        context.scratch,
        count=seeklist.STILLS,
        poster=poster_for(context.job),
        avif=ladder.preview_avif,
        stop=context.stop,
    )
    for still in taken.poster:
        name = f"{context.stem}_poster.{still.format}"
        context.products.append(_still_product(still, VariantType.POSTER, name))
    for position, still in enumerate(taken.thumbnails):
        name = f"{context.stem}_thumbnail_{position // 2 + 1:02}.{still.format}"
        context.products.append(_still_product(still, VariantType.THUMBNAIL, name))
    for moving in taken.moving:
        context.products.append(_moving_product(context, moving, moving.format))
    if taken.storyboard:
        context.products.append(_storyboard_product(taken.storyboard))
    if seconds := ladder.preview_seconds:
        target = context.scratch / "preview.mp4"
        made = teaser.make(context.source, probe, target, seconds=seconds, stop=context.stop)
        context.products.append(_moving_product(context, made, "mp4", made.bit_rate))
    board = taken.storyboard.board if taken.storyboard else None
    return {
        "thumbnails": len(taken.thumbnails) // 2,
        "tiles": board.tiles if board else 0,
        "previews": len(taken.moving) + bool(seconds),
    }


def _still_product(still: stills.Still, kind: str, filename: str) -> Product:
    """One picture, to be published."""
    facts = {
        "quality": f"{still.width}w",
        "width": still.width,
        "height": still.height,
        "timestamp": still.timestamp,
    }
    return Product(still.path, kind, still.format, filename, facts)


def _moving_product(
    context: StepContext, made: stills.Moving | teaser.Teaser, form: str, bit_rate: int | None = None
) -> Product:
    """One preview, to be published."""
    facts = {
        "quality": f"{made.width}w",
        "width": made.width,
        "height": made.height,
        "duration": made.duration,
        "bitrate": bit_rate,
    }
    return Product(made.path, VariantType.PREVIEW, form, f"{context.stem}_preview.{form}", facts)


def _storyboard_product(done: stills.Storyboard) -> Product:
    """The sheets and their track, to be published: the track names its sheets, so they stay one folder."""
    return Product(
        done.folder,
        VariantType.STORYBOARD,
        "vtt",
        VTT,
        {
            "width": done.board.width,
            "height": done.board.height,
            "duration": done.board.duration,
            "detail": {"board": done.board.as_data()},
        },
        entries={"vtt": VTT},
    )
