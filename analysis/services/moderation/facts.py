"""What rules may ask of assets, read from the database for many at once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Count
from django.utils import timezone

from analysis.models import HashHit, Match, Report, Strike
from analysis.rules import Facts, Rule, RuleKind, Sighting
from analysis.rules.taxonomy import below, labels_of
from assets.models import Asset, ScanVerdict
from mediaportal.accounts.ages import strictest
from mediaportal.accounts.models import User
from mediaportal.accounts.roles import Role
from mediaportal.core import arabic

_DAY_SECONDS = 86_400.0
# How many phrases are looked for at once: PostgreSQL goes through an alternative by a recursion as deep as it is long.
_PHRASES = 200
_LABELLED = """
SELECT m.asset_id, m.kind, m.confidence, m.start, m."end", m.label, m.parent, m.id
FROM analysis_moment m
JOIN analysis_analysis a ON a.id = m.analysis_id AND a.is_current
WHERE m.asset_id = ANY(%s) AND m.kind IN ('moderation', 'label')
    AND (lower(m.label) = ANY(%s) OR lower(m.parent) = ANY(%s))
ORDER BY m.id
"""
# All phrases are one constant query, so that PostgreSQL chooses between the index of words and that of assets by how
# frequent they are. Only what has one of them is asked which.
_IN_MOMENTS = """
WITH asked AS MATERIALIZED (
    SELECT n.phrase, phraseto_tsquery('portal', n.reading) AS query
    FROM unnest(%s::text[], %s::text[]) AS n(phrase, reading)
), found AS MATERIALIZED (
    SELECT m.id, m.asset_id, m.kind, m.start, m."end", m.text, m.confidence, m.vector
    FROM analysis_moment m
    JOIN analysis_analysis a ON a.id = m.analysis_id AND a.is_current
    WHERE m.asset_id = ANY(%s) AND m.kind = ANY(%s) AND m.vector @@ ({either})
)
SELECT DISTINCT ON (found.id, asked.phrase) found.asset_id, asked.phrase, found.kind, found.confidence, found.start,
    found."end", found.text, found.id
FROM found JOIN asked ON found.vector @@ asked.query
ORDER BY found.id, asked.phrase
"""
# A phrase that begins in one moment of speech and ends in the next: the queries of `fulltext.border_query_of`, as text.
_CUT = """
SELECT n.phrase, (portal_begins(phraseto_tsquery('portal', n.reading)) && portal_bridges(n.reading))::text
FROM unnest(%s::text[], %s::text[]) AS n(phrase, reading)
WHERE numnode(phraseto_tsquery('portal', n.reading)) > 1
"""
_ACROSS = """
WITH asked AS MATERIALIZED (
    SELECT n.phrase, n.query FROM unnest(%s::text[], %s::text[]::tsquery[]) AS n(phrase, query)
), found AS MATERIALIZED (
    SELECT m.id, m.asset_id, m.kind, m.start, m."end", m.text, m.confidence, b.vector
    FROM analysis_border b
    JOIN analysis_analysis a ON a.id = b.analysis_id AND a.is_current
    JOIN analysis_moment m ON m.id = b.moment
    WHERE a.asset_id = ANY(%s) AND b.vector @@ ({either})
)
SELECT DISTINCT ON (found.id, asked.phrase) found.asset_id, asked.phrase, found.kind, found.confidence, found.start,
    found."end", found.text, found.id
