"""What rules are made of, and what they are asked about."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as made_by
from enum import IntEnum, StrEnum
from typing import Any

RATINGS = ("all", "7", "12", "16", "18")
BY_HAND = "by hand"
"""The rule of what somebody has pointed at; the key of no policy's rule can have a space."""


class Band(IntEnum):
    """What a rule says, the worse the higher."""

    PASS = 0
    REVIEW = 1
    BLOCK = 2

    @property
    def word(self) -> str:
        """The word that stands in rows and answers."""
        return self.name.lower()


class RuleKind(StrEnum):
    """What a rule looks at."""

    LABEL = "label"
    TOPIC = "topic"
    WORDS = "words"
    HASH = "hash"
    WORK = "work"
    UNSCANNED = "unscanned"
    GUEST = "guest"
    REPORTS = "reports"
    METADATA = "metadata"
    UPLOADER = "uploader"


@dataclass(frozen=True)
class Bands:
    """From which score on somebody has to look, and from which on it is blocked at once; None: never."""

    review: float | None
    block: float | None

    def of(self, score: float) -> Band:
        """The band of a score."""
        if self.block is not None and score >= self.block:
            return Band.BLOCK
        return Band.REVIEW if self.review is not None and score >= self.review else Band.PASS


@dataclass(frozen=True)
class Rule:
    """One rule of a policy. `key` names it in all versions. Which of the other fields say something depends on the
    kind:

    =========  ==========================================================================================
    label      `names`: labels, each with all below it; `places`: moderation, label
    topic      `names`: keys of `analysis.rules.taxonomy.TOPICS`
    words      `names`: words and phrases; `places`: speech, text (on screen), metadata
    hash       `names`: ids of lists, or none for all of them
    work       alike to a protected work
    unscanned  no scanner has read it to its end
    guest      it came through a guest link
    reports    `names`: reasons, or none for all of them; the score is the number of people
    metadata   `field` (kind, mime_type, visibility, age_rating) is one of `names`, or `field` (duration, file_size)
               is above `above`
    uploader   `field` role is one of `names`, or `field` strikes is above `above`, or `field` age (days since they
               joined) is below `above`
    =========  ==========================================================================================

    The score of what is found is its confidence, and 1 for what is only so or not. `overrides` are other bands by
    (region, age rating), of which either may be empty: the most exact one holds, a region before a rating.
    """

    key: str
    kind: RuleKind
    bands: Bands
    names: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    field: str = ""
    above: float = 0.0
    overrides: Mapping[tuple[str, str], Bands] = made_by(default_factory=dict)

    def bands_for(self, region: str, rating: str) -> Bands:
        """The bands in a region (empty: everywhere else) for what is rated so."""
        for wanted in ((region, rating), (region, ""), ("", rating)):
            if wanted in self.overrides and (region or not wanted[0]):
                return self.overrides[wanted]
        return self.bands

    @property
    def regions(self) -> frozenset[str]:
        """The regions of which it says something else."""
        return frozenset(region for region, _rating in self.overrides if region)


@dataclass(frozen=True)
class Sighting:
    """Something that was found in an asset: `kind` as that of moments, or hash, work, metadata. Times in seconds.

    `moment` is the number of the moment, where it is one; `origin` the hash list, or the reason of reports.
    """

    kind: str
    score: float
    start: float = 0.0
    end: float = 0.0
    label: str = ""
    parent: str = ""
    text: str = ""
    moment: int | None = None
    origin: str = ""


@dataclass(frozen=True)
class Facts:
    """All that rules may ask of one asset. `words` are, by each word or phrase that some rule names, where it stands.
    `reporters` are numbers of people by the reason of their reports. `age` is in days, `duration` in seconds.
    """

    kind: str = "video"
    mime_type: str = ""
    visibility: str = "private"
    age_rating: str = "all"
    duration: float = 0.0
    file_size: int = 0
    unscanned: bool = False
    guest: bool = False
    role: str = ""
    age: float = 0.0
    strikes: int = 0
    sightings: tuple[Sighting, ...] = ()
    words: Mapping[str, tuple[Sighting, ...]] = made_by(default_factory=dict)
    reporters: Mapping[str, int] = made_by(default_factory=dict)


@dataclass(frozen=True)
class Hit:
    """What a rule has found wrong; `region` is set where it holds in that region alone."""

    rule: str
    band: Band
    sighting: Sighting
    region: str = ""

    def as_data(self) -> dict[str, object]:
        """The hit as it stands in a case's evidence."""
        seen = self.sighting
        return {
            "rule": self.rule,
            "band": self.band.word,
            "score": round(seen.score, 4),
            "kind": seen.kind,
            "label": seen.label,
            "parent": seen.parent,
            "text": seen.text[:500],
            "start": seen.start,
            "end": seen.end,
            "moment": seen.moment,
            "region": self.region,
        }

    @classmethod
    def of_data(cls, told: Mapping[str, Any]) -> "Hit":
        """The hit that stands so in a case's evidence."""
        names = ("kind", "score", "start", "end", "label", "parent", "text", "moment")
        seen = Sighting(**{name: told[name] for name in names if name in told})
        return cls(told["rule"], Band[told["band"].upper()], seen, told.get("region", ""))


@dataclass(frozen=True)
class Outcome:
    """What a policy says of an asset: the worst `band` that holds everywhere, the `regions` in which it is blocked
    besides, and the hits, the worst first.
    """

    band: Band = Band.PASS
    regions: frozenset[str] = frozenset()
    hits: tuple[Hit, ...] = ()

    @property
    def word(self) -> str:
        """What it comes to in one word: pass, regional (blocked in some regions only), review or block."""
        return "regional" if self.band == Band.PASS and self.regions else self.band.word

    @property
    def scores(self) -> dict[str, float]:
        """The highest score of each rule that has hit."""
        found: dict[str, float] = {}
        for hit in self.hits:
            found[hit.rule] = max(found.get(hit.rule, 0.0), round(hit.sighting.score, 4))
        return found
