"""Who may do what in moderation. Pages, API and services ask here."""

from analysis.models import Case, CaseQueue, CaseStatus, Policy
from assets.access import Caller
from mediaportal.accounts.models import User


def _has(user: Caller, permission: str) -> bool:
    return isinstance(user, User) and user.is_active and user.has_perm(permission)


def can_review(user: Caller) -> bool:
    """May this person look at cases and decide on them?"""
    return _has(user, "analysis.review_cases")


def can_review_senior(user: Caller) -> bool:
    """May this person decide on what was escalated, and where two disagree?"""
    return can_review(user) and _has(user, "analysis.review_senior")


def can_review_restricted(user: Caller) -> bool:
    """May this person look at cases of restricted policies?"""
    return can_review(user) and _has(user, "analysis.review_restricted")


def can_manage_policies(user: Caller) -> bool:
    """May this person make policies and change them?"""
    return _has(user, "analysis.manage_policies")


def can_manage_hash_lists(user: Caller) -> bool:
    """May this person see hash lists and change them?"""
    return _has(user, "analysis.manage_hash_lists")


def can_see_stats(user: Caller) -> bool:
    """May this person see the dashboard of moderation, and export decisions?"""
    return _has(user, "analysis.see_moderation_stats")


def can_lift_strikes(user: Caller) -> bool:
    """May this person take back what counts against somebody else?"""
    return can_review_senior(user)


def queues_of(user: Caller) -> list[str]:
    """The queues out of which a person may take cases."""
    if not can_review(user):
        return []
    plain = [CaseQueue.FIRST, CaseQueue.SECOND, CaseQueue.APPEAL]
    return [*plain, CaseQueue.SENIOR] if can_review_senior(user) else list(plain)


def can_see_policy(user: Caller, policy: Policy) -> bool:
    """May this person read a policy, and cases of it?"""
    allowed = can_review(user) or can_manage_policies(user)
    return allowed and (not policy.restricted or can_review_restricted(user))


def can_see_case(user: Caller, case: Case) -> bool:
    """May this person read a case? Nobody reads those of their own assets. Same rule as `CaseQuerySet.visible_to`."""
    return (
        isinstance(user, User)
        and can_review(user)
        and case.owner_id != user.pk
        and (not case.policy.restricted or can_review_restricted(user))
    )


def can_take_case(user: Caller, case: Case) -> bool:
    """May this person claim it and decide on it, as it stands? Same rule as `CaseQuerySet.takeable_by`."""
    return (
        isinstance(user, User)
        and can_see_case(user, case)
        and case.queue in queues_of(user)
        and user.pk not in case.deciders
    )


def awaits_second_look(case: Case) -> bool:
    """Is somebody else to look at a case, without knowing what was decided? Same rule as `CaseQuerySet.told_to`."""
    return case.queue == CaseQueue.SECOND and case.status != CaseStatus.DECIDED


def looks_blindly(user: Caller, case: Case) -> bool:
    """Is this person not to know what was decided on a case? As long as the second look is to come, nobody who could
    make it: only those who have decided on it already know.
    """
    return awaits_second_look(case) and (not isinstance(user, User) or user.pk not in case.deciders)
