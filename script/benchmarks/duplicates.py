"""How surely media are known again: films of drawn scenes, each altered in five ways, against the films themselves and
against films that are unlike all of them.

`BENCH_DUPLICATES` and `BENCH_UNLIKE` say how many films there are of the two kinds (50 and 1,000).
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID, uuid4

from django.core.management import call_command

from analysis.engines import Request, Result, Type
from analysis.engines.local import LocalEngine
from analysis.engines.local.fingerprint import Fingerprints
from analysis.models import Analysis, Match, Order
from analysis.services import fingerprints, matching
from assets.models import Asset
from benchmarks.report import Row
from mediaportal.accounts.models import User
from processing.ffmpeg import probe
from tests.analysis import scenes


def measure(folder: Path) -> Iterator[Row]:
    """Yield the recall by transform and as a whole, the false matches, and the time that a comparison takes."""
    call_command("migrate", verbosity=0)
    clips = int(os.environ.get("BENCH_DUPLICATES", "50"))
    unlike = int(os.environ.get("BENCH_UNLIKE", "1000"))
    library = _Library(folder)
    originals, waits = [], []
    for number in range(clips):
        film = scenes.drawn(folder / f"film{number}.mp4", seed=number)
        originals.append(library.add(film))
    false = _false_matches(originals)
    known = dict.fromkeys(scenes.TRANSFORMS, 0)
    for number, original in enumerate(originals):
        for name, (before, after) in scenes.TRANSFORMS.items():
            film = scenes.altered(folder / f"film{number}.mp4", before, after)
            begun = time.monotonic()
            copy = library.add(film)
            waits.append(time.monotonic() - begun)
            found = set(Match.objects.filter(asset=copy).values_list("other", flat=True))
            known[name] += original in found
            false += len(found - {original})
            Asset.objects.filter(pk=copy).delete()
    for number in range(unlike):
        film = scenes.drawn(folder / "unlike.mp4", seed=1_000_000 + number)
        false += Match.objects.of(Asset.objects.get(pk=library.add(film))).count()
    for name, count in known.items():
        yield Row(f"Near-duplicates known again after: {name}", count / clips, "")
    yield Row("Near-duplicates known again", sum(known.values()) / (clips * len(known)), "", least=0.95)
    yield Row(f"False matches among {unlike} unlike films", false, "", most=0)
    yield Row("Fingerprint and comparison of a clip, wall", median(waits), "s")


class _Library:
    """Assets with nothing but fingerprints."""

    def __init__(self, folder: Path) -> None:
        """`folder` for scratch."""
        self._owner = User.objects.create_user(f"{uuid4().hex}@example.org", uuid4().hex)
        self._engine = LocalEngine([Fingerprints()], [])
        self._scratch = folder / "scratch"
        self._scratch.mkdir()

    def add(self, film: Path) -> UUID:
        """Take the fingerprint of a film, and compare it with what is there; returns the asset's id."""
        result = self._taken(film)
        asset = Asset.objects.create(title=film.stem, kind="video", uploaded_by=self._owner, **_told_of(film))
        order = Order.objects.create(asset=asset, types=[Type.FINGERPRINT])
        row = Analysis.objects.create(
            order=order,
            asset=asset,
            type=Type.FINGERPRINT,
            engine="local",
            status="completed",
            is_current=True,
        )
        fingerprints.write(row, asset, result)
        matching.compare(asset_id=asset.pk)
        return asset.pk

    def _taken(self, film: Path) -> Result:
        """What the engine finds."""
        facts = probe.examine(film, mime_type="video/mp4")
        request = Request(
            frozenset({Type.FINGERPRINT}), film, self._scratch, "video", "video/mp4", facts.size,
            duration=facts.duration, width=scenes.WIDTH, height=scenes.HEIGHT, probe=facts,
        )  # fmt: skip
        handle = self._engine.start(request, on_progress=lambda _done: None, stop=lambda: False)
        return self._engine.results(handle, request).results[Type.FINGERPRINT]


def _told_of(film: Path) -> dict[str, Any]:
    """What a row of an asset must have."""
    number = uuid4()
    place = {"storage_bucket": "local", "storage_key": f"bench/{number}/film.mp4", "sha256": number.hex * 2}
    return place | {
        "original_filename": film.name,
        "mime_type": "video/mp4",
        "file_size": film.stat().st_size,
        "job_id": number,
    }


def _false_matches(originals: list[UUID]) -> int:
    """How many of the films are held to be another one."""
    return Match.objects.filter(asset__in=originals).count()
