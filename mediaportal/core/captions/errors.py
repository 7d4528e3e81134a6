"""What can be wrong with a file of captions. Lines are counted from 1; 0 where no line is to blame."""

from typing import Literal

Why = Literal["time", "xml", "form", "clock"]
Bound = Literal["bytes", "lines", "cues", "line", "text"]


class CaptionsError(Exception):
    """A file that cannot be taken."""


class UnknownForm(CaptionsError):
    """The bytes are none of the forms that are read."""


class NoCues(CaptionsError):
    """There is nothing in it to be shown."""


class TooMuch(CaptionsError):
    """More than is taken, of what `bound` names: bytes, lines (or elements), cues, or the length of a line or of a
    cue's text.
    """

    def __init__(self, bound: Bound, most: int, line: int = 0) -> None:
        super().__init__(f"more than {most} ({bound}) at line {line}")
        self.bound, self.most, self.line = bound, most, line


class BrokenCaptions(CaptionsError):
    """A line that cannot be understood: a `time` that is none, `xml` that is not well-formed, the `form` of a line, or
    a `clock` that counts otherwise than the media does.
    """

    def __init__(self, why: Why, line: int) -> None:
        super().__init__(f"{why} at line {line}")
        self.why, self.line = why, line
