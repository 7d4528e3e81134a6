"""Films of drawn scenes, no two seeds alike, and copies of them that were made otherwise."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 256, 144
_RATE = 10
_SCENES, _SCENE_SECONDS = 4, 3.0
_ROOM = 1.5

TRANSFORMS: dict[str, tuple[list[str], list[str]]] = {
    "re-encode": ([], ["-crf", "36"]),
    "resize": ([], ["-vf", "scale=128:72"]),
    "letter-box": ([], ["-vf", "pad=256:192:0:24:black"]),
    "trim": (["-ss", "1.3", "-t", "8.4"], []),
    "speed 1.05": ([], ["-vf", "setpts=PTS/1.05"]),
}
"""Options of ffmpeg before and after the source."""


def drawn(path: Path, *, seed: int) -> Path:
    """A film of scenes, each a picture of patches of its own, over which the camera moves, with grain."""
    random = np.random.default_rng(seed)
    pictures = [frame for _number in range(_SCENES) for frame in _scene(random)]
    source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(_RATE), "-i", "-"]
    kept = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-crf", "23"]
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", *source, *kept, path],
        input=b"".join(pictures),
        check=True,
        timeout=60,
    )
    return path


def altered(film: Path, before: list[str], after: list[str]) -> Path:
    """A copy of a film with these options before and after the source."""
    path = film.with_name("altered.mp4")
    encode = ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p"]
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", *before, "-i", film, *encode, *after, path], check=True, timeout=60
    )
    return path


def _scene(random: np.random.Generator) -> Iterator[bytes]:
    """The pictures of a scene."""
    size = (int(random.integers(4, 9)), int(random.integers(6, 14)), 3)
    cells = random.integers(0, 256, size).astype(np.uint8)
    wide, high = int(WIDTH * _ROOM), int(HEIGHT * _ROOM)
    patches = Image.fromarray(cells).resize((wide, high), Image.Resampling.BICUBIC)
    begin, move = random.random(2) * 0.5, (random.random(2) - 0.5)
    count = int(_SCENE_SECONDS * _RATE)
    for number in range(count):
        at = np.clip(begin + move * number / count, 0, 1) * [wide - WIDTH, high - HEIGHT]
        left, top = int(at[0]), int(at[1])
        picture = np.asarray(patches.crop((left, top, left + WIDTH, top + HEIGHT)), dtype=np.int16)
        grain = random.integers(-6, 7, (HEIGHT, WIDTH, 1), dtype=np.int16)
        yield np.clip(picture + grain, 0, 255).astype(np.uint8).tobytes()
