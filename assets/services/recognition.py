"""What an arrived file is, told by its bytes: the part of the gate that every door asks before acceptance."""

from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from assets.exceptions import DisguisedFile, UnsupportedMediaType
from mediaportal.core import filetype, polyglots

TAIL_BYTES = polyglots.TAIL_BYTES
"""How much of a file's end `of_bytes` wants to see."""

# Containers that may hold pictures or only sound: which, is seen by the probe.
_EITHER = {"video/mp4", "video/quicktime", "video/x-matroska", "video/webm", "audio/mp4", "audio/ogg"}

_SAID: dict[polyglots.Hidden, str] = {
    "archive": gettext_noop("By its first bytes this is %s, but it is an archive (such as ZIP or RAR) too."),
    "program": gettext_noop("By its first bytes this is %s, but it is a program too."),
    "script": gettext_noop("By its first bytes this is %s, but it is a script too."),
    "page": gettext_noop("By its first bytes this is %s, but it is a web page too."),
    "document": gettext_noop("By its first bytes this is %s, but it is a document (such as PDF) too."),
    "disk": gettext_noop("By its first bytes this is %s, but it is a disk image too."),
}


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
    """The media type of a local file that has arrived whole. Blocks.

    Raises `UnsupportedMediaType`, and `DisguisedFile` for one that is something else besides.
    """
    with path.open("rb") as file:
        found = sniff(file.read(filetype.HEAD_BYTES))
    judge(found, announced=announced)
    look_through(path, found)
    return found


def of_bytes(*, head: bytes, tail: bytes, size: int, announced: str = "") -> str:
    """The media type of an object of `size` bytes, from its first `filetype.HEAD_BYTES` and its last `TAIL_BYTES`.

    Less is seen than by `of_file`, which can follow the lengths of a container: a worker that has the bytes looks
    again. Blocks and raises as `of_file`.
    """
    found = sniff(head)
    judge(found, announced=announced)
    _refuse(polyglots.hidden(polyglots.Ends(head, tail, size), found), found)
    return found


def look_through(path: Path, found: str) -> None:
    """Raise `DisguisedFile` when a local file, of type `found` by its head, is something else besides. Blocks."""
    with path.open("rb") as file:
        view = polyglots.Opened(file, path.stat().st_size)
        _refuse(polyglots.hidden(view, found), found)


def _refuse(hidden: polyglots.Hidden | None, found: str) -> None:
    """Raise `DisguisedFile` when something was found."""
    if hidden is not None:
        raise DisguisedFile(_(_SAID[hidden]) % found)
