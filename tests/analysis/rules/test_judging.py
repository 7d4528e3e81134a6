"""What rules say: bands by score, region and rating, each kind of rule, and where to look first."""

from typing import Any

import pytest

from analysis.rules import Band, Facts, Hit, Outcome, Rule, Sighting, judge, read, worst_start

ARMS: dict[str, Any] = {"key": "arms", "kind": "label", "names": ["Weapons"], "review": 0.5, "block": 0.9}


def rules(*told: dict[str, Any]) -> list[Rule]:
    found, problems = read([{"key": f"r{place}"} | one for place, one in enumerate(told)])
    assert not problems
    return found


def seen(score: float, **more: Any) -> Sighting:
    return Sighting("moderation", score, label="Weapons", **more)


def of(told: dict[str, Any], **facts: Any) -> Outcome:
    """What one rule says of these facts."""
    return judge(rules(told), Facts(**facts))


@pytest.mark.parametrize(
    ("score", "band"), [(0.49, "pass"), (0.5, "review"), (0.89, "review"), (0.9, "block"), (1.0, "block")]
)
def test_a_score_lies_in_a_band(score: float, band: str) -> None:
    assert of(ARMS, sightings=(seen(score),)).word == band


def test_a_rule_may_only_review_or_only_block() -> None:
    only_review = of(ARMS | {"block": None}, sightings=(seen(1.0),))
    only_block = of(ARMS | {"review": None}, sightings=(seen(0.8),))
    assert (only_review.word, only_block.word) == ("review", "pass")


@pytest.mark.parametrize(
    ("rating", "score", "word", "regions"),
    [
        # Everywhere 0.5 and 0.9; in Saudi Arabia 0.2 and 0.4, for those from 18 on 0.8 and never.
        ("all", 0.1, "pass", set()),
        ("all", 0.3, "review", set()),  # somebody looks, for one region asks it
        ("all", 0.45, "regional", {"SA"}),
        ("all", 0.6, "review", {"SA"}),
        ("all", 0.95, "block", set()),
        ("16", 0.6, "pass", set()),  # from 16 on nothing is wrong, there as well
        ("18", 0.6, "pass", set()),
        ("18", 0.85, "review", {"SA"}),
        ("18", 0.99, "review", {"SA"}),
    ],
)
def test_regions_and_ratings_have_bands_of_their_own(
    rating: str, score: float, word: str, regions: set[str]
) -> None:
    told = ARMS | {
        "overrides": [
            {"region": "SA", "rating": "", "review": 0.2, "block": 0.4},
            {"region": "", "rating": "16"},
            {"region": "SA", "rating": "16"},
            {"region": "", "rating": "18", "review": 0.8},
            {"region": "SA", "rating": "18", "review": 0.8, "block": 0.8},
        ]
    }
    found = of(told, age_rating=rating, sightings=(seen(score),))
    assert (found.word, set(found.regions)) == (word, regions)


def test_a_region_stands_before_a_rating() -> None:
    told = ARMS | {"overrides": [{"region": "SA", "block": 0.4}, {"rating": "18", "review": 0.99}]}
    assert of(told, age_rating="18", sightings=(seen(0.5),)).regions == {"SA"}
    assert of(told, age_rating="18", sightings=(seen(0.3),)).word == "pass"


def test_a_region_cannot_allow_what_holds_everywhere() -> None:
    found = of(ARMS | {"overrides": [{"region": "US"}]}, sightings=(seen(0.95),))
    assert (found.word, found.regions) == ("block", frozenset())


def test_hits_of_all_rules_come_the_worst_first() -> None:
    told = rules(ARMS | {"key": "arms"}, {"key": "guest", "kind": "guest", "block": 1})
    short, long = seen(0.6, start=9.0, end=10.0, moment=1), seen(0.6, start=1.0, end=5.0, moment=2)
    found = judge(told, Facts(guest=True, sightings=(short, long, seen(0.1))))
    assert [(hit.rule, hit.sighting.moment) for hit in found.hits] == [
        ("guest", None),
        ("arms", 2),
        ("arms", 1),
    ]
    assert (found.band, found.scores) == (Band.BLOCK, {"guest": 1.0, "arms": 0.6})


def test_no_more_is_kept_than_somebody_could_look_at() -> None:
    found = of(ARMS, sightings=tuple(seen(0.5 + place / 1000) for place in range(300)))
    assert (len(found.hits), found.hits[0].sighting.score) == (200, 0.5 + 299 / 1000)


