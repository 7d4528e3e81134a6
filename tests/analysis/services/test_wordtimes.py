"""The times of words that a person has corrected."""

from collections.abc import Iterator
from typing import Any

import pytest

from analysis.engines.findings import Word
from analysis.services.wordtimes import timed, within

HEARD = (Word(0.0, 1.0, "I", 0.5), Word(1.0, 2.0, "scream", 0.5), Word(3.0, 4.0, "now", 0.5))


def said(text: str) -> list[tuple[float, float, str]]:
    return [(one.start, one.end, one.text) for one in timed(text, start=0.0, end=5.0, words=HEARD)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("i, scream now!", [(0.0, 1.0, "i,"), (1.0, 2.0, "scream"), (3.0, 4.0, "now!")]),
        ("ice cream now", [(0.0, 0.75, "ice"), (0.75, 2.0, "cream"), (3.0, 4.0, "now")]),
        (
            "I scream right now",
            [(0.0, 1.0, "I"), (1.0, 2.0, "scream"), (2.0, 3.0, "right"), (3.0, 4.0, "now")],
        ),
        ("scream now then", [(1.0, 2.0, "scream"), (3.0, 4.0, "now"), (4.0, 5.0, "then")]),
        ("", []),
    ],
)
def test_words_that_stayed_keep_their_times_and_others_share_them(
    text: str, found: list[tuple[float, float, str]]
) -> None:
    assert said(text) == found


def test_marks_of_vowels_make_no_other_word() -> None:
    heard = (Word(0.0, 1.0, "مرحبا", 0.5),)
    assert timed("مَرْحَبًا", start=0.0, end=1.0, words=heard) == (Word(0.0, 1.0, "مَرْحَبًا", 0.5),)


def test_words_belong_where_their_middle_lies() -> None:
    assert [one.text for one in within(HEARD, 0.6, 3.4)] == ["scream"]


def test_without_times_there_are_none() -> None:
    assert timed("now", start=0.0, end=1.0, words=()) == ()


def test_few_words_of_many_are_looked_at() -> None:
    class Counted(tuple[Word, ...]):
        looked = 0

        def __getitem__(self, place: Any) -> Any:
            Counted.looked += isinstance(place, int)
            return super().__getitem__(place)

        def __iter__(self) -> Iterator[Word]:
            raise AssertionError("all of them are looked at")

    words = Counted(Word(float(n), n + 1.0, str(n), 1.0) for n in range(10_000))
    assert [one.text for one in within(words, 5_000.0, 5_002.0)] == ["5000", "5001"]
    assert Counted.looked < 60
