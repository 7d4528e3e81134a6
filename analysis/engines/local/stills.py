"""Pictures that a model looks at later wait as files in the scratch folder; one like the last is kept once."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageChops, ImageStat

from analysis.engines.local.parts import Picture

_GLANCE = (48, 27)
# Of 255: so little do two pictures of one standing scene differ, on the whole and at any place.
_MEAN, _MOST = 1.5, 16
_QUALITY = 92


class Stills:
    """Pictures of one medium in files whose names begin with `stem`, their longer side at most `pixels`: others may
    have wanted them larger.
    """

    def __init__(self, folder: Path, stem: str, *, pixels: int) -> None:
        """`folder` is there and has room."""
        self._folder, self._stem, self._size = folder, stem, (pixels, pixels)
        self._last: Image.Image | None = None
        self.files: list[Path] = []
        self.shown: list[tuple[float, int]] = []
        """Each picture's time, and the number of the file that shows it."""

    def add(self, picture: Picture) -> None:
        """Keep a picture."""
        image = Image.frombytes("RGB", (picture.width, picture.height), picture.pixels)
        glance = image.resize(_GLANCE, Image.Resampling.BOX, reducing_gap=2.0)
        if self._last is None or not _alike(self._last, glance):
            path = self._folder / f"{self._stem}{len(self.files)}.jpg"
            image.thumbnail(self._size, Image.Resampling.BILINEAR)
            image.save(path, quality=_QUALITY)
            self.files.append(path)
            self._last = glance
        self.shown.append((picture.time, len(self.files) - 1))

    def paths(self) -> Sequence[str]:
        """The files, as a script is told them."""
        return [str(path) for path in self.files]

    def remove(self) -> None:
        """Give their room back."""
        for path in self.files:
            path.unlink(missing_ok=True)


def _alike(one: Image.Image, other: Image.Image) -> bool:
    """Whether nothing has moved between two glances."""
    differing = ImageStat.Stat(ImageChops.difference(one, other))
    return max(differing.mean) < _MEAN and max(most for _least, most in differing.extrema) < _MOST
