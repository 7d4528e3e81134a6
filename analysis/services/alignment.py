"""Where two media are alike: exact distances of their hashes, and a vote over offsets and speeds.

Pictures are compared by the bits in which their 64-bit hashes differ, sound by those of Chromaprint's 32-bit numbers.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bits = NDArray[np.uint64]
Places = NDArray[np.int64]
Pairs = tuple[Places, Places, Places]
"""Places in the one and in the other, and in how many bits they differ."""

_NEAR_BITS = 10
# How near the pictures of a copy are in the middle, by how many looks it has: few are alike by chance more easily.
_SURE_BITS = (3, 4, 5, 6)
_SPEEDS = (1.0, 0.99, 1.01, 0.98, 1.02, 0.97, 1.03, 0.96, 1.04, 0.95, 1.05, 1 / 1.05, 0.94, 1.06)
_BETTER = 1.1
_BIN, _TOLERANCE = 0.5, 0.8
_GAP = 4.0
_LEAST_PLACES, _LEAST_PICTURES, _LEAST_SHARE = 3, 2, 0.5
_MOST_PAIRS = 25_000_000
_ROWS_AT_ONCE = 512
# So many of one film a picture of the other votes with, and so many at each end of a run of equal ones.
_MOST_NEAR, _RUN_ENDS = 64, 4
_PICTURE_BITS = 64

_SOUND_BIN = 0.25
_SOUND_KEY_BITS = 4
_MOST_REPEATS = 8
_LEAST_VOTES, _LEAST_SOUND = 8, 5.0
_MOST_WRONG = 0.22
_SOUND_BITS = 32


@dataclass(frozen=True)
class Track:
    """The hashes of one medium with their times in seconds, in the order of time."""

    times: Floats
    values: Bits
    step: float


@dataclass(frozen=True)
class Alignment:
    """What of one medium is at t is in the other at `offset` + `speed` × t. `spans`: start and end in the one, then in
    the other; `score` how alike they are there (0 to 1).
    """

    offset: float
    speed: float
    score: float
    spans: tuple[tuple[float, float, float, float], ...]


def tells_something(value: int) -> bool:
    """Return whether a picture's hash is of more than a flat or dark picture, which many have."""
    ones = value.bit_count()
    return 6 <= ones <= 58  # noqa: PLR2004 - of 64


def align_images(one: int, other: int) -> Alignment | None:
    """Return that two images are alike, at no time, or None."""
    apart = (one ^ other).bit_count()
    if apart > _NEAR_BITS - 2:
        return None
    return Alignment(0.0, 1.0, 1 - apart / 32, ((0.0, 0.0, 0.0, 0.0),))


def align_pictures(one: Track, other: Track) -> Alignment | None:
    """Return where the pictures of two films are alike; None when they are not, or too little is alike to tell.

    What it takes grows with the product of their lengths up to a bound, however much of them is alike.
    """
    one, other = _thinned(one, other)
    here, there, rows = _near(_without_long_runs(one), _without_long_runs(other))
    if len(np.unique(rows)) < _LEAST_PLACES:
        return None
    best, speed, offset = 0.0, 1.0, 0.0
    for tried in _SPEEDS:
        votes, at = _vote(there - tried * here, rows)
        if votes > best * (_BETTER if best else 1.0):
            best, speed, offset = votes, tried, at
    return _of_hits(one, other, speed, _hits(one, other, speed, offset))


def align_sound(one: Track, other: Track) -> Alignment | None:
    """Return where the sound of two media is the same at the same speed; None when it is not, or for less than five
    seconds.
    """
    here, there = _same_keys(one, other)
    if not len(here):
        return None
    votes, offset = _vote(there - here, np.round(here / one.step).astype(np.int64), width=_SOUND_BIN)
    if votes < _LEAST_VOTES:
        return None
    shift = round((offset - (other.times[0] - one.times[0])) / one.step)
    shift = max((shift - 1, shift, shift + 1), key=lambda tried: -_wrong_bits(one, other, tried)[1].mean())
    first, wrong = _wrong_bits(one, other, shift)
    good = np.convolve(wrong, np.ones(8) / 8, mode="same") <= _MOST_WRONG
    offset = float(other.times[0] - one.times[0] + shift * one.step)
    spans = _runs(one.times[first : first + len(wrong)][good], one.step, least=_LEAST_SOUND, gap=1.0)
    if not spans:
        return None
    return Alignment(
        round(offset, 3),
        1.0,
        round(float(1 - wrong[good].mean()), 4),
        tuple((a, b, round(max(0.0, a + offset), 3), round(max(0.0, b + offset), 3)) for a, b in spans),
    )


