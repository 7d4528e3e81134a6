"""Rules as they are written down: JSON in, `Rule`s out, and every fault told with its place.

```
{"key": "alcohol", "kind": "topic", "names": ["alcohol"], "review": 0.6, "block": null,
 "overrides": [{"region": "SA", "rating": "", "review": 0.3, "block": 0.8}]}
```
"""

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.rules.base import RATINGS, Bands, Rule, RuleKind
from analysis.rules.taxonomy import TOPICS

MOST_RULES = 100
MOST_NAMES = 500
MOST_OVERRIDES = 200
LONGEST_NAME = 200
_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_REGION = re.compile(r"[A-Z]{2}")
PLACES = {RuleKind.LABEL: ("moderation", "label"), RuleKind.WORDS: ("speech", "text", "metadata")}
NAMED = frozenset({RuleKind.LABEL, RuleKind.TOPIC, RuleKind.WORDS})
CHOICES = {
    RuleKind.METADATA: ("kind", "mime_type", "visibility", "age_rating"),
    RuleKind.UPLOADER: ("role",),
}
# What a field can be, where that is known.
VALUES = {
    "kind": ("video", "audio", "image"),
    "visibility": ("private", "internal", "public"),
    "age_rating": RATINGS,
    "role": ("viewer", "contributor", "moderator", "manager", "administrator"),
}
NUMBERS = {RuleKind.METADATA: ("duration", "file_size"), RuleKind.UPLOADER: ("strikes", "age")}
_FIELDS = frozenset({"key", "kind", "names", "places", "field", "above", "review", "block", "overrides"})
_OF_OVERRIDES = frozenset({"region", "rating", "review", "block"})
MOST_REPORTS = 1_000_000


@dataclass(frozen=True)
class RuleProblem:
    """What is wrong with a rule: where (as `rules[0].names`), a stable code, and what the code is about."""

    path: str
    code: str
    about: str = ""


def read(data: Any) -> tuple[list[Rule], list[RuleProblem]]:
    """The rules of a policy, and what is wrong with them; there are only good rules where nothing is."""
    if not isinstance(data, list):
        return [], [RuleProblem("rules", "not_a_list")]
    if len(data) > MOST_RULES:
        return [], [RuleProblem("rules", "too_many", str(MOST_RULES))]
    problems: list[RuleProblem] = []
    rules = [rule for place, one in enumerate(data) if (rule := _rule(one, f"rules[{place}]", problems))]
    keys = [rule.key for rule in rules]
    for place, rule in enumerate(rules):
        if rule.key in keys[:place]:
            problems.append(RuleProblem(f"rules[{place}].key", "twice", rule.key))
    return (rules, []) if not problems else ([], problems)


def as_data(rules: Sequence[Rule]) -> list[dict[str, Any]]:
    """Rules as they are written down."""
    return [
        {
            "key": rule.key,
            "kind": str(rule.kind),
            "names": list(rule.names),
            "places": list(rule.places),
            "field": rule.field,
            "above": rule.above,
            "review": rule.bands.review,
            "block": rule.bands.block,
            "overrides": [
                {"region": region, "rating": rating, "review": bands.review, "block": bands.block}
                for (region, rating), bands in rule.overrides.items()
            ],
        }
        for rule in rules
    ]


def _rule(data: Any, path: str, problems: list[RuleProblem]) -> Rule | None:
    """One rule, or None with what is wrong with it added to the problems."""
    if not isinstance(data, Mapping):
        problems.append(RuleProblem(path, "not_a_rule"))
        return None
    if data.get("kind") not in list(RuleKind):
        problems.append(RuleProblem(f"{path}.kind", "unknown", ", ".join(RuleKind)))
        return None
    before, kind = len(problems), RuleKind(data["kind"])
    problems.extend(RuleProblem(path, "unknown_field", _told(name)) for name in data if name not in _FIELDS)
    if not isinstance(data.get("key"), str) or not _KEY.fullmatch(data["key"]):
        problems.append(RuleProblem(f"{path}.key", "invalid"))
    names = _names(data.get("names") or [], kind, path, problems)
    places = _places(data.get("places") or [], kind, path, problems)
    name, above = _field(data, kind, names, path, problems)
    bands = _bands(data, kind, path, problems)
    overrides = _overrides(data.get("overrides") or [], kind, path, problems)
    if len(problems) > before:
        return None
    return Rule(str(data["key"]), kind, bands, names, places, name, above, overrides)


