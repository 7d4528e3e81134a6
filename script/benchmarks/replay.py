"""A replay of a policy over 100,000 assets with a million moments: changed thresholds, topics, words and people.

The library is made up in the database: of each asset some labels, of which one in eight is of what is unsafe, and some
words that are said. `BENCH_ASSETS` makes it smaller.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection

from analysis.models import Policy, Replay
from analysis.services.moderation import breadth, policies, replaying, rulebook
from assets.models import Asset
from benchmarks.films import analysed, film, number_films
from benchmarks.report import Row
from mediaportal.accounts.models import User

_ASSETS = int(os.environ.get("BENCH_ASSETS", "100000"))
_MOMENTS_EACH = 10
_AT_ONCE = 10_000
STOOD: list[dict[str, Any]] = [
    {"key": "nudity", "kind": "topic", "names": ["nudity"], "review": 0.6, "block": 0.95},
    {"key": "violence", "kind": "topic", "names": ["violence", "disturbing"], "review": 0.75, "block": None},
    {"key": "words", "kind": "words", "names": ["harbour lighthouse", "منارة"], "review": 0.5, "block": None},
]
TRIED: list[dict[str, Any]] = [
    {"key": "nudity", "kind": "topic", "names": ["nudity", "partial_nudity"], "review": 0.5, "block": 0.9},
    {"key": "violence", "kind": "topic", "names": ["violence", "weapons"], "review": 0.7, "block": None,
     "overrides": [{"region": "SA", "rating": "", "review": 0.4, "block": 0.8}]},
    {"key": "words", "kind": "words", "names": ["harbour lighthouse", "caravan", "منارة"], "review": 0.5},
    {"key": "new", "kind": "uploader", "field": "age", "above": 0.5, "review": 1},
    {"key": "told", "kind": "reports", "review": 2},
]  # fmt: skip
_WORDS = "ARRAY['people', 'water', 'market', 'harbour', 'lighthouse', 'caravan', 'منارة', 'السوق', 'قافلة']"
_MOMENT_ROWS = f"""
INSERT INTO analysis_moment
    (asset_id, analysis_id, kind, start, "end", text, label, parent, confidence, speaker, language, detail, vector)
SELECT film.asset_id, film.id, drawn.kind, drawn.place, drawn.place + 2,
    CASE WHEN drawn.kind = 'speech' THEN drawn.said ELSE '' END,
    CASE drawn.kind WHEN 'speech' THEN '' WHEN 'moderation' THEN drawn.flag ELSE 'Harbour' END,
    CASE WHEN drawn.kind = 'moderation' THEN 'Violence' ELSE '' END,
    drawn.sure, '', '', '{{}}',
    CASE WHEN drawn.kind = 'speech' THEN portal_vector(ARRAY[drawn.said]) END
FROM (
    SELECT number, place, random() AS sure,
        CASE WHEN place < 5 THEN 'speech' WHEN random() < 0.25 THEN 'moderation' ELSE 'label' END AS kind,
        (ARRAY['Weapons', 'Explicit Nudity', 'Gambling', 'Blood & Gore', 'Kissing on the Lips'])
            [1 + floor(random() * 5)::int] AS flag,
        ({_WORDS})[1 + floor(9 * power(random(), 3))::int] || ' '
            || ({_WORDS})[1 + floor(9 * power(random(), 3))::int] AS said
    FROM generate_series(%s, %s) AS number, generate_series(0, %s) AS place
) AS drawn
JOIN bench_films AS film ON film.number = drawn.number
"""  # noqa: S608 - words of this module

_BORDER_ROWS = """
INSERT INTO analysis_border (analysis_id, moment, start, vector)
SELECT one.analysis_id, one.id, one.start,
    portal_border(ARRAY[one.text || ' ' || two.text], ARRAY[one.text], ARRAY[two.text])
FROM analysis_moment AS one
JOIN analysis_moment AS two ON two.asset_id = one.asset_id AND two.kind = 'speech' AND two.start = one.start + 1
JOIN bench_films AS film ON film.asset_id = one.asset_id AND film.number BETWEEN %s AND %s
WHERE one.kind = 'speech'
"""


def measure(_folder: Path) -> Iterator[Row]:
    """Yield how long a replay takes, and how long it is asked whether rules are against most of the library."""
    call_command("migrate", verbosity=0)
    manager = User.objects.create_user("replays@example.org", "bench", role="manager")
    _fill(manager)
    policy = policies.make(user=manager, given={"name": "Bench", "rules": STOOD})
    Policy.objects.filter(pk=policy.pk).update(mode="on")
    replay = replaying.start(user=manager, policy=policy, rules=TRIED)
    begun = time.perf_counter()
    while replaying.run(replay_id=replay.pk):
        pass
    took = time.perf_counter() - begun
    done = Replay.objects.get(pk=replay.pk)
    changed = sum(count for change, count in done.counts.items() if len(set(change.split(">"))) > 1)
    if (done.status, done.done) != ("done", _ASSETS) or not changed:
        raise RuntimeError(f"the replay has ended as {done.status} after {done.done}: {done.counts}")
    yield Row(f"Replay over {_ASSETS:,} assets, {_ASSETS * _MOMENTS_EACH:,} moments", took, "s", most=60)
    yield Row("Assets that would stand otherwise", changed, "assets")
    begun = time.perf_counter()
    breadth.of(rulebook.checked(TRIED))
    yield Row("Whether it is against most of the library", 1000 * (time.perf_counter() - begun), "ms")


def _fill(owner: User) -> None:
    """Make the library up; the same labels and words each time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")
        for first in range(0, _ASSETS, _AT_ONCE):
            last = min(first + _AT_ONCE, _ASSETS) - 1
            films = Asset.objects.bulk_create(film(owner, number) for number in range(first, last + 1))
            number_films(cursor, analysed(films, "moderation"), first=first)
            cursor.execute(_MOMENT_ROWS, [first, last, _MOMENTS_EACH - 1])
            cursor.execute(_BORDER_ROWS, [first, last])
        cursor.execute("VACUUM (ANALYZE)")
