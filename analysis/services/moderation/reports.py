"""What viewers have against an asset: reported by them, and answered once somebody has decided on its case."""

import logging
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from analysis.exceptions.moderation import OwnAsset, ReportAnswered
from analysis.models import AGAINST, CaseStatus, Decision, Report
from analysis.services.moderation import judging, reportcases
from analysis.signals import report_answered
from assets import access
from assets.access import Caller
from assets.models import Asset
from mediaportal.accounts.models import User
from mediaportal.audit.services.log import record
from mediaportal.core import tries
from mediaportal.core.problems import FieldProblem, InvalidInput, NotFound, NotSignedIn

logger = logging.getLogger(__name__)

NOTE_LENGTH = 2_000
# For how long somebody who was answered cannot report the same again.
_QUIET = timedelta(days=30)
_HOUR = 3_600
_AT_ONCE = 200


def report(*, user: Caller, asset: Asset, reason: str, note: str = "", second: float | None = None) -> Report:
    """Report an asset that one sees, for one of the reasons in `AGAINST`; `second` is where to look. As long as nobody
    has decided, another report of the same person takes the place of the one before.

    Raises `NotSignedIn`, `NotFound`, `OwnAsset`, `InvalidInput`, `ReportAnswered`, and `RateLimited`.
    """
    if not isinstance(user, User) or not user.is_active:
        raise NotSignedIn
    if not access.can_see(user, asset):
        raise NotFound
    if asset.uploaded_by_id == user.pk:
        raise OwnAsset
    _require_sense(asset, reason, note, second)
    tries.count(
        "reports",
        ("person", str(user.pk), settings.MODERATION_REPORTS_HOUR),
        detail=_("You have reported many files in this hour."),
        window=_HOUR,
    )
    return _write(user, asset, reason, note.strip(), second)


def offered(*, user: Caller, asset: Asset) -> bool:
    """Whether this person is offered to report the asset."""
    return (
        isinstance(user, User)
        and user.is_active
        and asset.uploaded_by_id != user.pk
        and access.can_see(user, asset)
    )


def mine(*, user: User) -> QuerySet[Report]:
    """What a person has reported, the newest first, with the assets."""
    return Report.objects.filter(reporter=user).select_related("asset").order_by("-created_at", "-id")


def open_report(*, user: User, asset_id: UUID) -> Report | None:
    """A person's report of an asset that was not answered yet."""
    return Report.objects.filter(reporter=user, asset=asset_id, answered_at=None).first()


def answer_due() -> int:
    """Answer those whose case was decided so long ago that it cannot be undone; returns how many there were."""
    decided_before = timezone.now() - timedelta(seconds=settings.MODERATION_UNDO)
    due = Report.objects.filter(
        answered_at=None, case__status=CaseStatus.DECIDED, case__decided_at__lt=decided_before
    )
    # A batch can be undone from its end on.
    batched = Decision.objects.filter(
        case=OuterRef("case"), batch__isnull=False, effective=True, settled_at=None
    )
    due = due.exclude(Exists(batched))
    answered = 0
    for pk in list(due.order_by("created_at").values_list("pk", flat=True)[:_AT_ONCE]):
        try:
            answered += _answer(pk)
        except Exception:  # whatever it is, the others do not wait for it
            logger.exception("report %s cannot be answered", pk)
    return answered


@transaction.atomic
def _answer(report_id: UUID) -> int:
    """Write down what came of a report, and have its sender told. One that was answered already stays."""
    row = Report.objects.filter(pk=report_id).select_related("case", "asset", "reporter").first()
    if row is None or row.case is None or row.case.status != CaseStatus.DECIDED:
        return 0
    outcome = row.case.ruling
    if not Report.objects.filter(pk=report_id, answered_at=None).update(
        outcome=outcome, answered_at=timezone.now()
    ):
        return 0
    row.outcome = outcome
    report_answered.send(sender=Report, report=row)
    return 1


@transaction.atomic
def _write(user: User, asset: Asset, reason: str, note: str, second: float | None) -> Report:
    """The row, with the case that stands open already. The asset is locked before its case, as everybody does."""
    locked = Asset.objects.select_for_update(of=("self",)).filter(pk=asset.pk, deleted_at=None).first()
    if locked is None:
        raise NotFound
    of_mine = Report.objects.filter(reporter=user, asset=locked)
    if of_mine.filter(reason=reason, answered_at__gt=timezone.now() - _QUIET).exists():
        raise ReportAnswered
    # What was decided on before it was written is no answer to it.
    said = {"reason": reason, "note": note, "second": second if locked.duration else None, "case": None}
    row, made = Report.objects.update_or_create(asset=locked, reporter=user, answered_at=None, defaults=said)
    reportcases.share_out(asset=locked)
    row.refresh_from_db()
    record(
        action="asset.reported",
        target=locked,
        actor=user,
        reason=reason,
        report=str(row.pk),
        changed=not made,
    )
    judging.mark(asset_ids=[locked.pk])
    return row


def _require_sense(asset: Asset, reason: str, note: str, second: float | None) -> None:
    """Raise `InvalidInput` for what is no reason, a note that is too long, or a second that is not in the file."""
    problems = []
    if reason not in AGAINST:
        said = _("Must be one of: %s.") % ", ".join(sorted(AGAINST))
        problems.append(FieldProblem("reason", "invalid", said))
    if len(note) > NOTE_LENGTH:
        said = _("At most %d characters.") % NOTE_LENGTH
        problems.append(FieldProblem("note", "too_long", said))
    if second is not None and not 0 <= second <= (asset.duration or 0.0) + 1.0:
        problems.append(FieldProblem("second", "invalid", _("There is no such moment in the file.")))
    if problems:
        raise InvalidInput(problems[0].detail, errors=problems)
