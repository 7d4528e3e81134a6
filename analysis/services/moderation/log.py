"""The log of decisions: read page by page, and handed out as a file of any length."""

import csv
import json
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from analysis import access
from analysis.models import Decision
from analysis.querysets import untold
from analysis.services.moderation.periods import Period
from assets.access import Caller
from mediaportal.accounts.models import User
from mediaportal.core.problems import NotPermitted

FORMATS = ("csv", "json")
COLUMNS = (
    "id",
    "made_at",
    "case_id",
    "asset_id",
    "title",
    "policy",
    "version",
    "source",
    "severity",
    "stage",
    "action",
    "reason",
    "note",
    "restriction",
    "seconds",
    "effective",
    "undone_at",
    "batch_id",
    "made_by",
    "made_by_email",
)
_AT_ONCE = 500
_PIECE = 64 * 1024
# What a program for tables takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class _Line:
    """What a writer of CSV writes into: it hands each line back."""

    def write(self, text: str) -> str:
        """The line."""
        return text


def decisions(*, user: Caller, period: Period | None = None) -> QuerySet[Decision]:
    """The decisions of a period, or all, the newest first, with what `document_of` needs; one query. Left out are those
    on this person's own uploads, those of restricted policies for who may not see these, and what must not be known
    before a second look.

    Raises `NotPermitted`.
    """
    if not isinstance(user, User) or not access.can_see_stats(user):
        raise NotPermitted
    rows = Decision.objects.exclude(case__owner=user)
    if not access.can_review_restricted(user):
        rows = rows.filter(policy__restricted=False, case__policy__restricted=False)
    rows = rows.exclude(untold(user, path="case__"))
    if period is not None:
        rows = rows.filter(**period.of("made_at"))
    related = rows.select_related("case__asset", "policy", "version", "made_by")
    return related.order_by("-made_at", "-id")


def document_of(decision: Decision, *, user: Caller) -> dict[str, Any]:
    """A decision as the log tells it; the e-mail address of who made it only to those who may see people."""
    may = isinstance(user, User) and user.has_perm("accounts.view_user")
    return {
        "id": str(decision.pk),
        "made_at": decision.made_at.isoformat(),
        "case_id": str(decision.case_id),
        "asset_id": str(decision.case.asset_id),
        "title": decision.case.asset.title,
        "policy": decision.policy.slug,
        "version": decision.version.number if decision.version else None,
        "source": decision.case.source,
        "severity": decision.case.severity,
        "stage": decision.stage,
        "action": decision.action,
        "reason": decision.reason,
        "note": decision.note,
        "restriction": decision.restriction,
        "seconds": decision.seconds,
        "effective": decision.effective,
        "undone_at": decision.undone_at.isoformat() if decision.undone_at else None,
        "batch_id": str(decision.batch_id) if decision.batch_id else None,
        "made_by": str(decision.made_by_id),
        "made_by_email": decision.made_by.email if may else "",
    }


def exported(*, user: Caller, period: Period, form: str) -> Iterator[str]:
    """The decisions of a period as CSV or JSON (`FORMATS`), in pieces: only some hundred rows are in memory at once.

    Raises `NotPermitted` at once, not only when it is read.
    """
    rows = decisions(user=user, period=period)
    documents = (document_of(one, user=user) for one in rows.iterator(chunk_size=_AT_ONCE))
    return _in_pieces(_as_csv(documents) if form == "csv" else _as_json(documents))


def _as_csv(documents: Iterator[dict[str, Any]]) -> Iterator[str]:
    """Lines of CSV, in which nothing is a formula."""
    writer = csv.writer(_Line())
    yield str(writer.writerow(COLUMNS))
    for document in documents:
        yield str(writer.writerow([_cell(document[name]) for name in COLUMNS]))


def _as_json(documents: Iterator[dict[str, Any]]) -> Iterator[str]:
    """One list."""
    start = "["
    for document in documents:
        yield start + json.dumps(document, ensure_ascii=False)
        start = ",\n"
    yield "[]\n" if start == "[" else "]\n"


def _in_pieces(lines: Iterator[str]) -> Iterator[str]:
    """The same text in larger pieces."""
    piece: list[str] = []
    long = 0
    for line in lines:
        piece.append(line)
        long += len(line)
        if long >= _PIECE:
            yield "".join(piece)
            piece, long = [], 0
    yield "".join(piece)


def _cell(value: Any) -> Any:
    """A value as a cell. Text that a program for tables would take for a formula begins with an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False) if value else ""
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA):
        return f"'{value}"
    return value
