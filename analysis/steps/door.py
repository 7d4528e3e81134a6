"""The quick check at the door: a few pictures are shown to an engine before anything is published. What fails is told,
and hinders nothing; what it means that nobody has looked is for the collection to say.
"""

import logging
import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import pgettext_lazy

from analysis import engines
from analysis.engines import Engine, Found, Hash
from analysis.engines import Type as EngineType
from analysis.services import errands, sights
from analysis.services.moderation import door
from analysis.services.moderation.door import Look
from analysis.services.parameters import DOOR
from analysis.services.sights import Beginning, Shown, Sights
from analysis.steps import looking
from assets.models import Asset, Kind
from mediaportal.core.sandbox import (
    ProgramFailed,
    ProgramKilled,
    ProgramStopped,
    ProgramTimedOut,
    SandboxError,
)
from processing.exceptions import MediaError, StepPostponed
from processing.ffmpeg import stills
from processing.models import Queue
from processing.pictures.stills import Capture, Order, finish
from processing.pipeline import StepPlan
from processing.services.context import StepContext
from processing.steps.probe import probe_of

logger = logging.getLogger(__name__)
_KEPT = "sights"
# Nobody waits long at the door: an engine that does not answer is asked again for about three minutes.
_MOST_AWAYS = 4
_NOWHERE = Path("/")


def run(context: StepContext) -> dict[str, Any]:
    """Have a few pictures looked at; what the policies say of them is written with them. Returns what was done, in
    words.

    Raises `StepPostponed` while an engine does not answer, and the errors of the sandbox that are not the file's fault,
    as long as it may be tried again.
    """
    beginning = door.begin(job=context.job, looks=_expected(context.asset))
    taker = door.taker_of_prints()
    looks = _taken(context) if beginning.engine or taker else []
    seen: Sights = dict(context.step.results.get(_KEPT, {}))
    if beginning.engine:
        for number, look in enumerate(looks):
            if look.key not in seen:
                seen[look.key] = _seen(context, engines.engine(beginning.engine), look, seen)
            context.report((number + 1) / len(looks))
    found = _whole(beginning, looks, seen, duration=context.asset.duration or 0.0)
    prints = [one for look in looks for one in _prints(context, look, taker)] if taker else []
    context.published.append(partial(door.publish, job=context.job, found=found, prints=prints))
    context.published.append(partial(errands.let_go_of_step, step=context.step))
    return _told(beginning, found, looks)


def _expected(asset: Asset) -> list[Look]:
    """The pictures that there will be, as far as an engine wants to know before it is chosen."""
    if asset.kind == Kind.IMAGE:
        return [_whole_image(asset, _NOWHERE)]
    return [Look(_NOWHERE, "image/png", second) for second in door.seconds_of(asset.duration or 0.0)]


def _whole_image(asset: Asset, path: Path) -> Look:
    return Look(
        path, asset.mime_type, 0.0, width=asset.width or 0, height=asset.height or 0, size=asset.file_size
    )


def _taken(context: StepContext) -> list[Look]:
    """The pictures, as files; none where nothing could be taken. Raises the errors of the sandbox that are not the
    file's fault, as long as it may be tried again.
    """
    try:
        return _pictures(context)
    except (ProgramStopped, ProgramKilled):
        raise
    except (MediaError, ProgramFailed, ProgramTimedOut) as error:
        logger.warning("no picture of %s could be taken: %s", context.asset.pk, error)
    except (SandboxError, OSError) as error:
        if context.step.attempt < settings.STEP_ATTEMPTS:
            raise
        logger.warning("no picture of %s could be taken: %s", context.asset.pk, error)
    return []


def _pictures(context: StepContext) -> list[Look]:
    """An image itself, brought into the scratch, or frames of a film."""
    if context.asset.kind == Kind.IMAGE:
        with context.original() as source:
            copy = context.scratch / "image"
            shutil.copyfile(source, copy)
        return [_whole_image(context.asset, copy)]
    probe = probe_of(context.asset)
    folder = context.scratch / "frames"
    folder.mkdir()
    with context.original() as source:
        times = door.seconds_of(probe.duration)
        frames = stills.take_exactly(source, probe, times, folder, stop=context.stop)
    wanted = [
        Capture(frame.path, context.scratch / f"look-{number}.png", "png")
        for number, frame in enumerate(frames)
    ]
    made = finish(Order(context.scratch, captures=wanted), stop=context.stop)
    looks = [
        Look(file.path, "image/png", frame.time, file.width, file.height, file.size)
        for frame, file in zip(frames, made.captures, strict=True)
    ]
    # Of a film of few frames several times lead to the same one.
    return list({look.key: look for look in looks}.values())


def _seen(context: StepContext, engine: Engine, look: Look, seen: Sights) -> dict[str, Any]:
    """What an engine sees in one picture. What was seen before is kept when the step is given back."""
    if context.stop():
        raise ProgramStopped(engine.name)
    folder = context.scratch / f"seen-{look.key}"
    folder.mkdir()
    request = door.request_for(look, folder=folder, types=[EngineType.MODERATION])
    try:
        found = looking.asked(engine, request, context, most_aways=_MOST_AWAYS)
    except StepPostponed as error:
        error.results = {**(error.results or {}), _KEPT: seen}
        raise
    return sights.sight_of(found, EngineType.MODERATION)


def _prints(context: StepContext, look: Look, taker: str) -> list[tuple[float, int]]:
    """The hash of a picture with its second; none where it cannot be taken."""
    folder = context.scratch / f"print-{look.key}"
    folder.mkdir()
    request = door.request_for(look, folder=folder, types=[EngineType.FINGERPRINT])
    found = looking.asked(engines.engine(taker), request, context)
    result = found.results.get(EngineType.FINGERPRINT)
    hashes = result.findings if result else ()
    return [(look.second, one.value) for one in hashes if isinstance(one, Hash)]


def _whole(beginning: Beginning, looks: Sequence[Look], seen: Sights, *, duration: float) -> Found | None:
    """What became of all pictures together; None where nobody was to look."""
    if not beginning.engine:
        return None
    shown = [Shown(one.key, one.second) for one in looks]
    return sights.whole_of(shown, seen, EngineType.MODERATION, duration=duration)


def _told(beginning: Beginning, found: Found | None, looks: Sequence[Look]) -> dict[str, Any]:
    """What the step tells of itself; `note` is said to people."""
    if found is None:
        note = door.NOBODY if beginning.failure else door.OFF
        return {"note": note, "missing": list(beginning.missing)}
    result = found.results.get(EngineType.MODERATION)
    if result is None:
        return {"note": door.FAILED, "engine": beginning.engine}
    note = door.SUSPECT if result.findings else door.CLEAN
    return {
        "note": note,
        "engine": beginning.engine,
        "pictures": len(looks),
        "found": len(result.findings),
    }


PLAN = StepPlan(
    DOOR,
    pgettext_lazy("step", "Quick check of the pictures"),
    Queue.INGEST,
    ("probe",),
    1,
    run,
    # Without an engine nothing of the file is needed.
    fetches=True,
)
"""The step of the first job of a film or an image that comes before it is published."""
