"""Shots: where one picture differs so much from the one before it that there is a cut."""

from collections.abc import Callable, Sequence

from analysis.engines.base import Ability, Request, Result, Type
from analysis.engines.findings import Shot
from analysis.engines.local.parts import SIGHT, Filter, Look, Notes, Picture, SoundFile

_TIME = "lavfi.scd.time"
# ffmpeg's own: in per cent of the greatest difference.
_THRESHOLD = 10
# Two cuts nearer to each other are a flash.
_SHORTEST_SECONDS = 0.25


class Shots:
    """The part that finds cuts."""

    type = Type.SHOTS

    def ability(self) -> Ability:
        """Return what it can do now: it needs nothing but ffmpeg."""
        return Ability(frozenset({"video"}), SIGHT)

    def watcher(self, request: Request, *, stop: Callable[[], bool]) -> "_Watcher":
        """Begin with a film."""
        return _Watcher(request.duration)


class _Watcher:
    """Cuts of one film."""

    look: Look | None = None
    picture_filters: Sequence[Filter] = (Filter("scdet", {"threshold": _THRESHOLD}, (_TIME,)),)
    sound_filters: Sequence[Filter] = ()
    sound_file: SoundFile | None = None

    def __init__(self, duration: float) -> None:
        """`duration` in seconds."""
        self._duration = duration

    def see(self, picture: Picture) -> None:
        """Nothing: the filter has seen every one."""

    def result(self, notes: Notes) -> Result:
        """Return the shots from the first picture to the last."""
        begins = [0.0]
        for note in notes.get(_TIME, ()):
            far_enough = note.time - begins[-1] >= _SHORTEST_SECONDS
            if far_enough and self._duration - note.time >= _SHORTEST_SECONDS:
                begins.append(note.time)
        ends = [*begins[1:], max(self._duration, begins[-1])]
        shots = tuple(Shot(begin, end) for begin, end in zip(begins, ends, strict=True))
        return Result(shots, summary={"shots": len(shots)})
