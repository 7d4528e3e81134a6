"""The gate: what is asked of the bytes before anybody is served. Its scan step stands in every job.

A scanner is chosen by the `SCANNER` setting. `none` scans nothing and says so: its verdict is `unscanned`, never
`clean`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from django.conf import settings

from assets.models import Asset, ScanVerdict
from assets.services import publication


@dataclass(frozen=True)
class Scan:
    """A scanner's word on one file; `detail` names what was found or why nothing could be."""

    verdict: ScanVerdict
    detail: str = ""


class Scanner(Protocol):
    """Looks through a file for what is dangerous."""

    name: str

    def scan(self, path: Path) -> Scan:
        """Scan one local file. Must not raise for a file that it cannot read through: that is `unscannable`."""
        ...


class NoScanner:
    """No scanner is set up: every file passes as *unscanned*."""

    name = "none"

    def scan(self, path: Path) -> Scan:
        """Say that nothing was scanned."""
        return Scan(ScanVerdict.UNSCANNED, "no scanner is set up")


SCANNERS: dict[str, type[Scanner]] = {"none": NoScanner}


def scanner() -> Scanner:
    """The scanner that the installation is set to use."""
    return SCANNERS[settings.SCANNER]()


def scan(*, asset: Asset, path: Path) -> Scan:
    """Scan an asset's original, write the verdict down and return it. A second run overwrites the first."""
    word = scanner().scan(path)
    publication.give_verdicts(asset=asset, scan=word.verdict, scan_detail=word.detail[:200])
    return word
