"""Which pictures of a film are worth reading: those with something like writing that was not there before."""

from PIL import Image, ImageChops, ImageFilter

from analysis.engines.local.parts import Picture

_WIDTH = 640
# Writing stands out sharply, and close together: so steep is an edge, so much of a cell is edges (both of 255).
_STEEP, _DENSE = 70, 26
_CELL = 16
# So many pixels of edges make a word; of those that were or are there, this share must differ.
_LEAST_EDGES, _CHANGED = 60, 0.2
# How many pictures may be read one after the other, and after how many seconds one more.
_AT_ONCE, _SECONDS_FOR_ONE = 6, 5.0


class Screens:
    """Looks at one picture after the other. So that a film with a moving pattern does not take for ever, only so many
    are worth reading in a time.
    """

    def __init__(self) -> None:
        """Nothing has been seen."""
        self._last: Image.Image | None = None
        self._left, self._time = float(_AT_ONCE), 0.0
        self.skipped = False
        """Whether other writing stood in the last picture, which is not worth reading: there is too much of it."""

    def is_new(self, picture: Picture, grey: Image.Image) -> bool:
        """Whether the writing is other than in the last picture of which this was said. `grey` is the picture."""
        writing = _writing(grey)
        self.skipped = False
        if self._last is not None and not _differ(self._last, writing):
            return False
        self._left = min(_AT_ONCE, self._left + (picture.time - self._time) / _SECONDS_FOR_ONE)
        self._time = picture.time
        if self.is_blank(writing):
            self._last = writing
            return True
        if self._left < 1:
            # What was read before stands there no longer; should it come again, it is read again.
            self.skipped, self._last = True, None
            return False
        self._left -= 1
        self._last = writing
        return True

    @property
    def nothing_there(self) -> bool:
        """Whether there is nothing to read in the last picture that was new."""
        return self._last is None or self.is_blank(self._last)

    @staticmethod
    def is_blank(writing: Image.Image) -> bool:
        """Whether there is not even a word."""
        return _count(writing) < _LEAST_EDGES


def _writing(grey: Image.Image) -> Image.Image:
    """The edges of what may be writing, white on black, in a size that is the same for all pictures of a film."""
    factor = max(1, max(grey.size) // _WIDTH)
    small = grey.reduce(factor) if factor > 1 else grey
    edges = small.filter(ImageFilter.FIND_EDGES).point(lambda value: 255 if value > _STEEP else 0)
    # The filter leaves the border as it was.
    edges.paste(0, (0, 0, edges.width, 1))
    edges.paste(0, (0, edges.height - 1, edges.width, edges.height))
    edges.paste(0, (0, 0, 1, edges.height))
    edges.paste(0, (edges.width - 1, 0, edges.width, edges.height))
    cells = edges.reduce(_CELL).point(lambda value: 255 if value > _DENSE else 0)
    mask = cells.resize((cells.width * _CELL, cells.height * _CELL), Image.Resampling.NEAREST)
    return ImageChops.darker(edges, mask.crop((0, 0, *edges.size)))


def _differ(one: Image.Image, other: Image.Image) -> bool:
    """Whether another writing stands there."""
    differing = _count(ImageChops.difference(one, other))
    return differing >= _LEAST_EDGES and differing > _CHANGED * _count(ImageChops.lighter(one, other))


def _count(edges: Image.Image) -> int:
    """How many pixels are white."""
    return edges.histogram()[255]
