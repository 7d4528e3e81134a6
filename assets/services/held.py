"""What waits for a manager: what guests sent, and what cannot be scanned. Each is let through, or removed."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from assets import access, registry
from assets.models import Asset, Hold, PolicyVerdict, ScanVerdict
from assets.services import publication, quarantine
from assets.services.guestlinks import require_manager
from assets.signals import asset_released
from mediaportal.audit.services.log import record
from mediaportal.core.problems import Conflict, NotFound

_COUNTED_UP_TO = 100


def waiting(*, user: access.Caller) -> QuerySet[Asset]:
    """What waits for a decision of this person, the newest first, with all that a list shows of each."""
    found = Asset.objects.waiting_for(user).select_related("uploaded_by", "guest_link").with_poster()
    return found.order_by("-created_at", "-id")


def count(*, user: access.Caller) -> int:
    """How many files wait for this person, counted up to 100. One query; none for those who decide nothing."""
    if not access.can_manage_guest_links(user):
        return 0
    return Asset.objects.waiting_for(user)[:_COUNTED_UP_TO].count()


def needs_scan_release(asset: Asset) -> bool:
    """Whether letting a file through means to release what no scanner has read; whoever does so is asked first."""
    return asset.scan_verdict == ScanVerdict.UNSCANNABLE and asset.scan_released_at is None


@transaction.atomic
def release(*, user: access.Caller, asset: Asset) -> Asset:
    """Let through what the staff or a guest link holds, also past a scanner that cannot read it; it is published when
    nothing else is against it. Releasing it again changes nothing.

    Raises `NotPermitted`, `NotFound` when it went into the trash in the meantime, or `Conflict` for a file that was
    blocked.
    """
    actor = require_manager(user)
    registry.lock_work(asset.pk)
    row = _locked(asset)
    if row.policy_verdict == PolicyVerdict.BLOCK:
        raise Conflict(_("This file has been blocked."))
    if needs_scan_release(row):
        row = quarantine.release(user=actor, asset=row)
    if {Hold.GUEST, Hold.HAND}.intersection(row.holds):
        publication.give_verdicts(asset=row, holds={Hold.GUEST: False, Hold.HAND: False})
        record(action="asset.released", target=row, actor=actor, title=row.title)
        asset_released.send(sender=Asset, asset=row, user=actor)
    return row


@transaction.atomic
def hold(*, user: access.Caller, asset: Asset) -> Asset:
    """Take a file back until somebody has decided on it; nobody but its owner and the staff sees it then. Holding it
    again changes nothing.

    Raises `NotPermitted`, `NotFound` when it went into the trash in the meantime, or `Conflict` for a file that was
    blocked.
    """
    actor = require_manager(user)
    row = _locked(asset)
    if row.policy_verdict == PolicyVerdict.BLOCK:
        raise Conflict(_("This file has been blocked."))
    if Hold.HAND not in row.holds:
        publication.give_verdicts(asset=row, holds={Hold.HAND: True})
        record(action="asset.held", target=row, actor=actor, title=row.title)
    return row


def _locked(asset: Asset) -> Asset:
    """The row as it stands, nobody else's until the end of the transaction; raises `NotFound` for one in the trash."""
    row = Asset.objects.select_for_update(of=("self",)).filter(pk=asset.pk, deleted_at=None).first()
    if row is None:
        raise NotFound
    return row
