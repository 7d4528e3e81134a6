"""What is wrong with rules is said in words, also what only the database knows."""

from typing import Any
from uuid import uuid4

import pytest
from django.utils import translation

from analysis.models import HashList
from analysis.services.moderation import rulebook
from mediaportal.core.problems import InvalidInput

pytestmark = pytest.mark.django_db


def refused(*rules: dict[str, Any]) -> list[tuple[str, str, str]]:
    with pytest.raises(InvalidInput) as problem:
        rulebook.checked([{"key": f"r{place}", "review": 1} | one for place, one in enumerate(rules)])
    return [(one.field, one.code, one.detail) for one in problem.value.errors]


@pytest.mark.parametrize(
    ("rule", "path", "code", "detail"),
    [
        ({"kind": "x"}, "kind", "unknown", "Choose one of: label, topic"),
        ({"kind": "topic", "names": ["tea"]}, "names", "unknown", "This is not known here: tea."),
        ({"kind": "reports", "names": ["boring"]}, "names", "unknown", "This is not known here: boring."),
        ({"kind": "reports", "names": ["fine"]}, "names", "unknown", "This is not known here: fine."),
        ({"kind": "hash", "names": ["mine"]}, "names", "unknown", "This is not known here: mine."),
        ({"kind": "hash", "names": [str(uuid4())]}, "names", "unknown", "This is not known here: "),
        (
            {"kind": "words", "names": ["!?", "tea"]},
            "names",
            "cannot_be_searched",
            "There is no word in this",
        ),
        (
            {"kind": "guest", "review": 7},
            "review",
            "out_of_range",
            "This must be more than 0, and 1 at most.",
        ),
    ],
)
def test_a_fault_is_said_in_words(rule: dict[str, Any], path: str, code: str, detail: str) -> None:
    ((field, found, said),) = refused({"kind": "guest"}, rule)
    assert (field, found) == (f"rules[1].{path}", code)
    assert said.startswith(detail)


def test_lists_and_reasons_that_there_are_may_be_named() -> None:
    listed = HashList.objects.create(name="List")
    rules = rulebook.checked(
        [
            {"key": "a", "kind": "hash", "names": [str(listed.pk)], "block": 1},
            {"key": "b", "kind": "reports", "names": ["spam"], "review": 2},
            {"key": "c", "kind": "words", "names": ["سلاح"], "review": 0.5},
        ]
    )
    assert [rule.key for rule in rules] == ["a", "b", "c"]


def test_every_code_has_a_sentence_in_the_callers_language() -> None:
    with translation.override("ar"):
        assert all(str(sentence) for sentence in rulebook._SENTENCES.values())
