"""The gate's scan: always the first step that works on the bytes."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_noop

from assets.exceptions import ChecksumMismatch, DisguisedFile
from assets.models import ScanVerdict
from assets.services import digests, gate, quarantine
from mediaportal.core.clamd import Stopped
from mediaportal.core.sandbox import ProgramStopped
from processing.exceptions import StepPostponed, StepRefused
from processing.services.context import StepContext


def run(context: StepContext) -> dict[str, Any]:
    """Have the installation's scanner look at the original.

    Raises `StepRefused` (`malware_found`, `cannot_be_scanned`, and for an object whose bytes nobody has read before
    `checksum_mismatch`, `disguised_file`), and `StepPostponed` while the scanner is away and the policy wants the
    file scanned.
    """
    _settle(context)
    asset = context.asset
    try:
        word = quarantine.scan(asset=asset, path=context.source, stop=context.stop)
    except gate.ScannerAway as error:
        raise StepPostponed(
            "scanner_away",
            gettext_noop("Waiting for the malware scanner, which cannot be reached."),
            seconds=settings.SCAN_RETRY_SECONDS,
            log=str(error),
        ) from error
    except Stopped as error:
        raise ProgramStopped("the scan was stopped") from error
    if word.verdict == ScanVerdict.INFECTED:
        raise StepRefused("malware_found", quarantine.MALWARE)
    if word.verdict == ScanVerdict.UNSCANNABLE and asset.scan_released_at is None:
        raise StepRefused(
            "cannot_be_scanned",
            gettext_noop("This file could not be scanned for malware. A manager may release it."),
        )
    return {"scanner": gate.scanner().name, "verdict": word.verdict, "detail": word.detail}


def _settle(context: StepContext) -> None:
    """Ask of an object that came straight to the bucket what could not be asked without its bytes."""
    try:
        digests.settle(asset=context.asset, path=context.source)
    except (ChecksumMismatch, DisguisedFile) as problem:
        raise StepRefused(problem.code, str(problem.detail)) from None
