"""Text tracks: what SubRip, WebVTT, SubStation, SubViewer and TTML files say, and WebVTT as every player reads it.

Plain Python that knows neither Django nor the portal. A file comes from anybody, so it is told by its content and never
by its name, its size, lines and cues are bounded, and no reader takes longer than its text is long: nothing here
searches again what it has searched. `read` raises the errors of `errors`.
"""

from .cues import Cue, in_order
from .errors import BrokenCaptions, CaptionsError, NoCues, TooMuch, UnknownForm
from .reading import MOST_BYTES, MOST_CUES, Reading, read
from .removal import without
from .subrip import write as write_subrip
from .webvtt import write
from .words import LONGEST_TEXT, tidy

__all__ = [
    "LONGEST_TEXT",
    "MOST_BYTES",
    "MOST_CUES",
    "BrokenCaptions",
    "CaptionsError",
    "Cue",
    "NoCues",
    "Reading",
    "TooMuch",
    "UnknownForm",
    "in_order",
    "read",
    "tidy",
    "without",
    "write",
    "write_subrip",
]
