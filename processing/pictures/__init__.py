"""Image files: look into them, and make web-size pictures and thumbnails, with Pillow in the sandbox."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from mediaportal.core.sandbox import Limits, ProgramFailed, run_python
from processing.exceptions import CorruptMedia, ImageTooLarge, MediaError, UnknownCodec

MOST_PIXELS = 80_000_000
WEB_PIXELS = 2048
THUMBNAIL_PIXELS = (320, 640)

MIME_TYPES = frozenset(
    {"image/jpeg", "image/png", "image/webp", "image/gif", "image/avif", "image/heic", "image/tiff"}
)

_CHILD = Path(__file__).with_name("_child.py")
_LIMITS = Limits(wall_seconds=120, cpu_seconds=180, memory_bytes=6 << 30, file_bytes=512 << 20, processes=64)
_ERRORS: dict[str, type[MediaError]] = {
    error.code: error for error in (ImageTooLarge, CorruptMedia, UnknownCodec)
}


@dataclass(frozen=True)
class Picture:
    """What an image file holds. Size in pixels as seen, after the orientation of the camera."""

    format: str
    mime_type: str
    width: int
    height: int
    frames: int
    is_animated: bool
    has_alpha: bool
    orientation: int
    mode: str
    tags: dict[str, str]

    def as_data(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True)
class PictureFile:
    """One file made: size in pixels and bytes; `quality` is `web`, `320w` or `640w`."""

    path: Path
    format: Literal["webp", "jpg"]
    quality: str
    width: int
    height: int
    size: int


@dataclass(frozen=True)
class Pictures:
    """The web-size WebP and the thumbnails, each as WebP and as JPEG."""

    web: PictureFile
    thumbnails: tuple[PictureFile, ...]


def inspect(
    source: Path, *, mime_type: str, most_pixels: int = MOST_PIXELS, stop: Callable[[], bool] | None = None
) -> Picture:
    """Return what the image holds, read from its header: nothing is unfolded.

    Raises `ImageTooLarge`, `CorruptMedia`, `UnknownCodec` and the errors of the sandbox.
    """
    facts = _ask(
        {"do": "inspect", "source": str(source), "mime_type": mime_type, "most_pixels": most_pixels},
        reads=[source],
        stop=stop,
    )
    return Picture(mime_type=mime_type, is_animated=facts["frames"] > 1, **facts)


def render(
    source: Path,
    folder: Path,
    stem: str,
    *,
    mime_type: str,
    most_pixels: int = MOST_PIXELS,
    stop: Callable[[], bool] | None = None,
) -> Pictures:
    """Write `{stem}_web.webp` and `{stem}_{320w,640w}.{webp,jpg}` into `folder`; never larger than the source.

    Orientation is applied, colours become sRGB, metadata (places above all) is dropped. A small animation stays one
    in the web size; thumbnails show its first picture. Raises as `inspect`.
    """
    made = _ask(
        {
            "do": "render",
            "source": str(source),
            "mime_type": mime_type,
            "most_pixels": most_pixels,
            "stem": str(folder / stem),
            "web": WEB_PIXELS,
            "thumbnails": THUMBNAIL_PIXELS,
        },
        reads=[source],
        writes=[folder],
        stop=stop,
    )
    return Pictures(_file(made["web"]), tuple(_file(facts) for facts in made["thumbnails"]))


def poster(
    source: Path,
    folder: Path,
    *,
    mime_type: str,
    pixels: int,
    most_pixels: int = MOST_PIXELS,
    stop: Callable[[], bool] | None = None,
) -> tuple[PictureFile, ...]:
    """Write `poster.webp` and `poster.jpg` of at most `pixels` into `folder`: upright, in sRGB, with nothing beside the
    pixels. Of an animation it is the first picture. Raises as `inspect`.
    """
    made = _ask(
        {
            "do": "poster",
            "source": str(source),
            "mime_type": mime_type,
            "most_pixels": most_pixels,
            "stem": str(folder / "poster"),
            "poster": pixels,
        },
        reads=[source],
        writes=[folder],
        stop=stop,
    )
    return tuple(_file(facts) for facts in made["files"])


def sample(
    source: Path,
    folder: Path,
    *,
    mime_type: str,
    pixels: int,
    most_pixels: int = MOST_PIXELS,
    stop: Callable[[], bool] | None = None,
) -> tuple[Path, int, int]:
    """Write the bare pixels (RGB, 8 bits, line by line) of the image into `folder`, its longer side at most `pixels`;
    returns the file with width and height. Upright and in sRGB; of an animation the first picture. Raises as `inspect`.
    """
    path = folder / "sample.rgb"
    made = _ask(
        {
            "do": "sample",
            "source": str(source),
            "mime_type": mime_type,
            "most_pixels": most_pixels,
            "path": str(path),
            "pixels": pixels,
        },
        reads=[source],
        writes=[folder],
        stop=stop,
    )
    return path, made["width"], made["height"]


def parts(
    source: Path,
    folder: Path,
    *,
    mime_type: str,
    boxes: Sequence[tuple[float, float, float, float]],
    pixels: int = WEB_PIXELS,
    most_pixels: int = MOST_PIXELS,
    stop: Callable[[], bool] | None = None,
) -> list[Path]:
    """Write parts of the image into `folder`, each as a JPEG: `boxes` are left, top, right and bottom as shares of the
    picture as it is seen, which is brought to at most `pixels` before. Raises as `inspect`.
    """
    made = _ask(
        {
            "do": "parts",
            "source": str(source),
            "mime_type": mime_type,
            "most_pixels": most_pixels,
            "stem": str(folder / "part"),
            "pixels": pixels,
            "boxes": [list(box) for box in boxes],
        },
        reads=[source],
        writes=[folder],
        stop=stop,
    )
    return [Path(facts["path"]) for facts in made["files"]]


def _file(facts: dict[str, Any]) -> PictureFile:
    return PictureFile(**{**facts, "path": Path(facts["path"])})


def _ask(
    request: dict[str, Any],
    *,
    reads: Sequence[Path],
    writes: Sequence[Path] = (),
    stop: Callable[[], bool] | None,
) -> dict[str, Any]:
    """Let the child do its work; an image that crashes it is as damaged as one that it refuses."""
    if request.get("mime_type", "image/png") not in MIME_TYPES:
        raise UnknownCodec(str(request["mime_type"]))
    try:
        answer: dict[str, Any] = run_python(
            _CHILD, request, reads=reads, writes=writes, limits=_LIMITS, stop=stop
        )
    except ProgramFailed as error:
        raise CorruptMedia(error.stderr_tail) from error
    if "error" in answer:
        raise _ERRORS[answer["error"]](answer["log"])
    return answer
