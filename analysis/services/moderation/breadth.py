"""How much of the library some rules are against, before they are let loose on it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from analysis.exceptions.moderation import MatchesEverything
from analysis.rules import Rule, judge
from analysis.services.moderation import facts
from assets.models import Asset

# Of a larger library as many are drawn: the share is told to about 3 %.
_DRAWN = 1_000
_SMALL = 20


@dataclass(frozen=True)
class Breadth:
    """That rules are against `count` of `total` assets; `estimated` from some that were drawn."""

    count: int
    total: int
    estimated: bool = False

    @property
    def is_most(self) -> bool:
        """Whether that is everything, or more than half of what is not a small library."""
        everything = self.count == self.total > 0
        return everything or (self.total >= _SMALL and self.count * 2 > self.total)


def of(rules: Sequence[Rule]) -> Breadth:
    """How many assets there are that the rules do not let pass."""
    assets = Asset.objects.filter(deleted_at=None)
    total = assets.count()
    if not rules or not total:
        return Breadth(0, total)
    drawn = total > _DRAWN
    ids = list((assets.order_by("?")[:_DRAWN] if drawn else assets.order_by()).values_list("pk", flat=True))
    known = facts.gather(ids, rules)
    against = sum(judge(rules, one).word != "pass" for one in known.values())
    return Breadth(round(against * total / len(ids)) if drawn else against, total, drawn)


def require_narrow(rules: Sequence[Rule], *, confirmed: bool) -> None:
    """Ask back before rules are let loose on most of what there is. Raises `MatchesEverything` with the count."""
    if confirmed:
        return
    found = of(rules)
    if found.is_most:
        raise MatchesEverything(
            _("It would be against %(count)s of %(total)s files. Confirm it if that is what you want.")
            % {"count": found.count, "total": found.total},
            count=found.count,
            total=found.total,
            estimated=found.estimated,
        )
