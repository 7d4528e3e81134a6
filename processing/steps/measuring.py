"""How hard the title is to encode: a few seconds of it decide about its CRF and caps before the rungs are made."""

import logging
from typing import Any

from mediaportal.core.sandbox import ProgramStopped, SandboxError
from processing.exceptions import MediaError
from processing.ffmpeg import complexity
from processing.services.context import StepContext
from processing.services.presets import ladder_for, rungs_as_planned
from processing.steps.probe import probe_of

logger = logging.getLogger(__name__)


def run(context: StepContext) -> dict[str, Any]:
    """Measure samples where the preset asks for it and a rung is left to decide about.

    Where that cannot be done the rungs are made as the preset says: nothing is lost by it but some bits.
    """
    probe = probe_of(context.asset)
    ladder = ladder_for(context.job)
    rungs = rungs_as_planned(context.job, probe)
    if not ladder.per_title or len(rungs) < 2:  # noqa: PLR2004 - the lowest rung is made at once
        return {}
    top = complexity.sampled_rung(rungs[0], ladder)
    try:
        choice = complexity.measure(context.source, probe, top, context.scratch, stop=context.stop)
    except ProgramStopped:
        raise
    except (SandboxError, MediaError, ValueError, RuntimeError) as error:
        # A RuntimeError: there is no ffmpeg with libvmaf on this machine.
        logger.warning("job %s is made as its preset says", context.job.pk, exc_info=error)
        return {}
    return {"choice": choice.as_data()}
