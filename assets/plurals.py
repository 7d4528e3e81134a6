"""Sentences in all their plural forms, for scripts in the browser."""

from collections.abc import Callable

from django.utils.translation import get_language

# One number of each plural category, by which gettext is asked for that category's form.
_ARABIC = {"zero": 0, "one": 1, "two": 2, "few": 3, "many": 11, "other": 100}
_PLAIN = {"one": 1, "other": 2}

Forms = dict[str, str]


def forms(word: Callable[[int], str]) -> Forms:
    """Every plural form of a sentence with `{n}` in it, in the active language."""
    samples = _ARABIC if (get_language() or "").startswith("ar") else _PLAIN
    return {category: word(number) for category, number in samples.items()}
