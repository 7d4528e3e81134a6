"""The taxonomy of unsafe content, and the topics of age and culture that are mapped to it.

The labels are those of Amazon Rekognition's content moderation, version 7, with their places in its three levels
(https://docs.aws.amazon.com/rekognition/latest/dg/moderation-api.html, "Label categories"), and those of version 6 that
jobs on videos still answer with. Models of the operator name what they like: their labels are compared as they stand.
"""

import functools
from collections.abc import Iterable

# Each label with those right below it.
TREE: dict[str, tuple[str, ...]] = {
    "Explicit": ("Explicit Nudity", "Explicit Sexual Activity", "Sex Toys"),
    "Explicit Nudity": (
        "Exposed Male Genitalia",
        "Exposed Female Genitalia",
        "Exposed Buttocks or Anus",
        "Exposed Female Nipple",
        # version 6
        "Nudity",
        "Graphic Male Nudity",
        "Graphic Female Nudity",
        "Sexual Activity",
        "Illustrated Explicit Nudity",
        "Adult Toys",
    ),
    "Non-Explicit Nudity of Intimate parts and Kissing": (
        "Non-Explicit Nudity",
        "Obstructed Intimate Parts",
        "Kissing on the Lips",
    ),
    "Non-Explicit Nudity": (
        "Bare Back",
        "Exposed Male Nipple",
        "Partially Exposed Buttocks",
        "Partially Exposed Female Breast",
        "Implied Nudity",
    ),
    "Obstructed Intimate Parts": ("Obstructed Female Nipple", "Obstructed Male Genitalia"),
    "Swimwear or Underwear": ("Female Swimwear or Underwear", "Male Swimwear or Underwear"),
    "Suggestive": (
        "Female Swimwear Or Underwear",
        "Male Swimwear Or Underwear",
        "Partial Nudity",
        "Barechested Male",
        "Revealing Clothes",
        "Sexual Situations",
    ),
    "Violence": (
        "Weapons",
        "Graphic Violence",
        "Graphic Violence Or Gore",
        "Physical Violence",
        "Weapon Violence",
        "Self Injury",
    ),
    "Graphic Violence": (
        "Weapon Violence",
        "Physical Violence",
        "Self-Harm",
        "Blood & Gore",
        "Explosions and Blasts",
    ),
    "Visually Disturbing": (
        "Death and Emaciation",
        "Crashes",
        "Emaciated Bodies",
        "Corpses",
        "Hanging",
        "Air Crash",
        "Explosions And Blasts",
    ),
    "Death and Emaciation": ("Emaciated Bodies", "Corpses"),
    "Crashes": ("Air Crash",),
    "Drugs & Tobacco": ("Products", "Drugs & Tobacco Paraphernalia & Use"),
    "Products": ("Pills",),
    "Drugs & Tobacco Paraphernalia & Use": ("Smoking",),
    "Drugs": ("Drug Products", "Drug Use", "Pills", "Drug Paraphernalia"),
    "Tobacco": ("Tobacco Products", "Smoking"),
    "Alcohol": ("Alcohol Use", "Alcoholic Beverages", "Drinking"),
    "Alcohol Use": ("Drinking",),
    "Rude Gestures": ("Middle Finger",),
    "Gambling": (),
    "Hate Symbols": ("Nazi Party", "White Supremacy", "Extremist"),
}

# Keys for settings of age and culture, each with the labels that it stands for, with all below them.
TOPICS: dict[str, tuple[str, ...]] = {
    "nudity": ("Explicit", "Explicit Nudity"),
    "partial_nudity": (
        "Non-Explicit Nudity of Intimate parts and Kissing",
        "Non-Explicit Nudity",
        "Obstructed Intimate Parts",
        "Partial Nudity",
        "Barechested Male",
    ),
    "dress": ("Swimwear or Underwear", "Suggestive", "Revealing Clothes"),
    "kissing": ("Kissing on the Lips", "Sexual Situations"),
    "violence": ("Violence", "Graphic Violence"),
    "weapons": ("Weapons", "Weapon Violence"),
    "disturbing": ("Visually Disturbing", "Blood & Gore"),
    "self_harm": ("Self-Harm", "Self Injury", "Hanging"),
    "drugs": ("Drugs & Tobacco", "Drugs"),
    "tobacco": ("Tobacco", "Smoking"),
    "alcohol": ("Alcohol",),
    "gambling": ("Gambling",),
    "gestures": ("Rude Gestures",),
    "hate_symbols": ("Hate Symbols",),
}


def plain(label: str) -> str:
    """A label as it is compared: whatever its case, and as PostgreSQL's `lower` has it."""
    return label.lower()


@functools.lru_cache(maxsize=512)
def below(labels: tuple[str, ...]) -> frozenset[str]:
    """Labels and all that stand below them, as they are compared."""
    known = {plain(label): children for label, children in TREE.items()}
    found: set[str] = set()
    waiting = [plain(label) for label in labels]
    while waiting:
        label = waiting.pop()
        if label not in found:
            found.add(label)
            waiting.extend(plain(child) for child in known.get(label, ()))
    return frozenset(found)


def labels_of(topics: Iterable[str]) -> frozenset[str]:
    """The labels of some topics and all that stand below them, as they are compared. Raises `KeyError`."""
    return _labels_of(tuple(topics))


@functools.lru_cache(maxsize=512)
def _labels_of(topics: tuple[str, ...]) -> frozenset[str]:
    return below(tuple(sorted({label for topic in topics for label in TOPICS[topic]})))
