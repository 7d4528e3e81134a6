"""What is done when an asset is ready already: the job that measures its renditions, of which nothing depends."""

from django.db.models.functions import Now

from assets.models import Kind
from processing.models import OPEN, Job, JobType, Queue, Step
from processing.services.presets import ladder_for
from processing.services.queues import wake

PRIORITY = -10
"""After everything that somebody waits for."""


def measure_quality(*, job: Job) -> Job | None:
    """Make the job that measures the renditions of a video whose first processing has just been completed.

    None where the preset does not ask for it, or one is open already. Must run in the transaction that completes `job`.
    """
    if job.job_type != JobType.INGEST or job.asset.kind != Kind.VIDEO or not ladder_for(job).measure_quality:
        return None
    if Job.objects.filter(asset=job.asset, job_type=JobType.QUALITY, status__in=OPEN).exists():
        return None
    made = Job.objects.create(
        asset=job.asset,
        job_type=JobType.QUALITY,
        priority=PRIORITY,
        turn_key=job.turn_key,
        parameters={**job.parameters, "measures": str(job.pk)},
    )
    Step.objects.create(job=made, name="quality", position=0, queue=Queue.ANALYSIS, weight=6, ready_at=Now())
    wake([Queue.ANALYSIS])
    return made
