"""What becomes of a scanner's word: written down, and bytes that carry malware locked away where no link leads."""

import logging
from pathlib import Path, PurePosixPath
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from assets import access, delivery, registry
from assets.exceptions import NotReleasable, OriginalKept
from assets.models import Asset, ScanVerdict
from assets.services import deletionholds, gate, places, publication
from assets.services.names import asset_folder
from assets.signals import asset_rejected, scan_released
from mediaportal.audit.services.log import record
from mediaportal.core.problems import NotPermitted
from mediaportal.core.stopping import Stop, never

logger = logging.getLogger(__name__)

PREFIX = "quarantine/"
MALWARE = gettext_noop("Malware was found in this file.")
_LONGEST_DETAIL = 200


def scan(*, asset: Asset, path: Path, stop: Stop = never) -> gate.Scan:
    """Scan an asset's original, write the verdict down, lock away what carries malware, and return the verdict.

    A second run overwrites the first. Raises `gate.ScannerAway` where the policy wants the file scanned.
    """
    word = gate.judge(asset=asset, path=path, stop=stop)
    note(asset=asset, word=word)
    return word


def note(*, asset: Asset, word: gate.Scan, **fields: Any) -> None:
    """Write a verdict down; `fields` are further columns of the same change. Bytes with malware are moved to the
    quarantine, and those that turn out to be clean are moved back.
    """
    if asset.scan_verdict == ScanVerdict.INFECTED != word.verdict and asset.error_code == "malware_found":
        fields = {"error_code": "", "error_detail": ""} | fields
    news = word.verdict == ScanVerdict.INFECTED and asset.scan_verdict != ScanVerdict.INFECTED
    with transaction.atomic():
        publication.give_verdicts(
            asset=asset,
            scan=word.verdict,
            scan_detail=word.detail[:_LONGEST_DETAIL],
            scanned_at=timezone.now(),
            **fields,
        )
        if news:
            record(
                action="malware.found", target=asset, name=word.detail, sha256=asset.sha256, title=asset.title
            )
            delivery.revoke_asset_links(asset=asset)
    if word.verdict == ScanVerdict.INFECTED:
        lock_away(asset=asset)
    elif asset.storage_key.startswith(PREFIX) and asset.original_removed_at is None:
        _move(asset, f"{asset_folder(asset.pk)}/original/{PurePosixPath(asset.storage_key).name}")


def condemn(*, asset: Asset, word: gate.Scan) -> None:
    """Block an asset in which malware was found after its job had ended; its owner and the administrators are told."""
    detail = str(MALWARE)
    note(asset=asset, word=word, error_code="malware_found", error_detail=detail)
    asset_rejected.send(sender=Asset, asset=asset, code="malware_found", detail=detail)


def lock_away(*, asset: Asset) -> None:
    """Move an original to the quarantine, out of the folder that links open. Doing it again changes nothing."""
    if not asset.storage_key.startswith(PREFIX) and asset.original_removed_at is None:
        _move(asset, f"{PREFIX}{asset.pk}/{PurePosixPath(asset.storage_key).name}")


def _move(asset: Asset, key: str) -> None:
    """Move the bytes, then the row. A run that was killed between the two is made good by the next."""
    before = asset.storage_key
    try:
        places.move(before, key)
    except FileNotFoundError:
        if not _is_there(key):
            logger.exception("the original of asset %s is missing", asset.pk)
            return
    Asset.objects.filter(pk=asset.pk, storage_key=before).update(storage_key=key, updated_at=timezone.now())
    asset.refresh_from_db(fields=["storage_key", "updated_at"])


def _is_there(key: str) -> bool:
    """Whether an object lies under a key."""
    try:
        places.open_file(key, within=key.rpartition("/")[0]).close()
    except FileNotFoundError:
        return False
    return True


# --- What managers decide -----------------------------------------------------------------------------------------
@transaction.atomic
def release(*, user: access.Caller, asset: Asset) -> Asset:
    """Let a file through that cannot be scanned; its job goes on.

    Raises `NotPermitted`, or `NotReleasable` for a file that does not wait for this.
    """
    if not access.can_release(user, asset):
        raise NotPermitted
    registry.lock_work(asset.pk)
    moved = Asset.objects.filter(
        pk=asset.pk, scan_verdict=ScanVerdict.UNSCANNABLE, scan_released_at=None
    ).update(scan_released_at=timezone.now(), updated_at=timezone.now())
    if not moved:
        raise NotReleasable
    asset.refresh_from_db()
    record(action="scan.released", target=asset, actor=access.person(user), reason=asset.scan_detail)
    publication.give_verdicts(asset=asset)
    scan_released.send(sender=Asset, asset=asset, user=user)
    asset.refresh_from_db()
    return asset


def delete_original(*, user: access.Caller, asset: Asset) -> Asset:
    """Delete the bytes of an original that carries malware; what is known of it stays. Doing it again changes nothing.

    Raises `NotPermitted`, `OnHold` for what somebody has to keep, or `OriginalKept` for a file in which no malware was
    found.
    """
    if not access.can_release(user, asset):
        raise NotPermitted
    with transaction.atomic():
        deletionholds.require_free(asset)
        moved = Asset.objects.filter(
            pk=asset.pk, scan_verdict=ScanVerdict.INFECTED, original_removed_at=None
        ).update(original_removed_at=timezone.now(), updated_at=timezone.now())
        asset.refresh_from_db()
        if not moved and asset.original_removed_at is None:
            raise OriginalKept(_("No malware was found in this file."))
        if moved:
            record(action="original.deleted", target=asset, actor=access.person(user), sha256=asset.sha256)
    places.remove(asset.storage_key)
    return asset
