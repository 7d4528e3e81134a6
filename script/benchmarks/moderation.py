"""Moderation: how long twenty people who ask at once wait for their next case among 100,000, and how soon a decision
ends what somebody is watching.

Of the cases a part lies in queues that the people may not take from, a part is of a restricted policy, and a part is of
their own assets; all of these are the most urgent ones. `BENCH_CASES` makes it smaller.
"""

import contextlib
import http.client
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

from django.core.management import call_command
from django.db import connection
from rest_framework_simplejwt.tokens import AccessToken
from websockets.sync.client import connect

from analysis.models import Case, Policy, PolicyVersion
from analysis.services.moderation import byhand, claiming, deciding
from analysis.services.moderation.verdicts import Verdict
from assets.models import Asset
from benchmarks.films import film, segment
from benchmarks.http import served
from benchmarks.report import Row
from mediaportal.accounts.models import User

_CASES = int(os.environ.get("BENCH_CASES", "100000"))
_POLICIES = 5
_PEOPLE = 20
_ROUNDS = 25
_DECISIONS = 5
_PAUSE = 0.1
_NEXT = "/api/v1/moderation/cases/next"
_ASSETS = """
INSERT INTO assets_asset ({columns})
SELECT {values} FROM assets_asset AS one, generate_series(1, %s) AS number WHERE one.id = %s
"""
# The first tenth of the assets is the people's own, each with the next one's name.
_OPENED = """
INSERT INTO analysis_case (
    id, asset_id, owner_id, policy_id, source, band, severity, due_at, reach, queue, status, ruling, deciders, evidence,
    worst_start, considered, holds, blocks, regions, rating, cap, opened_at, updated_at
)
SELECT gen_random_uuid(), asset.id, asset.uploaded_by_id, policy.id, 'policy', 'review',
    CASE WHEN policy.restricted OR asset.uploaded_by_id = ANY(%(people)s) THEN 4 ELSE 1 + (draw.number %% 3) END,
    now() + (draw.number %% 97) * interval '1 minute' - CASE WHEN policy.restricted THEN interval '1 day' ELSE '0' END,
    draw.number %% 11,
    CASE WHEN draw.number %% 10 < 6 THEN 'first' WHEN draw.number %% 10 < 8 THEN 'senior'
        WHEN draw.number %% 10 = 8 THEN 'second' ELSE 'appeal' END,
    'waiting', '', '{}', '[]', 0, '{}', false, false, '{}', 'all', '', now(), now()
FROM assets_asset AS asset
CROSS JOIN analysis_policy AS policy
CROSS JOIN LATERAL (SELECT abs(hashtext(asset.id::text || policy.slug)) AS number) AS draw
WHERE policy.slug LIKE 'bench%%'
"""


def measure(folder: Path) -> Iterator[Row]:
    """Yield how long `next` takes for the service and over HTTP, and how soon a decision has stopped a viewer."""
    call_command("migrate", verbosity=0)
    people = [
        User.objects.create_user(f"moderator{number}@example.org", "bench", role="moderator")
        for number in range(_PEOPLE)
    ]
    owner = User.objects.create_user("uploader@example.org", "bench", role="contributor")
    _fill(owner, people)
    label = f"Next of {Case.objects.filter(status='waiting').count():,} cases, {_PEOPLE} at once"
    for person in people:
        claiming.take_next(user=person)  # warms up
    times, ids = _rounds([lambda person=person: claiming.take_next(user=person).pk for person in people])  # type: ignore[misc]  # bound as it is made
    yield Row(f"{label}, 95th of 100", _95th(times), "ms", most=100)
    yield Row(f"{label}, median", median(times), "ms")
    with served(folder) as port:
        asks = [_asker(port, person) for person in people]
        for ask in asks:
            ask()
        over_http, more = _rounds(asks)
        yield Row(f"{label}, over HTTP, 95th of 100", _95th(over_http), "ms")
        yield Row(f"{label}, over HTTP, median", median(over_http), "ms")
        yield Row(
            "Cases given to two",
            len(ids) + len(more) - len({str(one) for one in [*ids, *more]}),
            "cases",
            most=0,
        )
        refused, heard = zip(*(_stopped(port, owner, people[0]) for _turn in range(_DECISIONS)), strict=True)
        yield Row("From a decision to the last segment, slowest", max(refused), "s", most=5)
        yield Row("From a decision to an open page's websocket, slowest", max(heard), "s", most=5)


