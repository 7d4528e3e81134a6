"""Scanning again what is kept, when the scanner has learned new signatures."""

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db.models import F, Q, QuerySet

from assets.exceptions import StorageUnavailable
from assets.models import Asset, ProcessingVerdict, ScanVerdict
from assets.services import gate, places, quarantine

logger = logging.getLogger(__name__)

Outcome = Literal["clean", "infected", "not scanned", "missing"]
_BATCH = 100


@dataclass(frozen=True)
class Rescanned:
    """One asset and what became of it."""

    asset: Asset
    outcome: Outcome
    detail: str


def wanted(*, verdicts: Collection[str], since: datetime) -> QuerySet[Asset]:
    """Assets that are to be scanned: with one of these verdicts, out of work, and not scanned since a time."""
    return Asset.objects.filter(
        Q(scanned_at=None) | Q(scanned_at__lt=since),
        scan_verdict__in=verdicts,
        processing_verdict__in=[ProcessingVerdict.DONE, ProcessingVerdict.FAILED],
        original_removed_at=None,
    )


def rescan(*, verdicts: Collection[str], since: datetime, limit: int | None = None) -> Iterator[Rescanned]:
    """Scan what is `wanted`, the longest unscanned first, one by one, and yield each outcome.

    Whatever turns out to carry malware is blocked and locked away at once. An answer that is neither clean nor
    infected changes no verdict. Broken off, it goes on where it was when it is given the same `since`. Raises
    `gate.ScannerAway`.
    """
    done = 0
    passed: set[UUID] = set()
    while limit is None or done < limit:
        room = _BATCH if limit is None else min(_BATCH, limit - done)
        found = wanted(verdicts=verdicts, since=since).exclude(pk__in=passed)
        batch = list(found.order_by(F("scanned_at").asc(nulls_first=True), "pk")[:room])
        if not batch:
            return
        for asset in batch:
            outcome = _rescan_one(asset)
            done += 1
            if outcome.outcome in {"missing", "not scanned"}:
                passed.add(asset.pk)
            yield outcome


def _rescan_one(asset: Asset) -> Rescanned:
    """Scan one asset. Raises `gate.ScannerAway`."""
    try:
        with places.local_file(asset.storage_key) as path:
            word = gate.scanner().scan(path)
    except (FileNotFoundError, StorageUnavailable) as error:
        logger.warning("the original of asset %s cannot be read", asset.pk, exc_info=error)
        return Rescanned(asset, "missing", str(error))
    if word.verdict == ScanVerdict.INFECTED:
        quarantine.condemn(asset=asset, word=word)
        return Rescanned(asset, "infected", word.detail)
    if word.verdict == ScanVerdict.CLEAN:
        quarantine.note(asset=asset, word=word)
        return Rescanned(asset, "clean", "")
    return Rescanned(asset, "not scanned", word.detail)
