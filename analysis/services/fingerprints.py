"""The rows that media are searched by: written with the results of a fingerprint, and read as tracks."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

import numpy as np

from analysis.engines import Hash, Result
from analysis.models import Analysis, Fingerprint, MatchKind
from analysis.services.alignment import Track, tells_something
from assets.models import Asset

_AT_ONCE = 2000
_BANDS, _BAND_BITS = 4, 16
_SOUND_KEY_BITS = 4
_SOUND_AT_ONCE = 8
_SOUND_MARK = 1 << 30
_HEX = 8
_WORD = 1 << 64


def write(row: Analysis, asset: Asset, result: Result) -> None:
    """Write down the hashes of a result. Must run in the transaction that completes its analysis."""
    rows = [*_pictures(row, asset, result), *_sound(row, asset, result)]
    Fingerprint.objects.bulk_create(rows, batch_size=_AT_ONCE)


def picture_keys(value: int) -> list[int]:
    """Return what a picture is searched by: its hash in four parts, each with its place; none for a part that is all
    alike, as many pictures have it.
    """
    parts = [(number, value >> number * _BAND_BITS & 0xFFFF) for number in range(_BANDS)]
    return [number << _BAND_BITS | part for number, part in parts if part not in {0, 0xFFFF}]


def near_keys(value: int) -> list[int]:
    """Return the keys of a picture and of all that differ in one bit of a part."""
    near = {key for bit in range(64) for key in picture_keys(value ^ 1 << bit)}
    return sorted(near | set(picture_keys(value)))


def sound_keys(values: Iterable[int]) -> list[int]:
    """Return what sound is searched by: its numbers without their last bits."""
    return sorted({_SOUND_MARK | value >> _SOUND_KEY_BITS for value in values})


def tracks_of(assets: Iterable[UUID], kind: str) -> dict[UUID, Track]:
    """Return the hashes of assets by the analyses that are shown; who has none that tells something is missing.
    One query.
    """
    rows = Fingerprint.objects.filter(asset__in=list(assets), kind=kind, analysis__is_current=True)
    told = rows.order_by("asset", "start", "id").values_list("asset", "start", "step", "values")
    tracks = (
        (asset, _track(seconds, kind)) for asset, seconds in groupby(told.iterator(), key=itemgetter(0))
    )
    return {asset: track for asset, track in tracks if track is not None}


def _track(seconds: Iterable[tuple[UUID, float, float, list[int]]], kind: str) -> Track | None:
    """The rows of one asset as a track."""
    times: list[float] = []
    values: list[int] = []
    longest = 0.0
    for _asset, start, step, found in seconds:
        longest = max(longest, step)  # the last second of a film is a shorter one
        for number, value in enumerate(found):
            if kind == MatchKind.PICTURE and not tells_something(value % _WORD):
                continue
            times.append(start + number * step)
            values.append(value % _WORD)
    return Track(np.array(times), np.array(values, dtype=np.uint64), longest) if values else None


def hashes_of(analysis: Analysis) -> dict[str, Any]:
    """Return the hashes of an analysis as its document shows them: pairs of a second and hexadecimal digits."""
    rows = list(analysis.fingerprints.order_by("start", "id"))
    found: dict[str, Any] = {
        "hashes": [
            [round(row.start, 3), f"{value % _WORD:016x}"]
            for row in rows
            if row.kind == MatchKind.PICTURE
            for value in row.values
        ]
    }
    heard = [value for row in rows if row.kind == MatchKind.SOUND for value in row.values]
    if heard:
        digits = "".join(f"{value:0{_HEX}x}" for value in heard)
        found["sound"] = {**analysis.results.get("sound", {}), "values": digits}
    return found


def _pictures(row: Analysis, asset: Asset, result: Result) -> Iterator[Fingerprint]:
    """A row for each hash of a picture."""
    for finding in result.findings:
        if isinstance(finding, Hash):
            known = tells_something(finding.value)
            yield Fingerprint(
                asset=asset,
                analysis=row,
                kind=MatchKind.PICTURE,
                method=finding.method,
                start=finding.start,
                step=max(finding.end - finding.start, 0.001),
                values=[_signed(finding.value)],
                keys=picture_keys(finding.value) if known else [],
            )


def _sound(row: Analysis, asset: Asset, result: Result) -> Iterator[Fingerprint]:
    """A row for each eight values of the sound."""
    sound = result.summary.get("sound")
    if not sound:
        return
    digits, step = sound["values"], float(sound["seconds_each"])
    values = [int(digits[place : place + _HEX], 16) for place in range(0, len(digits), _HEX)]
    for first in range(0, len(values), _SOUND_AT_ONCE):
        part: Sequence[int] = values[first : first + _SOUND_AT_ONCE]
        yield Fingerprint(
            asset=asset,
            analysis=row,
            kind=MatchKind.SOUND,
            method=sound["method"],
            start=first * step,
            step=step,
            values=list(part),
            keys=sound_keys(part),
        )


def _signed(value: int) -> int:
    """A number of 64 bits as PostgreSQL keeps it."""
    return value - _WORD if value >= _WORD >> 1 else value
