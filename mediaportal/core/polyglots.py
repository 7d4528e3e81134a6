"""Files that are two things at once: media in front, an archive, a program or a page behind or within.

Nothing is parsed: signatures are looked for at the places where their readers look, and after the end that the
container's own lengths or end marks tell. What cameras and players append (films in photographs, second pictures, tags,
padding) is none of these. A script in a comment or a tag is data, as nothing here or in a browser would run it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Literal, Protocol

from mediaportal.core.filetype import HEAD_BYTES

# ruff: noqa: PLR2004 - the numbers are those of the formats themselves

Hidden = Literal["archive", "program", "script", "page", "document", "disk"]

TAIL_BYTES = 128 * 1024
"""How much of a file's end is looked at: more than the 65,557 bytes in which a ZIP archive keeps its directory."""

_WINDOW_BYTES = 1 << 20
_OVERLAP_BYTES = 4096
_LONGEST_IMAGE = 256 << 20
_MOST_BOXES = 50_000
_PDF_WITHIN = 1024
_SNIFFED_WITHIN = 512


class View(Protocol):
    """A file of which some or all bytes can be seen."""

    @property
    def size(self) -> int:
        """The whole file's size in bytes."""
        ...

    def at(self, offset: int, length: int) -> bytes:
        """The bytes there; fewer, or none, where they cannot be seen."""
        ...


@dataclass(frozen=True)
class Ends:
    """A file of which only the first and the last bytes are in hand, such as an object in a bucket."""

    head: bytes
    tail: bytes
    size: int

    def at(self, offset: int, length: int) -> bytes:
        """The bytes there, from the head or the tail."""
        begin = self.size - len(self.tail)
        if offset >= begin:
            return self.tail[offset - begin : offset - begin + length]
        return self.head[offset : offset + length]


@dataclass(frozen=True)
class Opened:
    """A local file that is open for reading."""

    file: BinaryIO
    size: int

    def at(self, offset: int, length: int) -> bytes:
        """Read there."""
        self.file.seek(offset)
        return self.file.read(length)


# What a reader of the format would take for the beginning of a file of its own. None is shorter than three bytes.
_ARCHIVE = (
    rb"PK\x03\x04|PK\x05\x06|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c|\xfd7zXZ\0|\x1f\x8b\x08[\0-\x1f]|BZh[1-9]1AY&SY|MSCF\0\0\0\0"
    rb"|\x28\xb5\x2f\xfd|!<arch>\n|xar!\0|hsqs|ITSF\x03\0\0\0"
)
_PROGRAM = (
    rb"MZ[\s\S]{60}\0\0|\x7fELF[\x01\x02][\x01\x02]\x01|[\xce\xcf]\xfa\xed\xfe"
    rb"|\xfe\xed\xfa[\xce\xcf]|\xca\xfe\xba\xbe|dex\n03\d\0|(?:\0|(?<=\0))asm\x01\0\0\0|L\0\0\0\x01\x14\x02\0"
)
_PAGE = rb"<(?i:!doctype\s+html|html|script|iframe|body|svg)[\s>]"
_SIGNATURES = re.compile(
    rb"(?P<archive>%b)|(?P<program>%b)|(?P<script>\#![ \t]?/|<\?php\s)|(?P<page>%b)"
    rb"|(?P<document>%%PDF-|\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1)" % (_ARCHIVE, _PROGRAM, _PAGE)
)
# Never given back: a file made of nothing but ends and padding must not cost more than its length. For the same
# reason no signature looks further than it is long, and none begins with a byte of the padding.
_PADDING = rb"[\0\xff\s]{0,512}+"
# So long that they do not come about by chance: looked for wherever the end cannot be told.
_CERTAIN = re.compile(rb"(?P<archive>Rar!\x1a\x07(?:\0|\x01\0)|7z\xbc\xaf\x27\x1c\0)")
_PAGES = re.compile(_PAGE)
_AFTER_IMAGE = {
    mime: re.compile(mark + _PADDING + b"(?:" + _SIGNATURES.pattern + b")")
    for mime, mark in (
        ("image/jpeg", rb"\xff\xd9"),
        ("image/png", rb"IEND\xae\x42\x60\x82"),
        ("image/gif", rb"\0;"),
    )
}
_AFTER_END = re.compile(_PADDING + b"(?:" + _SIGNATURES.pattern + b")")


