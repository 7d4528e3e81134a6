"""What Celery does for `assets`."""

from celery import shared_task

from assets.services import uploads
from assets.services.tus import finishing


@shared_task(name="assets.sweep_uploads", ignore_result=True)
def sweep_uploads() -> None:
    """Finish what was left whole, end uploads that nobody goes on with, and remove their bytes."""
    finishing.finish_left_behind()
    uploads.sweep_stale()
