"""What analyses may still cost this month: in the whole installation, and in the collections that have a bound."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import DecimalField, F, Q, QuerySet, Sum
from django.utils import timezone

from analysis.models import OPEN, Analysis, FaceExpense

_LOCK = 0x6275646765  # the advisory lock under which money is reserved


@dataclass
class Purse:
    """What is left, in US dollars; None is without bound."""

    left: Decimal | None = None

    def takes(self, usd: Decimal) -> bool:
        """Take an amount out, if there is so much left. What costs nothing is always possible."""
        if self.left is None or usd <= 0:
            return True
        if usd > self.left:
            return False
        self.left -= usd
        return True


def purse_for(bounds: Iterable[tuple[UUID, Decimal]]) -> Purse:
    """What may be spent now on an asset whose collections have these budgets. Must run in a transaction that holds the
    asset's row: where there is a bound, those who reserve money take turns until it ends.
    """
    bounds = list(bounds)
    if settings.ANALYSIS_MONTHLY_BUDGET is None and not bounds:
        return Purse()
    _take_turns()
    whole = purse()
    left = [] if whole.left is None else [whole.left]
    for collection_id, bound in bounds:
        left.append(bound - spent(Analysis.objects.filter(order__charged__contains=[collection_id])))
    return Purse(max(Decimal(0), min(left)))


def purse() -> Purse:
    """What may be spent in the whole installation now, also on keeping faces. Must run in a transaction, as above."""
    most = settings.ANALYSIS_MONTHLY_BUDGET
    if most is None:
        return Purse()
    _take_turns()
    kept = FaceExpense.objects.filter(at__gte=month_began()).aggregate(cost=Sum("cost"))["cost"]
    return Purse(max(Decimal(0), most - spent(Analysis.objects.all()) - (kept or Decimal(0))))


def _take_turns() -> None:
    """Wait for who reserves money now, until his transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def spent(analyses: QuerySet[Analysis]) -> Decimal:
    """What these cost this month, with what is reserved for those that are open: by when they ended, or that they have
    not.
    """
    paid = Q(cost__gt=0) | Q(reserved__gt=0)
    now = Q(completed_at=None) | Q(completed_at__gte=month_began())
    told = analyses.filter(paid, now).aggregate(
        cost=Sum("cost"),
        reserved=Sum(F("reserved"), filter=Q(status__in=OPEN), output_field=DecimalField()),
    )
    return (told["cost"] or Decimal(0)) + (told["reserved"] or Decimal(0))


def month_began() -> datetime:
    """When this month began, in the portal's own time."""
    return timezone.localtime().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
