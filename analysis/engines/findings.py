"""What engines find, and where: plain values. Times are seconds from the beginning of the medium (0 in an image),
confidences shares from 0 to 1, boxes shares of the picture as it is seen, languages BCP 47.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Box:
    """A part of the picture, in shares of its width and height."""

    left: float
    top: float
    width: float
    height: float

    def with_around(self, share: float) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of it with what is around it: at each side that share of its width or height."""
        wide, high = self.width * share, self.height * share
        return (
            max(0.0, self.left - wide),
            max(0.0, self.top - high),
            min(1.0, self.left + self.width + wide),
            min(1.0, self.top + self.height + high),
        )


@dataclass(frozen=True)
class Word:
    """One word that was said."""

    start: float
    end: float
    text: str
    confidence: float


@dataclass(frozen=True)
class Finding:
    """Something that was found from `start` to `end`."""

    start: float
    end: float
    confidence: float = 1.0


@dataclass(frozen=True)
class Speech(Finding):
    """A sentence or a part of one, with its words where the engine tells them."""

    text: str = ""
    speaker: str = ""
    language: str = ""
    words: tuple[Word, ...] = ()


@dataclass(frozen=True)
class Label(Finding):
    """An object or a scene; `parent` is what its taxonomy puts above it."""

    label: str = ""
    parent: str = ""
    box: Box | None = None


@dataclass(frozen=True)
class Flag(Finding):
    """Something that may be unsafe to show; `parent` as in a label."""

    label: str = ""
    parent: str = ""
    box: Box | None = None


@dataclass(frozen=True)
class Face(Finding):
    """A face. `detail` is what else was seen of it.

    `who` is the key under which a face like this one is kept (`People`), and `name` that of the person whose it is: an
    engine tells the first, and the portal says the second of people who have consented to be known.
    """

    box: Box | None = None
    name: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    who: str = ""


@dataclass(frozen=True)
class Text(Finding):
    """A line of text in the picture."""

    text: str = ""
    language: str = ""
    box: Box | None = None


@dataclass(frozen=True)
class Shot(Finding):
    """The pictures between two cuts."""


Fault = Literal["black", "freeze", "silence", "clipping"]


@dataclass(frozen=True)
class Quality(Finding):
    """A fault of picture or sound."""

    fault: Fault = "black"


@dataclass(frozen=True)
class Sound(Finding):
    """A sound that is no speech, such as applause."""

    label: str = ""


@dataclass(frozen=True)
class Hash(Finding):
    """What one second of pictures or sound is known again by: a number of `bits` bits, comparable within `method`."""

    method: str = ""
    bits: int = 64
    value: int = 0
