"""What an image becomes: a web-size WebP and thumbnails."""

from typing import Any

from django.conf import settings

from assets.models import VariantType
from processing import pictures
from processing.services.context import StepContext
from processing.services.publishing import Product


def run(context: StepContext) -> dict[str, Any]:
    """Make the web-size picture and the thumbnails, the camera's place and owner left out."""
    made = pictures.render(
        context.source,
        context.scratch,
        context.stem,
        mime_type=context.asset.mime_type,
        most_pixels=settings.MAX_IMAGE_PIXELS,
        stop=context.stop,
    )
    _add(context, made.web, VariantType.RENDITION)
    for picture in made.thumbnails:
        _add(context, picture, VariantType.THUMBNAIL)
    return {"pictures": 1 + len(made.thumbnails)}


def _add(context: StepContext, picture: pictures.PictureFile, kind: str) -> None:
    """Hand one picture in for publishing."""
    context.products.append(
        Product(
            picture.path,
            kind,
            picture.format,
            picture.path.name,
            {"quality": picture.quality, "width": picture.width, "height": picture.height},
        )
    )
