"""Cases that somebody who moderates opens: of what they came across, or of a match."""

import math
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from analysis import access
from analysis.models import OPEN_CASE, Case, CaseComment, CaseSource, Policy
from analysis.rules import BY_HAND, Band, Hit, Outcome, Sighting
from analysis.services import alike
from analysis.services.moderation import opening, standing
from analysis.services.moderation.rights import require_reviewer
from assets import registry
from assets.access import Caller
from assets.models import Asset
from mediaportal.accounts.models import User
from mediaportal.core.problems import FieldProblem, InvalidInput, NotFound, NotPermitted


@transaction.atomic
def open_by_hand(
    *,
    user: Caller,
    asset_id: UUID,
    policy: str,
    note: str = "",
    match_id: UUID | None = None,
    second: float | None = None,
) -> Case:
    """Open a case under a policy; where one of the two is open, that one. A match that the asset is a side of is its
    evidence, or the second from which on something is to be seen: beside what stands there already. `note` becomes a
    comment.

    Raises `NotPermitted` (also for what is one's own), `NotFound`, and `InvalidInput`.
    """
    person = require_reviewer(user)
    if not Asset.objects.visible_to(person).filter(pk=asset_id).exists():
        raise NotFound
    registry.lock_work(asset_id)
    asset = Asset.objects.select_for_update(of=("self",)).get(pk=asset_id)
    if asset.uploaded_by_id == person.pk:
        raise NotPermitted
    under = _policy(person, policy)
    opening.bring_back(asset=asset)
    case = Case.objects.filter(asset=asset, policy=under, status__in=OPEN_CASE).first()
    hits = tuple(_hits(person, asset, match_id, second))
    if case is not None:
        opening.point_at(case=case, hits=hits)
    else:
        case = opening.open_case(
            asset=asset,
            policy=under,
            version=under.current,
            source=CaseSource.STAFF,
            outcome=Outcome(Band.REVIEW, frozenset(), hits),
        )
        standing.settle(asset=asset)
    if note.strip():
        CaseComment.objects.create(case=case, author=person, text=note.strip())
    return case


def _policy(person: User, slug: str) -> Policy:
    found = Policy.objects.filter(slug=slug).select_related("current").first()
    if found is None or not access.can_see_policy(person, found):
        raise InvalidInput(errors=[FieldProblem("policy", "invalid", _("There is no such policy."))])
    return found


def _hits(person: User, asset: Asset, match_id: UUID | None, second: float | None) -> list[Hit]:
    """What somebody points at."""
    if match_id is not None:
        match = alike.of(asset=asset, user=person).filter(pk=match_id).first()
        if match is None:
            raise InvalidInput(errors=[FieldProblem("match_id", "invalid", _("There is no such match."))])
        seen = alike.side(match, asset=asset, user=person)
        parts = [(float(span[0]), float(span[1])) for span in seen.spans]
        return [
            Hit(BY_HAND, Band.REVIEW, Sighting("work", match.score, start, end, label=seen.title))
            for start, end in parts
        ]
    if second is None:
        return []
    if not math.isfinite(second) or second < 0:
        raise InvalidInput(errors=[FieldProblem("second", "invalid", _("There is no such second."))])
    at = min(second, asset.duration) if asset.duration else second
    return [Hit(BY_HAND, Band.REVIEW, Sighting("staff", 1.0, at, at))]
