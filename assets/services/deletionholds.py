"""Holds on deletion: what somebody has to keep, as for a law suit, is deleted by nobody until the hold is lifted."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assets import access
from assets.exceptions import OnHold
from assets.models import Asset, DeletionHold
from assets.services.names import safe_words
from mediaportal.accounts.models import User
from mediaportal.audit.services.log import record
from mediaportal.core.problems import FieldProblem, InvalidInput, NotFound, NotPermitted


def may_hold(user: access.Caller) -> bool:
    """May this person keep assets from being deleted, and let them go again?"""
    return isinstance(user, User) and user.is_active and user.has_perm("assets.hold_deletion")


def standing(*, user: access.Caller, asset: Asset) -> DeletionHold | None:
    """The hold that keeps an asset, if there is one. Raises `NotPermitted`."""
    if not may_hold(user):
        raise NotPermitted
    holds = DeletionHold.objects.select_related("placed_by")
    return holds.filter(asset=asset, lifted_at=None).first()


@transaction.atomic
def place(*, user: access.Caller, asset: Asset, reason: str) -> DeletionHold:
    """Keep an asset from being deleted; one that is kept already gets the new reason. Raises `NotPermitted`,
    `InvalidInput` for no reason, and `NotFound` when it has gone meanwhile.
    """
    if not isinstance(user, User) or not may_hold(user):
        raise NotPermitted
    why = _reason(reason)
    _lock(asset)
    hold = DeletionHold.objects.filter(asset=asset, lifted_at=None).first()
    if hold is not None and hold.reason == why:
        return hold
    if hold is not None:
        DeletionHold.objects.filter(pk=hold.pk).update(lifted_by=user, lifted_at=timezone.now())
    made = DeletionHold.objects.create(asset=asset, reason=why, placed_by=user)
    record(action="deletion_hold.placed", target=asset, actor=user, title=asset.title, reason=why)
    return made


@transaction.atomic
def lift(*, user: access.Caller, asset: Asset) -> None:
    """Let an asset be deleted again. Raises `NotPermitted`, and `NotFound` where nothing keeps it."""
    if not isinstance(user, User) or not may_hold(user):
        raise NotPermitted
    _lock(asset)
    holds = DeletionHold.objects.filter(asset=asset, lifted_at=None)
    if not holds.update(lifted_by=user, lifted_at=timezone.now()):
        raise NotFound
    record(action="deletion_hold.lifted", target=asset, actor=user, title=asset.title)


def require_free(asset: Asset) -> None:
    """Raise `OnHold` where something keeps an asset. Must run in the transaction that deletes: whoever places a hold
    meanwhile waits for its end.
    """
    _lock(asset)
    if DeletionHold.objects.filter(asset=asset, lifted_at=None).exists():
        raise OnHold


def _lock(asset: Asset) -> None:
    """The asset's row is nobody else's until the end of the transaction; raises `NotFound`."""
    if Asset.objects.select_for_update(of=("self",)).filter(pk=asset.pk).first() is None:
        raise NotFound


def _reason(reason: str) -> str:
    """A reason without surrounding blanks; raises `InvalidInput`."""
    reason = safe_words(reason).strip()
    longest = DeletionHold._meta.get_field("reason").max_length or 0
    if not 0 < len(reason) <= longest:
        detail = _("A reason has 1 to %d characters.") % longest
        raise InvalidInput(detail, errors=[FieldProblem("reason", "invalid", detail)])
    return reason
