"""Each topic of age and culture stands for the labels of both versions of the taxonomy, with all below them."""

import pytest

from analysis.rules import Band, Facts, Sighting, judge, read
from analysis.rules.taxonomy import TOPICS, TREE, below, labels_of

# Of each topic, labels of version 7 (images) and of version 6 (films), at every level; and one that is none of it.
EXAMPLES = {
    "nudity": (
        ["Explicit", "Exposed Female Nipple", "Sex Toys"],
        ["Explicit Nudity", "Graphic Male Nudity"],
        "Bare Back",
    ),
    "partial_nudity": (
        ["Non-Explicit Nudity of Intimate parts and Kissing", "Bare Back", "Obstructed Female Nipple"],
        ["Partial Nudity", "Barechested Male"],
        "Exposed Male Genitalia",
    ),
    "dress": (
        ["Swimwear or Underwear", "Female Swimwear or Underwear"],
        ["Suggestive", "Revealing Clothes", "Male Swimwear Or Underwear"],
        "Smoking",
    ),
    "kissing": (["Kissing on the Lips"], ["Sexual Situations"], "Bare Back"),
    "violence": (
        ["Violence", "Graphic Violence", "Self-Harm", "Explosions and Blasts"],
        ["Graphic Violence Or Gore", "Weapons"],
        "Corpses",
    ),
    "weapons": (["Weapon Violence"], ["Weapons"], "Physical Violence"),
    "disturbing": (
        ["Visually Disturbing", "Death and Emaciation", "Crashes", "Blood & Gore"],
        ["Emaciated Bodies", "Hanging", "Explosions And Blasts"],
        "Weapons",
    ),
    "self_harm": (["Self-Harm"], ["Self Injury", "Hanging"], "Weapons"),
    "drugs": (
        ["Drugs & Tobacco", "Products", "Pills", "Drugs & Tobacco Paraphernalia & Use"],
        ["Drugs", "Drug Use", "Drug Paraphernalia"],
        "Drinking",
    ),
    "tobacco": (["Smoking"], ["Tobacco", "Tobacco Products"], "Pills"),
    "alcohol": (["Alcohol", "Alcohol Use", "Drinking"], ["Alcoholic Beverages"], "Pills"),
    "gambling": (["Gambling"], ["Gambling"], "Drinking"),
    "gestures": (["Rude Gestures", "Middle Finger"], ["Middle Finger"], "Gambling"),
    "hate_symbols": (["Hate Symbols", "Nazi Party", "White Supremacy"], ["Extremist"], "Rude Gestures"),
}


def band(topic: str, label: str, parent: str = "") -> Band:
    """What a rule of one topic says of a label."""
    (rule,), _problems = read([{"key": "t", "kind": "topic", "names": [topic], "review": 0.5}])
    seen = Sighting("moderation", 0.8, label=label, parent=parent)
    return judge([rule], Facts(sightings=(seen,))).band


@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_stands_for_its_labels_of_both_versions(topic: str) -> None:
    seventh, sixth, other = EXAMPLES[topic]
    for label in [*seventh, *sixth]:
        assert band(topic, label) == Band.REVIEW, label
        assert band(topic, label.upper()) == Band.REVIEW, label
    assert band(topic, other) == Band.PASS


@pytest.mark.parametrize("topic", TOPICS)
def test_a_label_that_is_new_counts_by_what_it_stands_below(topic: str) -> None:
    for parent in TOPICS[topic]:
        assert band(topic, "Something newer", parent) == Band.REVIEW, parent
    assert band(topic, "Something newer", "Something else") == Band.PASS


def test_every_topic_has_its_examples_and_names_labels_of_the_tree() -> None:
    known = {*TREE, *(child for children in TREE.values() for child in children)}
    assert set(EXAMPLES) == set(TOPICS)
    assert {label for labels in TOPICS.values() for label in labels} <= known


def test_all_levels_below_a_label_are_found_and_a_label_of_ones_own_stands_for_itself() -> None:
    found = below(("Violence",))
    assert {"violence", "graphic violence", "blood & gore"} <= found
    assert below(("Our own label",)) == {"our own label"}
    assert labels_of(["gambling", "alcohol"]) == below(("Gambling", "Alcohol"))


def test_a_topic_that_there_is_not_is_an_error() -> None:
    with pytest.raises(KeyError):
        labels_of(["tea"])
