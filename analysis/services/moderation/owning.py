"""What owners are told of decisions about what is theirs: the policy, the reason, what it means, and what mattered.

Never who decided, what they noted, or what moderators told each other.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from analysis.models import Action, Appeal, CaseStatus, Decision, Reason, Strike
from analysis.services.moderation import appeals
from assets import access
from assets.access import Caller
from assets.models import Asset, Visibility
from mediaportal.accounts.ages import AgeRating
from mediaportal.accounts.models import User
from mediaportal.core.lists import listed
from mediaportal.core.problems import NotFound

_SHOWN_MOMENTS = 20
# Whose words an owner may read: what is seen or heard in their own file, and no list that it stands on.
_TOLD_KINDS = {"moderation": "label", "label": "label", "speech": "text", "text": "text"}


@dataclass(frozen=True)
class OwnMoment:
    """A part of the asset that mattered, in seconds, and what was seen or heard there, as far as it is told."""

    start: float
    end: float
    text: str


@dataclass(frozen=True)
class OwnDecision:
    """A decision as its owner reads it. `meaning` are sentences on what follows from it; `until` is the last moment of
    an appeal; `holds` whether the asset still stands under it; `plays` whether the owner can play the moments.
    """

    id: UUID
    case_id: UUID
    asset: Asset
    rejected: bool
    policy: str
    statement: str
    reason: str
    meaning: list[str]
    moments: list[OwnMoment]
    made_at: datetime
    until: datetime
    holds: bool
    appealable: bool
    looked_at: bool
    appeal: Appeal | None
    answers_appeal: bool
    strike_until: datetime | None
    plays: bool


def decision_of(*, user: Caller, decision_id: UUID) -> OwnDecision:
    """A decision against what is this person's own, once it is settled; of what lies in the trash no moments, for what
    counts against somebody has to be read. Raises `NotFound`; at most four queries.
    """
    if not isinstance(user, User):
        raise NotFound
    found = (
        _told(user).filter(pk=decision_id).select_related("case__asset", "policy", "appeal", "strike").first()
    )
    if found is None:
        raise NotFound
    case, appeal = found.case, getattr(found, "appeal", None)
    last_word = Appeal.objects.filter(answer=found).exists()
    decided, thrown = case.status == CaseStatus.DECIDED, case.asset.deleted_at is not None
    in_time = not thrown and timezone.now() <= appeals.until(found)
    strike: Strike | None = getattr(found, "strike", None)
    counts = strike is not None and strike.lifted_at is None and strike.expires_at > timezone.now()
    return OwnDecision(
        id=found.pk,
        case_id=case.pk,
        asset=case.asset,
        rejected=found.action == Action.REJECT,
        policy=found.policy.shown_name,
        statement=found.policy.shown_statement,
        reason=str(Reason(found.reason).label),
        meaning=meaning(found.action, found.restriction),
        moments=[]
        if found.policy.restricted or found.case.policy.restricted or thrown
        else _moments(found.seen),
        made_at=found.made_at,
        until=appeals.until(found),
        holds=found.effective,
        appealable=found.effective and appeal is None and not last_word and decided and in_time,
        looked_at=found.effective and appeal is None and not decided,
        appeal=appeal,
        answers_appeal=last_word,
        strike_until=strike.expires_at if strike is not None and counts else None,
        plays=access.can_play(user, case.asset),
    )


def newest_of(*, user: Caller, asset_id: UUID) -> UUID | None:
    """The newest decision against an asset of this person's that holds and is settled, if there is one."""
    if not isinstance(user, User):
        return None
    found = (
        _told(user)
        .filter(case__asset=asset_id, case__asset__deleted_at=None, effective=True)
        .order_by("-made_at")
    )
    return found.values_list("pk", flat=True).first()


def meaning(action: str, restriction: dict[str, Any]) -> list[str]:
    """What a decision means for an asset, as sentences in the active language."""
    if action == Action.REJECT:
        return [_("It is blocked: nobody but you and the staff sees that it is there.")]
    said = []
    rating = str(restriction.get("rating", AgeRating.ALL))
    if rating != AgeRating.ALL:
        said.append(_("It is shown only to people from %(age)s years on.") % {"age": rating})
    if restriction.get("cap") == Visibility.PRIVATE:
        said.append(_("Only you and the staff see it."))
    elif restriction.get("cap") == Visibility.INTERNAL:
        said.append(_("It is shown only to people who are signed in here."))
    if regions := restriction.get("regions"):
        said.append(_("It is not shown in: %(regions)s.") % {"regions": listed(regions)})
    if parts := restriction.get("cut"):
        named = listed(f"{clock(start)}–{clock(end)}" for start, end in parts)
        said.append(_("These parts are taken out: %(parts)s.") % {"parts": named})
    return said


def clock(seconds: float) -> str:
    """Seconds as a player shows them: 0:07, 12:31, 1:02:03."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _told(user: User) -> QuerySet[Decision]:
    """Decisions against what is a person's own that they were told of."""
    return Decision.objects.filter(
        case__owner=user,
        settled_at__isnull=False,
        undone_at=None,
        action__in=appeals.APPEALABLE,
    )


def _moments(seen: list[dict[str, Any]]) -> list[OwnMoment]:
    """The hits that mattered and have a time, in their order in the file, each once."""
    found: dict[tuple[float, float], OwnMoment] = {}
    for hit in seen:
        start, end = float(hit.get("start") or 0.0), float(hit.get("end") or 0.0)
        if end <= 0.0:
            continue
        text = str(hit.get(_TOLD_KINDS.get(str(hit.get("kind")), ""), ""))
        if (start, end) not in found or not found[start, end].text:
            found[start, end] = OwnMoment(start, end, text)
    return [found[times] for times in sorted(found)][:_SHOWN_MOMENTS]
