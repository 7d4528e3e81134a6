"""What is different from one version of a policy to the next."""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.models import PolicyVersion
from analysis.rules import Rule
from analysis.services.moderation import policytexts, rulebook

# Which fields of rules are one thing to who reads them.
_ASPECTS = {
    "kind": ("kind",),
    "names": ("names", "field", "above"),
    "places": ("places",),
    "bands": ("bands",),
    "overrides": ("overrides",),
}


@dataclass(frozen=True)
class Difference:
    """One of them: a rule (by its `key`) that was added or removed, an `aspect` of a rule that was changed, or a number
    (its name as `aspect`) that is another one. `before` and `after` are the two rules, or the two numbers.
    """

    what: str
    key: str = ""
    aspect: str = ""
    before: object = None
    after: object = None


def between(before: PolicyVersion | None, after: PolicyVersion) -> list[Difference]:
    """What the later one says otherwise; all of it where there is no earlier one."""
    old = {rule.key: rule for rule in rulebook.standing(before)}
    new = {rule.key: rule for rule in rulebook.standing(after)}
    found = [Difference("removed", key, before=rule) for key, rule in old.items() if key not in new]
    for key, rule in new.items():
        if key not in old:
            found.append(Difference("added", key, after=rule))
        else:
            found.extend(_changed(old[key], rule))
    if before is not None:
        found.extend(
            Difference("number", aspect=name, before=getattr(before, name), after=getattr(after, name))
            for name in policytexts.OF_VERSION
            if name != "rules" and getattr(before, name) != getattr(after, name)
        )
    return found


def by_version(versions: Sequence[PolicyVersion]) -> dict[int, list[Difference]]:
    """The differences of each of some versions to the one before it, by its number; the newest comes first."""
    following = [*versions[1:], None]
    return {one.number: between(earlier, one) for one, earlier in zip(versions, following, strict=True)}


def _changed(old: Rule, new: Rule) -> list[Difference]:
    """The aspects in which two rules of one key differ."""
    return [
        Difference("changed", old.key, aspect, old, new)
        for aspect, names in _ASPECTS.items()
        if any(getattr(old, name) != getattr(new, name) for name in names)
    ]
