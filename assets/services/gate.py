"""The gate: what is asked of the bytes before anybody is served. Its scan step stands in every job.

A scanner is chosen by the `SCANNER` setting. `none` scans nothing and says so: its verdict is `unscanned`, never
`clean`. What a scanner has not read to its end is not clean either: `SCAN_POLICY` says whether such a file passes as
`unscanned` (`optional`), or waits for the scanner, and as `unscannable` for a manager (`required`).
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils.translation import gettext_noop

from assets.models import Asset, ScanVerdict
from mediaportal.core.clamd import HARD_LIMIT, Clamd, ClamdAway
from mediaportal.core.stopping import Stop, never

AWAY = gettext_noop("the scanner could not be reached")
TOO_LARGE = gettext_noop("it is larger than what the scanner is set to read")
BEYOND = gettext_noop("it is larger than what any scanner reads (2 GiB)")
LIMITS = gettext_noop("the scanner reached its limits before the end")
BROKE_OFF = gettext_noop("the scanner broke off before the end")
TOO_SLOW = gettext_noop("the scanner did not come to the end in time")
_REASONS = {"too_large": TOO_LARGE, "limits": LIMITS, "broke_off": BROKE_OFF, "too_slow": TOO_SLOW}
_BELIEVED_SECONDS = 600.0
_PROOF_SECONDS = 15.0


class ScannerAway(Exception):
    """The scanner cannot be asked now; the file waits where the policy wants it scanned."""


@dataclass(frozen=True)
class Scan:
    """A scanner's word on one file; `detail` names what was found or why nothing could be."""

    verdict: ScanVerdict
    detail: str = ""


class Scanner(Protocol):
    """Looks through a file for what is dangerous."""

    name: str

    def scan(self, path: Path, *, stop: Stop = never) -> Scan:
        """Scan one local file. What was not read to its end is never `clean`. Raises `ScannerAway`."""
        ...

    def ask(self, *, seconds: float) -> None:
        """Raises `ScannerAway` unless it answers in time."""
        ...


class NoScanner:
    """No scanner is set up: every file passes as *unscanned*."""

    name = "none"

    def scan(self, path: Path, *, stop: Stop = never) -> Scan:
        """Say that nothing was scanned."""
        return Scan(ScanVerdict.UNSCANNED, "no scanner is set up")

    def ask(self, *, seconds: float) -> None:
        """There is nobody to ask."""


class ClamdScanner:
    """ClamAV's daemon, at `CLAMD_URL`."""

    name = "clamd"
    # When, by the clock that never goes back, each address was last proved to tell its limits.
    _proved_at: dict[str, float] = {}

    def scan(self, path: Path, *, stop: Stop = never) -> Scan:
        """Scan one local file. Raises `ScannerAway`, `mediaportal.core.clamd.Stopped`."""
        size = path.stat().st_size
        if size > HARD_LIMIT:
            return Scan(ScanVerdict.UNSCANNABLE, BEYOND)
        if size > settings.CLAMD_MAX_BYTES:
            return _not_scanned(TOO_LARGE)
        try:
            self._prove()
            clamd = Clamd(settings.CLAMD_URL, whole_seconds=settings.SCAN_SECONDS, stop=stop)
            answer = clamd.scan(path, shared=settings.CLAMD_SHARED_PATH)
        except ClamdAway as error:
            raise ScannerAway(str(error)) from error
        if answer.verdict == "clean":
            return Scan(ScanVerdict.CLEAN)
        if answer.verdict == "infected":
            return Scan(ScanVerdict.INFECTED, answer.detail)
        return _not_scanned(_REASONS[answer.verdict])

    def ask(self, *, seconds: float) -> None:
        """Raises `ScannerAway` unless clamd answers a ping in time."""
        try:
            Clamd(settings.CLAMD_URL).ping(seconds=seconds)
        except ClamdAway as error:
            raise ScannerAway(str(error)) from error

    def _prove(self) -> None:
        """Make sure now and then that clamd says where it stops: otherwise its OK is worth nothing.

        Raises `ScannerAway`, `ClamdAway`.
        """
        url = settings.CLAMD_URL
        if time.monotonic() - self._proved_at.get(url, -_BELIEVED_SECONDS) < _BELIEVED_SECONDS:
            return
        if not Clamd(url, idle_seconds=_PROOF_SECONDS).tells_limits():
            raise ScannerAway("it passes what it does not read: AlertExceedsMax is off")
        self._proved_at[url] = time.monotonic()


def _not_scanned(reason: str) -> Scan:
    """What a file that was not read to its end is: by the policy."""
    required = settings.SCAN_POLICY == "required"
    return Scan(ScanVerdict.UNSCANNABLE if required else ScanVerdict.UNSCANNED, reason)


SCANNERS: dict[str, type[Scanner]] = {"none": NoScanner, "clamd": ClamdScanner}


def scanner() -> Scanner:
    """The scanner that the installation is set to use."""
    return SCANNERS[settings.SCANNER]()


def judge(*, asset: Asset, path: Path, stop: Stop = never) -> Scan:
    """A scanner's word on an asset's original; nothing is written down. What a manager released keeps its verdict.

    Raises `ScannerAway` where the policy wants the file scanned.
    """
    if asset.scan_verdict == ScanVerdict.UNSCANNABLE and asset.scan_released_at is not None:
        return Scan(ScanVerdict.UNSCANNABLE, asset.scan_detail)
    try:
        return scanner().scan(path, stop=stop)
    except ScannerAway:
        if settings.SCAN_POLICY == "required":
            raise
        return Scan(ScanVerdict.UNSCANNED, AWAY)
