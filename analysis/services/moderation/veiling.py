"""What those who are to look at a case without knowing must not read off its asset: how it stands tells it."""

from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from analysis import access
from analysis.models import Case, CaseQueue, CaseStatus
from analysis.querysets import untold
from mediaportal.accounts.models import User


def veil(user: User) -> Exists | None:
    """Whether a second look at an asset is to come that this person could make, as a condition on its row; None for
    those who review nothing. As `access.looks_blindly`.
    """
    if not access.can_review(user):
        return None
    blind = Case.objects.visible_to(user).filter(untold(user), asset=OuterRef("pk"))
    return Exists(blind.order_by())


def second_looks(asset_id: UUID) -> QuerySet[Case]:
    """The cases of an asset that somebody is to look at a second time."""
    to_come = Case.objects.filter(asset=asset_id, queue=CaseQueue.SECOND).exclude(status=CaseStatus.DECIDED)
    return to_come.select_related("policy")


def is_kept_from(user: User, case: Case) -> bool:
    """Is what was decided on a case kept from this person? Same rule as `veil`; asks nothing of the database."""
    return access.can_see_case(user, case) and access.looks_blindly(user, case)
