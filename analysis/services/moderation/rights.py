"""Who may look at cases, who may change policies, and which they may see."""

from django.db.models import QuerySet

from analysis import access
from analysis.models import Policy
from assets.access import Caller
from mediaportal.accounts.models import User
from mediaportal.core.problems import NotFound, NotPermitted


def require_reviewer(user: Caller) -> User:
    """The person, as one who may look at cases. Raises `NotPermitted`."""
    if not isinstance(user, User) or not access.can_review(user):
        raise NotPermitted
    return user


def may_read(user: Caller) -> bool:
    """May this person read policies at all?"""
    return access.can_review(user) or access.can_manage_policies(user)


def seen_by(user: Caller) -> QuerySet[Policy]:
    """The policies that a person may read, with their current versions; same rule as `access.can_see_policy`."""
    if not may_read(user):
        return Policy.objects.none()
    found = Policy.objects.select_related("current", "current__created_by")
    return found if access.can_review_restricted(user) else found.filter(restricted=False)


def manager(user: Caller) -> User:
    """The person, as one who may make and change policies. Raises `NotPermitted`."""
    if not isinstance(user, User) or not access.can_manage_policies(user):
        raise NotPermitted
    return user


def manager_of(user: Caller, policy: Policy, *, lock: bool = False) -> tuple[User, Policy]:
    """The person and the policy as it stands, where the one may change the other. Raises `NotPermitted` and `NotFound`,
    the latter also for a restricted one that the person may not know of.
    """
    actor = manager(user)
    rows = Policy.objects.select_for_update(of=("self",)) if lock else Policy.objects.all()
    held = rows.select_related("current").filter(pk=policy.pk).first()
    if held is None or not access.can_see_policy(actor, held):
        raise NotFound
    return actor, held