def hidden(view: View, mime_type: str) -> Hidden | None:
    """What else a file is that its first bytes show to be of `mime_type`, or None."""
    return (
        _at_start(view, mime_type)
        or _at_fixed_places(view)
        or _zip_at_end(view)
        or _after_end(view, mime_type)
    )


def _named(found: re.Match[bytes] | None) -> Hidden | None:
    """The group that matched."""
    return found.lastgroup if found else None  # type: ignore[return-value]  # the groups bear the names of Hidden


# --- The beginning ------------------------------------------------------------------------------------------------
def _at_start(view: View, mime_type: str) -> Hidden | None:
    """What readers find that look at a file's first bytes, or search a little further than they should."""
    head = view.at(0, HEAD_BYTES)
    if (found := _named(_SIGNATURES.match(head.lstrip()[:2048]))) is not None:
        return found
    marks: tuple[tuple[Hidden, bool], ...] = (
        ("program", head.startswith(b"MZ")),
        ("document", b"%PDF-" in head[:_PDF_WITHIN]),
        ("page", _PAGES.search(head[:_SNIFFED_WITHIN]) is not None),
    )
    if (found := next((name for name, there in marks if there), None)) is not None:
        return found
    if b"__HALT_COMPILER();" in head or _is_script(head, mime_type, view.size):
        return "script"
    if head.startswith(b"ID3") and len(head) > 10:
        size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
        return _named(_AFTER_END.match(view.at(size + 10, _OVERLAP_BYTES)))
    return None


def _is_script(head: bytes, mime_type: str, size: int) -> bool:
    """Whether the header's numbers are at the same time the first words of a script, as in `GIF89a=1;`."""
    if mime_type == "image/gif":
        opens = head[6:8] == b"/*" and b"*/" in head
        return opens or (head[6:7] == b"=" and _is_printable(head[6:13]))
    if mime_type == "image/jpeg":
        return head[4:6] == b"/*" and b"*/=" in head
    if head.startswith(b"RIFF"):
        return _is_printable(head[4:8]) and int.from_bytes(head[4:8], "little") + 8 > size
    return False


def _is_printable(some: bytes) -> bool:
    return all(0x20 <= byte < 0x7F for byte in some)


# --- Fixed places -------------------------------------------------------------------------------------------------
def _at_fixed_places(view: View) -> Hidden | None:
    """Formats that leave their beginning free and keep their mark at a place of its own."""
    if view.at(257, 6) in {b"ustar\0", b"ustar "}:
        return "archive"
    if view.size >= 512 and view.at(view.size - 512, 12) == b"koly\0\0\0\x04\0\0\x02\0":
        return "disk"
    for sector in (16, 17, 18):
        mark = view.at(sector * 2048, 6)
        if mark[1:] in {b"CD001", b"BEA01"} and mark[:1] in {b"\0", b"\1", b"\2", b"\xff"}:
            return "disk"
    return None


def _zip_at_end(view: View) -> Hidden | None:
    """A ZIP archive (JAR, APK, DOCX) is opened from its end, whatever stands before it."""
    start = max(0, view.size - TAIL_BYTES)
    tail = view.at(start, TAIL_BYTES)
    place = tail.rfind(b"PK\x05\x06")
    while place >= 0:
        if _is_zip_directory(tail[place : place + 22], start + place):
            return "archive"
        place = tail.rfind(b"PK\x05\x06", 0, place)
    return None


def _is_zip_directory(record: bytes, offset: int) -> bool:
    """Whether the end record's numbers can be true: one volume, and a directory that fits before the record."""
    if len(record) < 22:
        return False
    disk, first_disk, here, whole = (int.from_bytes(record[n : n + 2], "little") for n in (4, 6, 8, 10))
    length, begin = int.from_bytes(record[12:16], "little"), int.from_bytes(record[16:20], "little")
    if here != whole or disk != first_disk or disk not in {0, 0xFFFF}:
        return False
    return 0xFFFFFFFF in {length, begin} or length <= offset


