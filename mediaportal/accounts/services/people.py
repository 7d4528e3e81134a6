"""What administrators do with other people's accounts."""

from django.db import transaction
from django.utils.translation import gettext as _

from mediaportal.accounts.models import User
from mediaportal.accounts.roles import Role
from mediaportal.audit.services.log import record
from mediaportal.core.problems import Conflict, NotPermitted


def may_manage(*, actor: User, user: User) -> bool:
    """May this administrator change that account? Only a superuser may touch a superuser."""
    return actor.has_perm("accounts.change_user") and (actor.is_superuser or not user.is_superuser)


@transaction.atomic
def change_role(*, actor: User, user: User, role: str) -> None:
    """Give a person another role. Raises `NotPermitted`, or `Conflict` for one's own account."""
    if not may_manage(actor=actor, user=user):
        raise NotPermitted
    if actor.pk == user.pk and role != user.role:
        raise Conflict(_("You cannot change your own role."))
    before = user.role
    user.set_role(Role(role))
    if before != role:
        record(action="user.role_changed", target=user, actor=actor, before=before, after=role)


def note_quota(*, actor: User, user: User, before: int | None) -> None:
    """Write down that a person was given another room for their files; in bytes, None for as much as everybody."""
    record(action="user.quota_changed", target=user, actor=actor, before=before, after=user.quota_bytes)


def note_age_limit(*, actor: User, user: User, before: str) -> None:
    """Write down that a person may see what is rated up to another age."""
    record(action="user.age_limit_changed", target=user, actor=actor, before=before, after=user.age_limit)
