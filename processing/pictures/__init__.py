"""Image files: look into them, and make web-size pictures and thumbnails, with Pillow in the sandbox."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

MOST_PIXELS = 80_000_000
WEB_PIXELS = 2048
THUMBNAIL_PIXELS = (320, 640)


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
    """Return what the image holds, read from its header. Raises `ImageTooLarge`, `CorruptMedia`, `UnknownCodec`."""
    raise NotImplementedError


def render(
    source: Path,
    folder: Path,
    stem: str,
    *,
    mime_type: str,
    most_pixels: int = MOST_PIXELS,
    stop: Callable[[], bool] | None = None,
) -> Pictures:
    """Write `{stem}_web.webp` and `{stem}_{320w,640w}.{webp,jpg}` into `folder`; never larger than the
    source.

    Orientation is applied, colours become sRGB, metadata (places above all) is dropped. Raises as `inspect`.
    """
    raise NotImplementedError