def _thinned(one: Track, other: Track) -> tuple[Track, Track]:
    """Two films with fewer of their hashes where both are so long that comparing all would take too long."""
    every = max(1, int(np.ceil(np.sqrt(len(one.values) * len(other.values) / _MOST_PAIRS))))
    if every == 1:
        return one, other
    return Track(one.times[::every], one.values[::every], one.step * every), other


def _without_long_runs(one: Track) -> Track:
    """A film in which a picture that stands still votes where it comes and where it goes only: between, every offset is
    as good as the next.
    """
    changes = np.nonzero(np.diff(one.values))[0] + 1
    begins, ends = np.concatenate([[0], changes]), np.concatenate([changes, [len(one.values)]])
    run = np.searchsorted(begins, np.arange(len(one.values)), side="right") - 1
    place = np.arange(len(one.values))
    kept = (place - begins[run] < _RUN_ENDS) | (ends[run] - place <= _RUN_ENDS)
    return Track(one.times[kept], one.values[kept], one.step)


def _near(one: Track, other: Track) -> tuple[Floats, Floats, Places]:
    """The times of pairs of pictures that differ in few bits, of each of ours the nearest ones, and the places of ours;
    in the order of places, then of time.
    """
    random = np.random.default_rng(0)
    rows, columns = [], []
    for first in range(0, len(one.values), _ROWS_AT_ONCE):
        apart = np.bitwise_count(one.values[first : first + _ROWS_AT_ONCE, None] ^ other.values[None, :])
        near = apart <= _NEAR_BITS
        many = np.nonzero(near.sum(axis=1) > _MOST_NEAR)[0]
        if len(many):
            # Of those that are equally near not always the first ones.
            order = apart[many] + random.random(apart[many].shape, dtype=np.float32)
            nearest = np.argpartition(order, _MOST_NEAR, axis=1)[:, :_MOST_NEAR]
            near[many] = False
            near[many[:, None], nearest] = True
        found = np.nonzero(near)
        rows.append(found[0] + first)
        columns.append(found[1])
    places = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64)
    return one.times[places], other.times[np.concatenate(columns) if columns else places], places


def _vote(offsets: Floats, places: Places, *, width: float = _BIN) -> tuple[float, float]:
    """How many places agree best on an offset, and on which; each place counts once for an offset. The offsets of a
    place stand together, in their order.
    """
    bins = np.floor(offsets / width).astype(np.int64)
    lowest = int(bins.min())
    bins -= lowest
    again = (np.diff(bins) == 0) & (np.diff(places) == 0)
    told = np.concatenate([[True], ~again])
    numbers, owners = bins[told], places[told]
    room = int(numbers.max()) + 2
    counts = np.bincount(numbers, minlength=room)
    # Neighbours are counted together, so that an offset on the border of two is not halved; who is in both, once.
    both = (np.diff(numbers) == 1) & (np.diff(owners) == 0)
    counts[:-1] += counts[1:] - np.bincount(numbers[:-1][both], minlength=room)[:-1]
    best = int(np.argmax(counts))
    near = offsets[(bins == best) | (bins == best + 1)]
    return float(counts[best]), float(np.median(near))


def _hits(one: Track, other: Track, speed: float, offset: float) -> Pairs:
    """Each place of ours with the nearest of those that lie where it belongs, if that is near enough."""
    wanted = speed * one.times + offset
    first = np.searchsorted(other.times, wanted - _TOLERANCE, side="left")
    end = np.searchsorted(other.times, wanted + _TOLERANCE, side="right")
    columns, apart = np.zeros(len(wanted), dtype=np.int64), np.full(len(wanted), _PICTURE_BITS)
    for further in range(int((end - first).max(initial=0))):
        place = np.minimum(first + further, len(other.times) - 1)
        bits = np.bitwise_count(one.values ^ other.values[place]).astype(np.int64)
        better = (first + further < end) & (bits < apart)
        columns[better], apart[better] = place[better], bits[better]
    rows = np.nonzero(apart <= _NEAR_BITS)[0]
    return rows, columns[rows], apart[rows]


