"""The three verdicts, and the publication that follows from them: the only place where they change."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from assets.models import Asset, Block, Hold, PolicyVerdict, ProcessingVerdict, Publication, ScanVerdict
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


def policy_of(*, holds: list[str], blocks: list[str]) -> PolicyVerdict:
    """Policy's verdict, as it follows from the reasons against publishing."""
    if blocks:
        return PolicyVerdict.BLOCK
    return PolicyVerdict.REVIEW if holds else PolicyVerdict.PASS


def _told(reasons: list[str], said: Mapping[Any, bool] | None) -> list[str]:
    """Reasons, with those that were told of added or taken away."""
    given = {str(reason): holds for reason, holds in (said or {}).items()}
    return sorted({one for one in reasons if given.get(one, True)} | {one for one in given if given[one]})


@transaction.atomic
def give_verdicts(
    *,
    asset: Asset,
    scan: str | None = None,
    processing: str | None = None,
    holds: Mapping[Hold, bool] | None = None,
    blocks: Mapping[Block, bool] | None = None,
    **fields: Any,
) -> bool:
    """Write verdicts down (those that are given) and let the publication follow, in one update; True when it moved.

    Of policy's verdict the reasons are told: whether each of these `holds` and `blocks` is there now; the others stay
    as they are. It blocks with any block, and wants a review with any hold. `fields` are further columns that belong to
    the same change, such as the reason of a failure. No row is ever seen whose publication does not follow from its
    verdicts: the database refuses it.
    """
    row = Asset.objects.select_for_update(of=("self",)).get(pk=asset.pk)
    before = Publication(row.publication)
    verdicts: dict[str, Any] = {
        "scan_verdict": scan or row.scan_verdict,
        "processing_verdict": processing or row.processing_verdict,
    }
    reasons = {"holds": _told(row.holds, holds), "blocks": _told(row.blocks, blocks)}
    verdicts["policy_verdict"] = policy_of(**reasons)
    after = derive(
        scan=verdicts["scan_verdict"],
        processing=verdicts["processing_verdict"],
        policy=verdicts["policy_verdict"],
        released=bool(fields.get("scan_released_at", row.scan_released_at)),
    )
    Asset.objects.filter(pk=row.pk).update(
        publication=after, updated_at=timezone.now(), **verdicts, **reasons, **fields
    )
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
