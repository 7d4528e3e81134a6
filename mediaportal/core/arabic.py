"""Arabic as it is searched: one spelling for what people write in several, and a word's other readings beside it.

PostgreSQL's stemmer takes endings off, but it keeps the ending of a definite word that is written with ه for ة, leaves
most of what is joined to a word's beginning, and its parser breaks words at vowel signs. So text goes through here
before it is indexed and before it is looked for.
"""

import re
import unicodedata
from collections.abc import Callable

ARTICLE = "ال"
# Shorter words are particles, or would be nothing without what seems joined to them.
_SHORTEST = 3
_SIGNS = re.compile(
    "[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u08d3-\u08ff"
    "\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)
_LETTER = "\u0621-\u063a\u0641-\u064a\u066e-\u06d3\u06d5\u06fa-\u06fc"
_WORD = re.compile(f"[{_LETTER}]+")
_HYPHEN = re.compile(f"(?<=[{_LETTER}])[-\u2010-\u2015\u06d4]|[-\u2010-\u2015](?=[{_LETTER}])")
_LAST_HAMZA = re.compile(f"(?<=[{_LETTER}])ء(?![{_LETTER}])")
_FORMS = str.maketrans(
    {
        **dict.fromkeys("أإآٱ", "ا"),
        "ؤ": "و",
        **dict.fromkeys("ئىیې", "ي"),
        "ک": "ك",
        **dict.fromkeys("ةہە", "ه"),
        **{chr(0x660 + digit): str(digit) for digit in range(10)},
        **{chr(0x6F0 + digit): str(digit) for digit in range(10)},
        "٪": "%",
        "،": ",",
        "؛": ";",
        "؟": "?",
    }
)
_CONJUNCTION = re.compile(f"^[وف](?=[{_LETTER}]{{{_SHORTEST}}})")
_PREPOSITION = re.compile(f"^[بلك](?=[{_LETTER}]{{{_SHORTEST}}})")


def normalised(text: str) -> str:
    """Text without vowel signs and tatweel, with one form of alef, hamza, ya and ta marbuta, and with ASCII digits.

    Other scripts stay as they are, but for compatibility forms (NFKC).
    """
    # Signs go first: composed with a letter, one could no longer be told.
    plain = _SIGNS.sub("", unicodedata.normalize("NFKC", text))
    return _HYPHEN.sub(" ", _LAST_HAMZA.sub("", plain.translate(_FORMS)))


def readings(text: str) -> tuple[str, ...]:
    """All readings under which text is indexed, each with as many words at the same places; one for text without
    Arabic.

    The words without their article, the same as definite nouns (whose endings the stemmer knows), those without a
    leading و or ف, and those without a leading ب, ل or ك as well.
    """
    plain = normalised(text)
    return _each(plain, [_bare, _noun, lambda word: _noun(_without_conjunction(word)), _stripped])


def asked(text: str) -> tuple[str, ...]:
    """The readings by which text is looked for. Nothing is taken off a word here unless an article follows it: who
    looks for كتاب does not mean تاب.
    """
    plain = normalised(text)
    return _each(plain, [_bare, _noun])


def _each(plain: str, ways: list[Callable[[str], str]]) -> tuple[str, ...]:
    """Normalised text read in several ways, without repetitions."""
    found = (_WORD.sub(lambda match, way=way: way(match[0]), plain) for way in ways)  # type: ignore[misc]  # a default
    return tuple(dict.fromkeys(found))


def _bare(word: str) -> str:
    """A word without its article, and without what is joined to that: والمناره → مناره, للمناره → مناره."""
    found = re.sub(f"^[وف]?(?:[بك]?{ARTICLE}|لل)(?=[{_LETTER}]{{{_SHORTEST}}})", "", word)
    return found or word


def _noun(word: str) -> str:
    """A word as a definite noun: مناره → المنارة."""
    bare = _bare(word)
    if len(bare) < _SHORTEST:
        return bare
    return ARTICLE + (bare[:-1] + "ة" if bare.endswith("ه") else bare)


def _without_conjunction(word: str) -> str:
    return _CONJUNCTION.sub("", word)


def _stripped(word: str) -> str:
    """A word without a conjunction and without a preposition: وبمناره → المنارة."""
    return _noun(_PREPOSITION.sub("", _without_conjunction(word)))
