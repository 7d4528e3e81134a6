"""What those who are to look at a case without knowing must not read off its asset: how it stands tells it."""

from django.db.models import Exists, OuterRef

from analysis import access
from analysis.models import Case
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