# --- After the end ------------------------------------------------------------------------------------------------
def _after_end(view: View, mime_type: str) -> Hidden | None:
    """What stands after the end of the medium itself."""
    if mime_type in _AFTER_IMAGE:
        pattern = _AFTER_IMAGE[mime_type]
        return next((found for part in _windows(view) if (found := _named(pattern.search(part)))), None)
    end_of = _ENDS.get(mime_type)
    end = end_of(view) if end_of else None
    if end_of and end is None:
        return None
    if end is not None and end >= view.size:
        return None
    tail = view.at(max(end or 0, view.size - TAIL_BYTES), TAIL_BYTES)
    at_end = None if end is None else _named(_AFTER_END.match(view.at(end, _OVERLAP_BYTES)))
    return at_end or _named(_CERTAIN.search(tail))


def _windows(view: View) -> Iterator[bytes]:
    """The bytes of an image piece by piece, each with the end of the one before."""
    for offset in range(0, min(view.size, _LONGEST_IMAGE), _WINDOW_BYTES):
        yield view.at(max(0, offset - _OVERLAP_BYTES), _WINDOW_BYTES + _OVERLAP_BYTES)
    yield view.at(max(0, view.size - TAIL_BYTES), TAIL_BYTES)


def _riff_end(view: View) -> int | None:
    """Where the last RIFF part ends; a large AVI has several. None where the length was left open."""
    place = 0
    for _part in range(4096):
        header = view.at(place, 12)
        if header[:4] not in {b"RIFF", b"RIFX"}:
            return place or None
        length = int.from_bytes(header[4:8], "little" if header[:4] == b"RIFF" else "big")
        if length in {0, 0xFFFFFFFF}:
            return None
        place += 8 + length + length % 2
        if place >= view.size:
            return view.size
    return None


def _boxes_end(view: View) -> int | None:
    """Where the chain of ISO boxes ends; None where it leads out of sight."""
    place = 0
    for _box in range(_MOST_BOXES):
        header = view.at(place, 16)
        if place >= view.size:
            return view.size
        if not header:
            return None
        length = int.from_bytes(header[:4], "big")
        if length == 1:
            length = int.from_bytes(header[8:16], "big")
        if len(header) < 8 or 0 < length < 8 or not _is_box_name(header[4:8]):
            return place
        if length == 0:
            return view.size
        place += length
    return None


def _is_box_name(name: bytes) -> bool:
    """Four letters, as every box has; QuickTime's begin with © now and then."""
    return all(0x20 <= byte < 0x7F or byte == 0xA9 for byte in name)


def _ebml_end(view: View) -> int | None:
    """Where a Matroska segment ends; None for a recording that never learned its own length."""
    place = 0
    for _element in range(8):
        name, size_at = _ebml_number(view.at(place, 8), keep_mark=True)
        length, used = _ebml_number(view.at(place + size_at, 8), keep_mark=False)
        if not size_at or not used or length == (1 << 7 * used) - 1:
            return None
        place += size_at + used + length
        if name == 0x18538067:
            return min(place, view.size)
    return None


def _ebml_number(some: bytes, *, keep_mark: bool) -> tuple[int, int]:
    """A number of variable length and the bytes that it takes; 0 bytes for none."""
    if not some or not some[0]:
        return 0, 0
    width = 9 - some[0].bit_length()
    value = int.from_bytes(some[:width], "big")
    return (value if keep_mark else value & ((1 << 7 * width) - 1)), width


_ENDS: dict[str, Callable[[View], int | None]] = {
    "audio/wav": _riff_end,
    "video/x-msvideo": _riff_end,
    "image/webp": _riff_end,
    "video/mp4": _boxes_end,
    "video/quicktime": _boxes_end,
    "audio/mp4": _boxes_end,
    "image/heic": _boxes_end,
    "image/avif": _boxes_end,
    "video/x-matroska": _ebml_end,
    "video/webm": _ebml_end,
}
