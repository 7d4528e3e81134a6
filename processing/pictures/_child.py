"""Runs alone in the sandbox: opens foreign images with Pillow, and writes pictures for the web.

Reads one request as JSON and prints one answer. It imports nothing of the project.
"""

import errno
import io
import json
import os
import sys
from typing import Any

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

Request = dict[str, Any]
Answer = dict[str, Any]
Size = tuple[int, int]

# The one decoder (or two) that may look at a file of each type: a file in disguise opens nothing else.
FORMATS = {
    "image/jpeg": ["JPEG", "MPO"],
    "image/png": ["PNG"],
    "image/webp": ["WEBP"],
    "image/gif": ["GIF"],
    "image/avif": ["AVIF"],
    "image/heic": ["HEIF"],
    "image/tiff": ["TIFF"],
}
ANIMATED = ("GIF", "WEBP", "PNG", "AVIF")
MOST_FRAMES = 300
MOST_ANIMATED_PIXELS = 120_000_000
WEBP = {"quality": 82, "method": 2}
JPEG = {"quality": 82, "optimize": True, "progressive": True}
ORIENTATION = 0x0112
SIDEWAYS = (5, 6, 7, 8)
# Camera and time are of use to a person who looks for a picture; where it was taken is not told.
TAGS = {
    0x010F: "make",
    0x0110: "model",
    0x0131: "software",
    0x0132: "taken_at",
    0x9003: "taken_at",
    0x8298: "rights",
}
EXIF_FOLDER = 0x8769
LONGEST_TAG = 200


class TooLarge(Exception):
    """More pixels than allowed."""


def opened(request: Request) -> Image.Image:
    """Open the file by its header alone and refuse it if it is too large."""
    formats = FORMATS[request["mime_type"]]
    if formats == ["HEIF"]:
        import pillow_heif  # noqa: PLC0415 - the library is heavy and seldom needed

        pillow_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None  # our own limit, told in our own words, stands below
    image = Image.open(request["source"], formats=formats)
    if image.width * image.height > request["most_pixels"]:
        raise TooLarge(f"{image.width} x {image.height}")
    return image


def frames_of(image: Image.Image) -> int:
    """Return how many pictures an animation has; pages and second shots are not an animation."""
    return int(getattr(image, "n_frames", 1)) if image.format in ANIMATED else 1


def inspect(request: Request) -> Answer:
    """Tell what the image is. Its first picture is unfolded, so that a file that is cut off is seen here."""
    with opened(request) as image:
        image.load()
        exif = image.getexif()
        orientation = int(exif.get(ORIENTATION, 1) or 1)
        turned = orientation in SIDEWAYS
        found = {**dict(exif), **dict(exif.get_ifd(EXIF_FOLDER))}
        return {
            "format": str(image.format),
            "width": image.height if turned else image.width,
            "height": image.width if turned else image.height,
            "frames": frames_of(image),
            "has_alpha": image.has_transparency_data,
            "orientation": orientation,
            "mode": image.mode,
            "tags": {
                name: str(found[number]).strip("\0 ")[:LONGEST_TAG]
                for number, name in TAGS.items()
                if isinstance(found.get(number), str)
            },
        }


def plain(image: Image.Image, most: int) -> Image.Image:
    """Return the picture upright, in sRGB, at most `most` pixels long, with nothing beside its pixels."""
    profile = image.info.get("icc_profile")
    if image.format in {"JPEG", "MPO"}:
        image.draft(None, (most, most))
    exif_orientation = image.getexif().get(ORIENTATION, 1)
    image = common_mode(image)
    image.thumbnail((most, most), Image.Resampling.LANCZOS, reducing_gap=2.0)
    if exif_orientation != 1:
        image.getexif()[ORIENTATION] = exif_orientation
        image = ImageOps.exif_transpose(image)
    image = in_srgb(image, profile)
    bare = Image.new(image.mode, image.size)
    bare.paste(image)
    return bare


