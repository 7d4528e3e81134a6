"""Single frames of a film, exactly where they were asked for, as pictures to keep."""

from collections.abc import Sequence
from pathlib import Path
from shutil import rmtree
from typing import Any

from assets.models import VariantType
from processing.exceptions import CorruptMedia
from processing.ffmpeg import seeklist, stills
from processing.pictures.stills import Capture, Order, finish
from processing.services import captures
from processing.services.captures import Form
from processing.services.context import StepContext
from processing.services.publishing import Product
from processing.steps.probe import probe_of

# Raw frames are large: few lie in the scratch at once.
AT_ONCE = 20


def run(context: StepContext) -> dict[str, Any]:
    """Take the frames. Those that are damaged are left out; raises `CorruptMedia` when none comes."""
    wish = captures.wish_of(context.step.parameters)
    probe = probe_of(context.asset)
    times = wish.timestamps
    if wish.keyframes:
        times = tuple(stills.key_frame_times(context.source, probe, most=captures.MOST, stop=context.stop))
    # By a name of its own, as the pictures of other such jobs are to stay.
    detail = {"step": f"captures {context.job.pk}"}
    for first in range(0, len(times), AT_ONCE):
        context.report(first / len(times))
        some = times[first : first + AT_ONCE]
        take(context, some, form=wish.format, width=wish.width, detail=detail, first=first)
    if not context.products:
        raise CorruptMedia("no frame came")
    return {"captures": len(context.products)}


def take(
    context: StepContext,
    times: Sequence[float],
    *,
    form: Form,
    width: int | None,
    detail: dict[str, Any],
    first: int = 0,
) -> None:
    """Take the frames at these times and hand them in with `detail`, numbered from `first` on; damaged ones are left
    out. Raises the errors of the sandbox.
    """
    folder = context.scratch / f"frames-{first}"
    folder.mkdir()
    probe = probe_of(context.asset)
    size = seeklist.of_width(probe.video, width) if probe.video else None
    try:
        found = stills.take_exactly(context.source, probe, times, folder, size=size, stop=context.stop)
    except CorruptMedia:
        return
    pictures = [
        Capture(frame.path, context.scratch / f"{first + number:04}.{form}", form)
        for number, frame in enumerate(found)
    ]
    made = finish(Order(context.scratch, captures=pictures), stop=context.stop)
    rmtree(folder)
    for frame, file in zip(found, made.captures, strict=True):
        _add(context, file.path, form, frame.time, (file.width, file.height), detail)


def _add(  # noqa: PLR0917 - one step of `take`
    context: StepContext, path: Path, form: Form, second: float, size: tuple[int, int], detail: dict[str, Any]
) -> None:
    """Hand one picture in: the same frame in the same form takes the place of an earlier one."""
    name = f"{context.stem}_{_clock(second)}_{size[0]}w.{form}"
    if any(product.filename == name for product in context.products):
        return
    facts = {
        "quality": f"{size[0]}w",
        "width": size[0],
        "height": size[1],
        "timestamp": second,
        "detail": {"capture": str(context.job.pk), **detail},
    }
    context.products.append(Product(path, VariantType.DERIVED, form, name, facts))


def _clock(seconds: float) -> str:
    """A time as it can stand in a file's name: 0-01-02.345."""
    thousandths = round(seconds * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60}-{minutes % 60:02}-{rest // 1000:02}.{rest % 1000:03}"
