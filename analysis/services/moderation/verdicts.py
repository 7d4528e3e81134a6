"""What somebody has made up their mind to, and whether it makes sense for a case."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from analysis import access
from analysis.models import AGAINST, IN_FAVOUR, Action, Case, Policy, Reason
from assets.models import Asset, Kind, Visibility
from mediaportal.accounts.ages import AgeRating
from mediaportal.accounts.models import User
from mediaportal.core.problems import FieldProblem, InvalidInput
from processing.ffmpeg.removal import Part, merged, remaining

# The reasons that go with each act.
REASONS: dict[str, frozenset[str]] = {
    Action.APPROVE: frozenset(IN_FAVOUR),
    Action.REJECT: AGAINST,
    Action.RESTRICT: AGAINST,
    Action.ESCALATE: frozenset({*AGAINST, Reason.UNSURE}),
}
_REGION = re.compile(r"^[A-Z]{2}$")
_MOST_PARTS, _LEAST_LEFT = 50, 1.0


@dataclass(frozen=True)
class Restriction:
    """To whom something is still shown: `rating` from what age on, `cap` who may see it at most (empty: as its owner
    says), `regions` (two letters each) in which it is not shown, `cut` the parts in seconds that are taken out.
    """

    rating: str = AgeRating.ALL
    cap: str = ""
    regions: tuple[str, ...] = ()
    cut: tuple[tuple[float, float], ...] = ()

    def as_data(self) -> dict[str, Any]:
        """As it stands in a decision."""
        return {
            "rating": self.rating,
            "cap": self.cap,
            "regions": list(self.regions),
            "cut": [list(part) for part in self.cut],
        }


@dataclass(frozen=True)
class Verdict:
    """What somebody has made up their mind to: an act with its reason, under a policy (None: that of the case), for a
    restriction what it restricts. `seen` are the numbers of the hits that matter (places in the evidence; None: all).
    `seconds` is how long they looked.
    """

    action: str
    reason: str
    policy: str | None = None
    note: str = ""
    restriction: Restriction = field(default_factory=Restriction)
    seen: Sequence[int] | None = None
    seconds: float = 0.0


def answer_of(action: str, restriction: Mapping[str, Any]) -> str:
    """What a decision says of a file, so that two looks can be compared: its act, and what it restricts, whatever the
    order in which that was told. Parts that are taken out are compared in whole seconds.
    """
    if action != Action.RESTRICT:
        return str(action)
    told = {
        "rating": restriction.get("rating", AgeRating.ALL),
        "cap": restriction.get("cap", ""),
        "regions": sorted(restriction.get("regions", [])),
        "cut": sorted([round(edge) for edge in part] for part in restriction.get("cut", [])),
    }
    return f"{action} {json.dumps(told)}"


def policy_of(user: User, case: Case, verdict: Verdict) -> Policy:
    """The policy that a decision stands on; raises `InvalidInput`."""
    if verdict.policy is None or verdict.policy == case.policy.slug:
        return case.policy
    found = Policy.objects.filter(slug=verdict.policy).select_related("current").first()
    if found is None or not access.can_see_policy(user, found):
        raise InvalidInput(errors=[FieldProblem("policy", "invalid", _("There is no such policy."))])
    return found


def require_sense(case: Case, verdict: Verdict) -> None:
    """Raise `InvalidInput` for what is no act, a reason that does not go with it, or a restriction of nothing."""
    problems = []
    if verdict.action not in REASONS:
        problems.append(FieldProblem("action", "invalid", _("Must be one of: %s.") % ", ".join(REASONS)))
    elif verdict.reason not in REASONS[verdict.action]:
        said = _("Must be one of: %s.") % ", ".join(sorted(REASONS[verdict.action]))
        problems.append(FieldProblem("reason", "invalid", said))
    if verdict.action == Action.RESTRICT:
        problems.extend(_wrong(verdict.restriction, case.asset))
    if problems:
        raise InvalidInput(problems[0].detail, errors=problems)


def _wrong(said: Restriction, asset: Asset) -> list[FieldProblem]:
    """What is wrong with a restriction."""
    problems = []
    if said == Restriction():
        detail = _("Say what is restricted: the age, who may see it, regions, or parts to be taken out.")
        problems.append(FieldProblem("restriction", "empty", detail))
    if said.rating not in AgeRating.values:
        detail = _("Must be one of: %s.") % ", ".join(AgeRating.values)
        problems.append(FieldProblem("restriction.rating", "invalid", detail))
    if said.cap not in {"", Visibility.PRIVATE, Visibility.INTERNAL}:
        problems.append(
            FieldProblem("restriction.cap", "invalid", _("Must be one of: %s.") % "private, internal")
        )
    if not all(_REGION.match(region) for region in said.regions):
        problems.append(
            FieldProblem("restriction.regions", "invalid", _("Two capital letters each, such as SA."))
        )
    if said.cut and (wrong := _wrong_cut(said.cut, asset)):
        problems.append(FieldProblem("restriction.cut", *wrong))
    return problems


def _wrong_cut(parts: Sequence[tuple[float, float]], asset: Asset) -> tuple[str, str] | None:
    """Why parts cannot be taken out of an asset: a code, and the reason in words."""
    length = asset.duration or 0.0
    if asset.kind == Kind.IMAGE:
        return "invalid", _("Nothing can be taken out of a picture.")
    if asset.encryption:
        return "encrypted", _(
            "Parts of what is encrypted cannot be taken out. Restrict or reject it as a whole."
        )
    if len(parts) > _MOST_PARTS:
        return "invalid", _("At most %d parts.") % _MOST_PARTS
    if any(not 0 <= start < end <= length + 1.0 for start, end in parts):
        return "invalid", _("Parts begin before they end, inside the file.")
    left = remaining(length, merged([Part(start, end) for start, end in parts], within=length))
    if left < _LEAST_LEFT:
        return "nothing_left", _("Nothing would be left of it. Reject it as a whole.")
    return None
