"""One decision on many cases: shown before it is made, asked for, and taken back as a whole; `batches` does it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from analysis import access
from analysis.exceptions.moderation import TooLate
from analysis.models import OPEN_CASE, Action, Batch, Case, CaseQueue, Policy
from analysis.services.moderation import effects, verdicts
from analysis.services.moderation.queue import Filters, found
from analysis.services.moderation.rights import require_reviewer
from analysis.services.moderation.verdicts import Restriction, Verdict
from assets.access import Caller
from mediaportal.accounts.ages import AgeRating
from mediaportal.accounts.models import User
from mediaportal.audit.services.log import record
from mediaportal.core.problems import Conflict, FieldProblem, InvalidInput, NotFound

TASK = "analysis.decide_batch"
MOST = 1_000
"""As many cases at once."""
CODES = (
    "ok",
    "not_found",
    "own_upload",
    "case_decided",
    "looked_before",
    "other_queue",
    "nobody_above",
    "case_taken",
)
"""What a preview says of a case; a batch that was run may also say the code of any problem."""


@dataclass(frozen=True)
class Wish:
    """What is decided: an act out of approve, reject, escalate, and restrict by age (`rating`), with its reason, under
    the policy of each case or one for all.
    """

    action: str
    reason: str
    policy: str | None = None
    note: str = ""
    rating: str = AgeRating.ALL

    @property
    def verdict(self) -> Verdict:
        """As it is decided with; nobody has looked at any of the cases for itself."""
        restriction = Restriction(rating=self.rating) if self.action == Action.RESTRICT else Restriction()
        return Verdict(self.action, self.reason, self.policy, self.note, restriction)


@dataclass(frozen=True)
class Line:
    """What would become of a case: `code` is `ok`, or why it cannot be decided; `effect` what follows for its asset,
    one of `effects.EFFECTS`, and empty where nothing is decided.
    """

    case_id: UUID
    title: str
    code: str
    effect: str


def chosen(*, user: Caller, filters: Filters) -> list[UUID]:
    """The cases that match, the most urgent first, of which at most `MOST`; one query."""
    return list(found(user=user, filters=filters).values_list("pk", flat=True)[:MOST])


def preview(*, user: Caller, case_ids: Sequence[UUID], wish: Wish) -> list[Line]:
    """What would become of each case; in as many queries for a thousand as for one.

    Raises `NotPermitted`, and `InvalidInput`.
    """
    person = require_reviewer(user)
    ids = _distinct(case_ids)
    _require_sense(person, wish)
    rows = {
        case.pk: case
        for case in Case.objects.filter(pk__in=ids).select_related("asset", "policy", "assignee")
    }
    codes = {pk: code_of(person, rows.get(pk), wish) for pk in ids}
    decided = [rows[pk] for pk in ids if codes[pk] == "ok"]
    follows = effects.foresee(cases=decided, action=wish.action, user=person)
    return [Line(pk, _title(person, rows.get(pk)), codes[pk], str(follows.get(pk, ""))) for pk in ids]


def run(*, user: Caller, case_ids: Sequence[UUID], wish: Wish) -> Batch:
    """Have a worker decide on all these cases, after this transaction's commit. Each is claimed and decided on for
    itself; one that cannot be does not keep the others.

    Raises `NotPermitted`, and `InvalidInput`.
    """
    person = require_reviewer(user)
    ids = _distinct(case_ids)
    _require_sense(person, wish)
    with transaction.atomic():
        batch = Batch.objects.create(
            made_by=person,
            wish=asdict(wish),
            report=[{"id": str(pk), "code": "", "decision": None, "undone": ""} for pk in ids],
        )
        record(action="cases.decided_at_once", target=batch, actor=person, cases=len(ids), act=wish.action)
        transaction.on_commit(partial(wake, batch.pk), robust=True)
    return batch


def undo(*, user: Caller, batch_id: UUID) -> Batch:
    """Have a worker take back all that a batch has decided, as far as nobody has gone on; the cases wait again then.
    Asking again while it is taken back changes nothing.

    Raises `NotFound`, `Conflict` while it is still deciding, and `TooLate` after `MODERATION_UNDO` seconds.
    """
    batch = find(user=user, batch_id=batch_id)
    if batch.status in {Batch.Status.UNDOING, Batch.Status.UNDONE}:
        return batch
    if batch.status == Batch.Status.RUNNING or batch.ended_at is None:
        raise Conflict(_("Wait until all of it has been decided."))
    now = timezone.now()
    if now - batch.ended_at > timedelta(seconds=settings.MODERATION_UNDO):
        raise TooLate
    with transaction.atomic():
        if not Batch.objects.filter(pk=batch.pk, status=Batch.Status.DONE).update(
            status=Batch.Status.UNDOING, undone_at=now, beat_at=now
        ):
            return find(user=user, batch_id=batch_id)
        record(action="cases.undone_at_once", target=batch, actor=batch.made_by)
        transaction.on_commit(partial(wake, batch.pk), robust=True)
    return find(user=user, batch_id=batch_id)


def find(*, user: Caller, batch_id: UUID) -> Batch:
    """A batch of one's own, as it stands. Raises `NotPermitted`, and `NotFound` for somebody else's."""
    person = require_reviewer(user)
    batch = Batch.objects.select_related("made_by").filter(pk=batch_id, made_by=person).first()
    if batch is None:
        raise NotFound
    return batch


def done_of(batch: Batch) -> int:
    """How many of its cases have had their turn."""
    undoing = batch.status in {Batch.Status.UNDOING, Batch.Status.UNDONE}
    return sum(1 for line in batch.report if line["undone" if undoing else "code"])


def wake(batch_id: UUID) -> None:
    """Ask a worker to go on with a batch; when the broker is away the sweep does."""
    current_app.send_task(TASK, args=[str(batch_id)], queue="upkeep", retry=False)


# --- What is asked before -----------------------------------------------------------------------------------------
def _distinct(case_ids: Sequence[UUID]) -> list[UUID]:
    """Each id once; raises `InvalidInput` for none, or too many."""
    ids = list(dict.fromkeys(case_ids))
    if not 1 <= len(ids) <= MOST:
        said = _("Choose at least one case, and at most %d.") % MOST
        raise InvalidInput(errors=[FieldProblem("ids", "invalid", said)])
    return ids


def _require_sense(person: User, wish: Wish) -> None:
    """Raise `InvalidInput` for what no case could be decided with."""
    problems = []
    allowed = verdicts.REASONS.get(wish.action)
    if allowed is None:
        said = _("Must be one of: %s.") % ", ".join(verdicts.REASONS)
        problems.append(FieldProblem("action", "invalid", said))
    elif wish.reason not in allowed:
        said = _("Must be one of: %s.") % ", ".join(sorted(allowed))
        problems.append(FieldProblem("reason", "invalid", said))
    if wish.action == Action.RESTRICT and wish.rating not in set(AgeRating.values) - {AgeRating.ALL}:
        problems.append(FieldProblem("rating", "invalid", _("Say from what age on it may be seen.")))
    if wish.policy and not _may_use(person, wish.policy):
        problems.append(FieldProblem("policy", "invalid", _("There is no such policy.")))
    if problems:
        raise InvalidInput(problems[0].detail, errors=problems)


def _may_use(person: User, slug: str) -> bool:
    """Whether there is such a policy, and this person may read it."""
    found = Policy.objects.filter(slug=slug).first()
    return found is not None and access.can_see_policy(person, found)


def code_of(person: User, case: Case | None, wish: Wish) -> str:
    """Whether this person could decide so on a case now: `ok`, or why not."""
    if case is None or not access.can_see_case(person, case):
        return "own_upload" if case is not None and case.owner_id == person.pk else "not_found"
    taken = case.lease_until is not None and case.lease_until > timezone.now()
    against = {
        "case_decided": case.status not in OPEN_CASE,
        "looked_before": person.pk in case.deciders,
        "other_queue": case.queue not in access.queues_of(person),
        "nobody_above": wish.action == Action.ESCALATE and case.queue == CaseQueue.SENIOR,
        "case_taken": taken and case.assignee_id != person.pk,
    }
    return next((code for code, holds in against.items() if holds), "ok")


def _title(person: User, case: Case | None) -> str:
    """The title of an asset whose case this person may read."""
    return case.asset.title if case is not None and access.can_see_case(person, case) else ""
