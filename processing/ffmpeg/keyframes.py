"""Which key frames of a film are captured: so many of them, or one for each so many seconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

MOST = 100
"""So many captures of one film at most."""

_NEARLY = 0.001
FORMS = ("png", "webp")
Form = Literal["png", "webp"]


@dataclass(frozen=True)
class Keyframes:
    """What is captured of a film: `count` frames spread evenly, or one `every` so many seconds; one of the two is 0.
    `width` in pixels, never above that of the film; 0 for its own.
    """

    count: int = 12
    every: float = 0.0
    format: Form = "png"
    width: int = 960

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Keyframes":
        """Make it of what `asdict` returned, or of a part of that; raises `TypeError` for anything else."""
        return cls(**({"count": 0} | data if data.get("every") else data))


def times(wish: Keyframes, duration: float) -> list[float]:
    """Return the wanted times in seconds, in their order: in the middle of as many equal parts, or from 0 on."""
    if duration <= 0:
        return [0.0]
    if wish.count:
        return [round(duration * (number + 0.5) / wish.count, 3) for number in range(wish.count)]
    apart = max(wish.every, duration / MOST)
    found = [round(number * apart, 3) for number in range(MOST)]
    return [time for time in found if time < duration] or [0.0]


def nearest(wanted: Sequence[float], key_frames: Sequence[float]) -> list[float]:
    """Return for each wanted time the key frame that is nearest to it, each once; where that is further away than half
    of the way to the next wanted one, the time itself, so that a film with few key frames is shown in all its length.
    """
    reach = min((later - sooner for sooner, later in pairwise(wanted)), default=0.0) / 2
    found = []
    for time in wanted:
        best = min(key_frames, key=lambda one: abs(one - time), default=time)
        found.append(best if len(wanted) == 1 or abs(best - time) <= reach + _NEARLY else time)
    return sorted(set(found))
