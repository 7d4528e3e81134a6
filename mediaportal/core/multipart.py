"""A multipart form with one file, read as it comes: bytes are pushed in, fields are kept, file bytes go to a sink.

Nothing here waits or writes; memory is bounded by the limits and by the piece that was pushed.
"""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, MultipartState, parse_options_header

from mediaportal.core.problems import FieldProblem, InvalidInput, Problem

FIELD_BYTES = 64 * 1024
_MOST_PARTS = 16
_HEADER_BYTES = 8 * 1024
_CLOSING = len(b"\r\n--") + len(b"--\r\n")

Sink = Callable[[memoryview], None]


class NotAForm(Problem):
    """The request's body is not `multipart/form-data`."""

    status = 415
    code = "unsupported_media_type"
    title = "multipart/form-data"


class BrokenForm(InvalidInput):
    """The form cannot be read."""

    code = "malformed_form"


class StreamedForm:
    """Reads one form. `fields` fill as they come; the bytes of the one file go to `sink`.

    `file_name` is None until the file's part has begun; `file_bytes_expected` is then the size that the file will
    have if nothing follows it. Every method raises `BrokenForm` or `InvalidInput` for a form that is not good, and
    whatever the sink raises.
    """

    def __init__(
        self,
        content_type: str,
        *,
        file_field: str,
        fields: frozenset[str],
        sink: Sink,
        content_length: int | None = None,
    ) -> None:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if kind != b"multipart/form-data" or not boundary:
            raise NotAForm(_("Send the file in a form (multipart/form-data)."))
        self.fields: dict[str, str] = {}
        self.file_name: str | None = None
        self.file_ended = False
        self.file_bytes_expected: int | None = None
        self._file_field, self._known, self._sink = file_field, fields, sink
        self._content_length = content_length
        self._boundary_bytes = len(boundary)
        self._pushed = self._header_end = self._parts = 0
        self._header: tuple[bytearray, bytearray] = (bytearray(), bytearray())
        self._headers: dict[str, str] = {}
        self._name = ""
        self._value = bytearray()
        callbacks: Any = {
            "on_part_begin": self._part_begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_ended,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._part_data,
            "on_part_end": self._part_end,
        }
        try:
            self._parser = MultipartParser(boundary, callbacks, max_header_size=_HEADER_BYTES)
        except FormParserError as error:
            raise BrokenForm(_("The form cannot be read.")) from error

    def push(self, data: bytes) -> None:
        """Take the next bytes of the body."""
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise BrokenForm(_("The form cannot be read.")) from error
        self._pushed += len(data)

    @property
    def complete(self) -> bool:
        """Whether the form's end has been read."""
        return self._parser.state in {MultipartState.END, MultipartState.END_BOUNDARY}

    # --- Callbacks of the parser; each gets a buffer and the part of it that is meant ------------------------------
    def _part_begin(self) -> None:
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise BrokenForm(_("The form has too many parts."))
        self._headers, self._name, self._value = {}, "", bytearray()

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header[0].extend(data[start:end])

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._header[1].extend(data[start:end])

    def _header_ended(self) -> None:
        name, value = (part.decode("latin-1") for part in self._header)
        self._headers[name.lower()] = value
        self._header = (bytearray(), bytearray())

    def _headers_finished(self) -> None:
        _kind, options = parse_options_header(self._headers.get("content-disposition", ""))
        self._name = _text(options.get(b"name", b""))
        if self._name == self._file_field:
            if self.file_name is not None:
                raise _wrong(self._name, _("Send exactly one file."))
            self.file_name = _file_name(options.get(b"filename", b""))
        elif self._name not in self._known or self._name in self.fields:
            raise _wrong(self._name, _("There is no such field in this form, or it was sent twice."))

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._name == self._file_field:
            if self.file_bytes_expected is None and self._content_length is not None:
                before = self._pushed + start
                rest = self._content_length - before - self._boundary_bytes - _CLOSING
                self.file_bytes_expected = max(rest, end - start)
            self._sink(memoryview(data)[start:end])
            return
        self._value.extend(data[start:end])
        if len(self._value) > FIELD_BYTES:
            raise _wrong(self._name, _("This field is too long."))

    def _part_end(self) -> None:
        if self._name == self._file_field:
            self.file_ended = True
        else:
            self.fields[self._name] = _text(bytes(self._value))


def _wrong(field: str, detail: str) -> InvalidInput:
    """The error with the field that it is about."""
    return InvalidInput(detail, errors=[FieldProblem(field, "invalid", detail)])


def _text(raw: bytes) -> str:
    """Text as browsers send it: UTF-8; what is not becomes a mark of doubt. NUL, which no text has, is left out."""
    return raw.decode(errors="replace").replace("\0", "")


def _file_name(raw: bytes) -> str:
    """A file's name; browsers write quotes and line ends in it as percent signs (HTML, multipart/form-data)."""
    name = _text(raw)
    for escaped, plain in (("%22", '"'), ("%0D", "\r"), ("%0A", "\n")):
        name = name.replace(escaped, plain)
    return name
