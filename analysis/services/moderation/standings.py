"""How many cases wait, at a glance."""

from typing import Any

from django.db.models import Count

from analysis import access
from analysis.models import Case, CaseStatus
from analysis.services.moderation.rights import require_reviewer
from assets.access import Caller

_COUNTED_UP_TO = 1_000


def counts_for(*, user: Caller) -> dict[str, Any]:
    """How many cases wait in each queue of those that this person may read (counted up to 1,000, which then stands for
    more), and which they have claimed. Raises `NotPermitted` for who may not review.
    """
    person = require_reviewer(user)
    seen = Case.objects.visible_to(person)
    waiting = seen.filter(status=CaseStatus.WAITING).order_by()
    counts = {
        str(queue): waiting.filter(queue=queue)[:_COUNTED_UP_TO].aggregate(count=Count("pk"))["count"]
        for queue in access.queues_of(person)
    }
    claimed = seen.filter(status=CaseStatus.CLAIMED, assignee=person).order_by("claimed_at")
    return {"waiting": counts, "mine": [str(pk) for pk in claimed.values_list("pk", flat=True)]}
