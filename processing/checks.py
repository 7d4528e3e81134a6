"""System checks: are the programs and codecs there that the work needs?"""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, register

from mediaportal.core import sandbox

_INSTALL = "Install ffmpeg 5.1 or newer: apt-get install ffmpeg, dnf install ffmpeg, brew install ffmpeg."
# What is asked of ffmpeg: option that lists, names that must be in the list.
_NEEDED = {
    "-encoders": ("libx264", "aac", "libwebp", "mjpeg"),
    "-filters": ("scale", "zscale", "tonemap", "bwdif", "split", "loudnorm"),
    "-muxers": ("mp4", "webp", "image2"),
}


@register("programs", deploy=True)
def programs_are_there(app_configs: Any, **_kwargs: Any) -> Sequence[CheckMessage]:
    """Name every missing program, encoder, filter and muxer, and what to install."""
    found: list[CheckMessage] = []
    for program in ("ffmpeg", "ffprobe"):
        try:
            sandbox.run([program, "-hide_banner", "-version"])
        except sandbox.ProgramMissing:
            found.append(Error(f"{program} is not installed.", hint=_INSTALL, id="processing.E001"))
        except sandbox.SandboxError as error:
            found.append(Error(f"{program} does not start: {error}", hint=_INSTALL, id="processing.E002"))
    return found or _codecs()


def _codecs() -> list[CheckMessage]:
    """The parts that this ffmpeg was built without."""
    found: list[CheckMessage] = []
    for option, names in _NEEDED.items():
        words = set(sandbox.run(["ffmpeg", "-hide_banner", option]).stdout.decode(errors="replace").split())
        for name in names:
            if name not in words:
                found.append(
                    Error(
                        f"ffmpeg was built without {name} ({option[1:]}).",
                        hint=_INSTALL,
                        id="processing.E003",
                    )
                )
    return found
