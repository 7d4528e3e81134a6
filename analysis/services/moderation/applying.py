"""A policy that is asked about everything that stands: bit by bit, so that nothing else waits for it.

The sweep goes through the assets in the order of their ids, for some seconds each time, and asks all policies about
each. Where it is stands with the policies (`Policy.applied_until`), so whoever goes on begins there.
"""

import time
from uuid import UUID

from analysis.models import Policy, PolicyMode
from analysis.services.moderation import judging
from assets.models import Asset

_BEGINNING = UUID(int=0)
_AT_ONCE = 50
_SECONDS = 8.0


def begin(*, policy: Policy) -> None:
    """Have a policy asked about everything, from the first asset on. Must run in the transaction that changes it."""
    Policy.objects.filter(pk=policy.pk).exclude(mode=PolicyMode.OFF).update(applied_until=_BEGINNING)


def sweep(*, seconds: float = _SECONDS) -> int:
    """Go on for some seconds with what is to be asked about everything; how many assets were judged."""
    until, done = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        found = _advance()
        if not found:
            break
        done += found
    return done


def progress_of(policy: Policy) -> float | None:
    """The share of all assets that a policy was asked about, while it is; two queries."""
    if policy.applied_until is None:
        return None
    assets = Asset.objects.filter(deleted_at=None)
    total = assets.count()
    return assets.filter(pk__lte=policy.applied_until).count() / total if total else 1.0


def _advance() -> int:
    """Judge the next assets for the policy that is furthest behind, and with it for all that stand there."""
    going = Policy.objects.filter(applied_until__isnull=False)
    least = going.order_by("applied_until").values_list("applied_until", flat=True).first()
    if least is None:
        return 0
    ahead = Asset.objects.filter(deleted_at=None, pk__gt=least).order_by("pk")
    ids = list(ahead.values_list("pk", flat=True)[:_AT_ONCE])
    if not ids:
        going.filter(applied_until__gte=least).update(applied_until=None)
        return 0
    judging.mark(asset_ids=ids, wake=False)
    judging.judge_assets(asset_ids=ids)
    going.filter(applied_until__gte=least, applied_until__lt=ids[-1]).update(applied_until=ids[-1])
    return len(ids)
