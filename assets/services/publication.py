"""Deriving `publication` from the three verdicts, and moving it: the only place where it changes."""

from django.db import transaction

from assets.models import Asset, PolicyVerdict, ProcessingVerdict, Publication, ScanVerdict
from assets.signals import access_changed, asset_blocked, asset_held, asset_published


def derive(*, scan: str, processing: str, policy: str) -> Publication:
    """The publication that follows from the verdicts; anything unknown is held."""
    if scan == ScanVerdict.INFECTED or policy == PolicyVerdict.BLOCK:
        return Publication.BLOCKED
    agreed = (
        scan in {ScanVerdict.CLEAN, ScanVerdict.UNSCANNED}
        and processing == ProcessingVerdict.DONE
        and policy == PolicyVerdict.PASS
    )
    return Publication.PUBLISHED if agreed else Publication.HELD


@transaction.atomic
def refresh(*, asset: Asset) -> bool:
    """Bring an asset's publication in line with its verdicts and send the news; True when it moved."""
    row = Asset.objects.select_for_update(of=("self",)).get(pk=asset.pk)
    wanted = derive(scan=row.scan_verdict, processing=row.processing_verdict, policy=row.policy_verdict)
    moved = (
        Asset.objects.filter(pk=row.pk, publication=row.publication)
        .exclude(publication=wanted)
        .update(publication=wanted)
    )
    asset.refresh_from_db()
    if moved:
        news = {
            Publication.PUBLISHED: asset_published,
            Publication.BLOCKED: asset_blocked,
            Publication.HELD: asset_held,
        }[wanted]
        news.send(sender=Asset, asset=asset)
        access_changed.send(sender=Asset, asset=asset)
    return bool(moved)
