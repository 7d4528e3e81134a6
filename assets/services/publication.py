"""The three verdicts, and the publication that follows from them: the only place where they change."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from assets.models import Asset, PolicyVerdict, ProcessingVerdict, Publication, ScanVerdict
from assets.signals import access_changed, asset_blocked, asset_held, asset_published


def derive(*, scan: str, processing: str, policy: str, released: bool = False) -> Publication:
    """The publication that follows from the verdicts; anything unknown is held.

    `released`: a manager has let a file through that cannot be scanned.
    """
    if scan == ScanVerdict.INFECTED or policy == PolicyVerdict.BLOCK:
        return Publication.BLOCKED
    agreed = (
        (scan in {ScanVerdict.CLEAN, ScanVerdict.UNSCANNED} or (scan == ScanVerdict.UNSCANNABLE and released))
        and processing == ProcessingVerdict.DONE
        and policy == PolicyVerdict.PASS
    )
    return Publication.PUBLISHED if agreed else Publication.HELD


@transaction.atomic
def give_verdicts(
    *,
    asset: Asset,
    scan: str | None = None,
    processing: str | None = None,
    policy: str | None = None,
    **fields: Any,
) -> bool:
    """Write verdicts down (those that are given) and let the publication follow, in one update; True when it moved.

    `fields` are further columns that belong to the same change, such as the reason of a failure. No row is ever seen
    whose publication does not follow from its verdicts: the database refuses it.
    """
    row = Asset.objects.select_for_update(of=("self",)).get(pk=asset.pk)
    before = Publication(row.publication)
    verdicts = {
        "scan_verdict": scan or row.scan_verdict,
        "processing_verdict": processing or row.processing_verdict,
        "policy_verdict": policy or row.policy_verdict,
    }
    after = derive(
        scan=verdicts["scan_verdict"],
        processing=verdicts["processing_verdict"],
        policy=verdicts["policy_verdict"],
        released=bool(fields.get("scan_released_at", row.scan_released_at)),
    )
    Asset.objects.filter(pk=row.pk).update(publication=after, updated_at=timezone.now(), **verdicts, **fields)
    asset.refresh_from_db()
    if after == before:
        return False
    news = {
        Publication.PUBLISHED: asset_published,
        Publication.BLOCKED: asset_blocked,
        Publication.HELD: asset_held,
    }[after]
    news.send(sender=Asset, asset=asset)
    access_changed.send(sender=Asset, asset=asset)
    return True
