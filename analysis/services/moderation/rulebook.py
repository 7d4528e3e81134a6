"""Rules as somebody sends them: read, with everything that is wrong said in words beside its place."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analysis.models import AGAINST, HashList, PolicyVersion
from analysis.rules import Rule, RuleKind, RuleProblem, read
from mediaportal.core import arabic
from mediaportal.core.problems import FieldProblem, InvalidInput

_SENTENCES: dict[str, str | Promise] = {
    "not_a_list": _("This must be a list."),
    "not_a_rule": _("A rule must be an object with its fields."),
    "too_many": _("These are too many: %(about)s at most."),
    "too_long": _("This is too long: %(about)s characters at most."),
    "twice": _("This is there twice; each may be there once."),
    "unknown": _("This is not known here: %(about)s."),
    "unknown_field": _("A rule has no such field: %(about)s."),
    "invalid": _("This does not have the right form."),
    "empty": _("Name at least one."),
    "out_of_range": _("This must be more than 0, and %(about)s at most."),
    "says_nothing": _("This rule says nothing: set where it begins to ask for a review, or to block."),
    "below_review": _("Blocking must begin at the same place as the review, or above it."),
    "cannot_be_searched": _("There is no word in this that could be looked for: %(about)s."),
}
# The same code says something else where a choice was to be made.
_CHOICE = _("Choose one of: %(about)s.")


def checked(data: Any) -> list[Rule]:
    """The rules that were sent. Raises `InvalidInput` with the place of each fault, as `rules[0].names`."""
    rules, problems = read(data)
    problems = problems or [*_unknown_reasons(rules), *_unknown_lists(rules), *_wordless(rules)]
    if problems:
        said = [FieldProblem(one.path, one.code, sentence_of(one)) for one in problems]
        raise InvalidInput(gettext("Some rules could not be followed."), errors=said)
    return rules


def standing(version: PolicyVersion | None) -> list[Rule]:
    """The rules of a version; none where there is none, or where they cannot be read, as nobody could have written."""
    return read(version.rules)[0] if version else []


def sentence_of(problem: RuleProblem) -> str:
    """What is wrong with a rule, in the active language."""
    chosen = problem.code == "unknown" and not problem.path.endswith(".names")
    sentence = _CHOICE if chosen else _SENTENCES[problem.code]
    return str(sentence) % {"about": problem.about}


def _unknown_reasons(rules: Sequence[Rule]) -> Iterator[RuleProblem]:
    """Reasons that nobody can report."""
    return _unknown(rules, RuleKind.REPORTS, lambda name: name in AGAINST)


def _unknown_lists(rules: Sequence[Rule]) -> Iterator[RuleProblem]:
    """Ids of hash lists that there are not; one query where a rule names some."""
    asked = {name for rule in rules if rule.kind == RuleKind.HASH for name in rule.names}
    ids = {name: pk for name in asked if (pk := _id(name))}
    known = set(HashList.objects.filter(pk__in=ids.values()).values_list("pk", flat=True)) if ids else set()
    return _unknown(rules, RuleKind.HASH, lambda name: ids.get(name) in known)


def _unknown(rules: Sequence[Rule], kind: RuleKind, is_known: Callable[[str], bool]) -> Iterator[RuleProblem]:
    for place, rule in enumerate(rules):
        wrong = [name for name in rule.names if rule.kind == kind and not is_known(name)]
        if wrong:
            yield RuleProblem(f"rules[{place}].names", "unknown", ", ".join(wrong))


def _wordless(rules: Sequence[Rule]) -> Iterator[RuleProblem]:
    """Words and phrases of which the full text search keeps nothing, such as signs alone; one query."""
    asked = sorted({name for rule in rules if rule.kind == RuleKind.WORDS for name in rule.names})
    if not asked:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.name FROM unnest(%s::text[], %s::text[]) AS n(name, reading)"
            " WHERE numnode(phraseto_tsquery('portal', n.reading)) = 0",
            [asked, [arabic.asked(name)[0] for name in asked]],
        )
        lost = {name for (name,) in cursor.fetchall()}
    for place, rule in enumerate(rules):
        if wrong := [name for name in rule.names if rule.kind == RuleKind.WORDS and name in lost]:
            yield RuleProblem(f"rules[{place}].names", "cannot_be_searched", ", ".join(wrong))


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
