"""Who may do what with the work itself. Who may see or change one job follows its asset (`assets.access`)."""

from assets.access import Caller
from mediaportal.accounts.models import User


def can_order_work(user: Caller) -> bool:
    """May this person say which jobs go first, whoever they are for?"""
    return isinstance(user, User) and user.is_active and user.has_perm("assets.manage_all_assets")
