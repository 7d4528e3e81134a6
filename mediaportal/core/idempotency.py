"""Writes that carry an `Idempotency-Key`: the first answer is given again when the write is repeated.

A key belongs to one person and one route. `begin` claims it before the work, `finish` keeps the answer after it,
`release` lets it go when the work failed, so that trying again really tries. All three commit by themselves: they
must not run inside the transaction of the work.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mediaportal.core.models import IdempotencyRecord
from mediaportal.core.problems import Conflict, FieldProblem, InvalidInput, Problem

KEPT = timedelta(days=2)
_LONGEST_KEY = 255
_DEAD_AFTER = timedelta(minutes=10)
# A write that has only just claimed its key may not have left the mark yet by which `alive` knows it.
_BEGINNING = timedelta(seconds=30)


class InProgress(Conflict):
    """The first of the writes with this key has not ended yet."""

    code = "idempotency_in_progress"
    title: ClassVar[str | Promise] = gettext_lazy("The same request is being carried out just now")


class Mismatch(Problem):
    """The key was used before for a request with other content."""

    status = 422
    code = "idempotency_mismatch"
    title: ClassVar[str | Promise] = gettext_lazy("This Idempotency-Key was used for another request")


@dataclass(frozen=True)
class Claim:
    """One person's use of one key on one route."""

    user_id: UUID
    route: str
    key: str

    def __post_init__(self) -> None:
        if not 0 < len(self.key) <= _LONGEST_KEY or not self.key.isprintable():
            detail = _("An Idempotency-Key has 1 to 255 printable characters.")
            raise InvalidInput(detail, errors=[FieldProblem("Idempotency-Key", "invalid", detail)])


@dataclass(frozen=True)
class Answer:
    """What was answered the first time, and to what."""

    status: int
    document: dict[str, Any]
    fingerprint: str

    def check(self, fingerprint: str) -> None:
        """Raise `Mismatch` unless the repeated request has the same content."""
        if fingerprint != self.fingerprint:
            raise Mismatch


def fingerprint_of(content: Any) -> str:
    """A digest of a request's content (anything that JSON can hold)."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def begin(
    claim: Claim,
    *,
    note: dict[str, Any] | None = None,
    alive: Callable[[dict[str, Any]], bool] | None = None,
) -> Answer | None:
    """Claim a key for work that begins now (None), or return the answer that it had.

    `note` is remembered while the work runs; `alive` is asked with the note of an unfinished earlier try whether
    that still runs, but not in its first half minute; without `alive` it is taken for dead after ten minutes.
    Raises `InProgress`.
    """
    where = {"user_id": claim.user_id, "route": claim.route, "key": claim.key}
    try:
        with transaction.atomic():
            IdempotencyRecord.objects.create(**where, answer=note or {})
    except IntegrityError:
        pass
    else:
        return None
    row = IdempotencyRecord.objects.filter(**where).first()
    if row is None:
        raise InProgress
    if row.status:
        return Answer(row.status, row.answer, row.fingerprint)
    age = timezone.now() - row.created_at
    running = age < _BEGINNING or alive(row.answer) if alive else age < _DEAD_AFTER
    taken = not running and IdempotencyRecord.objects.filter(
        pk=row.pk, status=0, created_at=row.created_at
    ).update(created_at=timezone.now(), answer=note or {})
    if not taken:
        raise InProgress
    return None


def finish(claim: Claim, *, fingerprint: str, status: int, document: dict[str, Any]) -> None:
    """Keep the answer of work that has succeeded. `document` must be JSON-able and free of secrets."""
    IdempotencyRecord.objects.filter(
        user_id=claim.user_id, route=claim.route, key=claim.key, status=0
    ).update(fingerprint=fingerprint, status=status, answer=document)


def release(claim: Claim) -> None:
    """Let a key go whose work has failed."""
    IdempotencyRecord.objects.filter(
        user_id=claim.user_id, route=claim.route, key=claim.key, status=0
    ).delete()


def once(
    claim: Claim | None, *, content: Any, act: Callable[[], tuple[int, dict[str, Any]]]
) -> tuple[int, dict[str, Any]]:
    """Carry out `act`, which returns a status and a document, once for a key; without a claim simply carry it out.

    Raises `InProgress`, `Mismatch`, and whatever `act` raises (after letting the key go).
    """
    if claim is None:
        return act()
    fingerprint = fingerprint_of(content)
    if before := begin(claim):
        before.check(fingerprint)
        return before.status, before.document
    done = False
    try:
        status, document = act()
        finish(claim, fingerprint=fingerprint, status=status, document=document)
        done = True
    finally:
        if not done:
            release(claim)
    return status, document


def forget_old() -> int:
    """Remove what was kept for longer than `KEPT`; returns how many."""
    return IdempotencyRecord.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]
