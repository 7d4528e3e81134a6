"""Long videos cut in time: which are, into which steps of their job, and how those steps are shown.

The step `transcoding` of such a job waits for numbered steps, `transcoding_001` and so on, each of which makes all
rungs of one chunk on whichever worker takes it; what is left for itself is to join them. To people and programs they
are one step.
"""

import copy
import re

from django.conf import settings
from django.db.models import F

from assets.models import Kind
from processing.ffmpeg.chunks import SEEKABLE
from processing.ffmpeg.chunks_bounds import Chunk, plan
from processing.ffmpeg.filters import even_rate
from processing.ffmpeg.media import Probe, VideoStream
from processing.models import Job, Status, Step
from processing.services import workers
from processing.services.presets import rungs_for

WHOLE = "transcoding"
"""The step that joins the chunks, and under whose name they are shown."""

_NUMBERED = re.compile(rf"{WHOLE}_(\d{{3}})")
# Which part of the whole step's weight joining has.
_JOIN_SHARE = 20
_ENDED_BADLY = (Status.FAILED, Status.CANCELLED)


def number_of(name: str) -> int | None:
    """Which chunk a step of this name makes; None for any other step."""
    found = _NUMBERED.fullmatch(name)
    return int(found[1]) if found else None


def chunk_of(step: Step) -> Chunk | None:
    """The chunk that a step makes; None for any other step."""
    return None if number_of(step.name) is None else Chunk.from_data(step.parameters)


def steps_of(job: Job) -> list[Step]:
    """The steps that make the chunks of a job, in their order; none where it is encoded in one pass."""
    return [step for step in job.steps.order_by("position") if number_of(step.name)]


def lay_down(*, job: Job) -> None:
    """Let the renditions of a long video be made in chunks, where there are workers to share them.

    Must run in the transaction that lays down what the probe found.
    """
    joining = job.steps.filter(name=WHOLE, status=Status.PENDING).first()
    if job.asset.kind != Kind.VIDEO or joining is None or steps_of(job):
        return
    chunks = _planned(job)
    if len(chunks) > 1:
        _make(joining, chunks)


def _planned(job: Job) -> tuple[Chunk, ...]:
    """The chunks of a job's video; none where it is better made in one pass."""
    if settings.CHUNKED_ENCODING == "off" or settings.TRANSCODE_ENGINE != "local":
        return ()
    probe = Probe.from_data(job.asset.metadata["probe"])
    video = probe.video
    if video is None or not _is_long(probe, video):
        return ()
    if settings.CHUNKED_ENCODING == "auto" and not _shared():
        return ()
    rungs = rungs_for(job, probe)
    if len(rungs) < 2:  # noqa: PLR2004 - the lowest is made by the first play
        return ()
    return plan(
        video.duration or probe.duration,
        even_rate(video),
        seconds=settings.CHUNK_SECONDS,
        segment=rungs[0].segment_seconds,
    )


def _is_long(probe: Probe, video: VideoStream) -> bool:
    """Whether a video is long enough, of a type that can be read from anywhere, and tells when its pictures end."""
    return (
        probe.mime_type in SEEKABLE
        and video.duration is not None
        and video.duration > settings.CHUNK_FROM_SECONDS
    )


def _shared() -> bool:
    """Whether several machines make renditions: on one, a single encode keeps all processors busy already."""
    return len({worker.host for worker in workers.alive("transcode") if worker.slots}) > 1


def _make(joining: Step, chunks: tuple[Chunk, ...]) -> None:
    """Put a step for each chunk before the one that joins them; together they have the weight that it had."""
    job, count = joining.job, len(chunks)
    # A weight is a whole number, and no chunk may be without: where they are too many, all weights grow.
    share = max(1, joining.weight - joining.weight // _JOIN_SHARE)
    factor = -(-count // share)
    each = share * factor // count
    job.steps.update(weight=F("weight") * factor)
    job.steps.filter(position__gte=joining.position).update(position=F("position") + count)
    made = Step.objects.bulk_create(
        [
            Step(
                job=job,
                name=f"{WHOLE}_{chunk.number:03}",
                position=joining.position + place,
                queue=joining.queue,
                depends_on=joining.depends_on,
                weight=each,
                urgency=joining.urgency,
                parameters=chunk.as_data(),
            )
            for place, chunk in enumerate(chunks)
        ]
    )
    job.steps.filter(pk=joining.pk).update(
        depends_on=[*joining.depends_on, *(step.name for step in made)],
        weight=max(1, joining.weight * factor - each * count),
        parameters={**joining.parameters, "chunks": count},
    )


def collapsed(steps: list[tuple[Step, int]]) -> list[tuple[Step, int]]:
    """Steps with their progress in percent as they are shown: all chunks and their joining as one step."""
    pieces = [(step, done) for step, done in steps if number_of(step.name)]
    if not pieces:
        return steps
    rest = [(step, done) for step, done in steps if not number_of(step.name)]
    return [_together(step, done, pieces) if step.name == WHOLE else (step, done) for step, done in rest]


def _together(joining: Step, done: int, pieces: list[tuple[Step, int]]) -> tuple[Step, int]:
    """One step, unsaved, that stands for the chunks and for joining them."""
    all_steps = [*pieces, (joining, done)]
    shown = copy.copy(joining)
    shown.status = _status(joining, [step for step, _done in pieces])
    shown.weight = sum(step.weight for step, _done in all_steps)
    percent = sum(part for _step, part in all_steps) // len(all_steps)
    shown.started_at = min((step.started_at for step, _done in all_steps if step.started_at), default=None)
    troubled = next((step for step, _done in pieces if step.error_code), None)
    if troubled is not None and not joining.error_code:
        shown.error_code, shown.error_detail = troubled.error_code, troubled.error_detail
    return shown, percent


def _status(joining: Step, pieces: list[Step]) -> str:
    """Where the whole stands: begun with its first chunk, over when it is joined or something has failed."""
    states = {step.status for step in pieces}
    for ended in _ENDED_BADLY:
        if joining.status == ended or ended in states:
            return ended
    if joining.status == Status.PENDING and states & {Status.PROCESSING, Status.COMPLETED}:
        return Status.PROCESSING
    return joining.status
