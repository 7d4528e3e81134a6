"""Runs alone in the sandbox: makes raw frames of a video into stills, sheets of tiles and moving previews.

Reads one request as JSON and prints one answer. It imports nothing of the project.
"""

import json
import math
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from PIL import Image, ImageFilter, ImageStat

Request = dict[str, Any]
Answer = dict[str, Any]

WEBP = {"quality": 82, "method": 2}
JPEG = {"quality": 82, "optimize": True, "progressive": True}
SHEET = {"quality": 70, "optimize": True}
MOVING_WEBP = {"quality": 60, "method": 1, "minimize_size": False, "allow_mixed": False}
MOVING_AVIF = {"quality": 60, "speed": 9, "max_threads": 1}
CAPTURE = {"quality": 92, "method": 2}
COLOURS = 128
JUDGED = (320, 320)
# Second derivative: what is blurred has nearly none of it.
EDGES = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)


def opened(path: str) -> Image.Image:
    """Open a raw frame."""
    with Image.open(path, formats=["PPM"]) as picture:
        return picture.convert("RGB")


def smaller(image: Image.Image, most: int) -> Image.Image:
    """Return a copy whose longer side is at most `most`."""
    copy = image.copy()
    copy.thumbnail((most, most), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return copy


def facts(path: str, form: str, size: tuple[int, int]) -> Answer:
    """What a file became."""
    return {
        "path": path,
        "format": form,
        "width": size[0],
        "height": size[1],
        "size": os.path.getsize(path),  # noqa: PTH202 - this script keeps to plain strings
    }


def written(image: Image.Image, stem: str) -> list[Answer]:
    """Write a picture as WebP, and as JPEG for what cannot show WebP."""
    image.save(f"{stem}.webp", "WEBP", **WEBP)
    image.save(f"{stem}.jpg", "JPEG", **JPEG)
    return [facts(f"{stem}.webp", "webp", image.size), facts(f"{stem}.jpg", "jpg", image.size)]


def thumbnail(job: Request) -> Answer:
    """Write one still in small; returns also how good a poster the frame would make."""
    picture = opened(job["frame"])
    return {
        "files": written(smaller(picture, job["pixels"]), job["stem"]),
        "interest": interest(picture),
    }


def interest(picture: Image.Image) -> float:
    """Tell how much there is to see: what is black, blank, blurred, pale or half faded comes last."""
    small = picture.copy()
    small.thumbnail(JUDGED, Image.Resampling.BILINEAR)
    grey = small.convert("L")
    light = ImageStat.Stat(grey)
    counts = grey.histogram()
    pixels = small.width * small.height
    clipped = (sum(counts[:12]) + sum(counts[244:])) / pixels
    # A fade has no dark or no bright parts left: what counts is how far apart those are.
    span = (level_of(counts, 0.95 * pixels) - level_of(counts, 0.05 * pixels)) / 255
    exposure = max(0.05, 1 - abs(light.mean[0] - 115) / 140) * (1 - 0.8 * clipped)
    sharpness = min(1.0, math.log1p(edges_of(grey)) / math.log1p(2000))
    _luma, blue, red = small.convert("YCbCr").split()
    chroma = [ImageStat.Stat(channel) for channel in (blue, red)]
    spread = math.hypot(*(one.stddev[0] for one in chroma))
    tint = math.hypot(*(one.mean[0] - 128 for one in chroma))
    colour = min(1.0, (spread + 0.3 * tint) / 30)
    return exposure * (0.05 + span) * (0.1 + sharpness) * (0.5 + 0.5 * colour)


def edges_of(grey: Image.Image) -> float:
    """How strong the edges are, on a picture's own border excluded."""
    width, height = grey.size
    if width < 8 or height < 8:  # noqa: PLR2004 - nothing is left of it without its border
        return 0.0
    return float(ImageStat.Stat(grey.filter(EDGES).crop((2, 2, width - 2, height - 2))).var[0])


def level_of(counts: list[int], wanted: float) -> int:
    """The brightness below which so many pixels lie."""
    seen = 0
    for level, count in enumerate(counts):
        seen += count
        if seen >= wanted:
            return level
    return len(counts) - 1


def sheet(job: Request) -> Answer:
    """Lay tiles into a sheet, row by row; what is missing stays black."""
    columns, rows, width, height = job["grid"]
    ground = Image.new("RGB", (columns * width, rows * height))
    for number, path in enumerate(job["tiles"]):
        tile = opened(path)
        if tile.size != (width, height):
            tile = tile.resize((width, height), Image.Resampling.BILINEAR)
        ground.paste(tile, (number % columns * width, number // columns * height))
    ground.save(job["path"], "JPEG", **SHEET)
    return facts(job["path"], "jpg", ground.size)


def moving(job: Request) -> Answer:
    """Write a moving picture in one format."""
    frames = [smaller(opened(path), job["pixels"]) for path in job["frames"][:: job["every"]]]
    first, *rest = frames
    lasts = job["milliseconds"] * job["every"]
    path, form = job["path"], job["format"]
    if form == "gif":
        first, *rest = in_few_colours(frames)
        first.save(path, "GIF", save_all=True, append_images=rest, duration=lasts, loop=0, optimize=False)
    elif form == "avif":  # it repeats by itself
        first.save(path, "AVIF", save_all=True, append_images=rest, duration=lasts, **MOVING_AVIF)
    else:
        first.save(path, "WEBP", save_all=True, append_images=rest, duration=lasts, loop=0, **MOVING_WEBP)
    return facts(path, form, first.size)


def in_few_colours(frames: list[Image.Image]) -> list[Image.Image]:
    """Return the frames with one palette for all, taken from a sample of them."""
    sample = frames[:: max(1, len(frames) // 9)]
    width, height = 96, 96
    ground = Image.new("RGB", (width * len(sample), height))
    for number, frame in enumerate(sample):
        ground.paste(frame.resize((width, height), Image.Resampling.BILINEAR), (number * width, 0))
    palette = ground.quantize(COLOURS, method=Image.Quantize.MEDIANCUT)
    return [frame.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG) for frame in frames]


def capture(job: Request) -> Answer:
    """Write one frame as it is."""
    picture = opened(job["frame"])
    if job["format"] == "png":
        picture.save(job["path"], "PNG", compress_level=4)
    else:
        picture.save(job["path"], "WEBP", **CAPTURE)
    return facts(job["path"], job["format"], picture.size)


def poster(asked: Request, frame: str) -> list[Answer]:
    """Write the poster of a frame."""
    return written(smaller(opened(frame), asked["pixels"]), asked["stem"])


def answer(request: Request) -> Answer:
    """Write everything that is asked for, several files at once."""
    parts: dict[str, Callable[[Request], Answer]] = {
        "moving": moving,  # first: each of them takes longest
        "thumbnails": thumbnail,
        "sheets": sheet,
        "captures": capture,
    }
    with ThreadPoolExecutor(max_workers=request["workers"]) as pool:  # the codecs let others run
        running = {
            name: [pool.submit(work, job) for job in request.get(name, [])] for name, work in parts.items()
        }
        made: Answer = {name: [one.result() for one in jobs] for name, jobs in running.items()}
    if asked := request.get("poster"):
        best = max(
            range(len(made["thumbnails"])),
            key=lambda number: made["thumbnails"][number]["interest"],
            default=0,
        )
        frame = asked.get("frame") or request["thumbnails"][best]["frame"]
        made["poster"] = {"files": poster(asked, frame), "thumbnail": best}
    return made


if __name__ == "__main__":
    json.dump(answer(json.load(sys.stdin)), sys.stdout)
