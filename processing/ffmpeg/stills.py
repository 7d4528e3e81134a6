"""Poster and thumbnails of a video, by seeking: never a full decode."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from processing.ffmpeg.media import Probe


@dataclass(frozen=True)
class Still:
    """One picture file: sizes in pixels and bytes, `timestamp` in seconds of the source."""

    path: Path
    format: Literal["webp", "jpg"]
    timestamp: float
    width: int
    height: int
    size: int


@dataclass(frozen=True)
class Stills:
    """The poster (WebP first, then JPEG) and the thumbnails in the order of time, each as WebP and as JPEG."""

    poster: tuple[Still, ...]
    thumbnails: tuple[Still, ...]


def take(
    source: Path,
    probe: Probe,
    folder: Path,
    *,
    count: int = 10,
    stop: Callable[[], bool] | None = None,
) -> Stills:
    """Write a poster (at most 1280 pixels) and `count` evenly spaced thumbnails (at most 640) into `folder`.

    The poster is the best of the stills: not black, not blank. A short video gives fewer thumbnails than
    asked. Files are named `poster.webp`, `thumbnail_01.webp`, … Raises `CorruptMedia` and the errors of the
    sandbox.
    """
    raise NotImplementedError
