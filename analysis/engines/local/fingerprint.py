"""What pictures are known again by: a difference hash of each second of a film, and of an image."""

from collections.abc import Callable, Sequence

from PIL import Image

from analysis.engines.base import Ability, Hash, Request, Result, Type
from analysis.engines.local.parts import SIGHT, Filter, Look, Notes, Picture

METHOD = "dhash64"
"""64 bits: whether each of 8 × 8 points of a picture of 9 × 8 greys is darker than the one to its right."""

_SIDE = 8
_SECONDS = 1.0
_PIXELS = 128


class Fingerprints:
    """The part that takes fingerprints."""

    type = Type.FINGERPRINT

    def ability(self) -> Ability:
        """Return what it can do now."""
        return Ability(frozenset({"video", "image"}), SIGHT)

    def watcher(self, request: Request, *, stop: Callable[[], bool]) -> "_Watcher":
        """Begin with a film or an image."""
        return _Watcher(request)


class _Watcher:
    """The fingerprint of one medium."""

    look: Look | None = Look(1.0 / _SECONDS, _PIXELS)
    picture_filters: Sequence[Filter] = ()
    sound_filters: Sequence[Filter] = ()

    def __init__(self, request: Request) -> None:
        """`request` says how long it is."""
        self._duration = request.duration
        self._hashes: list[Hash] = []

    def see(self, picture: Picture) -> None:
        """Take the hash of a picture, which stands for a second."""
        end = min(picture.time + _SECONDS, max(self._duration, picture.time))
        self._hashes.append(Hash(picture.time, end, method=METHOD, value=difference_hash(picture)))

    def result(self, notes: Notes) -> Result:
        """Return the hashes."""
        return Result(tuple(self._hashes), summary={"method": METHOD, "hashes": len(self._hashes)})


def difference_hash(picture: Picture) -> int:
    """Return the hash of a picture, the point at its top left in the highest bit."""
    image = Image.frombytes("RGB", (picture.width, picture.height), picture.pixels)
    grey = image.convert("L").resize((_SIDE + 1, _SIDE), Image.Resampling.BOX).tobytes()
    value = 0
    for row in range(_SIDE):
        for column in range(_SIDE):
            place = row * (_SIDE + 1) + column
            value = value << 1 | (grey[place] < grey[place + 1])
    return value
