"""Conditional and partial requests (RFC 9110) as plain functions."""

import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from django.utils.http import http_date, parse_etags

_ONE_RANGE = re.compile(r"bytes=\s*(\d*)-(\d*)\s*", re.ASCII)
_LONGEST = 18  # digits: more than any file has bytes


@dataclass(frozen=True)
class Span:
    """A part of a file: from byte `first` to byte `last`, both included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """Its size in bytes."""
        return self.last - self.first + 1


class Unsatisfiable(Exception):
    """The range lies outside the file (416)."""


def parse_range(value: str, size: int) -> Span | None:
    """The part that a `Range` header asks for of a file of `size` bytes; None for the whole file.

    What is not one range of bytes is ignored, as the RFC permits. Raises `Unsatisfiable`.
    """
    found = _ONE_RANGE.fullmatch(value)
    if not found or not (found[1] or found[2]) or max(len(found[1]), len(found[2])) > _LONGEST:
        return None
    if not found[1]:
        wanted = int(found[2])
        if wanted == 0 or size == 0:
            raise Unsatisfiable
        return Span(max(0, size - wanted), size - 1)
    first = int(found[1])
    last = int(found[2]) if found[2] else size - 1
    if found[2] and last < first:
        return None
    if first >= size:
        raise Unsatisfiable
    return Span(first, min(last, size - 1))


@dataclass(frozen=True)
class Validators:
    """What tells one state of a file from another."""

    etag: str
    modified: float

    @property
    def last_modified(self) -> str:
        """The time of the last change, as HTTP writes it."""
        return http_date(self.modified)

    def unchanged(self, if_none_match: str, if_modified_since: str) -> bool:
        """Whether the client's copy is still good (304)."""
        if if_none_match:
            known = {tag.removeprefix("W/") for tag in parse_etags(if_none_match)}
            return "*" in known or self.etag in known
        return bool(if_modified_since) and self._at_most(if_modified_since)

    def range_allowed(self, if_range: str) -> bool:
        """Whether a range may be sent: without `If-Range`, or when it names exactly this state."""
        if not if_range:
            return True
        return if_range == self.etag if if_range.startswith(('"', "W/")) else if_range == self.last_modified

    def _at_most(self, date: str) -> bool:
        """Whether the file has not changed since a date; False for what is not a date."""
        try:
            return int(self.modified) <= parsedate_to_datetime(date).timestamp()
        except (TypeError, ValueError, IndexError, OverflowError):
            return False
