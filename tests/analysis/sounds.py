"""Speech and other sounds for the tests: spoken by ffmpeg's flite and by espeak-ng."""

import subprocess
from pathlib import Path


def english(path: Path, text: str, *, before: float = 0.0, after: float = 0.5) -> Path:
    """English speech (WAV) between so many seconds of silence."""
    delay = f"adelay={int(before * 1000)}:all=1,apad=pad_dur={after}"
    source = f"flite=text='{text}':voice=slt"
    return _made(path, "-f", "lavfi", "-i", source, "-af", delay)


def arabic(path: Path, text: str) -> Path:
    """Arabic speech (WAV)."""
    spoken = path.with_suffix(".spoken.wav")
    subprocess.run(["espeak-ng", "-v", "ar", "-w", spoken, text], check=True, timeout=60)
    return _made(path, "-i", spoken, "-af", "apad=pad_dur=0.5")


def silence(path: Path, seconds: float = 5.0) -> Path:
    """Nothing at all."""
    return _made(path, "-f", "lavfi", "-i", f"anullsrc=r=16000:cl=mono:d={seconds}")


def tone(path: Path, seconds: float = 5.0) -> Path:
    """A sound that is no speech."""
    return _made(path, "-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=16000:d={seconds}")


def _made(path: Path, *arguments: str | Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    command = ["ffmpeg", "-v", "error", "-y", *arguments, "-ar", "16000", "-ac", "1", path]
    subprocess.run(command, check=True, timeout=60)
    return path