def _names(given: Any, kind: RuleKind, path: str, problems: list[RuleProblem]) -> tuple[str, ...]:
    """The names that a rule looks for."""
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        problems.append(RuleProblem(f"{path}.names", "not_a_list"))
        return ()
    names = tuple(dict.fromkeys(" ".join(one.split()) for one in given if one.strip()))
    if any(_told(one) != one for one in names):
        problems.append(RuleProblem(f"{path}.names", "invalid"))
        return ()
    if kind in NAMED and not names:
        problems.append(RuleProblem(f"{path}.names", "empty"))
    if len(names) > MOST_NAMES:
        problems.append(RuleProblem(f"{path}.names", "too_many", str(MOST_NAMES)))
    if any(len(one) > LONGEST_NAME for one in names):
        problems.append(RuleProblem(f"{path}.names", "too_long", str(LONGEST_NAME)))
    if kind == RuleKind.TOPIC and (unknown := [one for one in names if one not in TOPICS]):
        problems.append(RuleProblem(f"{path}.names", "unknown", ", ".join(unknown)))
    return names


def _places(given: Any, kind: RuleKind, path: str, problems: list[RuleProblem]) -> tuple[str, ...]:
    """Where a rule looks; everywhere that its kind can look, where nothing is said."""
    allowed = PLACES.get(kind, ())
    if not isinstance(given, list) or any(one not in allowed for one in given):
        problems.append(RuleProblem(f"{path}.places", "unknown", ", ".join(allowed)))
        return ()
    return tuple(one for one in allowed if one in given) or allowed


def _field(
    data: Mapping[str, Any], kind: RuleKind, names: tuple[str, ...], path: str, problems: list[RuleProblem]
) -> tuple[str, float]:
    """Which field a rule asks for, and for which number."""
    choices, numbers = CHOICES.get(kind, ()), NUMBERS.get(kind, ())
    name, above = data.get("field") or "", data.get("above") or 0
    if not choices:
        return "", 0.0
    if name not in (*choices, *numbers):
        problems.append(RuleProblem(f"{path}.field", "unknown", ", ".join((*choices, *numbers))))
        return "", 0.0
    if name in choices and not names:
        problems.append(RuleProblem(f"{path}.names", "empty"))
    if unknown := [one for one in names if name in VALUES and one not in VALUES[name]]:
        problems.append(RuleProblem(f"{path}.names", "unknown", ", ".join(unknown)))
    # Nobody has joined less than no days ago: such a rule would never say anything.
    if name in numbers and (not _is_number(above) or above < 0 or (name == "age" and above == 0)):
        problems.append(RuleProblem(f"{path}.above", "invalid"))
        return name, 0.0
    return name, float(above) if name in numbers else 0.0


def _bands(data: Mapping[str, Any], kind: RuleKind, path: str, problems: list[RuleProblem]) -> Bands:
    """Two thresholds in their order, one of them at least."""
    most = MOST_REPORTS if kind == RuleKind.REPORTS else 1.0
    found: dict[str, float | None] = {"review": None, "block": None}
    for name in found:
        value = data.get(name)
        if value is None:
            continue
        if not _is_number(value) or not 0 < value <= most:
            problems.append(RuleProblem(f"{path}.{name}", "out_of_range", f"{most:g}"))
        else:
            found[name] = float(value)
    if data.get("review") is None and data.get("block") is None:
        problems.append(RuleProblem(path, "says_nothing"))
    review, block = found["review"], found["block"]
    if review is not None and block is not None and review > block:
        problems.append(RuleProblem(f"{path}.block", "below_review"))
    return Bands(review, block)


def _overrides(
    given: Any, kind: RuleKind, path: str, problems: list[RuleProblem]
) -> dict[tuple[str, str], Bands]:
    """Other bands by region and age rating; there they may say that nothing is wrong."""
    found: dict[tuple[str, str], Bands] = {}
    if not isinstance(given, list) or not all(isinstance(one, Mapping) for one in given):
        problems.append(RuleProblem(f"{path}.overrides", "not_a_list"))
        return found
    if len(given) > MOST_OVERRIDES:
        problems.append(RuleProblem(f"{path}.overrides", "too_many", str(MOST_OVERRIDES)))
        return found
    for place, one in enumerate(given):
        here = f"{path}.overrides[{place}]"
        region, rating = str(one.get("region") or ""), str(one.get("rating") or "")
        problems.extend(
            RuleProblem(here, "unknown_field", _told(name)) for name in one if name not in _OF_OVERRIDES
        )
        if region and not _REGION.fullmatch(region):
            problems.append(RuleProblem(f"{here}.region", "invalid"))
        if rating and rating not in RATINGS:
            problems.append(RuleProblem(f"{here}.rating", "unknown", ", ".join(RATINGS)))
        if not region and not rating:
            problems.append(RuleProblem(here, "says_nothing"))
        if (region, rating) in found:
            problems.append(RuleProblem(here, "twice"))
        silent = one.get("review") is None and one.get("block") is None
        found[region, rating] = Bands(None, None) if silent else _bands(one, kind, here, problems)
    return found


def _is_number(value: Any) -> bool:
    """Whether it is a number of JSON that a float can hold."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _told(text: str) -> str:
    """Text without what neither a database nor an answer can hold: control characters and halves of characters."""
    return "".join(one for one in text if unicodedata.category(one) not in {"Cc", "Cs"})
