"""What the local engine is put together from: parts that look at pictures, and parts that listen.

All that look share one decode (`decoding`): each names the filters of ffmpeg that it reads notes of, and how often and
how large it wants single pictures. A further part is a class with these methods, and a line in the engine's list.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from analysis.engines.base import Ability, Report, Request, Result, Type

SIGHT, HEARING = "sight", "hearing"
"""The groups that are asked for together. What is measured of a sound in the shared decode belongs to sight."""


@dataclass(frozen=True)
class Look:
    """How often a part wants a picture (in a second), and how large: its longer side in pixels."""

    rate: float
    pixels: int


@dataclass(frozen=True)
class Picture:
    """One picture as it is seen, at its time in seconds: red, green and blue, 8 bits each, line by line."""

    time: float
    width: int
    height: int
    pixels: bytes = field(repr=False)


@dataclass(frozen=True)
class Filter:
    """A filter of ffmpeg that looks at every picture, or listens to all of the sound, and the keys of the metadata that
    it leaves.
    """

    name: str
    options: Mapping[str, object] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class SoundFile:
    """The sound as a part wants it for a program of its own: a WAV of one channel with this name in the folder of the
    request, `rate` samples in a second. It is there, unless there is no sound, when results are asked for.
    """

    name: str
    rate: int


@dataclass(frozen=True)
class Note:
    """What a filter has left: the time of the picture, or of the piece of sound, and a number."""

    time: float
    value: float


Notes = Mapping[str, Sequence[Note]]
"""The notes of all filters by their keys, in the order of time."""


class Watcher(Protocol):
    """A part at its work on one medium."""

    look: Look | None
    """The single pictures that it wants; None for none."""

    picture_filters: Sequence[Filter]
    sound_filters: Sequence[Filter]

    sound_file: SoundFile | None
    """The sound that it wants in a file; None for none."""

    def see(self, picture: Picture) -> None:
        """Take in one picture, in the order of time; raises a `MediaError` when it cannot go on."""

    def result(self, notes: Notes) -> Result:
        """Return what was found, once all has been seen. Raises a `MediaError`."""


class SightPart(Protocol):
    """A part that looks."""

    type: Type

    def ability(self) -> Ability:
        """Return what it can do now."""

    def watcher(self, request: Request, *, stop: Callable[[], bool]) -> Watcher:
        """Begin with a medium. Raises a `MediaError`."""


class HearingPart(Protocol):
    """A part that listens, and opens the file itself."""

    type: Type

    def ability(self) -> Ability:
        """Return what it can do now."""

    def listen(self, request: Request, *, on_progress: Report, stop: Callable[[], bool]) -> Result:
        """Return what was heard. Raises a `MediaError` and the errors of the sandbox."""
