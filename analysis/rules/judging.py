"""What rules say of an asset."""

from collections.abc import Callable, Iterator, Sequence

from analysis.rules import taxonomy
from analysis.rules.base import Band, Facts, Hit, Outcome, Rule, RuleKind, Sighting

_MOST_HITS = 200
_WINDOW_SECONDS = 10.0


def judge(rules: Sequence[Rule], facts: Facts) -> Outcome:
    """The outcome of all rules of a policy for one asset."""
    hits: list[Hit] = []
    for rule in rules:
        for sighting in _FINDERS[rule.kind](rule, facts):
            hits.extend(_hits(rule, sighting, facts.age_rating))
    hits.sort(key=_badness, reverse=True)
    everywhere = [hit.band for hit in hits if not hit.region]
    abroad = frozenset(hit.region for hit in hits if hit.region and hit.band == Band.BLOCK)
    asked = [Band.REVIEW] if any(hit.region and hit.band == Band.REVIEW for hit in hits) else []
    return Outcome(max([*everywhere, *asked, Band.PASS]), abroad, tuple(hits[:_MOST_HITS]))


def worst_start(hits: Sequence[Hit]) -> float:
    """Where the ten seconds begin in which most was found, weighed by band and score; 0 for what has no time."""
    timed = sorted((hit for hit in hits if hit.sighting.end > 0), key=lambda hit: hit.sighting.start)
    best, best_weight = 0.0, -1.0
    for position, first in enumerate(timed):
        start, weight = first.sighting.start, 0.0
        for hit in timed[position:]:
            if hit.sighting.start >= start + _WINDOW_SECONDS:
                break
            weight += hit.band * hit.sighting.score
        if weight > best_weight:
            best, best_weight = start, weight
    return best


def _hits(rule: Rule, sighting: Sighting, rating: str) -> Iterator[Hit]:
    """What a sighting means under a rule: everywhere, and in the regions in which it is worse."""
    everywhere = rule.bands_for("", rating).of(sighting.score)
    if everywhere > Band.PASS:
        yield Hit(rule.key, everywhere, sighting)
    for region in sorted(rule.regions):
        there = rule.bands_for(region, rating).of(sighting.score)
        if there > everywhere:
            yield Hit(rule.key, there, sighting, region)


def _badness(hit: Hit) -> tuple[int, float, float]:
    """What is worse comes first: by band, score, and how long it lasts."""
    return hit.band, hit.sighting.score, hit.sighting.end - hit.sighting.start


def _by_label(rule: Rule, facts: Facts) -> Iterator[Sighting]:
    wanted = taxonomy.below(rule.names)
    for seen in facts.sightings:
        if seen.kind in rule.places and not wanted.isdisjoint(
            {taxonomy.plain(seen.label), taxonomy.plain(seen.parent)}
        ):
            yield seen


def _by_topic(rule: Rule, facts: Facts) -> Iterator[Sighting]:
    wanted = taxonomy.labels_of(rule.names)
    for seen in facts.sightings:
        if seen.kind in {"moderation", "label"} and not wanted.isdisjoint(
            {taxonomy.plain(seen.label), taxonomy.plain(seen.parent)}
        ):
            yield seen


def _by_words(rule: Rule, facts: Facts) -> Iterator[Sighting]:
    for name in rule.names:
        yield from (seen for seen in facts.words.get(name, ()) if seen.kind in rule.places)


def _by_hash(rule: Rule, facts: Facts) -> Iterator[Sighting]:
    for seen in facts.sightings:
        if seen.kind == "hash" and (not rule.names or seen.origin in rule.names):
            yield seen


def _by_work(_rule: Rule, facts: Facts) -> Iterator[Sighting]:
    return (seen for seen in facts.sightings if seen.kind == "work")


def _if_unscanned(_rule: Rule, facts: Facts) -> Iterator[Sighting]:
    if facts.unscanned:
        yield Sighting("unscanned", 1.0)


def _if_guest(_rule: Rule, facts: Facts) -> Iterator[Sighting]:
    if facts.guest:
        yield Sighting("guest", 1.0)


def _by_reports(rule: Rule, facts: Facts) -> Iterator[Sighting]:
    told = {reason: count for reason, count in facts.reporters.items() if reason in (rule.names or (reason,))}
    if told:
        most = max(sorted(told), key=lambda reason: told[reason])
        yield Sighting("report", float(sum(told.values())), label=most, origin=most)


def _by_metadata(rule: Rule, facts: Facts) -> Iterator[Sighting]:
    value = getattr(facts, rule.field)
    hit = value > rule.above if rule.field in {"duration", "file_size"} else value in rule.names
    if hit:
        yield Sighting("metadata", 1.0, label=rule.field, text=str(value))


def _by_uploader(rule: Rule, facts: Facts) -> Iterator[Sighting]:
    if rule.field == "role":
        hit, value = facts.role in rule.names, facts.role
    elif rule.field == "strikes":
        hit, value = facts.strikes > rule.above, str(facts.strikes)
    else:
        hit, value = facts.age < rule.above, f"{facts.age:.0f}"
    if hit:
        yield Sighting("uploader", 1.0, label=rule.field, text=value)


_FINDERS: dict[RuleKind, Callable[[Rule, Facts], Iterator[Sighting]]] = {
    RuleKind.LABEL: _by_label,
    RuleKind.TOPIC: _by_topic,
    RuleKind.WORDS: _by_words,
    RuleKind.HASH: _by_hash,
    RuleKind.WORK: _by_work,
    RuleKind.UNSCANNED: _if_unscanned,
    RuleKind.GUEST: _if_guest,
    RuleKind.REPORTS: _by_reports,
    RuleKind.METADATA: _by_metadata,
    RuleKind.UPLOADER: _by_uploader,
}