FROM found JOIN asked ON found.vector @@ asked.query
ORDER BY found.id, asked.phrase
"""
_IN_WORDS = """
WITH asked AS MATERIALIZED (
    SELECT n.phrase, phraseto_tsquery('portal', n.reading) AS query
    FROM unnest(%s::text[], %s::text[]) AS n(phrase, reading)
), found AS MATERIALIZED (
    SELECT w.asset_id, w.vector FROM assets_assetwords w WHERE w.asset_id = ANY(%s) AND w.vector @@ ({either})
)
SELECT DISTINCT found.asset_id, asked.phrase
FROM found JOIN asked ON found.vector @@ asked.query
ORDER BY found.asset_id, asked.phrase
"""


def gather(asset_ids: Sequence[UUID], rules: Iterable[Rule]) -> dict[UUID, Facts]:
    """The facts of these assets that some of the rules ask for; at most twelve queries, however many assets there
    are (four more for every few hundred words that rules name).
    """
    asked = list(rules)
    kinds = {rule.kind for rule in asked}
    assets = [
        _Asset(*row) for row in Asset.objects.filter(pk__in=asset_ids).order_by().values_list(*_COLUMNS)
    ]
    seen: dict[UUID, list[Sighting]] = defaultdict(list)
    labels = _labels(asked)
    if labels:
        _add_labels(asset_ids, labels, seen)
    if RuleKind.WORK in kinds:
        _add_works(asset_ids, seen)
    if RuleKind.HASH in kinds:
        _add_hashes(asset_ids, seen)
    words = _words(asset_ids, asked)
    reporters = _reporters(asset_ids) if RuleKind.REPORTS in kinds else {}
    uploaders = _uploaders({asset.uploaded_by for asset in assets}) if RuleKind.UPLOADER in kinds else {}
    return {
        asset.pk: Facts(
            kind=asset.kind,
            mime_type=asset.mime_type,
            visibility=asset.visibility,
            age_rating=strictest(asset.age_rating, asset.imposed_rating),
            duration=asset.duration or 0.0,
            file_size=asset.file_size,
            unscanned=asset.scan_verdict in _UNSCANNED,
            guest=asset.guest_link is not None,
            sightings=tuple(seen.get(asset.pk, ())),
            words={phrase: tuple(found) for phrase, found in words.get(asset.pk, {}).items()},
            reporters=reporters.get(asset.pk, {}),
            **uploaders.get(asset.uploaded_by, {}),
        )
        for asset in assets
    }


_UNSCANNED = frozenset({ScanVerdict.UNSCANNED, ScanVerdict.UNSCANNABLE})
_COLUMNS = (
    "pk",
    "kind",
    "mime_type",
    "visibility",
    "age_rating",
    "imposed_rating",
    "duration",
    "file_size",
    "scan_verdict",
    "guest_link_id",
    "uploaded_by_id",
)


class _Asset(NamedTuple):
    """What of an asset's own row rules may ask, in the order of `_COLUMNS`."""

    pk: UUID
    kind: str
    mime_type: str
    visibility: str
    age_rating: str
    imposed_rating: str
    duration: float | None
    file_size: int
    scan_verdict: str
    guest_link: UUID | None
    uploaded_by: UUID


def _uploaders(people: set[UUID]) -> dict[UUID, dict[str, Any]]:
    """What rules may ask about these people: role, strikes, and for how many days they are here."""
    strikes, now = _strikes(people), timezone.now()
    return {
        pk: {
            "role": _role_of(user),
            "age": (now - user.created_at).total_seconds() / _DAY_SECONDS,
            "strikes": strikes.get(pk, 0),
        }
        for pk, user in User.objects.prefetch_related("groups").in_bulk(people).items()
    }


def _role_of(user: User) -> str:
    held = {group.name for group in user.groups.all()}
    return next((role for role in reversed(Role.values) if role in held), "")


def _labels(rules: Sequence[Rule]) -> frozenset[str]:
    """The labels that some rule looks for, with those below them, as they are compared."""
    found: set[str] = set()
    for rule in rules:
        if rule.kind == RuleKind.LABEL:
            found |= below(rule.names)
        elif rule.kind == RuleKind.TOPIC:
            found |= labels_of(rule.names)
    return frozenset(found)


def _add_labels(asset_ids: Sequence[UUID], labels: frozenset[str], seen: dict[UUID, list[Sighting]]) -> None:
    """Moments that are labelled so, or stand below such a label."""
    asked: Any = [list(asset_ids), sorted(labels), sorted(labels)]
    with connection.cursor() as cursor:
        cursor.execute(_LABELLED, asked)
        for asset_id, kind, score, start, end, label, parent, pk in cursor.fetchall():
            seen[asset_id].append(Sighting(kind, score, start, end, label, parent, moment=pk))


def _add_works(asset_ids: Sequence[UUID], seen: dict[UUID, list[Sighting]]) -> None:
    """Protected works that they are alike to."""
    rows = Match.objects.filter(asset__in=asset_ids, work__isnull=False)
    for asset_id, score, start, end, title in rows.values_list(
        "asset_id", "score", "start", "end", "work__title"
    ):
        seen[asset_id].append(Sighting("work", score, start, end, label=title))