def _fill(owner: User, people: list[User]) -> None:
    """Make the cases up: some on top that nobody of these may take."""
    for number in range(_POLICIES):
        policy = Policy.objects.create(slug=f"bench{number}", name=f"Policy {number}", restricted=not number)
        policy.current = PolicyVersion.objects.create(policy=policy, number=1)
        policy.save()
    one = _published(owner)
    columns = [field.column for field in Asset._meta.concrete_fields if not field.generated]
    own = "CASE WHEN number %% 10 = 0 THEN (%s::uuid[])[1 + (number / 10) %% %s] ELSE one.uploaded_by_id END"
    made = {
        "id": "gen_random_uuid()",
        "job_id": "gen_random_uuid()",
        "storage_key": "'bench/' || number",
        "uploaded_by_id": own,
    }
    values = [made.get(column, f'one."{column}"') for column in columns]
    statement = _ASSETS.format(columns=", ".join(f'"{name}"' for name in columns), values=", ".join(values))
    ids = [person.pk for person in people]
    with connection.cursor() as cursor:
        cursor.execute(statement, [ids, len(ids), _CASES // _POLICIES, one.pk])
        cursor.execute(_OPENED, {"people": ids})
        cursor.execute("VACUUM (ANALYZE)")


def _published(owner: User) -> Asset:
    """A published film without its files."""
    asset = film(owner, 0, duration=3600.0)
    asset.save()
    return asset


def _rounds(asks: list[Callable[[], Any]]) -> tuple[list[float], list[Any]]:
    """Milliseconds of each call, and what it returned, of people who ask again and again, all at the same moment."""
    gate = threading.Barrier(len(asks))

    def one(ask: Callable[[], Any]) -> list[tuple[float, Any]]:
        taken = []
        try:
            for _round in range(_ROUNDS):
                gate.wait(timeout=120)
                start = time.perf_counter()
                found = ask()
                taken.append((1000 * (time.perf_counter() - start), found))
        finally:
            connection.close()
        return taken

    with ThreadPoolExecutor(len(asks)) as pool:
        every = [taken for each in pool.map(one, asks) for taken in each]
    return [took for took, _found in every], [found for _took, found in every]


def _asker(port: int, person: User) -> Callable[[], str]:
    """What asks for the next case over a connection that stays open; returns the case's id."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    token = str(AccessToken.for_user(person))

    def ask() -> str:
        client.request("POST", _NEXT, headers={"Authorization": f"Bearer {token}", "Content-Length": "0"})
        answer = client.getresponse()
        body = answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise RuntimeError(f"next answered {answer.status}: {body[:200]!r}")
        return str(json.loads(body)["id"])

    return ask


def _95th(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


# --- What a decision ends -----------------------------------------------------------------------------------------
def _stopped(port: int, owner: User, moderator: User) -> tuple[float, float]:
    """The seconds from a decision until a viewer who fetches segment after segment is refused, and until the page that
    they have open hears of it.
    """
    asset, viewer = _published(owner), _viewer()
    path, _key = segment(asset, viewer=viewer)
    case = byhand.open_by_hand(user=moderator, asset_id=asset.pk, policy="house-rules")
    claiming.claim(user=moderator, case_id=case.pk)
    token = str(AccessToken.for_user(viewer))
    address = f"ws://127.0.0.1:{port}/ws/v1/events/"
    with (
        connect(address, additional_headers={"Authorization": f"Bearer {token}"}) as page,
        ThreadPoolExecutor(2) as pool,
    ):
        page.send(json.dumps({"action": "subscribe", "topic": f"asset:{asset.pk}"}))
        page.recv(timeout=10)
        _fetched(port, path, once=True)
        ended = pool.submit(_fetched, port, path)
        heard = pool.submit(_heard, page)
        time.sleep(_PAUSE)
        deciding.decide(user=moderator, case_id=case.pk, verdict=Verdict("reject", "spam"))
        decided = time.monotonic()
        return ended.result(30) - decided, heard.result(30) - decided


def _viewer() -> User:
    """Somebody who may watch what everyone here may."""
    email = f"viewer-{time.monotonic_ns()}@example.org"
    return User.objects.create_user(email, "bench", role="viewer")


def _fetched(port: int, path: str, *, once: bool = False) -> float:
    """Fetch a segment again and again until it is refused; returns when that was. Raises when the first is refused."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as client:
        for turn in range(600):
            client.request("GET", path)
            answer = client.getresponse()
            answer.read()
            if answer.status != http.HTTPStatus.OK:
                if not turn:
                    raise RuntimeError(
                        f"the segment is answered by {answer.status} before anybody has decided"
                    )
                return time.monotonic()
            if once:
                return time.monotonic()
            time.sleep(_PAUSE)
    raise RuntimeError("the segment is served for ever")


def _heard(page: Any) -> float:
    """When an open page hears that its film is blocked."""
    while json.loads(page.recv(timeout=30))["type"] != "asset.blocked":
        continue
    return time.monotonic()
