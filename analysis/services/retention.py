"""How long analyses are kept that newer ones have taken the place of."""

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Window
from django.db.models.functions import RowNumber

from analysis.models import OPEN, Analysis, Order, TranscriptVersion
from analysis.services import budget
from processing.models import JobType

_AT_ONCE = 200


def prune() -> int:
    """Remove all but the newest few (`ANALYSIS_KEPT`) analyses of each asset and type that are not shown, with what
    they have found; returns how many. What a person has chosen or corrected stays, and what has cost money in this
    month, as the month's sum is counted over it.
    """
    removed = 0
    while batch := _superseded():
        removed += _remove(batch)
    return removed


def _superseded() -> list[Analysis]:
    """Some of those that may go."""
    month = budget.month_began()
    corrected = TranscriptVersion.objects.filter(analysis=OuterRef("pk"))
    newest = Window(
        RowNumber(),
        partition_by=[F("asset"), F("type"), F("order__job__job_type")],
        order_by=[F("created_at").desc(), F("pk").desc()],
    )
    rows = (
        Analysis.objects.filter(asset__isnull=False, is_current=False)
        .exclude(status__in=OPEN)
        .annotate(place=newest)
        .filter(place__gt=settings.ANALYSIS_KEPT)
        .exclude(order__job__job_type=JobType.PREVIEW, place=1)  # of which the key frames tell
        .order_by("pk")
    )
    may_go = Analysis.objects.filter(pk__in=rows.values("pk"), chosen=False).filter(
        ~Exists(corrected), Q(cost=0) | Q(created_at__lt=month, completed_at__lt=month)
    )
    return list(may_go.order_by("pk")[:_AT_ONCE])


@transaction.atomic
def _remove(batch: list[Analysis]) -> int:
    """Remove those that are still not shown, and the orders of which nothing is left."""
    rows = Analysis.objects.filter(pk__in=[row.pk for row in batch], is_current=False, chosen=False)
    locked = list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    removed = Analysis.objects.filter(pk__in=locked).delete()[1].get("analysis.Analysis", 0)
    Order.objects.filter(pk__in={row.order_id for row in batch}, analyses=None).delete()
    return removed