def _add_hashes(asset_ids: Sequence[UUID], seen: dict[UUID, list[Sighting]]) -> None:
    """Entries of hash lists in use that they hit."""
    rows = HashHit.objects.filter(asset__in=asset_ids, entry__hash_list__is_active=True)
    for asset_id, score, second, name, list_id in rows.values_list(
        "asset_id", "score", "second", "entry__hash_list__name", "entry__hash_list_id"
    ):
        at = second or 0.0
        end = at + 1.0 if second is not None else 0.0
        seen[asset_id].append(Sighting("hash", score, at, end, label=name, origin=str(list_id)))


def _words(asset_ids: Sequence[UUID], rules: Sequence[Rule]) -> dict[UUID, dict[str, list[Sighting]]]:
    """Where the words and phrases stand that some rule names, in whatever form and spelling."""
    found: dict[UUID, dict[str, list[Sighting]]] = defaultdict(lambda: defaultdict(list))
    mine = [rule for rule in rules if rule.kind == RuleKind.WORDS]
    places = {place for rule in mine for place in rule.places}
    names = sorted({name for rule in mine for name in rule.names})
    for first in range(0, len(names), _PHRASES):
        _add_words(asset_ids, names[first : first + _PHRASES], places, found)
    return found


def _add_words(
    asset_ids: Sequence[UUID],
    names: Sequence[str],
    places: set[str],
    found: dict[UUID, dict[str, list[Sighting]]],
) -> None:
    """Where these phrases stand, in one of their readings; four queries at most."""
    pairs = [(name, form) for name in names for form in arabic.asked(name)]
    forms = [form for _name, form in pairs]
    asked: list[Any] = [[name for name, _form in pairs], forms]
    either = " || ".join(["phraseto_tsquery('portal', %s)"] * len(forms))
    taken: set[tuple[int, str]] = set()
    with connection.cursor() as cursor:
        if kinds := sorted(places & {"speech", "text"}):
            cursor.execute(_IN_MOMENTS.format(either=either), [*asked, list(asset_ids), kinds, *forms])
            _take(cursor.fetchall(), taken, found)
        if "speech" in places:
            cursor.execute(_CUT, asked)
            if cut := cursor.fetchall():
                queries = [query for _name, query in cut]
                across: list[Any] = [[name for name, _query in cut], queries, list(asset_ids), *queries]
                cursor.execute(_ACROSS.format(either=" || ".join(["%s::tsquery"] * len(cut))), across)
                _take(cursor.fetchall(), taken, found)
        if "metadata" in places:
            cursor.execute(_IN_WORDS.format(either=either), [*asked, list(asset_ids), *forms])
            for asset_id, name in cursor.fetchall():
                found[asset_id][name].append(Sighting("metadata", 1.0, label=name))


def _take(
    rows: Iterable[tuple[Any, ...]],
    taken: set[tuple[int, str]],
    found: dict[UUID, dict[str, list[Sighting]]],
) -> None:
    """Take moments in which phrases stand, each once for a phrase."""
    for asset_id, name, kind, score, start, end, text, pk in rows:
        if (pk, name) not in taken:
            taken.add((pk, name))
            found[asset_id][name].append(Sighting(kind, score, start, end, label=name, text=text, moment=pk))


def _reporters(asset_ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """How many people have reported them whom nobody has given a decision yet, by their reasons."""
    rows = Report.objects.standing().filter(asset__in=asset_ids).order_by()
    found: dict[UUID, dict[str, int]] = defaultdict(dict)
    for asset_id, reason, people in rows.values_list("asset_id", "reason").annotate(
        people=Count("reporter", distinct=True)
    ):
        found[asset_id][reason] = people
    return found


def _strikes(people: Iterable[UUID]) -> dict[UUID, int]:
    """How many strikes count against these people now."""
    standing = Strike.objects.filter(user__in=people, lifted_at=None, expires_at__gt=timezone.now())
    return dict(standing.order_by().values_list("user_id").annotate(count=Count("id")))
