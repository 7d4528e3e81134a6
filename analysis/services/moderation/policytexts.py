"""What is written of a policy beside its rules: names, statements, and the numbers of a version; each checked alone."""

import math
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from analysis.models import Policy, Severity
from analysis.services.moderation import rulebook
from mediaportal.core.ids import new_id
from mediaportal.core.problems import FieldProblem, InvalidInput

WORDS = {"name": 120, "name_ar": 120, "statement": 2_000, "statement_ar": 2_000}
"""The texts of a policy, and how long each may be, in characters."""
OF_VERSION = ("rules", "severity", "deadline", "sampling", "double")
"""What makes a new version when it changes."""
LONGEST_DEADLINE = 8_760
LONGEST_NOTE = 500


def words(given: Mapping[str, Any]) -> dict[str, Any]:
    """The texts that were given, and whether it is restricted. Raises `InvalidInput`."""
    problems: list[FieldProblem] = []
    found: dict[str, Any] = {
        name: _text(name, given[name], most, problems) for name, most in WORDS.items() if name in given
    }
    if "name" in found and not found["name"]:
        problems.append(FieldProblem("name", "required", _("A policy needs a name.")))
    if "restricted" in given:
        found["restricted"] = bool(given["restricted"])
    if problems:
        raise InvalidInput(errors=problems)
    return found


def version(given: Mapping[str, Any]) -> dict[str, Any]:
    """What of a version was given, checked. Raises `InvalidInput`, with the places of faults in rules."""
    problems: list[FieldProblem] = []
    found: dict[str, Any] = {}
    for name, (is_good, said) in _numbers().items():
        if name in given:
            found[name] = given[name]
            if not is_good(given[name]):
                problems.append(FieldProblem(name, "out_of_range", said))
    if "note" in given:
        found["note"] = _text("note", given["note"], LONGEST_NOTE, problems)
    if "rules" in given:
        try:
            found["rules"] = rulebook.checked(given["rules"])
        except InvalidInput as wrong:
            problems.extend(wrong.errors)
    if problems:
        raise InvalidInput(errors=problems)
    return found


def slug_of(name: str, wanted: str = "") -> str:
    """A short name that no policy has yet: the one that is wanted, or one like the name. Raises `InvalidInput`."""
    if wanted:
        if wanted != slugify(wanted) or len(wanted) > 60:  # noqa: PLR2004 - the column's length
            raise InvalidInput(
                errors=[FieldProblem("slug", "invalid", _("Use small letters, digits and -."))]
            )
        if Policy.objects.filter(slug=wanted).exists():
            taken = _("There is a policy of this short name already.")
            raise InvalidInput(errors=[FieldProblem("slug", "taken", taken)])
        return wanted
    base = slugify(name)[:50].strip("-") or "policy"
    return base if not Policy.objects.filter(slug=base).exists() else f"{base}-{new_id().hex[-6:]}"


def _numbers() -> dict[str, tuple[Callable[[Any], bool], str]]:
    """What each number of a version may be, and what is said of another one."""
    share = _("This must be a share from 0 to 1.")
    hours = _("This must be whole hours from 1 to %(most)s.") % {"most": LONGEST_DEADLINE}
    return {
        "severity": (
            lambda value: _is_whole(value) and value in Severity.values,
            _("Choose a severity from 1 to 4."),
        ),
        "deadline": (lambda value: _is_whole(value) and 1 <= value <= LONGEST_DEADLINE, hours),
        "sampling": (_is_share, share),
        "double": (_is_share, share),
    }


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_share(value: Any) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and (isinstance(value, int) or math.isfinite(value)) and 0 <= value <= 1


def _text(name: str, value: Any, most: int, problems: list[FieldProblem]) -> str:
    """A text without spaces around it, as a database can hold it."""
    text = value.strip() if isinstance(value, str) else ""
    if any(unicodedata.category(one) in {"Cc", "Cs"} and one not in "\r\n\t" for one in text):
        problems.append(FieldProblem(name, "invalid", _("There are characters in this that cannot be kept.")))
        return ""
    if len(text) > most:
        said = _("This is too long: %(about)s characters at most.") % {"about": most}
        problems.append(FieldProblem(name, "too_long", said))
    return text
