"""Files of hashes: read piece by piece, with every fault told by its line, and written row by row.

CSV has a line of headings (`kind,value,note`; the note may be left out). JSON is a list of objects with these names.
"""

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import IO, Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from analysis.models import HashEntry
from analysis.services.moderation import hashlists
from analysis.services.moderation.hashlists import MOST_ENTRIES, Entry
from mediaportal.core.problems import FieldProblem, InvalidInput

MOST_BYTES = 64 << 20
FORMS = {"csv": "text/csv; charset=utf-8", "json": "application/json"}

_HEADINGS = ("kind", "value", "note")
_MOST_FAULTS = 20
_PIECE = 1 << 16
_LONGEST_LINE = 4_096
_ROWS = 2_000
_BLANKS = re.compile(r"[ \t\r\n]*")
# A note that begins so would be a formula where the file is opened.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def form_of(filename: str, form: str | None) -> str:
    """Which form a file has: as it is said, else by its name. Raises `InvalidInput`."""
    found = form or filename.lower().rpartition(".")[2]
    if found not in FORMS:
        detail = _("Must be one of: %s.") % ", ".join(FORMS)
        raise InvalidInput(detail, errors=[FieldProblem("form", "invalid", detail)])
    return found


def too_large() -> InvalidInput:
    """What is wrong with a file of more than `MOST_BYTES`."""
    detail = _("A file of hashes has at most %(most)d MiB.") % {"most": MOST_BYTES >> 20}
    return InvalidInput(detail, errors=[FieldProblem("file", "too_large", detail)])


def read(file: IO[bytes], *, form: str) -> Iterator[Entry]:
    """The hashes in a file, one after the other.

    Raises `InvalidInput` with the first twenty faults, each with its line, once the file has been read to its end, or
    at once for what is no such file, and for one that is too large.
    """
    text = io.TextIOWrapper(io.BufferedReader(_Bounded(file)), encoding="utf-8-sig", newline="")
    faults: list[FieldProblem] = []
    number = 0
    try:
        for line, told in _csv_rows(text) if form == "csv" else _json_rows(text):
            number += 1
            if number > MOST_ENTRIES:
                raise _refused(
                    line, "too_many", _("A list holds at most %(most)d hashes.") % {"most": MOST_ENTRIES}
                )
            try:
                yield hashlists.checked(Entry(*(str(told.get(name) or "") for name in _HEADINGS)))
            except InvalidInput as problem:
                faults.append(_fault(line, problem.errors[0].code, problem.errors[0].detail))
                if len(faults) == _MOST_FAULTS:
                    break
    except UnicodeDecodeError:
        raise _refused(number + 1, "invalid", _("This is no text in UTF-8.")) from None
    if faults:
        raise InvalidInput(faults[0].detail, errors=faults)


def written(rows: QuerySet[HashEntry], *, form: str) -> Iterator[bytes]:
    """The hashes of a list as a file, piece by piece."""
    yield b"kind,value,note\r\n" if form == "csv" else b"["
    first = True
    piece = io.StringIO(newline="")
    out = csv.writer(piece)
    for kind, value, note in rows.values_list(*_HEADINGS).iterator(chunk_size=_ROWS):
        if form == "csv":
            out.writerow([kind, value, f"'{note}" if note.startswith(_FORMULA) else note])
        else:
            told = json.dumps({"kind": kind, "value": value, "note": note}, ensure_ascii=False)
            piece.write(f"{'' if first else ','}\n{told}")
        first = False
        if piece.tell() > _PIECE:
            yield piece.getvalue().encode()
            piece.seek(0)
            piece.truncate()
    yield piece.getvalue().encode() + (b"" if form == "csv" else b"\n]\n")


def _csv_rows(text: io.TextIOWrapper) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows with their lines; raises `InvalidInput` for headings that are none of ours, and for what is no CSV."""
    rows = csv.DictReader(_lines(text), strict=True)
    try:
        headings = rows.fieldnames or ()
        if not {"kind", "value"} <= set(headings) <= set(_HEADINGS):
            raise _refused(1, "headings", _("The first line must be: kind,value,note."))
        for row in rows:
            # More fields than headings are told as a fault of the line.
            yield rows.line_num, {} if None in row else row
    except csv.Error as error:
        raise _refused(rows.line_num, "invalid", _("This line cannot be read: %s.") % error) from None


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    """Lines that are not endless; raises `InvalidInput`."""
    number = 0
    while line := text.readline(_LONGEST_LINE + 1):
        number += 1
        if len(line) > _LONGEST_LINE:
            raise _refused(number, "too_long", _("This line is too long."))
        yield line


def _json_rows(text: io.TextIOWrapper) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a list with their lines, read piece by piece; raises `InvalidInput` for what is no such list."""
    held = _Held(text)
    held.take("[")
    if held.mark() == "]":
        return
    while True:
        told = held.value()
        yield held.line, told if isinstance(told, dict) else {}
        if held.mark() == "]":
            return
        held.take(",")


class _Held:
    """What of a JSON text is held at once; `line` counts from 1."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        """Nothing has been read yet."""
        self._text, self._held, self._at, self.line = text, "", 0, 1
        self._decoder = json.JSONDecoder()

    def mark(self) -> str:
        """The next character that is no blank; it stays."""
        while True:
            self._go(_BLANKS.match(self._held, self._at).end())  # type: ignore[union-attr]  # it always matches
            if self._at < len(self._held):
                return self._held[self._at]
            self._more()

    def take(self, mark: str) -> None:
        """Go on behind a character, which must be the next one."""
        if self.mark() != mark:
            raise self._refused()
        self._at += 1

    def value(self) -> Any:
        """Take the next value, whole."""
        self.mark()
        while True:
            try:
                told, end = self._decoder.raw_decode(self._held, self._at)
            except (ValueError, RecursionError):
                if len(self._held) - self._at > _PIECE:
                    raise self._refused() from None
                self._more()
                continue
            self._go(end)
            return told

    def _go(self, place: int) -> None:
        """Go on to a place of what is held."""
        self.line += self._held.count("\n", self._at, place)
        self._at = place

    def _more(self) -> None:
        """Hold more; what lies behind is let go of."""
        piece = self._text.read(_PIECE)
        if not piece:
            raise self._refused()
        self._held, self._at = self._held[self._at :] + piece, 0

    def _refused(self) -> InvalidInput:
        return _refused(self.line, "invalid", _("This is no list of hashes in JSON."))


class _Bounded(io.RawIOBase):
    """A file that is read up to a size; raises `InvalidInput` beyond it."""

    def __init__(self, file: IO[bytes]) -> None:
        """`file` stands at its beginning."""
        super().__init__()
        self._file, self._left = file, MOST_BYTES

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read some bytes."""
        data = self._file.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise too_large()
        buffer[: len(data)] = data
        return len(data)


def _fault(line: int, code: str, detail: str) -> FieldProblem:
    """A fault with its line, counted from 1."""
    said = _("Line %(line)d: %(detail)s") % {"line": line, "detail": detail}
    return FieldProblem(f"line {line}", code, said)


def _refused(line: int, code: str, detail: str) -> InvalidInput:
    fault = _fault(line, code, detail)
    return InvalidInput(fault.detail, errors=[fault])