def _of_hits(one: Track, other: Track, speed: float, hits: Pairs) -> Alignment | None:
    """What the agreeing places come to, in runs without long gaps."""
    rows, columns, apart = hits
    if len(rows) < _LEAST_PLACES:
        return None
    offset = float(np.median(other.times[columns] - speed * one.times[rows]))
    last = float(other.times[-1] + other.step)
    spans, told = [], np.zeros(len(rows), dtype=bool)
    for start, end in _runs(one.times[rows], one.step, least=0.0, gap=_GAP):
        inside = (one.times >= start) & (one.times < end)
        here = (one.times[rows] >= start) & (one.times[rows] < end)
        share = here.sum() / max(1, inside.sum())
        if here.sum() >= _LEAST_PLACES and share >= _LEAST_SHARE:
            there = [min(last, max(0.0, offset + speed * at)) for at in (start, end)]
            spans.append((start, end, round(there[0], 3), round(there[1], 3)))
            told |= here
    if not spans or not _is_evidence(one.values[rows[told]], other.values[columns[told]], apart[told]):
        return None
    return Alignment(round(offset, 3), round(speed, 4), round(float(1 - apart.mean() / 32), 4), tuple(spans))


def _is_evidence(mine: Bits, theirs: Bits, apart: Places) -> bool:
    """Whether pairs of pictures tell of the same film. A scene that hardly changes is one observation, however long it
    is seen: that two films have one picture nearly in common happens.
    """
    # A picture that stands still is one picture, however long it stands.
    if len(set(mine.tolist())) < _LEAST_PICTURES:
        return False
    return float(np.median(apart)) <= _SURE_BITS[min(_looks(mine), _looks(theirs)) - 1]


def _looks(values: Bits) -> int:
    """How many of the pictures are not near to one of those before, counted as far as it matters."""
    count = 0
    while len(values) and count < len(_SURE_BITS):
        count += 1
        values = values[np.bitwise_count(values ^ values[0]) > _NEAR_BITS]
    return count


def _runs(times: Floats, step: float, *, least: float, gap: float) -> list[tuple[float, float]]:
    """The runs of times that are nowhere further apart than `gap`, at least so long."""
    if not len(times):
        return []
    cuts = np.nonzero(np.diff(times) > gap)[0] + 1
    runs = [(float(part[0]), float(part[-1]) + step) for part in np.split(times, cuts)]
    return [(round(start, 3), round(end, 3)) for start, end in runs if end - start >= least]


def _same_keys(one: Track, other: Track) -> tuple[Floats, Floats]:
    """The times of both at which their sound has the same number, but for its last bits; what is said again and again,
    as by silence, is left out.
    """
    found: dict[int, list[float]] = {}
    for time, key in zip(
        other.times.tolist(), (other.values >> np.uint64(_SOUND_KEY_BITS)).tolist(), strict=True
    ):
        found.setdefault(key, []).append(time)
    own, counts = np.unique(one.values >> np.uint64(_SOUND_KEY_BITS), return_counts=True)
    often = {int(key) for key, count in zip(own, counts, strict=True) if count > _MOST_REPEATS}
    pairs = [
        (time, at)
        for time, key in zip(
            one.times.tolist(), (one.values >> np.uint64(_SOUND_KEY_BITS)).tolist(), strict=True
        )
        if key not in often and len(found.get(key, ())) <= _MOST_REPEATS
        for at in found.get(key, ())
    ]
    return np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])


def _wrong_bits(one: Track, other: Track, shift: int) -> tuple[int, Floats]:
    """The share of bits that differ, value by value, when the other is `shift` values later; and the first of ours."""
    first = max(0, -shift)
    length = min(len(one.values) - first, len(other.values) - first - shift)
    if length <= 0:
        return 0, np.ones(1)
    mine, theirs = one.values[first : first + length], other.values[first + shift : first + shift + length]
    return first, np.bitwise_count(mine ^ theirs).astype(np.float64) / _SOUND_BITS
