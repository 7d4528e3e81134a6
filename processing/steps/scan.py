"""The gate's scan: always the first step that works on the bytes."""

from typing import Any

from django.utils.translation import gettext as _

from assets.exceptions import ChecksumMismatch, DisguisedFile
from assets.models import ScanVerdict
from assets.services import digests, gate
from processing.exceptions import StepRefused
from processing.services.context import StepContext


def run(context: StepContext) -> dict[str, Any]:
    """Have the installation's scanner look at the original.

    Raises `StepRefused` (`malware_found`, `cannot_be_scanned`, and for an object whose bytes nobody has read before
    `checksum_mismatch`, `disguised_file`).
    """
    _settle(context)
    word = gate.scan(asset=context.asset, path=context.source)
    if word.verdict == ScanVerdict.INFECTED:
        raise StepRefused(
            "malware_found", _("Malware was found in this file: %(name)s.") % {"name": word.detail}
        )
    if word.verdict == ScanVerdict.UNSCANNABLE:
        raise StepRefused(
            "cannot_be_scanned",
            _("This file could not be scanned for malware: %(why)s.") % {"why": word.detail},
        )
    return {"scanner": gate.scanner().name, "verdict": word.verdict, "detail": word.detail}


def _settle(context: StepContext) -> None:
    """Ask of an object that came straight to the bucket what could not be asked without its bytes."""
    try:
        digests.settle(asset=context.asset, path=context.source)
    except (ChecksumMismatch, DisguisedFile) as problem:
        raise StepRefused(problem.code, str(problem.detail)) from None
