"""What a file is, told by its bytes and never by its name."""

from collections.abc import Mapping
from typing import Literal

KINDS: Mapping[str, Literal["video", "audio", "image"]] = {"video/mp4": "video"}
