"""What the work leaves behind: scratch folders of dead workers, files of jobs that nobody tries again, and which
objects the work still needs.
"""

import logging
import re
import shutil
import threading
import time
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import Error, connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from assets.services import places
from assets.services.names import asset_folder
from processing.models import OPEN, Job, Package, Status, Step
from processing.services import interim

logger = logging.getLogger(__name__)
SWEPT_SECONDS = 60.0
_AT_ONCE = 500
_SCRATCH_NAME = re.compile(r"(?P<job>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-(?P<step>\w+)-[0-9a-f]{8}")


def keep_swept(*, over: threading.Event) -> None:
    """Sweep this machine's scratch at once and then each minute, in a thread of its own, until `over` is set."""

    def again() -> None:
        while True:
            try:
                sweep_scratch()
            except (Error, OSError):
                logger.warning("the scratch of this machine could not be swept", exc_info=True)
            finally:
                connection.close()
            if over.wait(SWEPT_SECONDS):
                return

    threading.Thread(target=again, name="scratch", daemon=True).start()


def sweep_scratch() -> int:
    """Remove scratch folders whose worker died before it could, once their step is not running, and
    fetched originals that nothing uses; returns how many.
    """
    folders = orphan_scratch()
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    if folders:
        logger.info("removed %d scratch folders that dead workers left", len(folders))
    return len(folders) + places.sweep()


def orphan_scratch() -> list[Path]:
    """The scratch folders on this machine whose step is not running; one younger than a lease is left alone."""
    limit = time.time() - settings.STEP_LEASE_SECONDS
    found = []
    for folder in Path(settings.SCRATCH_ROOT).glob("*-*"):
        named = _SCRATCH_NAME.fullmatch(folder.name)
        if named is None or _younger(folder, limit):
            continue
        running = Step.objects.filter(job_id=named["job"], name=named["step"], status=Status.PROCESSING)
        if not running.exists():
            found.append(folder)
    return found


def _younger(folder: Path, limit: float) -> bool:
    """Whether a folder was changed after a time (seconds since 1970), or is gone already."""
    try:
        return folder.stat().st_mtime > limit
    except FileNotFoundError:
        return True


def forget_interim() -> int:
    """Let what the steps of failed and cancelled jobs have handed on go, once nobody has tried them again for
    `INTERIM_KEEP_DAYS`; returns of how many jobs.
    """
    limit = timezone.now() - timedelta(days=settings.INTERIM_KEEP_DAYS)
    handing = Step.objects.filter(job=OuterRef("pk"), results__has_key="interim")
    ended = Job.objects.filter(
        Exists(handing), status__in=(Status.FAILED, Status.CANCELLED), completed_at__lt=limit
    )
    forgotten = 0
    for pk in ended.order_by("completed_at").values_list("pk", flat=True)[:_AT_ONCE]:
        with transaction.atomic():
            # One that is tried again just now is left alone.
            job = ended.select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
            if job is not None:
                interim.forget(job=job)
                forgotten += 1
    return forgotten


def in_use(asset_ids: Collection[UUID]) -> dict[UUID, set[str]]:
    """What the work needs of these assets' objects, as prefixes: everything while a job is open, as its steps publish
    before a row says so; what the steps of a job that failed or was cancelled have handed on, as it can go on; and the
    sets of share links.
    """
    # First who works: what ends after this question has its rows in the answers to those that follow.
    working = Job.objects.filter(asset_id__in=asset_ids, status__in=OPEN).values_list("asset_id", flat=True)
    found: dict[UUID, set[str]] = {pk: {asset_folder(pk)} for pk in working}
    handing = Job.objects.filter(
        asset_id__in=asset_ids,
        pk__in=Step.objects.filter(job__asset_id__in=asset_ids, results__has_key="interim").values("job"),
    ).exclude(status=Status.COMPLETED)
    for job in handing:
        found.setdefault(job.asset_id, set()).add(interim.folder_of(job))
    sets = Package.objects.filter(asset_id__in=asset_ids, share__isnull=False)
    for asset_id, prefixes in sets.values_list("asset_id", "prefixes"):
        if asset_id is not None:
            found.setdefault(asset_id, set()).update(prefixes)
    return found
