"""How hard the title is to encode: a few seconds of it decide about its CRF and caps before the rungs are made."""

import logging
from typing import Any

from mediaportal.core.sandbox import ProgramStopped, SandboxError
from processing.exceptions import MediaError
from processing.ffmpeg import complexity, copying
from processing.ffmpeg.ladder import Ladder, Rung
from processing.ffmpeg.media import Probe
from processing.services.chunking import steps_of
from processing.services.context import StepContext
from processing.services.presets import ladder_for, rungs_as_planned
from processing.steps.probe import probe_of
from processing.steps.renditions import handing

logger = logging.getLogger(__name__)


def run(context: StepContext) -> dict[str, Any]:
    """Measure samples where the preset asks for it and a rung is left to decide about; of a video that is cut, hand on
    the rungs that its own pictures are, so that no chunk encodes them.
    """
    probe = probe_of(context.asset)
    ladder = ladder_for(context.job)
    *upper, _lowest = rungs_as_planned(context.job, probe)
    if not upper:
        return {}
    choice = _measured(context, probe, upper[0], ladder) if ladder.per_title else None
    results: dict[str, Any] = {} if choice is None else {"choice": choice.as_data()}
    if steps_of(context.job):
        wanted = upper if choice is None else complexity.applied(choice, upper)
        tried = (
            copying.copied(context.source, probe, rung, context.scratch, stop=context.stop) for rung in wanted
        )
        copies = [copy for copy in tried if copy is not None]
        context.interim.extend(handing(copy) for copy in copies)
        results["copied"] = [copy.rung.quality for copy in copies]
    return results


def _measured(context: StepContext, probe: Probe, largest: Rung, ladder: Ladder) -> complexity.Choice | None:
    """What samples say. None where they cannot be taken: the rungs are made as the preset says, and nothing is lost by
    it but some bits.
    """
    top = complexity.sampled_rung(largest, ladder)
    try:
        return complexity.measure(context.source, probe, top, context.scratch, stop=context.stop)
    except ProgramStopped:
        raise
    except (SandboxError, MediaError, ValueError, RuntimeError) as error:
        # A RuntimeError: there is no ffmpeg with libvmaf on this machine.
        logger.warning("job %s is made as its preset says", context.job.pk, exc_info=error)
        return None
