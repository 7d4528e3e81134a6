"""A search is taken apart, whatever was typed."""

import pytest

from mediaportal.core.searchwords import Term, terms_of


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("harbour  dusk", [Term("harbour"), Term("dusk")]),
        ('"open sea" dusk', [Term("open sea", phrase=True), Term("dusk")]),
        ("“open sea”", [Term("open sea", phrase=True)]),
        ("«البحر المفتوح»", [Term("البحر المفتوح", phrase=True)]),
        ('"sea"', [Term("sea")]),
        ('"open sea', [Term("open sea", phrase=True)]),
        ("harb*", [Term("harb", prefix=True)]),
        ("منا*", [Term("منا", prefix=True)]),
        ("h*", [Term("h")]),
        ("foo-b*", [Term("foo-b")]),
        ("sea sea", [Term("sea")]),
        ("100% _ **", [Term("100%"), Term("_"), Term("**")]),
        ('""', []),
        ("", []),
        ("a\0b", [Term("a"), Term("b")]),
    ],
)
def test_terms(typed: str, terms: list[Term]) -> None:
    assert terms_of(typed) == terms


def test_a_long_search_is_cut() -> None:
    assert len(terms_of(" ".join(f"w{number}" for number in range(100)))) == 16
    assert terms_of("x" * 500) == [Term("x" * 200)]
