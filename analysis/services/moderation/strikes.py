"""Decisions against what somebody has sent count against them for a while, and from some number on have consequences.

Staff is exempt, and nobody answers for what a guest has sent.
"""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import ngettext

from analysis import access
from analysis.models import OPEN_CASE, Action, Case, CaseSource, Decision, Policy, Strike
from analysis.rules import Band, Hit, Outcome, Sighting
from analysis.services.moderation import opening, standing
from analysis.services.moderation.rights import require_reviewer
from analysis.signals import strike_lifted
from assets.access import Caller
from assets.models import Asset
from mediaportal.accounts.models import User
from mediaportal.audit.services.log import record
from mediaportal.core.problems import NotFound, NotPermitted

_POLICY = "house-rules"


def is_exempt(user: User) -> bool:
    """Whether nothing counts against this person: the staff answers to others."""
    return user.is_staff or user.is_superuser


def standing_of(*, user: User) -> QuerySet[Strike]:
    """What counts against a person now, the newest first."""
    return Strike.objects.filter(user=user, lifted_at=None, expires_at__gt=timezone.now())


def follow(*, decision: Decision) -> None:
    """Let a decision that holds count, or what counted for its case no more. One case counts once.

    Must run in a transaction that has locked its asset.
    """
    case = decision.case
    counted = Strike.objects.filter(decision__case=case, lifted_at=None)
    if decision.action != Action.REJECT:
        for strike in counted:
            _lift(strike, None)
        return
    if is_exempt(case.owner) or case.asset.guest_link_id is not None or counted.exists():
        return
    expires_at = timezone.now() + timedelta(days=settings.MODERATION_STRIKE_DAYS)
    strike = Strike.objects.create(user=case.owner, decision=decision, expires_at=expires_at)
    record(
        action="strike.given",
        target=strike,
        user=str(case.owner_id),
        decision=str(decision.pk),
        asset=str(case.asset_id),
    )


def take_back(*, decision: Decision) -> None:
    """Let a decision that was undone count no more."""
    for strike in Strike.objects.filter(decision=decision, lifted_at=None):
        _lift(strike, None)


def listed(*, user: Caller) -> QuerySet[Strike]:
    """What counts against anybody now, for those who moderate; not what counts against themselves, and nothing of
    policies that they may not see. Raises `NotPermitted` for others.
    """
    user = require_reviewer(user)
    found = Strike.objects.filter(lifted_at=None, expires_at__gt=timezone.now()).exclude(user=user)
    if not access.can_review_restricted(user):
        found = found.filter(decision__policy__restricted=False, decision__case__policy__restricted=False)
    return found.select_related("user", "decision__policy", "decision__case__asset")


@transaction.atomic
def lift(*, user: Caller, strike_id: UUID) -> Strike:
    """Take a strike back before its time; doing it again changes nothing. Nobody lifts their own.

    Raises `NotPermitted`, and `NotFound`.
    """
    if not isinstance(user, User) or not access.can_lift_strikes(user):
        raise NotPermitted
    rows = Strike.objects.select_for_update(of=("self",)).select_related("user", "decision__case__asset")
    strike = rows.filter(pk=strike_id).first()
    if strike is None:
        raise NotFound
    if strike.user_id == user.pk:
        raise NotPermitted
    if strike.lifted_at is None:
        _lift(strike, user)
        strike_lifted.send(sender=Strike, strike=strike)
    return strike


def bar(user: User) -> str:
    """Why a person may send nothing until strikes of theirs have ended, in words; else empty. One query at most."""
    if not settings.MODERATION_STRIKES_STOP or is_exempt(user):
        return ""
    ends = list(standing_of(user=user).order_by("expires_at").values_list("expires_at", flat=True))
    if len(ends) < settings.MODERATION_STRIKES_STOP:
        return ""
    # So many of them have to go until fewer than the limit are left.
    free = ends[len(ends) - settings.MODERATION_STRIKES_STOP]
    return ngettext(
        "%(count)d decision against your files counts against you. You can send files again from %(day)s on.",
        "%(count)d decisions against your files count against you. You can send files again from %(day)s on.",
        len(ends),
    ) % {"count": len(ends), "day": timezone.localtime(free).date().isoformat()}


def hold(*, asset: Asset) -> None:
    """Let an asset that has just come in wait for somebody, where its owner has as many strikes. Must run in the
    transaction that stores it.
    """
    owner = asset.uploaded_by
    if not settings.MODERATION_STRIKES_HOLD or is_exempt(owner) or asset.guest_link_id is not None:
        return
    count = standing_of(user=owner).count()
    if count < settings.MODERATION_STRIKES_HOLD:
        return
    policy = Policy.objects.select_related("current").get(slug=_POLICY)
    if Case.objects.filter(asset=asset, policy=policy, status__in=OPEN_CASE).exists():
        return
    hit = Hit("strikes", Band.REVIEW, Sighting("uploader", 1.0, label="strikes", text=str(count)))
    opening.open_case(
        asset=asset,
        policy=policy,
        version=policy.current,
        source=CaseSource.STAFF,
        outcome=Outcome(Band.REVIEW, frozenset(), (hit,)),
        held=True,
    )
    standing.settle(asset=asset)


def _lift(strike: Strike, actor: User | None) -> None:
    """Take one back, and write down who did; nobody where the decision was."""
    strike.lifted_at = timezone.now()
    strike.save(update_fields=["lifted_at"])
    record(
        action="strike.lifted",
        target=strike,
        actor=actor,
        user=str(strike.user_id),
        decision=str(strike.decision_id),
    )
