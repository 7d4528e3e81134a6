"""The key frames of a film, captured as its preset says. What cannot be captured is told, and hinders nothing else."""

import logging
from typing import Any

from django.conf import settings

from mediaportal.core.sandbox import (
    ProgramFailed,
    ProgramKilled,
    ProgramStopped,
    ProgramTimedOut,
    SandboxError,
)
from processing.exceptions import CorruptMedia, FramesFailed, MediaError, NoFrames, WorkerTrouble
from processing.ffmpeg import keyframes as choosing
from processing.ffmpeg import stills
from processing.services import keyframes
from processing.services.context import StepContext
from processing.steps import captures
from processing.steps.probe import probe_of

logger = logging.getLogger(__name__)
# Of key frames so many are looked at; the others lie close to them.
_MOST_LOOKED_AT = 5000


def run(context: StepContext) -> dict[str, Any]:
    """Capture the key frames. Returns how many, and as `error` why not all of them.

    Raises the errors of the sandbox that are not the file's fault, as long as it may be tried again.
    """
    error: MediaError | None
    try:
        _capture(context)
        error = None if context.products else NoFrames()
    except MediaError as found:
        error = found
    except (ProgramStopped, ProgramKilled):
        raise
    except (ProgramFailed, ProgramTimedOut) as found:
        error = FramesFailed(str(found))
    except (SandboxError, OSError) as found:
        if context.step.attempt < settings.STEP_ATTEMPTS:
            raise
        error = WorkerTrouble(str(found))
    results: dict[str, Any] = {"captures": len(context.products)}
    if error is not None:
        if keyframes.captures_of(context.asset).exists():
            # Those of before are whole, which a part of new ones would not be.
            context.products.clear()
            context.keeps_earlier = True
        logger.warning("key frames of %s are missing: %s %s", context.asset.pk, error.code, error.log)
        results["error"] = {"code": error.code, "detail": error.sentence}
    return results


def _capture(context: StepContext) -> None:
    """Hand the key frames in, a few at once."""
    wish = keyframes.wish_of(context.job)
    probe = probe_of(context.asset)
    if wish is None or probe.video is None:
        raise CorruptMedia("there are no pictures")
    found = stills.key_frame_times(context.source, probe, most=_MOST_LOOKED_AT, stop=context.stop)
    times = choosing.nearest(choosing.times(wish, probe.duration), found)
    for first in range(0, len(times), captures.AT_ONCE):
        context.report(first / len(times))
        some = times[first : first + captures.AT_ONCE]
        captures.take(context, some, form=wish.format, width=wish.width or None, detail={}, first=first)
