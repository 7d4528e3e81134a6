"""One chunk of a long video: all rungs but the lowest, of its time alone; and joining what the chunks have become."""

import logging
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import Any

from processing.exceptions import EncodingFailed
from processing.ffmpeg import chunks, join
from processing.ffmpeg.ladder import Rung
from processing.ffmpeg.media import Probe
from processing.ffmpeg.transcode import EncodedRung
from processing.models import Job, Step
from processing.services import interim, marks
from processing.services.chunking import chunk_of, steps_of
from processing.services.context import StepContext
from processing.services.interim import Handed, Interim
from processing.services.presets import measurement_of, rungs_for
from processing.steps.probe import probe_of

logger = logging.getLogger(__name__)


def run(context: StepContext) -> dict[str, Any]:
    """Encode the step's chunk and hand it on.

    A file is not condemned for what goes wrong in a part of it: the step then says that its chunk is `refused`, and the
    whole is encoded in one pass.
    """
    chunk = chunk_of(context.step)
    if chunk is None:
        raise ValueError(f"{context.step.name} makes no chunk")
    probe = probe_of(context.asset)
    copied = copied_rungs(context.job)
    rungs = [rung for rung in rungs_for(context.job, probe)[:-1] if rung.quality not in copied]
    if not rungs:
        return {"refused": "no rung is left to encode"}
    marks.lay(context, rungs, context.scratch)
    try:
        made = chunks.encode(
            context.source,
            probe,
            rungs,
            chunk,
            context.scratch,
            on_progress=context.report,
            stop=context.stop,
        )
    except EncodingFailed as error:
        logger.warning("chunk %d of job %s could not be made: %s", chunk.number, context.job.pk, error.log)
        return {"refused": error.log[-500:]}
    for done in made.rungs:
        context.interim.append(
            Interim(
                f"{done.rung.quality}_{chunk.number:03}.mp4",
                done.path,
                {"chunk": chunk.number, "rung": asdict(done.rung), "frames": done.frames},
            )
        )
    return {"frames": made.rungs[0].frames, "cpu_seconds": round(made.cpu_seconds, 1)}


@dataclass(frozen=True)
class Joined:
    """The rungs that chunks have become, and the names of those that were copied and lie ready."""

    rungs: tuple[EncodedRung, ...]
    copied: tuple[str, ...]


def copied_rungs(job: Job) -> dict[str, int]:
    """The frames of each rung that was copied before the chunks were encoded, by the rungs' names."""
    facts = [file["facts"] for file in measurement_of(job).get("interim", {}).values()]
    return {one["rung"]["quality"]: one["frames"] for one in facts}


def joined(context: StepContext, probe: Probe, rungs: Sequence[Rung]) -> Joined | None:
    """Join what the chunks of a job have become; None where there are none or they do not fit together, nor to what
    was copied.
    """
    steps = steps_of(context.job)
    if not steps:
        return None
    copied = copied_rungs(context.job)
    made = _joined(context, probe, steps, [rung for rung in rungs if rung.quality not in copied])
    if made is None or not set(copied.values()) <= {rung.frames for rung in made}:
        return None
    return Joined(made, tuple(copied))


def _joined(
    context: StepContext, probe: Probe, steps: Sequence[Step], rungs: Sequence[Rung]
) -> tuple[EncodedRung, ...] | None:
    """Join these rungs, which only chunks have."""
    with ExitStack() as held:
        names = [step.name for step in steps]
        files = held.enter_context(interim.taken(job=context.job, steps=names, stop=context.stop))
        try:
            return join.join(
                {rung: [_part(steps, file) for file in files if _is_of(file, rung)] for rung in rungs},
                context.scratch,
                duration=probe.duration,
                stop=context.stop,
            )
        except join.ChunksDiffer as error:
            logger.warning("the chunks of job %s are not joined: %s", context.job.pk, error.log)
            return None


def _is_of(file: Handed, rung: Rung) -> bool:
    """Whether a chunk was made as this very rung; a preset may have been changed while chunks were made."""
    return bool(file.facts["rung"] == asdict(rung))


def _part(steps: Sequence[Step], file: Handed) -> join.Part:
    """A chunk's file with the bounds that its step has."""
    chunk = chunk_of(steps[file.facts["chunk"] - 1])
    if chunk is None:
        raise ValueError(f"{file.name} is of no chunk")
    return join.Part(chunk, file.path, file.facts["frames"])
