"""The row of a set that is watched while it grows: it appears with the first segments, and goes with its run.

A set that has grown to its end stays until the packaged one takes its place (`publishing.publish`).
"""

from uuid import UUID

from django.conf import settings

from assets.models import Asset, Variant, VariantType
from assets.services import leftovers
from processing.models import Job, Status, Step
from processing.signals import variant_ready

MIME_TYPE = "application/vnd.apple.mpegurl"


def rows_of(asset_id: UUID) -> list[Variant]:
    """The growing sets of an asset, one at most unless a worker was lost."""
    return list(Variant.objects.filter(asset_id=asset_id, detail__growing=True))


def add(*, step: Step, job: Job, prefix: str, master: str, quality: str) -> Variant:
    """Show a set whose first segments and playlists lie below `prefix`, in place of those of earlier runs.

    Must run in a transaction that holds the job's row and has seen that the run still holds the step.
    """
    for old in rows_of(job.asset_id):
        _remove(old)
    variant = Variant.objects.create(
        asset=job.asset,
        variant_type=VariantType.MANIFEST,
        format="hls",
        quality=quality,
        duration=job.asset.duration,
        filename=master,
        storage_bucket=settings.MEDIA_BUCKET,
        storage_key=f"{prefix}/{master}",
        mime_type=MIME_TYPE,
        file_size=0,
        detail={"step": step.name, "growing": True, "prefix": prefix},
    )
    variant_ready.send(sender=Variant, asset=job.asset, variant=variant, job=job)
    return variant


def drop_of_step(*, step: Step) -> None:
    """Take back what runs of a step that did not complete have shown. Must run in a transaction."""
    for row in rows_of(step.job.asset_id):
        if row.detail["step"] == step.name:
            _remove(row)


def drop_unfinished(*, job: Job) -> None:
    """Take back what steps of an ended job have shown, unless they had completed. Must run in a transaction."""
    for row in rows_of(job.asset_id):
        if not job.steps.filter(name=row.detail["step"], status=Status.COMPLETED).exists():
            _remove(row)


def withdraw(*, asset: Asset, prefix: str) -> None:
    """Take back what one run has shown, and have all that it has published removed. Must run in a transaction."""
    for row in rows_of(asset.pk):
        if row.detail["prefix"] == prefix:
            _remove(row)
    # Also where there was no row yet, or somebody else has taken it away before the last file came.
    leftovers.leave(prefix)


def _remove(row: Variant) -> None:
    Variant.objects.filter(pk=row.pk).delete()
    leftovers.leave(str(row.detail["prefix"]))
