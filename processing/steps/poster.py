"""The poster that somebody has chosen: a frame of the film, or a picture that was sent."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_noop

from assets.models import ScanVerdict, VariantType
from assets.services import gate, quarantine
from mediaportal.core.clamd import Stopped
from mediaportal.core.sandbox import ProgramStopped
from processing import pictures
from processing.exceptions import CorruptMedia, StepPostponed, StepRefused
from processing.ffmpeg import stills
from processing.pictures.stills import Order, StillFile, finish
from processing.services import interim, posters, stilljobs
from processing.services.context import StepContext
from processing.services.publishing import Product
from processing.steps.probe import probe_of


def run(context: StepContext) -> dict[str, Any]:
    """Make the picture that was chosen into a poster.

    Raises `MediaError`s, of a picture that was sent also `malware_found`, `cannot_be_scanned`, `picture_gone` and,
    while the scanner is away and the policy wants the picture scanned, `StepPostponed`.
    """
    seconds = context.step.parameters.get("timestamp")
    if seconds is not None:
        made, second = _frame(context, float(seconds))
        _add(context, made, posters.FILM, second)
        return {"timestamp": second}
    with interim.taken(job=context.job, steps=[stilljobs.RECEIVED], stop=context.stop) as held:
        for picture in held:
            _scan(context, picture.path)
            sent = pictures.poster(
                picture.path,
                context.scratch,
                mime_type=picture.facts["mime_type"],
                pixels=stills.POSTER_PIXELS,
                most_pixels=settings.MAX_IMAGE_PIXELS,
                stop=context.stop,
            )
            _add(context, sent, posters.SENT, None)
    if not context.products:
        # A job that has ended badly keeps no picture that was sent; publishing nothing would take the poster away.
        sentence = gettext_noop("The picture that was sent is not kept any more. Send it again.")
        raise StepRefused("picture_gone", sentence)
    return {}


def _frame(context: StepContext, seconds: float) -> tuple[tuple[StillFile, ...], float]:
    """The frame that is shown at a time, and when it begins."""
    folder = context.scratch / "frames"
    folder.mkdir()
    probe = probe_of(context.asset)
    found = stills.take_exactly(context.source, probe, [seconds], folder, stop=context.stop)
    if not found:
        raise CorruptMedia(f"there is no frame at {seconds}")
    order = Order(context.scratch, poster=found[0].path, poster_pixels=stills.POSTER_PIXELS)
    return finish(order, stop=context.stop).poster, found[0].time


def _add(
    context: StepContext,
    files: tuple[StillFile, ...] | tuple[pictures.PictureFile, ...],
    chosen: str,
    second: float | None,
) -> None:
    """Hand the poster in. Its name is new each time, so that nobody is shown the old one out of a cache."""
    for file in files:
        context.products.append(
            Product(
                file.path,
                VariantType.POSTER,
                file.format,
                f"{context.stem}_poster_{str(context.job.pk)[-8:]}.{file.format}",
                {
                    "quality": f"{file.width}w",
                    "width": file.width,
                    "height": file.height,
                    "timestamp": second,
                    "detail": {"chosen": chosen},
                },
            )
        )


def _scan(context: StepContext, path: Path) -> None:
    """Have the installation's scanner look at a picture that was sent."""
    try:
        word = gate.scanner().scan(path, stop=context.stop)
    except gate.ScannerAway as error:
        if settings.SCAN_POLICY != "required":
            return
        raise StepPostponed(
            "scanner_away",
            gettext_noop("Waiting for the malware scanner, which cannot be reached."),
            seconds=settings.SCAN_RETRY_SECONDS,
            log=str(error),
        ) from error
    except Stopped as error:
        raise ProgramStopped("the scan was stopped") from error
    if word.verdict == ScanVerdict.INFECTED:
        raise StepRefused("malware_found", quarantine.MALWARE)
    if word.verdict == ScanVerdict.UNSCANNABLE:
        raise StepRefused("cannot_be_scanned", gettext_noop("This picture could not be scanned for malware."))
