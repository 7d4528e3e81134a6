"""Who acts on jobs: people, by what they may do, and whoever has the machine itself."""

from enum import Enum
from typing import Final

from assets.access import Caller, can_change
from assets.models import Asset
from mediaportal.accounts.models import User
from mediaportal.core.problems import NotPermitted


class Operator(Enum):
    """Whoever runs `manage.py`: may do everything, and stands in the audit log as the portal itself.

    No door of the network ever hands this on.
    """

    OPERATOR = "operator"


OPERATOR: Final = Operator.OPERATOR
Actor = Caller | Operator


def acting(user: Actor, asset: Asset) -> Caller | None:
    """Who changes an asset's work, for the audit log; None is the portal. Raises `NotPermitted`."""
    if user is OPERATOR:
        return None
    if not can_change(user, asset):
        raise NotPermitted
    return user


def manages(user: Actor) -> bool:
    """Whether somebody is told of machines and programs; the others are given words."""
    if user is OPERATOR:
        return True
    return isinstance(user, User) and user.is_active and user.has_perm("assets.manage_all_assets")
