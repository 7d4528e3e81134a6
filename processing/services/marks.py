"""Drawing watermarks for the sizes that a step is about to make."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from assets import access
from assets.models import Asset, Kind, Variant, VariantType
from assets.services import places
from processing.exceptions import MarkMissing
from processing.ffmpeg import marks
from processing.ffmpeg.ladder import Rung
from processing.ffmpeg.marks import Mark
from processing.pictures import marks as drawing
from processing.services.context import StepContext

_INTER = "@fontsource-variable/inter/files/inter"
FONTS = {
    "latin": f"{_INTER}-latin-wght-normal.woff2",
    "latin_more": f"{_INTER}-latin-ext-wght-normal.woff2",
    "arabic": "@fontsource/ibm-plex-sans-arabic/files/ibm-plex-sans-arabic-arabic-600-normal.woff2",
}


def lay(context: StepContext, rungs: Sequence[Rung], folder: Path) -> None:
    """Draw the watermarks of these rungs into `folder`, for whoever encodes them there.

    Raises `MarkMissing` when the image is not there any more: what was to be marked is not made without its mark.
    """
    wanted = {(rung.width, rung.height, name): mark for rung in rungs for name, mark in rung.marks.items()}
    for mark in set(wanted.values()):
        with _image(context, mark) as source:
            for width, height, name in (place for place, own in wanted.items() if own == mark):
                target = marks.path_of(folder, width, height, name)
                _draw(context, mark, (width, height), source, target)


def _draw(context: StepContext, mark: Mark, size: tuple[int, int], image: Path | None, target: Path) -> None:
    box = marks.box(mark, *size)
    drawing.draw(
        target,
        size=(box.width, box.height),
        place=marks.PLACES[mark.position],
        opacity=mark.opacity,
        text=mark.text,
        fonts={} if image else {name: Path(settings.NODE_MODULES) / path for name, path in FONTS.items()},
        image=image,
        stop=context.stop,
    )


@contextmanager
def _image(context: StepContext, mark: Mark) -> Iterator[Path | None]:
    """The web-size picture of the image that a mark shows; none for words."""
    if mark.text:
        yield None
        return
    found = web_picture(mark.image)
    if found is None:
        raise MarkMissing(mark.image)
    with places.local_file(found.storage_key, stop=context.stop) as path:
        yield path


def web_picture(asset_id: str) -> Variant | None:
    """The picture that stands for an image in watermarks: once the gate has passed it, and while it is kept."""
    asset = Asset.objects.kept().filter(pk=asset_id, kind=Kind.IMAGE).first()
    if asset is None or not access.gate_passed(asset):
        return None
    return Variant.objects.filter(asset=asset, variant_type=VariantType.RENDITION, quality="web").first()
