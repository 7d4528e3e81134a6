"""What Celery does for `assets`."""

from celery import shared_task

from assets.services import uploads


@shared_task(name="assets.sweep_uploads", ignore_result=True)
def sweep_uploads() -> None:
    """End uploads that nobody goes on with, and remove their bytes."""
    uploads.sweep_stale()
