"""Policies over HTTP: who may do what, what the answers hold, and how little is asked of the database."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from analysis.models import Policy, Replay
from analysis.services.moderation import replaying
from assets.models import Asset
from tests.analysis.moderating import NUDITY, found, judged, policy
from tests.factories import AssetFactory, UserFactory
from tests.processing.api.test_views import signed_in

pytestmark = pytest.mark.django_db
POLICIES = "/api/v1/moderation/policies/"
GUEST = {"key": "guest", "kind": "guest", "review": 1}
VIDEO = {"key": "all", "kind": "metadata", "field": "kind", "names": ["video"], "review": 1}


@pytest.fixture
def manager() -> APIClient:
    return signed_in(UserFactory(role="manager"))


def patched(client: APIClient, of: Policy, **body: Any) -> Any:
    return client.patch(f"{POLICIES}{of.pk}/", body, format="json")


def unsafe() -> Asset:
    asset = AssetFactory(published=True)
    found(asset, ("Explicit Nudity", 0.8, 0.0, 1.0))
    return asset


def test_a_policy_from_the_first_word_to_the_last(manager: APIClient) -> None:
    made = manager.post(POLICIES, {"name": "Guests", "rules": [GUEST], "severity": 3}, format="json")
    assert made.status_code == 201, made.json()
    told = made.json()
    assert (told["slug"][:7], told["mode"], told["version"]["number"]) == ("guests-", "off", 1)
    address = f"{POLICIES}{told['id']}/"
    changed = manager.patch(
        address, {"rules": [], "note": "none", "version": 1, "mode": "shadow"}, format="json"
    )
    assert changed.status_code == 200, changed.json()
    assert (changed.json()["version"]["number"], changed.json()["mode"]) == (2, "shadow")
    versions = manager.get(f"{address}versions/").json()["results"]
    assert [(one["number"], one["note"], len(one["rules"])) for one in versions] == [
        (2, "none", 0),
        (1, "", 1),
    ]
    assert manager.get(address).json() == changed.json()
    assert manager.delete(address).status_code == 204
    assert manager.get(address).status_code == 404


def test_the_list_is_by_name_and_of_few_queries(manager: APIClient) -> None:
    manager.get(POLICIES)
    counts = []
    for place in range(2):
        for number in range(3):
            policy(f"more-{place}-{number}")
        with CaptureQueriesContext(connection) as asked:
            listed = manager.get(POLICIES).json()["results"]
        counts.append(len(asked))
    assert counts[0] == counts[1]
    names = [one["name"] for one in listed]
    assert len(names) == 13
    assert names == sorted(names)


def test_faults_of_rules_are_told_with_their_places(manager: APIClient) -> None:
    refused = manager.post(
        POLICIES, {"name": "x", "rules": [GUEST, NUDITY | {"names": ["tea"]}]}, format="json"
    )
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid")
    assert refused.json()["errors"] == [
        {"field": "rules[1].names", "code": "unknown", "detail": "This is not known here: tea."}
    ]


@pytest.mark.parametrize(
    "rules",
    [[{"key": "\ud800"}], [GUEST | {"\ud800": 1}], [{"kind": "label", "names": ["\x00"]}], "x", 5, {}],
)
def test_whatever_is_sent_as_rules_is_answered(manager: APIClient, rules: Any) -> None:
    body = json.dumps(
        {"name": "x", "rules": rules}
    )  # with halves of characters, which the client's own form refuses
    refused = manager.post(POLICIES, body, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid")


def test_who_has_seen_an_older_version_is_told_the_newer(manager: APIClient) -> None:
    bare = policy()
    assert patched(manager, bare, deadline=3, version=1).status_code == 200
    stale = patched(manager, bare, deadline=4, version=1)
    assert (stale.status_code, stale.json()["code"], stale.json()["version"]) == (409, "stale_version", 2)
    assert patched(manager, bare, deadline=4).json()["errors"][0]["field"] == "version"


def test_what_is_against_everything_has_to_be_confirmed(manager: APIClient) -> None:
    AssetFactory(published=True)
    wide = policy("wide", VIDEO, mode="off")
    asked = patched(manager, wide, mode="on")
    assert (asked.status_code, asked.json()["code"]) == (409, "matches_everything")
    assert (asked.json()["count"], asked.json()["total"], asked.json()["estimated"]) == (1, 1, False)
    done = patched(manager, wide, mode="on", confirm=True, everything=True)
    assert (done.json()["mode"], done.json()["applying"]) == ("on", True)


def test_a_replay_is_ordered_and_told(manager: APIClient) -> None:
    asset, bare = unsafe(), policy()
    other = AssetFactory(published=True)
    ordered = manager.post(f"{POLICIES}{bare.pk}/replay", {"rules": [NUDITY | {"block": 0.7}]}, format="json")
    assert ordered.status_code == 202, ordered.json()
    told = ordered.json()
    assert (told["status"], told["done"], told["total"], told["against"]) == ("running", 0, 2, 1)
    again = manager.post(f"{POLICIES}{bare.pk}/replay", {}, format="json")
    assert (again.status_code, again.json()["code"], again.json()["replay"]) == (
        409,
        "replay_running",
        told["id"],
    )
    replaying.run(replay_id=Replay.objects.get().pk)
    done = manager.get(f"{POLICIES}{bare.pk}/replays/{told['id']}/").json()
    assert (done["status"], done["done"], done["error"]) == ("done", 2, None)
    assert done["changes"] == [
        {"before": "pass", "after": "pass", "count": 1, "asset_ids": []},
        {"before": "review", "after": "block", "count": 1, "asset_ids": [str(asset.pk)]},
    ]
    assert str(other.pk) not in str(done)
    elsewhere = policy("elsewhere")
    assert manager.get(f"{POLICIES}{elsewhere.pk}/replays/{told['id']}/").status_code == 404


def test_what_a_shadow_would_have_done(manager: APIClient) -> None:
    shade = policy("shade", mode="shadow")
    asset = judged(unsafe())
    told = manager.get(f"{POLICIES}{shade.pk}/shadow").json()
    assert told == {
        "total": 1,
        "changes": [{"before": "pass", "after": "review", "count": 1, "asset_ids": [str(asset.pk)]}],
    }


@pytest.mark.parametrize(
    ("role", "reading", "changing"),
    [("viewer", 403, 403), ("contributor", 403, 403), ("moderator", 200, 403), ("manager", 200, 200)],
)
def test_reviewers_read_and_managers_change(role: str, reading: int, changing: int) -> None:
    client, bare = signed_in(UserFactory(role=role)), policy()
    one = f"{POLICIES}{bare.pk}/"
    for address in (POLICIES, one, f"{one}versions/", f"{one}shadow"):
        assert client.get(address).status_code == reading, address
    assert patched(client, bare, name="x").status_code == changing
    assert client.post(POLICIES, {"name": "y"}, format="json").status_code in {changing, 201}
    assert client.post(f"{one}replay", {}, format="json").status_code in {changing, 202}
    assert client.delete(f"{POLICIES}{policy('other').pk}/").status_code in {changing, 204}
    assert Policy.objects.filter(name="y").exists() is (changing == 200)


def test_restricted_ones_are_not_found_by_others(manager: APIClient) -> None:
    hidden = Policy.objects.get(slug="known-hashes")
    moderator = signed_in(UserFactory(role="moderator"))
    assert moderator.get(f"{POLICIES}{hidden.pk}/").status_code == 404
    assert hidden.slug not in [one["slug"] for one in moderator.get(POLICIES).json()["results"]]
    assert manager.get(f"{POLICIES}{hidden.pk}/").status_code == 200


def test_what_comes_with_the_portal_stays(manager: APIClient) -> None:
    refused = manager.delete(f"{POLICIES}{Policy.objects.get(slug='guests').pk}/")
    assert (refused.status_code, refused.json()["code"]) == (409, "policy_in_use")


def test_nobody_signed_in_and_nothing_there(api: APIClient, manager: APIClient) -> None:
    assert api.get(POLICIES).status_code == 401
    assert manager.get(f"{POLICIES}{uuid4()}/").status_code == 404
    assert manager.get(f"{POLICIES}{policy().pk}/replays/{uuid4()}/").status_code == 404
