"""Watermarks as pictures: words or an image on transparent ground, drawn with Pillow in the sandbox."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from mediaportal.core.sandbox import Limits, ProgramFailed, run_python
from processing.exceptions import CorruptMedia

_CHILD = Path(__file__).with_name("_mark_child.py")
_LIMITS = Limits(wall_seconds=60, cpu_seconds=60, memory_bytes=4 << 30, file_bytes=128 << 20, processes=64)


def draw(
    target: Path,
    *,
    size: tuple[int, int],
    place: tuple[float, float],
    opacity: float,
    text: str = "",
    fonts: Mapping[str, Path] = MappingProxyType({}),
    image: Path | None = None,
    stop: Callable[[], bool] | None = None,
) -> None:
    """Draw a watermark into `target`, a PNG of `size` (pixels): `text` in white with a dark edge, shaped and in the
    order of its script, or `image`, a WebP of our own making; as large as fits, and at `place` in what is left (across
    and down, 0 to 1). `fonts` are files by what they hold: `latin`, `latin_more`, `arabic`.

    Raises `CorruptMedia` and the errors of the sandbox.
    """
    try:
        run_python(
            _CHILD,
            {
                "target": str(target),
                "size": size,
                "place": place,
                "opacity": opacity,
                "text": text,
                "fonts": {name: str(path) for name, path in fonts.items()},
                "image": str(image) if image else "",
            },
            reads=[*fonts.values(), *([image] if image else [])],
            writes=[target.parent],
            limits=_LIMITS,
            stop=stop,
        )
    except ProgramFailed as error:
        raise CorruptMedia(error.stderr_tail) from error
