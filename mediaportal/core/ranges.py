"""Conditional and partial requests (RFC 9110) as plain functions."""

import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from django.utils.http import http_date, parse_etags

_RANGES = re.compile(r"bytes=(.*)", re.ASCII)
_ONE_RANGE = re.compile(r"[ \t]*(\d*)-(\d*)[ \t]*", re.ASCII)
_LONGEST = 18  # digits: more than any file has bytes
_MOST = 16


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


def parse_ranges(value: str, size: int) -> list[Span]:
    """The parts that a `Range` header asks for of a file of `size` bytes, in its order; none for the whole file.

    What is not a set of ranges of bytes is ignored, as the RFC permits, and so are more than sixteen of them or those
    that together are longer than the file. Parts outside it are left out; raises `Unsatisfiable` when none lies inside.
    """
    found = _RANGES.fullmatch(value)
    if not found:
        return []
    wanted = [_ONE_RANGE.fullmatch(one) for one in found[1].split(",")]
    if len(wanted) > _MOST or not all(one and _is_range(one[1], one[2]) for one in wanted):
        return []
    asked = [_span(one[1], one[2], size) for one in wanted if one]
    spans = [span for span in asked if span is not None]
    if not spans:
        raise Unsatisfiable
    return spans if sum(span.length for span in spans) <= size else []


def _is_range(first: str, last: str) -> bool:
    """Whether two numbers, of which one may be missing, name a range."""
    if not (first or last) or max(len(first), len(last)) > _LONGEST:
        return False
    return not (first and last) or int(first) <= int(last)


def _span(first: str, last: str, size: int) -> Span | None:
    """The part of a file of `size` bytes that a range names; None when it lies outside."""
    if not first:
        wanted = int(last)
        return Span(max(0, size - wanted), size - 1) if wanted and size else None
    if int(first) >= size:
        return None
    return Span(int(first), min(int(last), size - 1) if last else size - 1)


@dataclass(frozen=True)
class Validators:
    """What tells one state of a file from another."""

    etag: str
    modified: float

    @property
    def last_modified(self) -> str:
        """The time of the last change, as HTTP writes it."""
        return http_date(self.modified)

    def fails(self, if_match: str, if_unmodified_since: str) -> bool:
        """Whether the client asked for another state than this one (412)."""
        if if_match:
            # A weak tag never matches here (RFC 9110, 13.1.1).
            known = parse_etags(if_match)
            return "*" not in known and self.etag not in known
        return self._is_later_than(if_unmodified_since)

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
        since = _seconds(date)
        return since is not None and int(self.modified) <= since

    def _is_later_than(self, date: str) -> bool:
        """Whether the file has changed since a date; False for what is not a date."""
        since = _seconds(date)
        return since is not None and int(self.modified) > since


def _seconds(date: str) -> float | None:
    """A date of HTTP in seconds since 1970; None for what is none."""
    try:
        return parsedate_to_datetime(date).timestamp()
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
