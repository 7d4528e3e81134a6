"""Care for those who look: how they want things shown, how much they have looked at, and when a break is due."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from analysis.models import Case, Exposure, ModeratorSetting
from analysis.services.moderation.rights import require_reviewer
from assets.access import Caller
from mediaportal.core.problems import FieldProblem, InvalidInput, NotFound

# Whoever looks at nothing for so long has had a break.
BREAK = timedelta(minutes=5)
MOST_CASES = 500
MOST_MINUTES = 480
_LOOKED_BACK = timedelta(hours=12)
_LONGEST_SECONDS = 6 * 3600.0
_MOST_LOOKS = 2_000
_COVERS = ("blur", "grey", "mute")
_LIMITS = {"break_cases": MOST_CASES, "break_minutes": MOST_MINUTES}


@dataclass(frozen=True)
class Looked:
    """What somebody has looked at since their last break: how many cases, for how long, and how much of that they had
    uncovered, in seconds. `break_due`: by their own setting it is time for one.
    """

    cases: int = 0
    seconds: float = 0.0
    uncovered: float = 0.0
    break_due: bool = False


def setting_of(*, user: Caller) -> ModeratorSetting:
    """How somebody wants to be shown things; one that is not saved where they have chosen nothing. Raises
    `NotPermitted`.
    """
    person = require_reviewer(user)
    return ModeratorSetting.objects.filter(user=person).first() or ModeratorSetting(user=person)


def choose(*, user: Caller, **wishes: bool | int) -> ModeratorSetting:
    """Keep how somebody wants to be shown things: `blur`, `grey`, `mute`, `break_cases`, `break_minutes` (0: no
    reminder), as far as they are told. Raises `NotPermitted`, and `InvalidInput`.
    """
    person = require_reviewer(user)
    known = {name: value for name, value in wishes.items() if name in {*_COVERS, *_LIMITS}}
    wrong = [
        FieldProblem(name, "invalid", _("Must be from 0 to %d.") % most)
        for name, most in _LIMITS.items()
        if not 0 <= int(known.get(name, 0)) <= most
    ]
    if wrong:
        raise InvalidInput(errors=wrong)
    kept, _made = ModeratorSetting.objects.update_or_create(user=person, defaults=known)
    return kept


def keep(*, user: Caller, case_id: UUID, seconds: float, uncovered: float) -> Looked:
    """Write down that somebody has looked at a case for so many seconds, and had it uncovered for some of them; what
    they have looked at with it. Raises `NotPermitted`, and `NotFound`.
    """
    person = require_reviewer(user)
    case = Case.objects.visible_to(person).only("pk", "severity").filter(pk=case_id).first()
    if case is None:
        raise NotFound
    if not math.isfinite(seconds) or not math.isfinite(uncovered):
        raise InvalidInput
    long = min(max(seconds, 0.0), _LONGEST_SECONDS)
    bare = min(max(uncovered, 0.0), long)
    Exposure.objects.create(user=person, case=case, severity=case.severity, seconds=long, uncovered=bare)
    return looked(user=person)


def looked(*, user: Caller) -> Looked:
    """What somebody has looked at since their last break. Two queries. Raises `NotPermitted`."""
    person = require_reviewer(user)
    now = timezone.now()
    rows = Exposure.objects.filter(user=person, at__gt=now - _LOOKED_BACK).order_by("-at")
    looks = rows.values_list("at", "seconds", "uncovered", "case_id")[:_MOST_LOOKS]
    cases: set[UUID] = set()
    seconds = uncovered = 0.0
    for _at, long, bare, case_id in _since_break(list(looks), now):
        cases.add(case_id)
        seconds, uncovered = seconds + long, uncovered + bare
    wish = setting_of(user=person)
    many = 0 < wish.break_cases <= len(cases)
    lasting = 0 < wish.break_minutes * 60 <= seconds
    return Looked(len(cases), seconds, uncovered, many or lasting)


def _since_break(
    looks: list[tuple[datetime, float, float, UUID]], now: datetime
) -> list[tuple[datetime, float, float, UUID]]:
    """Of looks, the last one first, those after which no break was had."""
    began = now
    for place, (at, long, _bare, _case) in enumerate(looks):
        if began - at >= BREAK:
            return looks[:place]
        began = min(began, at - timedelta(seconds=long))
    return looks
