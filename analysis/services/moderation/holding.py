"""Whether what comes in waits for the policies before others see it."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from analysis.models import (
    OPEN,
    Analysis,
    Case,
    CaseSource,
    CaseStatus,
    CollectionSetting,
    Policy,
    Publishing,
    Ruling,
    Status,
    Type,
)
from analysis.rules import Outcome
from analysis.services import automatic
from analysis.services.moderation import opening
from assets.models import Asset, Hold, ProcessingVerdict
from assets.services import publication

UNCHECKED = "unchecked"
"""The policy that comes with the portal under which people look at what nothing else could."""


def publishing_of(asset: Asset) -> str:
    """Whether an asset is held or published first: as the collections say in which it stands, each as the nearest one
    around it that says something; one that holds is enough. Two queries.
    """
    standing: Any = asset.collections.with_path()
    paths = [[UUID(place["id"]) for place in reversed(found.path)] for found in standing]
    said = dict(
        CollectionSetting.objects.filter(pk__in={pk for path in paths for pk in path})
        .exclude(publishing="")
        .values_list("pk", "publishing")
    )
    nearest = [next((said[pk] for pk in path if pk in said), "") for path in paths]
    told = [one for one in nearest if one]
    if not told:
        return str(settings.MODERATION_PUBLISHING)
    return Publishing.HOLD if Publishing.HOLD in told else Publishing.PUBLISH


def holds_first(asset: Asset) -> bool:
    """Whether it waits for the policies now."""
    return Hold.CHECK in asset.holds


def hold(*, asset: Asset) -> None:
    """Let an asset that has just come in wait for the policies, where it is to. Must run in the transaction that
    stores it.
    """
    if publishing_of(asset) == Publishing.HOLD:
        publication.give_verdicts(asset=asset, holds={Hold.CHECK: True})


def see_to(*, asset: Asset) -> None:
    """Of an asset that waits for the policies, order what is still to be found out; where nothing could look at it, a
    person has to, until something has after all. Must run in a transaction that has locked its work and the asset.
    """
    if Hold.CHECK not in asset.holds or asset.processing_verdict != ProcessingVerdict.DONE:
        return
    if not automatic.is_seen_to(asset=asset):
        automatic.catch_up(job_id=asset.job_id)
    if _is_open(asset):
        return
    if is_looked_through(asset):
        for case in _cases(asset).filter(status=CaseStatus.WAITING, ruling=""):
            opening.close(case=case, why="looked_through")
        return
    if _cases(asset).exists():
        return
    policy = Policy.objects.select_related("current").get(slug=UNCHECKED)
    opening.open_case(
        asset=asset,
        policy=policy,
        version=policy.current,
        source=CaseSource.UNCHECKED,
        outcome=Outcome(),
        held=True,
    )


def let_go(*, asset: Asset) -> None:
    """Let an asset go that has been looked through: the policies have said what they had to, and cases hold it from
    now on, if there are any. Must run in a transaction that has locked it.
    """
    if Hold.CHECK in asset.holds and is_looked_through(asset):
        publication.give_verdicts(asset=asset, holds={Hold.CHECK: False})


def is_looked_through(asset: Asset) -> bool:
    """Whether everything that was to be found out about an asset has been: it is processed, no analysis of it is open,
    and something has looked for what is unsafe, or a person has where nothing could.
    """
    if asset.processing_verdict != ProcessingVerdict.DONE or _is_open(asset):
        return False
    looks = Analysis.objects.filter(asset=asset, type=Type.MODERATION)
    # Who has ordered a look at the whole is not content with the few pictures of the door.
    whole = looks.exclude(order__job=asset.job_id).order_by("-created_at", "-pk").first()
    last = whole or looks.order_by("-created_at", "-pk").first()
    if last is not None and last.status == Status.COMPLETED:
        return True
    return _cases(asset).filter(ruling__in=[Ruling.APPROVED, Ruling.RESTRICTED]).exists()


def _is_open(asset: Asset) -> bool:
    """Whether something is still being found out: an analysis, or what a fingerprint is alike to."""
    uncompared = Q(type=Type.FINGERPRINT, is_current=True, compared_at=None)
    return Analysis.objects.filter(Q(status__in=OPEN) | uncompared, asset=asset).exists()


def _cases(asset: Asset) -> QuerySet[Case]:
    """The cases of an asset that nothing could look at."""
    found = Case.objects.filter(asset=asset, policy__slug=UNCHECKED)
    return found.exclude(status=CaseStatus.CLOSED)
