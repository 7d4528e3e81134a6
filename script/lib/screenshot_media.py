"""Media that look well on a page, made by ffmpeg: what the pictures of the portal are filled with."""

import subprocess
from pathlib import Path

_SIZE = "1280x720"
_TONE = "aevalsrc=0.2*sin(220*2*PI*t)*abs(sin(PI*t/2)):s=44100"
_VOICE = (
    "aevalsrc='0.6*(random(0)-0.5)*abs(sin(1.7*t))*abs(sin(0.31*t))+0.4*sin(2*PI*t*160)*abs(sin(2.9*t)*sin(0.5*t))"
    ":s=44100'"
)


def _gradients(*colours: str, seed: int, size: str = _SIZE, speed: float = 0.02) -> str:
    named = ":".join(f"c{number}=0x{colour}" for number, colour in enumerate(colours))
    return f"gradients=s={size}:r=25:n={len(colours)}:{named}:seed={seed}:speed={speed}"


# file name -> (seconds, lavfi source); a video gets a tone
VIDEOS = {
    "Aurora over the fjord.mp4": (4, _gradients("0b1d51", "19a974", "63c7b2", "8e44ad", seed=3)),
    "Harbour at dusk.mp4": (4, _gradients("f6b042", "d7263d", "1b1b3a", "2e294e", seed=9)),
    "Deep zoom, take two.mov": (
        6,
        f"mandelbrot=s={_SIZE}:r=25:start_scale=0.02:end_scale=0.0002:start_x=-0.7435:start_y=-0.1314",
    ),
    "Cell cultures, day 14.mkv": (
        5,
        "life=s=320x180:r=25:mold=12:ratio=0.2:seed=7:death_color=#1b4965:life_color=#cae9ff,"
        f"scale={_SIZE}:flags=neighbor",
    ),
    "Rule 110.mp4": (
        4,
        f"cellauto=s=320x180:r=25:rule=110:seed=5,format=gray,format=yuv444p,pseudocolor=preset=viridis,scale={_SIZE}",
    ),
    "Sierpinski, plasma.mp4": (
        4,
        f"sierpinski=s={_SIZE}:r=25:seed=5,format=gray,format=yuv444p,pseudocolor=preset=plasma",
    ),
    "لقاء مع المصوّرة ليلى حداد.mp4": (4, _gradients("5f0f40", "9a031e", "fb8b24", "0f4c5c", seed=33)),
    "Station clock, portrait.mp4": (
        4,
        _gradients("264653", "2a9d8f", "e9c46a", "e76f51", seed=21, size="720x1280"),
    ),
}
SOUNDS = {"Podcast 12, the archive.mp3": (96, _VOICE), "Room tone, hall B.flac": (24, _TONE)}
IMAGES = {
    "Panorama of the dunes.jpg": _gradients("f4a261", "e76f51", "264653", "fefae0", seed=6, size="2000x1000"),
    "Bulb, close.png": "mandelbrot=s=1350x900:start_scale=0.35:start_x=-0.16:start_y=1.03",
    "Poster, portrait.jpg": _gradients("ff8fab", "f72585", "3a0ca3", "4cc9f0", seed=4, size="900x1350"),
}
BROKEN = "Interview, card 3.mp4"
LONG = "Evening programme, master.mp4"


def make(folder: Path) -> dict[str, Path]:
    """Write every file into `folder`; returns them by name."""
    for name, (seconds, source) in VIDEOS.items():
        _ffmpeg(folder / name, source, _TONE, "-t", str(seconds), *_X264)
    for name, (seconds, source) in SOUNDS.items():
        _ffmpeg(folder / name, source, "", "-t", str(seconds))
    for name, source in IMAGES.items():
        _ffmpeg(folder / name, source, "", "-frames:v", "1")
    _ffmpeg(
        folder / LONG, _gradients("03071e", "9d0208", "f48c06", "ffba08", seed=17), _TONE, "-t", "20", *_X264
    )
    whole = (folder / "Harbour at dusk.mp4").read_bytes()
    (folder / BROKEN).write_bytes(whole[: len(whole) // 3])
    return {path.name: path for path in folder.iterdir()}


_X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "20", "-pix_fmt", "yuv420p", "-shortest")


def _ffmpeg(target: Path, source: str, sound: str, *options: str) -> None:
    """Run ffmpeg on a source and, where there is one, a sound."""
    inputs = ["-f", "lavfi", "-i", source] + (["-f", "lavfi", "-i", sound] if sound else [])
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", *inputs, *options, str(target)]
    subprocess.run(command, check=True, timeout=600)
