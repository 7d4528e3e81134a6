"""Making jobs: which steps they get when they begin, and which come while they are carried out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from assets import registry
from assets.models import Asset
from processing.exceptions import WorkUnderWay
from processing.models import OPEN, Job, JobType, Status, Step
from processing.pipeline import StepPlan, plan_of, plans_of
from processing.services import chunking, estimates, jobs, measures, packages, presets
from processing.services.actors import OPERATOR
from processing.services.queues import wake
from processing.signals import asset_probed, job_changed


@transaction.atomic
def create(
    *, asset: Asset, job_id: UUID, parameters: dict[str, Any], began_at: datetime | None = None
) -> Job:
    """Make the job of a stored asset under the id that its upload named, and wake the workers.

    The step `upload` stands in it as already completed; `began_at` is when its first byte came.
    """
    job = Job.objects.create(
        id=job_id,
        asset=asset,
        job_type=JobType.INGEST,
        parameters=packages.settled(asset=asset, parameters=presets.frozen(parameters)),
        turn_key=_turn_of(asset),
    )
    packages.begin(job=job)
    plans = plans_of(asset.kind, encrypted=packages.OPTION in job.parameters)
    steps = Step.objects.bulk_create(_planned(job, plans, began_at=began_at))
    job_changed.send(sender=Job, job=job, durable=True)
    wake([step.queue for step in steps if step.ready_at and step.status == Status.PENDING])
    return job


@transaction.atomic
def begin(*, asset: Asset, job_type: JobType, plans: list[StepPlan], parameters: dict[str, Any]) -> Job:
    """Make a further job of an asset that has been processed already, and wake the workers. What is measured of its
    renditions meanwhile is given up when they are made anew.

    Raises `WorkUnderWay` when it changes what the asset is played from while another one does.
    """
    registry.lock_work(asset.pk)  # two at once take turns
    if job_type in jobs.CHANGING and jobs.changing(asset).exists():
        raise WorkUnderWay
    if job_type == JobType.TRANSCODE:
        measuring = Job.objects.filter(asset=asset, status__in=OPEN, job_type=JobType.QUALITY)
        for one in measuring.select_related("asset"):
            jobs.cancel(job=one, user=OPERATOR)
    job = Job.objects.create(asset=asset, job_type=job_type, parameters=parameters, turn_key=_turn_of(asset))
    steps = Step.objects.bulk_create(_planned(job, plans))
    measures.lay_down(job=job)
    job_changed.send(sender=Job, job=job, durable=True)
    wake([step.queue for step in steps if step.ready_at])
    return job


def _turn_of(asset: Asset) -> UUID:
    """Who takes turns with others for this asset's work: the link through which guests sent it, or its owner."""
    return asset.guest_link_id or asset.uploaded_by_id


def _planned(
    job: Job, plans: list[StepPlan], *, first: int = 0, began_at: datetime | None = None
) -> list[Step]:
    """Unsaved steps of a plan. A step without work has happened already; what waits for it alone is ready."""
    now = timezone.now()
    past = {plan.name for plan in plans if plan.work is None}
    return [
        Step(
            job=job,
            name=plan.name,
            position=position,
            queue=plan.queue,
            depends_on=list(plan.after),
            weight=plan.weight,
            urgency=plan.urgency,
            status=Status.COMPLETED if plan.work is None else Status.PENDING,
            progress=100 if plan.work is None else 0,
            ready_at=Now() if set(plan.after) <= past else None,
            started_at=(began_at or job.asset.created_at) if plan.work is None else None,
            completed_at=now if plan.work is None else None,
        )
        for position, plan in enumerate(plans, start=first)
    ]


def learn(*, job: Job, step: Step, facts: dict[str, Any]) -> None:
    """Lay down what a step found out about the asset; another kind than was thought changes the steps that follow.

    Must run in the transaction that completes the step.
    """
    kind = facts.get("kind", job.asset.kind)
    if kind != job.asset.kind:
        job.steps.filter(position__gt=step.position, status=Status.PENDING).delete()
        plans = plans_of(kind, encrypted=packages.OPTION in job.parameters)
        rest = [plan for plan in plans if not job.steps.filter(name=plan.name).exists()]
        Step.objects.bulk_create(_planned(job, rest, first=step.position + 1))
    Asset.objects.filter(pk=job.asset_id).update(**facts)
    job.asset.refresh_from_db()
    if facts.get("metadata", {}).get("probed"):
        chunking.lay_down(job=job)
        measures.lay_down(job=job)
        transaction.on_commit(estimates.renew, robust=True)
        asset_probed.send(sender=Asset, asset=job.asset)


def extend(*, job: Job, names: Sequence[str]) -> None:
    """Give a job further steps of its pipeline, after those it has. Must run in the transaction of a completed step."""
    if not names:
        return
    plans = [plan_of(job.asset.kind, name) for name in names]
    Step.objects.bulk_create(_planned(job, plans, first=job.steps.count()))