def common_mode(image: Image.Image) -> Image.Image:
    """Return the picture in a mode that can be scaled: L, RGB, RGBA or CMYK."""
    if image.mode in {"L", "RGB", "RGBA", "CMYK"}:
        image.load()
        if image.mode in {"L", "RGB"} and image.has_transparency_data:
            return image.convert("RGBA")
        return image
    if image.mode.startswith("I;16"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in {"I", "F"}:
        return image.convert("L")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert by the embedded profile; one that is broken or does not fit is left aside."""
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    colour = image.convert("RGB") if image.mode == "RGBA" else image
    if profile:
        try:
            embedded = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(
                colour, embedded, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            colour = converted if converted is not None else colour
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    colour = colour.convert("RGB")
    if alpha is not None:
        colour.putalpha(alpha)
    return colour


def on_white(image: Image.Image) -> Image.Image:
    """JPEG has no transparency."""
    if image.mode != "RGBA":
        return image
    ground = Image.new("RGB", image.size, "white")
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def written(image: Image.Image, path: str, quality: str) -> Answer:
    """Write a picture by the end of its name and return what it became."""
    if path.endswith(".webp"):
        image.save(path, "WEBP", **WEBP)
        form = "webp"
    else:
        on_white(image).save(path, "JPEG", **JPEG)
        form = "jpg"
    return {
        "path": path,
        "format": form,
        "quality": quality,
        "width": image.width,
        "height": image.height,
        "size": os.path.getsize(path),  # noqa: PTH202 - this script keeps to plain strings
    }


def smaller(image: Image.Image, most: int) -> Image.Image:
    """Return a copy whose longer side is at most `most`."""
    copy = image.copy()
    copy.thumbnail((most, most), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return copy


def render(request: Request) -> Answer:
    """Write the web-size picture and the thumbnails."""
    stem = request["stem"]
    with opened(request) as image:
        frames = frames_of(image)
        small = frames * image.width * image.height <= MOST_ANIMATED_PIXELS and frames <= MOST_FRAMES
        moving = animation(image, request["web"]) if frames > 1 and small else None
        image.seek(0)
        web = plain(image, request["web"])
    path = f"{stem}_web.webp"
    made = written(web, path, "web")
    if moving:
        first, *rest = moving[0]
        first.save(path, "WEBP", save_all=True, append_images=rest, duration=moving[1], loop=0, **WEBP)
        made["size"] = os.path.getsize(path)  # noqa: PTH202
    thumbnails = []
    for number, most in enumerate(request["thumbnails"]):
        if number and max(web.size) <= request["thumbnails"][number - 1]:
            break  # it would be the same picture again
        thumbnail = smaller(web, most)
        for ending in ("webp", "jpg"):
            thumbnails.append(written(thumbnail, f"{stem}_{most}w.{ending}", f"{most}w"))
    return {"web": made, "thumbnails": thumbnails}


def animation(image: Image.Image, most: int) -> tuple[list[Image.Image], list[int]]:
    """Return all frames at web size and how long each is shown (milliseconds)."""
    pictures, times = [], []
    for number in range(frames_of(image)):
        image.seek(number)
        frame = image.convert("RGBA")
        frame.thumbnail((most, most), Image.Resampling.LANCZOS)
        frame.info = {}
        pictures.append(frame)
        times.append(max(20, int(image.info.get("duration") or 100)))
    return pictures, times


def poster(request: Request) -> Answer:
    """Write the picture that stands for something else, as WebP and as JPEG."""
    with opened(request) as image:
        image.seek(0)
        upright = on_white(plain(image, request["poster"]))
    stem = request["stem"]
    return {"files": [written(upright, f"{stem}.{ending}", "") for ending in ("webp", "jpg")]}


def sample(request: Request) -> Answer:
    """Write the bare pixels of the picture, red, green and blue, line by line."""
    with opened(request) as image:
        image.seek(0)
        upright = on_white(plain(image, request["pixels"])).convert("RGB")
    with open(request["path"], "wb") as file:  # noqa: PTH123 - this script keeps to plain strings
        file.write(upright.tobytes())
    return {"width": upright.width, "height": upright.height}


def parts(request: Request) -> Answer:
    """Write parts of the picture, each at least a pixel wide and high."""
    with opened(request) as image:
        image.seek(0)
        upright = on_white(plain(image, request["pixels"]))
    files = []
    for number, (left, top, right, bottom) in enumerate(request["boxes"]):
        x, y = (
            min(int(left * upright.width), upright.width - 1),
            min(int(top * upright.height), upright.height - 1),
        )
        across, down = max(x + 1, round(right * upright.width)), max(y + 1, round(bottom * upright.height))
        files.append(written(upright.crop((x, y, across, down)), f"{request['stem']}{number}.jpg", ""))
    return {"files": files}


def main() -> None:
    """Do what is asked and print the answer; what is wrong with the image is an answer too."""
    request = json.load(sys.stdin)
    try:
        doers = {"inspect": inspect, "render": render, "poster": poster, "sample": sample, "parts": parts}
        answer = doers[request["do"]](request)
    except TooLarge as error:
        answer = {"error": "image_too_large", "log": str(error)}
    except UnidentifiedImageError as error:
        answer = {"error": "corrupt_media", "log": str(error)}
    except (
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        IndexError,
        KeyError,
        TypeError,
        RuntimeError,
    ) as error:
        if getattr(error, "errno", None) in {errno.ENOSPC, errno.EDQUOT}:
            raise  # the disk is full: nothing is said about the image
        # Pillow's decoders raise all of these for damaged files.
        answer = {"error": "corrupt_media", "log": f"{type(error).__name__}: {error}"}
    json.dump(answer, sys.stdout)


main()
