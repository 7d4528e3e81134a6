"""Films drawn by the tests themselves, picture by picture, and what an engine is asked about them."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from analysis.engines import Request, Type
from analysis.engines.local import LocalEngine
from analysis.engines.local.parts import HearingPart, SightPart
from processing.ffmpeg import probe as ffprobe

FONT = Path("/usr/share/fonts/truetype/noto/NotoSansArabic-Bold.ttf")
LATIN = Path("/usr/share/fonts/truetype/noto/NotoSans-Bold.ttf")


def written(
    *lines: tuple[str, int, int], size: tuple[int, int] = (1280, 720), pixels: int = 60
) -> Image.Image:
    """A picture with lines of writing, each at its place."""
    image = Image.new("RGB", size, (40, 60, 90))
    draw = ImageDraw.Draw(image)
    for text, left, top in lines:
        arabic = any("\u0600" <= letter <= "\u06ff" for letter in text)
        font = ImageFont.truetype(str(FONT if arabic else LATIN), pixels)
        draw.text((left, top), text, font=font, fill="white", direction="rtl" if arabic else "ltr")
    return image


def film(folder: Path, pictures: Sequence[tuple[Image.Image, float]], name: str = "film.mp4") -> Path:
    """A film of these pictures, each for so many seconds."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for number, (image, seconds) in enumerate(pictures):
        image.save(folder / f"{number}.png")
        lines.append(f"file '{number}.png'\nduration {seconds}\n")
    lines.append(f"file '{len(pictures) - 1}.png'\n")
    (folder / "list.txt").write_text("".join(lines), encoding="utf-8")
    path = folder / name
    whole = str(sum(seconds for _image, seconds in pictures))
    listed = str(folder / "list.txt")
    made_by = ["ffmpeg", "-v", "error", "-y", "-f", "concat", "-i", listed, "-vf", "fps=10", "-t", whole]
    kept_as = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", str(path)]
    subprocess.run([*made_by, *kept_as], check=True, timeout=60)
    return path


def request_of(
    source: Path, folder: Path, *types: Type, mime_type: str = "video/mp4", languages: Sequence[str] = ()
) -> Request:
    """What is asked about a film or a sound."""
    folder.mkdir(parents=True, exist_ok=True)
    probe = ffprobe.examine(source, mime_type=mime_type)
    return Request(
        types=frozenset(types),
        source=source,
        folder=folder,
        kind=probe.kind,
        mime_type=mime_type,
        size=probe.size,
        duration=probe.duration,
        width=probe.video.display_width if probe.video else 0,
        height=probe.video.display_height if probe.video else 0,
        probe=probe,
        languages=tuple(languages),
    )


def engine_of(*looking: SightPart, listening: Sequence[HearingPart] = ()) -> LocalEngine:
    """An engine of these parts alone."""
    return LocalEngine(looking, listening)
