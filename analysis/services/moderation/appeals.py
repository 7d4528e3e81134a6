"""What an owner says against a decision: once, and somebody else looks at it again."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from analysis.exceptions.moderation import AlreadyAppealed, CaseOpen, NotAppealable, TooLate
from analysis.models import OPEN_CASE, Action, Appeal, Case, CaseQueue, CaseStatus, Decision
from analysis.signals import appeal_decided, case_changed
from assets import registry
from assets.access import Caller
from assets.models import Asset, Visibility
from mediaportal.accounts import ages
from mediaportal.accounts.ages import AgeRating
from mediaportal.accounts.models import User
from mediaportal.audit.services.log import record
from mediaportal.core.problems import FieldProblem, InvalidInput, NotFound

TEXT_LENGTH = 4_000
APPEALABLE = (Action.REJECT, Action.RESTRICT)
_STRICTNESS = {Action.APPROVE: 0, Action.RESTRICT: 1, Action.REJECT: 2}
_CAPS = {"": 0, Visibility.INTERNAL: 1, Visibility.PRIVATE: 2}


@transaction.atomic
def appeal(*, user: Caller, case_id: UUID, text: str) -> Appeal:
    """Appeal against what was decided on a case of one's own asset, once it cannot be undone any more and its owner was
    told; the decision holds until somebody else has decided.

    Raises `NotFound` for what is not one's own, `InvalidInput`, `NotAppealable`, `AlreadyAppealed`, `TooLate`, and
    `CaseOpen`.
    """
    if not isinstance(user, User):
        raise NotFound
    case = _locked(user, case_id)
    words = text.strip()
    _require_words(words)
    decision = standing_decision(case=case)
    _require_appealable(case, decision)
    assert decision is not None  # noqa: S101 - there is one, or the line above has raised
    try:
        with transaction.atomic():
            made = Appeal.objects.create(case=case, decision=decision, text=words, made_by=user)
            moved = Case.objects.filter(pk=case.pk, status=CaseStatus.DECIDED).update(
                status=CaseStatus.WAITING,
                queue=CaseQueue.APPEAL,
                due_at=timezone.now() + timedelta(hours=case.version.deadline if case.version else 24),
                updated_at=timezone.now(),
            )
    except IntegrityError:  # another case of this asset and policy was opened in the meantime
        raise CaseOpen from None
    if not moved:
        raise CaseOpen
    case.refresh_from_db()
    case_changed.send(sender=Case, case=case)
    record(
        action="case.appealed",
        target=case,
        actor=user,
        asset=str(case.asset_id),
        decision=str(decision.pk),
        appeal=str(made.pk),
    )
    return made


def standing_decision(*, case: Case) -> Decision | None:
    """The decision under which a case stands; None while there is none."""
    found = Decision.objects.filter(case=case, effective=True, undone_at=None)
    return found.select_related("policy").order_by("-made_at", "-pk").first()


def until(decision: Decision) -> datetime:
    """Until when a decision can be appealed against."""
    return decision.made_at + timedelta(days=settings.MODERATION_APPEAL_DAYS)


def answer(*, case: Case, decision: Decision) -> None:
    """Let a decision that holds answer the appeal that the case stood open for. Must run in the deciding transaction.

    What is in nothing milder than before upholds the decision; anything else overturns it.
    """
    asked = Appeal.objects.filter(case=case, status=Appeal.Status.OPEN).select_related("decision").first()
    if asked is None:
        return
    milder = _is_milder(decision, asked.decision)
    asked.status = Appeal.Status.OVERTURNED if milder else Appeal.Status.UPHELD
    asked.answer, asked.decided_at = decision, timezone.now()
    asked.save(update_fields=["status", "answer", "decided_at"])
    record(
        action="appeal.decided",
        target=case,
        actor=decision.made_by,
        asset=str(case.asset_id),
        appeal=str(asked.pk),
        status=str(asked.status),
    )
    appeal_decided.send(sender=Appeal, appeal=asked)


def take_back(*, decision: Decision) -> None:
    """Let the appeal wait again that a decision answered which is undone. Must run in the undoing transaction."""
    Appeal.objects.filter(answer=decision).update(status=Appeal.Status.OPEN, answer=None, decided_at=None)


def is_appealed(*, decision: Decision) -> bool:
    """Whether its owner has said something against a decision."""
    return Appeal.objects.filter(decision=decision).exists()


def _locked(user: User, case_id: UUID) -> Case:
    """A case of one's own asset, locked after its asset's work and its asset. Raises `NotFound`."""
    mine = Case.objects.filter(pk=case_id, owner=user, asset__deleted_at=None)
    asset_id = mine.values_list("asset_id", flat=True).first()
    if asset_id is None:
        raise NotFound
    registry.lock_work(asset_id)
    Asset.objects.select_for_update(of=("self",)).get(pk=asset_id)
    return Case.objects.select_for_update(of=("self",)).select_related("policy", "version").get(pk=case_id)


def _require_words(words: str) -> None:
    """Raise `InvalidInput` for an appeal without words, or with too many."""
    problem = None
    if not words:
        problem = FieldProblem("text", "required", _("Say why the decision is wrong."))
    elif len(words) > TEXT_LENGTH:
        problem = FieldProblem("text", "too_long", _("At most %d characters.") % TEXT_LENGTH)
    if problem is not None:
        raise InvalidInput(problem.detail, errors=[problem])


def _require_appealable(case: Case, decision: Decision | None) -> None:
    """Raise why a decision cannot be appealed against now."""
    if decision is None or decision.action not in APPEALABLE:
        raise NotAppealable
    if is_appealed(decision=decision):
        raise AlreadyAppealed
    if Appeal.objects.filter(answer=decision).exists():
        raise NotAppealable(_("This was the answer to your appeal; it is the last word."))
    if case.status != CaseStatus.DECIDED:
        raise CaseOpen
    if decision.settled_at is None:
        raise NotAppealable(_("This can still be taken back. You are told of it as soon as it holds."))
    if timezone.now() > until(decision):
        raise TooLate
    others = Case.objects.filter(asset=case.asset_id, policy=case.policy_id, status__in=OPEN_CASE)
    if others.exclude(pk=case.pk).exists():
        raise CaseOpen


def _is_milder(now: Decision, before: Decision) -> bool:
    """Whether a decision leaves an asset more than another one did, in any respect."""
    if now.action != before.action:
        return _STRICTNESS[Action(now.action)] < _STRICTNESS[Action(before.action)]
    if now.action != Action.RESTRICT:
        return False
    new, old = _weights(now.restriction), _weights(before.restriction)
    regions = set(before.restriction.get("regions", [])) - set(now.restriction.get("regions", []))
    return bool(regions) or any(one < other for one, other in zip(new, old, strict=True))


def _weights(restriction: dict[str, Any]) -> tuple[int, int, float]:
    """How strict a restriction is: by age, by who may see it, and by the seconds that are taken out."""
    cut = sum(end - start for start, end in restriction.get("cut", []))
    rating = ages.rank(restriction.get("rating", AgeRating.ALL))
    return rating, _CAPS.get(restriction.get("cap", ""), 0), round(cut, 3)
