"""Celery's side of analyses: what is looked for now and then."""

import logging
from uuid import UUID

from celery import shared_task

from analysis.services import automatic, errands, faces, matching, retention
from analysis.services.moderation import (
    applying,
    batches,
    bulk,
    claiming,
    hashlists,
    hashloads,
    hashsearch,
    judging,
    replaying,
    reports,
    settling,
)

logger = logging.getLogger(__name__)


@shared_task(name="analysis.sweep", ignore_result=True)
def sweep() -> None:
    """Order what somebody died before he could order it, compare what is still to be compared, and bring what is kept
    of people to their consents.
    """
    for part in (automatic.sweep, matching.catch_up, faces.sweep):
        try:
            part()
        except Exception:  # whatever it is, the others' work is not to wait for it
            logger.exception("a part of the sweep has failed")


@shared_task(name=faces.TASK, ignore_result=True)
def people() -> None:
    """Take faces in and remove them, as people consent."""
    faces.sweep()


@shared_task(name="analysis.prune", ignore_result=True)
def prune() -> None:
    """Remove analyses that newer ones have taken the place of."""
    retention.prune()


@shared_task(name=errands.TASK, ignore_result=True)
def clear_up() -> None:
    """Take away what work at engines elsewhere has left there."""
    errands.sweep()


@shared_task(name=judging.TASK, ignore_result=True)
def judge(asset_ids: list[str]) -> None:
    """Ask the policies about some assets."""
    judging.judge_assets(asset_ids=map(UUID, asset_ids))


@shared_task(name=replaying.TASK, ignore_result=True)
def replay(replay_id: str) -> None:
    """Go on with a replay for a turn, and ask for the next one."""
    if replaying.run(replay_id=UUID(replay_id)):
        replaying.wake(UUID(replay_id))


@shared_task(name=hashlists.TASK, ignore_result=True)
def match_hash_list(list_id: str) -> None:
    """Match the library with what has been added to a hash list."""
    hashsearch.search_library(list_id=UUID(list_id))


@shared_task(name=hashloads.TASK, ignore_result=True)
def load_hashes(load_id: str) -> None:
    """Add the hashes of a file to a list."""
    hashloads.run(load_id=UUID(load_id))


@shared_task(name="analysis.moderate", ignore_result=True)
def moderate() -> None:
    """Put back cases that nobody holds any more, judge what was left, tell people what came of it, and go on with what
    takes longer.
    """
    parts = (
        claiming.free_lost,
        judging.sweep,
        settling.sweep,
        reports.answer_due,
        batches.sweep,
        hashloads.sweep,
        hashsearch.catch_up,
        replaying.sweep,
        applying.sweep,
    )
    for part in parts:
        try:
            part()
        except Exception:  # whatever it is, the others' work is not to wait for it
            logger.exception("a part of moderation has failed")


@shared_task(name=bulk.TASK, ignore_result=True)
def decide_batch(batch_id: str) -> None:
    """Decide on many cases, or take that back."""
    batches.go_on(batch_id=UUID(batch_id))
