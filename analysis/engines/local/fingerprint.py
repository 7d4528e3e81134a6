"""What a medium is known again by: a difference hash of each second of a film, and of an image; and of its sound the
fingerprint of Chromaprint, taken by fpcalc in the sandbox.
"""

import json
from collections.abc import Callable, Sequence
from shutil import which
from typing import Any

from PIL import Image

from analysis.engines.base import Ability, Request, Result, Type
from analysis.engines.findings import Hash
from analysis.engines.local.parts import SIGHT, Filter, Look, Notes, Picture, SoundFile
from analysis.exceptions import AnalysisFailed
from mediaportal.core.sandbox import Limits, ProgramFailed, ProgramTimedOut, run
from processing.exceptions import MediaError

METHOD = "dhash64"
"""64 bits: whether each of 8 × 8 points of a picture of 9 × 8 greys is darker than the one to its right. Black bars are
cut off first, so that a film is the same with and without them.
"""

SOUND_METHOD = "chromaprint"
"""32 bits for each piece of sound; how many of them differ tells how unlike two pieces are."""

_SIDE = 8
_SECONDS = 1.0
_PIXELS = 128
# Darker than this on average, a line at the rim belongs to a bar; what is left must be this share of each side.
_BAR, _LEAST_LEFT = 20, 0.3
# A point must be darker by more than this, or the grain of flat parts would decide.
_GRAIN = 2
_RATE = 11_025
# Chromaprint's step, in samples of that rate.
_STEP = 1365
# It knows nothing of sound that is shorter.
_LEAST_SECONDS = 3.0
_BEGIN_SECONDS, _TIMES_ITS_LENGTH = 30.0, 0.2
_HEX = 8
_SOUND_NAME = "fingerprint.wav"


class Fingerprints:
    """The part that takes fingerprints."""

    type = Type.FINGERPRINT

    def __init__(self, program: str | None = None) -> None:
        """`program` is fpcalc's path; None: it is looked for. Without it there are no fingerprints of sound."""
        self._program = which("fpcalc") or "" if program is None else program

    def ability(self) -> Ability:
        """Return what it can do now."""
        return Ability(frozenset({"video", "audio", "image"} if self._program else {"video", "image"}), SIGHT)

    def watcher(self, request: Request, *, stop: Callable[[], bool]) -> "_Watcher":
        """Begin with a film or an image."""
        return _Watcher(request, self._program, stop)


class _Watcher:
    """The fingerprint of one medium."""

    look: Look | None = Look(1.0 / _SECONDS, _PIXELS)
    picture_filters: Sequence[Filter] = ()
    sound_filters: Sequence[Filter] = ()

    def __init__(self, request: Request, program: str, stop: Callable[[], bool]) -> None:
        """`request` says how long it is; without a `program` sound has none."""
        self._request, self._program, self._stop = request, program, stop
        self._duration = request.duration
        self._hashes: list[Hash] = []
        has_sound = request.probe is not None and bool(request.probe.audio)
        heard = bool(program) and has_sound and self._duration >= _LEAST_SECONDS
        self.sound_file: SoundFile | None = SoundFile(_SOUND_NAME, _RATE) if heard else None

    def see(self, picture: Picture) -> None:
        """Take the hash of a picture, which stands for a second."""
        end = min(picture.time + _SECONDS, max(self._duration, picture.time))
        self._hashes.append(Hash(picture.time, end, method=METHOD, value=difference_hash(picture)))

    def result(self, notes: Notes) -> Result:
        """Return the hashes, and the fingerprint of the sound in the summary: there are eight of its numbers in a
        second. Raises `MediaError` and the errors of the sandbox.
        """
        summary: dict[str, Any] = {"method": METHOD, "hashes": len(self._hashes)}
        if self.sound_file is not None:
            summary["sound"] = self._sound()
        return Result(tuple(self._hashes), summary=summary)

    def _sound(self) -> dict[str, Any] | None:
        """The sound's fingerprint; sound that cannot be read is no matter where pictures have theirs (None)."""
        try:
            heard = self._heard()
        except MediaError:
            if not self._hashes:
                raise
            return None
        return {
            "method": SOUND_METHOD,
            "seconds_each": round(_STEP / _RATE, 6),
            "values": "".join(f"{value:0{_HEX}x}" for value in heard),
        }

    def _heard(self) -> list[int]:
        """The numbers of the whole sound, in the order of time."""
        sound = self._request.folder / _SOUND_NAME
        if not sound.exists():
            raise AnalysisFailed("the sound was not decoded")
        try:
            seconds = _BEGIN_SECONDS + self._duration * _TIMES_ITS_LENGTH
            # That the sound ends is an error to some versions when all of it is wanted.
            done = run(
                [self._program, "-raw", "-json", "-length", "0", "-ignore-errors", sound],
                reads=[sound],
                limits=Limits(seconds, int(seconds), 2 << 30),
                stop=self._stop,
            )
            return [int(value) & 0xFFFFFFFF for value in json.loads(done.stdout)["fingerprint"]]
        except (ProgramFailed, ProgramTimedOut, ValueError, KeyError) as error:
            raise AnalysisFailed(str(error)) from error
        finally:
            sound.unlink(missing_ok=True)


def difference_hash(picture: Picture) -> int:
    """Return the hash of a picture, the point at its top left in the highest bit."""
    image = Image.frombytes("RGB", (picture.width, picture.height), picture.pixels)
    grey = _without_bars(image.convert("L")).resize((_SIDE + 1, _SIDE), Image.Resampling.BOX).tobytes()
    value = 0
    for row in range(_SIDE):
        for column in range(_SIDE):
            place = row * (_SIDE + 1) + column
            value = value << 1 | (grey[place] + _GRAIN < grey[place + 1])
    return value


def _without_bars(grey: Image.Image) -> Image.Image:
    """A picture without its black bars; as it is when it is nearly all dark."""
    width, height = grey.size
    top, bottom = _lit(grey.resize((1, height), Image.Resampling.BOX).tobytes())
    if bottom - top < height * _LEAST_LEFT:
        return grey
    middle = grey.crop((0, top, width, bottom))
    left, right = _lit(middle.resize((width, 1), Image.Resampling.BOX).tobytes())
    return middle.crop((left, 0, right, bottom - top)) if right - left >= width * _LEAST_LEFT else grey


def _lit(greys: bytes) -> tuple[int, int]:
    """From where to where lines are brighter than a bar."""
    places = [place for place, grey in enumerate(greys) if grey > _BAR]
    return (places[0], places[-1] + 1) if places else (0, 0)
