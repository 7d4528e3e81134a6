"""What those who moderate tell each other of a case, and whom they name in it."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from analysis import access
from analysis.models import Case, CaseComment, Decision
from analysis.services.moderation.casebook import find_plain
from analysis.services.moderation.rights import require_reviewer
from analysis.signals import case_mentioned
from assets.access import Caller
from mediaportal.accounts.models import User
from mediaportal.core.problems import FieldProblem, InvalidInput

_LONGEST = 4_000
_MOST_NAMED = 20
_MOST_FOUND = 10


def listed(*, user: Caller, case_id: UUID) -> QuerySet[CaseComment]:
    """The comments on a case, the oldest first. Who is to take a second look at it reads what was said before the first
    decision, and their own.

    Raises `NotPermitted` for who may not review, and `NotFound`.
    """
    person, case = find_plain(user=user, case_id=case_id)
    people = Prefetch("mentioned", queryset=User.objects.order_by("name", "email"))
    found = CaseComment.objects.filter(case=case).select_related("author").prefetch_related(people)
    if access.looks_blindly(person, case):
        first = Decision.objects.filter(case=case, undone_at=None).order_by("made_at").first()
        if first is not None:
            found = found.filter(Q(created_at__lt=first.made_at) | Q(author=person))
    return found


@transaction.atomic
def add(*, user: Caller, case_id: UUID, text: str, mentions: Collection[UUID] = ()) -> CaseComment:
    """Say something about a case. Who is named in it hears of it, and must be somebody who may read the case.

    Raises `NotPermitted`, `NotFound`, and `InvalidInput`.
    """
    person, case = find_plain(user=user, case_id=case_id)
    said = text.strip()
    if not said or len(said) > _LONGEST:
        raise InvalidInput(errors=[FieldProblem("text", "invalid", _("Write between 1 and 4,000 letters."))])
    named = _named(case, set(mentions))
    comment = CaseComment.objects.create(case=case, author=person, text=said)
    comment.mentioned.set(named)
    others = [one for one in named if one.pk != person.pk]
    if others:
        case_mentioned.send(sender=CaseComment, comment=comment, people=others)
    return comment


def mentionable(*, user: Caller, words: str, case_id: UUID | None = None) -> list[User]:
    """Those who may review and whose name or address holds these words: ten at most. With a case, those who may read
    it. Raises `NotPermitted`, and `NotFound`.
    """
    person = require_reviewer(user)
    case = find_plain(user=person, case_id=case_id)[1] if case_id is not None else None
    found = User.objects.holding("analysis.review_cases").order_by("name", "email")
    for word in words.replace("\0", "").split()[:5]:
        found = found.filter(Q(name__icontains=word) | Q(email__icontains=word))
    if case is not None:
        found = _readers(case, found)
    return list(found[:_MOST_FOUND])


def _readers(case: Case, people: QuerySet[User]) -> QuerySet[User]:
    """Those among people who may review who may read a case. Same rule as `access.can_see_case`."""
    found = people.exclude(pk=case.owner_id)
    if case.policy.restricted:
        found = found.filter(pk__in=User.objects.holding("analysis.review_restricted").values("pk"))
    return found


def _named(case: Case, ids: set[UUID]) -> list[User]:
    """The people with these ids; raises `InvalidInput` where one of them may not read the case."""
    found = _readers(case, User.objects.holding("analysis.review_cases")).filter(pk__in=ids)
    named = list(found) if ids else []
    if len(ids) > _MOST_NAMED or {one.pk for one in named} != ids:
        detail = _("Name only people who may look at this case, twenty at most.")
        raise InvalidInput(detail, errors=[FieldProblem("mentions", "invalid", detail)])
    return named
