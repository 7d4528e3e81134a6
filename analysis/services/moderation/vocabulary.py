"""Rules in the words of the reader: what they look at, what they look for, and from where on they ask or block."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from analysis.models import AGAINST, HashList, Reason, Severity
from analysis.rules import Bands, Rule, RuleKind
from analysis.rules.reading import CHOICES, NAMED, NUMBERS, PLACES
from analysis.rules.taxonomy import TOPICS, TREE, below
from analysis.services.moderation.differences import Difference
from assets.models import Kind, Visibility
from mediaportal.accounts.ages import AgeRating
from mediaportal.accounts.roles import Role
from mediaportal.core.lists import listed

Words = Mapping[str, str | Promise]

KINDS: Mapping[RuleKind, tuple[str | Promise, str | Promise]] = {
    RuleKind.TOPIC: (
        pgettext_lazy("rule", "Topic"),
        gettext_lazy("Unsafe content by its topic, whichever engine has seen it."),
    ),
    RuleKind.LABEL: (
        pgettext_lazy("rule", "Label"),
        gettext_lazy("Labels that an engine has given, each with all that stands below it."),
    ),
    RuleKind.WORDS: (
        pgettext_lazy("rule", "Words"),
        gettext_lazy("Words and phrases, in whatever form and spelling."),
    ),
    RuleKind.HASH: (
        pgettext_lazy("rule", "Hash list"),
        gettext_lazy("Files and pictures that are on a list of known material."),
    ),
    RuleKind.WORK: (
        pgettext_lazy("rule", "Protected work"),
        gettext_lazy("What is alike to a protected work, in pictures or in sound."),
    ),
    RuleKind.REPORTS: (
        pgettext_lazy("rule", "Reports"),
        gettext_lazy("How many people have reported it and were not answered yet."),
    ),
    RuleKind.UNSCANNED: (
        pgettext_lazy("rule", "Not scanned"),
        gettext_lazy("No virus scanner has read the file to its end."),
    ),
    RuleKind.GUEST: (
        pgettext_lazy("rule", "Sent by a guest"),
        gettext_lazy("The file came through a guest link."),
    ),
    RuleKind.METADATA: (
        pgettext_lazy("rule", "About the file"),
        gettext_lazy("Its kind, length, size, visibility or age rating."),
    ),
    RuleKind.UPLOADER: (
        pgettext_lazy("rule", "Who sent it"),
        gettext_lazy("The person's role, strikes, or for how long they are here."),
    ),
}
TOPIC_WORDS: Words = {
    "nudity": pgettext_lazy("topic", "Nudity"),
    "partial_nudity": pgettext_lazy("topic", "Partial nudity"),
    "dress": pgettext_lazy("topic", "Dress"),
    "kissing": pgettext_lazy("topic", "Kissing"),
    "violence": pgettext_lazy("topic", "Violence"),
    "weapons": pgettext_lazy("topic", "Weapons"),
    "disturbing": pgettext_lazy("topic", "Disturbing pictures"),
    "self_harm": pgettext_lazy("topic", "Self-harm"),
    "drugs": pgettext_lazy("topic", "Drugs"),
    "tobacco": pgettext_lazy("topic", "Tobacco"),
    "alcohol": pgettext_lazy("topic", "Alcohol"),
    "gambling": pgettext_lazy("topic", "Gambling"),
    "gestures": pgettext_lazy("topic", "Rude gestures"),
    "hate_symbols": pgettext_lazy("topic", "Symbols of hate"),
}
PLACE_WORDS: Words = {
    "moderation": pgettext_lazy("place", "Unsafe content"),
    "label": pgettext_lazy("place", "Objects and scenes"),
    "speech": pgettext_lazy("place", "What is said"),
    "text": pgettext_lazy("place", "Text in the picture"),
    "metadata": pgettext_lazy("place", "Title, description and tags"),
}
FIELD_WORDS: Words = {
    "kind": pgettext_lazy("field", "Kind"),
    "mime_type": pgettext_lazy("field", "MIME type"),
    "visibility": pgettext_lazy("field", "Visibility"),
    "age_rating": pgettext_lazy("field", "Age rating"),
    "duration": pgettext_lazy("field", "Longer than (minutes)"),
    "file_size": pgettext_lazy("field", "Larger than (megabytes)"),
    "role": pgettext_lazy("field", "Role"),
    "strikes": pgettext_lazy("field", "More strikes than"),
    "age": pgettext_lazy("field", "Here for less than (days)"),
}
OUTCOME_WORDS: Words = {
    "pass": pgettext_lazy("band", "Passes"),
    "regional": pgettext_lazy("band", "Blocked in some regions"),
    "review": pgettext_lazy("band", "Review"),
    "block": pgettext_lazy("band", "Blocked"),
}
# By how much what is kept of a field is more than what is shown of it.
FACTORS = {"duration": 60, "file_size": 1_000_000}


def scale_of(kind: RuleKind) -> str:
    """What thresholds of a kind are: a share of sureness, a number of people, or only yes or no."""
    if kind == RuleKind.REPORTS:
        return "people"
    scored = {RuleKind.LABEL, RuleKind.TOPIC, RuleKind.WORDS, RuleKind.HASH, RuleKind.WORK}
    return "share" if kind in scored else "yes"


@dataclass(frozen=True)
class RuleWords:
    """A rule as it is read: what it looks at, what for, from where on it asks and blocks, and where otherwise."""

    key: str
    kind: str
    names: tuple[str, ...]
    bands: str
    overrides: tuple[str, ...]


def described(rule: Rule, lists: Mapping[str, str]) -> RuleWords:
    """A rule in words; `lists` are the names of hash lists by their ids."""
    return RuleWords(
        rule.key,
        str(KINDS[rule.kind][0]),
        tuple(names_of(rule, lists)),
        bands_of(rule.bands, rule.kind),
        tuple(
            f"{' · '.join(_place(region, rating))}: {bands_of(bands, rule.kind)}"
            for (region, rating), bands in rule.overrides.items()
        ),
    )


def names_of(rule: Rule, lists: Mapping[str, str]) -> list[str]:
    """What a rule looks for, in words."""
    if rule.field:
        field = str(FIELD_WORDS[rule.field])
        if rule.field in NUMBERS[rule.kind]:
            return [f"{field}: {rule.above / FACTORS.get(rule.field, 1):g}"]
        words = choices_of(rule.field)
        return [f"{field}: {', '.join(words.get(name, name) for name in rule.names)}"]
    known: Mapping[str, Any] = {
        RuleKind.TOPIC: TOPIC_WORDS,
        RuleKind.HASH: lists,
        RuleKind.REPORTS: dict(Reason.choices),
    }.get(rule.kind, {})
    return [str(known.get(name, name)) for name in rule.names]


def bands_of(bands: Bands, kind: RuleKind) -> str:
    """Thresholds in words."""
    parts = []
    for value, always, above in (
        (bands.review, _("always reviewed"), _("review from %(from)s")),
        (bands.block, _("always blocked"), _("block from %(from)s")),
    ):
        if value is not None:
            parts.append(always if scale_of(kind) == "yes" else above % {"from": _threshold(value, kind)})
    return listed(parts) or _("nothing is wrong")


def sides_of(change: Difference, lists: Mapping[str, str]) -> tuple[str, str]:
    """What stood before a difference and what stands after it, in words; empty where there was nothing."""
    before, after = change.before, change.after
    if change.what == "number":
        return _number(change.aspect, before), _number(change.aspect, after)
    old = _part(before, change.aspect, lists) if isinstance(before, Rule) else ""
    return old, _part(after, change.aspect, lists) if isinstance(after, Rule) else ""


def _part(rule: Rule, aspect: str, lists: Mapping[str, str]) -> str:
    """One aspect of a rule in words, or what matters of all of it."""
    told = described(rule, lists)
    parts = {
        "kind": [told.kind],
        "names": told.names,
        "places": [str(PLACE_WORDS[place]) for place in rule.places],
        "bands": [told.bands],
        "overrides": told.overrides,
    }.get(aspect, [told.kind, *told.names, told.bands])
    return listed(parts)


def _number(name: str, value: Any) -> str:
    """A number of a version in words."""
    if name == "severity":
        return str(Severity(value).label)
    if name == "deadline":
        return ngettext("%(hours)s hour", "%(hours)s hours", value) % {"hours": value}
    return f"{value * 100:.3g}\u00a0%"


def choices_of(field: str) -> dict[str, str]:
    """What a field can be, in words; empty where that is open."""
    known: dict[str, Iterable[tuple[Any, Any]]] = {
        "kind": Kind.choices,
        "visibility": Visibility.choices,
        "age_rating": AgeRating.choices,
        "role": Role.choices,
    }
    return {str(value): str(word) for value, word in known.get(field, ())}


def hash_lists() -> dict[str, str]:
    """The names of hash lists by their ids; one query."""
    return {str(pk): name for pk, name in HashList.objects.values_list("pk", "name")}


def editor(*, lists: Mapping[str, str]) -> dict[str, Any]:
    """All that the editor of rules offers, in the reader's language."""
    return {
        "kinds": [
            {"value": kind.value, "word": str(word), "hint": str(hint), "scale": scale_of(kind),
             "named": kind in NAMED, "places": _offered(PLACES.get(kind, ()), PLACE_WORDS),
             "fields": [_field(kind, name) for name in (*CHOICES.get(kind, ()), *NUMBERS.get(kind, ()))]}
            for kind, (word, hint) in KINDS.items()
        ],
        "names": {
            "topic": [
                {"value": key, "word": str(TOPIC_WORDS[key]), "labels": _labels_of(key)} for key in TOPICS
            ],
            "reports": [one for one in _offered(Reason.values, dict(Reason.choices)) if one["value"] in AGAINST],
            "hash": _offered(lists, lists),
        },
        "labels": sorted({*TREE, *(label for children in TREE.values() for label in children)}),
        "ratings": _offered(AgeRating.values, dict(AgeRating.choices)),
        "outcomes": {key: str(word) for key, word in OUTCOME_WORDS.items()},
    }  # fmt: skip


def _labels_of(topic: str) -> list[str]:
    """The labels of a topic with all below them, as the taxonomy writes them."""
    wanted = below(TOPICS[topic])
    return sorted(
        {
            label
            for label in (*TREE, *(one for some in TREE.values() for one in some))
            if label.lower() in wanted
        }
    )


def _field(kind: RuleKind, name: str) -> dict[str, Any]:
    number = name in NUMBERS.get(kind, ())
    return {
        "value": name,
        "word": str(FIELD_WORDS[name]),
        "number": number,
        "factor": FACTORS.get(name, 1),
        "choices": [] if number else [{"value": v, "word": w} for v, w in choices_of(name).items()],
    }


def _offered(values: Iterable[str], words: Mapping[str, Any]) -> list[dict[str, str]]:
    return [{"value": value, "word": str(words[value])} for value in values]


def _place(region: str, rating: str) -> Iterable[str]:
    if region:
        yield region
    if rating:
        yield str(AgeRating(rating).label)


def _threshold(value: float, kind: RuleKind) -> str:
    return f"{value:g}" if scale_of(kind) == "people" else f"{value * 100:g}\u00a0%"
