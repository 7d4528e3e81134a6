"""What an arrived file is, told by its bytes: the part of the gate that every door asks before acceptance."""

from pathlib import Path

from django.utils.translation import gettext as _

from assets.exceptions import UnsupportedMediaType
from mediaportal.core import filetype

# Containers that may hold pictures or only sound: which, is seen by the probe.
_EITHER = {"video/mp4", "video/quicktime", "video/x-matroska", "video/webm", "audio/mp4", "audio/ogg"}


def sniff(head: bytes) -> str:
    """The media type of a file's first bytes (`filetype.HEAD_BYTES` of them); blocks on a program in the sandbox."""
    return filetype.sniff(head)


def judge(found: str, *, announced: str = "") -> None:
    """Raise `UnsupportedMediaType` for a type that is not taken, or another kind than was announced (so far).

    `announced` is video, audio, image, or empty.
    """
    if found not in filetype.KINDS:
        raise UnsupportedMediaType(_("By its bytes this is %s. Video, audio and images are taken.") % found)
    if announced in {"", filetype.KINDS[found]} or (found in _EITHER and announced in {"video", "audio"}):
        return
    raise UnsupportedMediaType(
        _("The file was announced as %(wanted)s, but its bytes are %(found)s.")
        % {"wanted": announced, "found": found}
    )


def of_file(path: Path, *, announced: str = "") -> str:
    """The media type of a local file that has arrived whole. Blocks. Raises `UnsupportedMediaType`."""
    with path.open("rb") as file:
        found = sniff(file.read(filetype.HEAD_BYTES))
    judge(found, announced=announced)
    return found
