"""The one vocabulary of states: what the pages, the lists and the events call the condition of an asset."""

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from assets import access
from assets.models import Asset, ProcessingVerdict, Publication, ScanVerdict, UploadStatus

Code = Literal["uploading", "checking", "processing", "ready", "held", "blocked", "failed"]

ICONS: dict[Code, str] = {
    "uploading": "upload",
    "checking": "scan-search",
    "processing": "loader-circle",
    "ready": "circle-check",
    "held": "eye",
    "blocked": "ban",
    "failed": "triangle-alert",
}
# Marked for translation here, translated when shown.
_LABELS: dict[Code, str] = {
    "uploading": gettext_noop("Uploading"),
    "checking": gettext_noop("Checking"),
    "processing": gettext_noop("Processing"),
    "ready": gettext_noop("Ready"),
    "held": gettext_noop("Held for review"),
    "blocked": gettext_noop("Blocked"),
    "failed": gettext_noop("Failed"),
}


@dataclass(frozen=True)
class State:
    """A state as it is shown: a stable code, its word in the reader's language, per cent where it moves, an icon."""

    code: Code
    label: str
    progress: int | None
    icon: str

    @property
    def moving(self) -> bool:
        """Whether it will change by itself before long."""
        return self.code in {"uploading", "checking", "processing"}


def state_of(asset: Asset, *, progress: int | None = None) -> State:
    """The state of an asset; `progress` is the job's fresh per cent where the caller knows it."""
    if asset.veiled:
        return State("held", _("Waits for a second look"), None, "eye-off")
    code = _code_of(asset)
    percent = asset.upload_progress if progress is None else progress
    shown = max(0, min(100, percent)) if code in {"uploading", "processing"} else None
    return State(code, label_of(code, shown), shown, ICONS[code])


def label_of(code: Code, progress: int | None = None) -> str:
    """The word for a state in the active language."""
    if code == "processing" and progress is not None:
        return _("Processing %(percent)d %%") % {"percent": progress}
    return _(_LABELS[code])


def _code_of(asset: Asset) -> Code:
    """Verdicts first, because they are about what may be shown; then how far the work is."""
    if asset.publication == Publication.BLOCKED or asset.scan_verdict == ScanVerdict.INFECTED:
        return "blocked"
    if asset.scan_verdict == ScanVerdict.UNSCANNABLE and asset.scan_released_at is None:
        return "held"
    if asset.upload_status == UploadStatus.FAILED or asset.processing_verdict == ProcessingVerdict.FAILED:
        return "failed"
    if asset.upload_status in {UploadStatus.PENDING, UploadStatus.UPLOADING}:
        return "uploading"
    if asset.upload_status == UploadStatus.PROCESSING:
        return "processing" if access.gate_passed(asset) else "checking"
    return "ready" if asset.publication == Publication.PUBLISHED else "held"