@pytest.mark.parametrize(
    ("told", "facts", "word"),
    [
        ({"kind": "label", "names": ["weapons"]}, {"sightings": (seen(0.8),)}, "review"),
        ({"kind": "label", "names": ["Violence"]}, {"sightings": (seen(0.8),)}, "review"),
        ({"kind": "label", "names": ["Gambling"]}, {"sightings": (seen(0.8),)}, "pass"),
        ({"kind": "label", "names": ["Weapons"], "places": ["label"]}, {"sightings": (seen(0.8),)}, "pass"),
        (
            {"kind": "topic", "names": ["weapons"]},
            {"sightings": (Sighting("hash", 1.0, label="Weapons"),)},
            "pass",
        ),
        ({"kind": "words", "names": ["bomb"]}, {"words": {"bomb": (Sighting("text", 0.7),)}}, "review"),
        (
            {"kind": "words", "names": ["b"], "places": ["speech"]},
            {"words": {"b": (Sighting("text", 1),)}},
            "pass",
        ),
        ({"kind": "words", "names": ["bomb"]}, {"words": {"bombs": (Sighting("text", 0.7),)}}, "pass"),
        ({"kind": "hash"}, {"sightings": (Sighting("hash", 0.9, origin="l"),)}, "review"),
        ({"kind": "hash", "names": ["l"]}, {"sightings": (Sighting("hash", 0.9, origin="l"),)}, "review"),
        ({"kind": "hash", "names": ["m"]}, {"sightings": (Sighting("hash", 0.9, origin="l"),)}, "pass"),
        ({"kind": "work"}, {"sightings": (Sighting("work", 0.9),)}, "review"),
        ({"kind": "work"}, {"sightings": (Sighting("hash", 0.9),)}, "pass"),
        ({"kind": "unscanned"}, {"unscanned": True}, "review"),
        ({"kind": "unscanned"}, {}, "pass"),
        ({"kind": "guest"}, {"guest": True}, "review"),
        ({"kind": "guest"}, {}, "pass"),
        ({"kind": "reports", "review": 3}, {"reporters": {"spam": 2, "hate": 1}}, "review"),
        ({"kind": "reports", "review": 3, "names": ["spam"]}, {"reporters": {"spam": 2, "hate": 1}}, "pass"),
        ({"kind": "reports", "review": 1}, {}, "pass"),
        ({"kind": "metadata", "field": "kind", "names": ["audio"]}, {"kind": "audio"}, "review"),
        ({"kind": "metadata", "field": "visibility", "names": ["public"]}, {"visibility": "private"}, "pass"),
        ({"kind": "metadata", "field": "duration", "above": 60}, {"duration": 60.1}, "review"),
        ({"kind": "metadata", "field": "file_size", "above": 60}, {"file_size": 60}, "pass"),
        ({"kind": "uploader", "field": "role", "names": ["viewer"]}, {"role": "viewer"}, "review"),
        ({"kind": "uploader", "field": "strikes", "above": 1}, {"strikes": 2}, "review"),
        ({"kind": "uploader", "field": "strikes", "above": 2}, {"strikes": 2}, "pass"),
        ({"kind": "uploader", "field": "age", "above": 7}, {"age": 6.5}, "review"),
        ({"kind": "uploader", "field": "age", "above": 7}, {"age": 7.5}, "pass"),
    ],
)
def test_each_kind_looks_at_one_thing(told: dict[str, Any], facts: dict[str, Any], word: str) -> None:
    assert of({"review": 0.5} | told, **facts).word == word


def test_reports_name_the_reason_that_most_have_told() -> None:
    (hit,) = of({"kind": "reports", "review": 1}, reporters={"hate": 1, "spam": 2}).hits
    assert (hit.sighting.score, hit.sighting.label) == (3.0, "spam")


def test_no_rules_say_nothing() -> None:
    assert judge([], Facts(guest=True)) == Outcome()


def hit(start: float, end: float, score: float = 0.8, band: Band = Band.REVIEW) -> Hit:
    return Hit("r", band, Sighting("moderation", score, start, end))


@pytest.mark.parametrize(
    ("hits", "start"),
    [
        ([], 0.0),
        ([hit(0.0, 0.0)], 0.0),  # in an image
        ([hit(40.0, 41.0)], 40.0),
        # Two weak ones within ten seconds weigh more than one that is stronger, if that only asks for a look.
        ([hit(5.0, 6.0, 0.9), hit(30.0, 31.0, 0.6), hit(39.0, 40.0, 0.6)], 30.0),
        ([hit(5.0, 6.0, 0.9, Band.BLOCK), hit(30.0, 31.0, 0.6), hit(39.0, 40.0, 0.6)], 5.0),
        ([hit(30.0, 31.0), hit(40.0, 41.0), hit(49.0, 50.0)], 40.0),
        ([hit(7.0, 8.0), hit(3.0, 4.0)], 3.0),
        ([hit(50.0, 51.0), hit(20.0, 21.0)], 20.0),  # the first of those that are equal
    ],
)
def test_the_worst_ten_seconds_come_first(hits: list[Hit], start: float) -> None:
    assert worst_start(hits) == start


def test_a_hit_is_written_down_as_evidence() -> None:
    one = Hit("arms", Band.BLOCK, seen(0.912345, start=1.0, end=2.0, moment=7, parent="Violence"), "SA")
    assert one.as_data() == {
        "rule": "arms",
        "band": "block",
        "score": 0.9123,
        "kind": "moderation",
        "label": "Weapons",
        "parent": "Violence",
        "text": "",
        "start": 1.0,
        "end": 2.0,
        "moment": 7,
        "region": "SA",
    }
