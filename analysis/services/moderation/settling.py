"""What follows from a decision for people once it cannot be undone any more: it counts, and it is told."""

import logging
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from analysis.models import Case, CaseStatus, Decision
from analysis.services.moderation import strikes
from analysis.signals import decision_settled
from assets import registry
from assets.models import Asset

logger = logging.getLogger(__name__)

_AT_ONCE = 200
# Whoever undoes in the last moment is not overtaken.
_GRACE = timedelta(seconds=1)
# A batch can be undone from its end on, which its first decisions wait for.
_BATCH_GRACE = timedelta(minutes=15)


def sweep() -> int:
    """Settle what was decided so long ago that it holds; returns how many there were."""
    before = timezone.now() - timedelta(seconds=settings.MODERATION_UNDO) - _GRACE
    alone = Q(batch=None) | Q(made_at__lt=before - _BATCH_GRACE)
    # What somebody is still to look at again tells nobody what the first one said.
    ended = Decision.objects.filter(case__status=CaseStatus.DECIDED)
    due = ended.filter(alone, settled_at=None, effective=True, made_at__lt=before)
    settled = 0
    for pk, asset_id in list(due.order_by("made_at").values_list("pk", "case__asset_id")[:_AT_ONCE]):
        try:
            settled += _settle(pk, asset_id)
        except Exception:  # whatever it is, the others do not wait for it
            logger.exception("decision %s cannot be settled", pk)
    return settled


@transaction.atomic
def _settle(decision_id: UUID, asset_id: UUID) -> int:
    """Settle one, unless it was undone or replaced in the meantime."""
    registry.lock_work(asset_id)
    Asset.objects.select_for_update(of=("self",)).get(pk=asset_id)
    moved = Decision.objects.filter(pk=decision_id, effective=True, undone_at=None, settled_at=None).update(
        settled_at=timezone.now()
    )
    if not moved:
        return 0
    decision = Decision.objects.select_related("case__asset", "case__owner", "policy").get(pk=decision_id)
    strikes.follow(decision=decision)
    decision_settled.send(sender=Case, case=decision.case, decision=decision)
    return 1
