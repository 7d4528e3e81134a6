"""Around a case over HTTP: comments and who is named in them, decisions on the like of it, and what was before."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from analysis.models import Case, Decision, Strike
from mediaportal.accounts.models import User
from tests.analysis.moderating import case, policy
from tests.factories import AssetFactory, UserFactory
from tests.processing.api.test_views import signed_in

pytestmark = pytest.mark.django_db
MODERATION = "/api/v1/moderation"


@pytest.fixture
def moderator() -> User:
    return UserFactory(role="moderator", name="Mona", email="mona@example.org")


@pytest.fixture
def client(moderator: User) -> APIClient:
    return signed_in(moderator)


def of(one: Case, verb: str) -> str:
    return f"{MODERATION}/cases/{one.pk}/{verb}"


def decided(one: Case, action: str, reason: str, by: User | None = None) -> Decision:
    """Somebody decides on it."""
    client = signed_in(by or UserFactory(role="moderator"))
    client.post(of(one, "claim"))
    answer = client.post(of(one, "decide"), {"action": action, "reason": reason}, format="json")
    assert answer.status_code == 200, answer.json()
    return Decision.objects.get(pk=answer.json()["decision_id"])


def test_comments_name_only_who_may_read_the_case(
    client: APIClient, moderator: User, django_assert_num_queries: Any
) -> None:
    one = case(of=policy("secret"))
    named, senior = UserFactory(role="moderator", name="Nour"), UserFactory(role="manager", name="Said")
    made = client.post(of(one, "comments"), {"text": " Look ", "mentions": [str(named.pk)]}, format="json")
    assert made.status_code == 201
    assert made.json()["text"] == "Look"
    assert made.json()["mentions"] == [{"id": str(named.pk), "name": "Nour"}]
    for nobody in (one.owner, UserFactory(role="contributor"), UserFactory(role="moderator", inactive=True)):
        refused = client.post(of(one, "comments"), {"text": "x", "mentions": [str(nobody.pk)]}, format="json")
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "mentions")
    assert client.post(of(one, "comments"), {"text": "  "}, format="json").status_code == 400
    client.post(
        of(one, "comments"), {"text": "Twice", "mentions": [str(named.pk), str(senior.pk)]}, format="json"
    )
    client.get(of(one, "comments"))
    with django_assert_num_queries(3):
        listed = client.get(of(one, "comments")).json()["results"]
    assert [(comment["text"], comment["author"]["name"]) for comment in listed] == [
        ("Look", "Mona"),
        ("Twice", "Mona"),
    ]
    one.policy.restricted = True
    one.policy.save()
    by_senior = signed_in(senior)
    refused = by_senior.post(of(one, "comments"), {"text": "x", "mentions": [str(named.pk)]}, format="json")
    assert refused.status_code == 400
    assert client.get(of(one, "comments")).status_code == 404


def test_people_are_found_by_their_words(client: APIClient) -> None:
    UserFactory(role="manager", name="Nour Haddad")
    UserFactory(role="viewer", name="Nour Nobody")
    one = case()
    one.owner.set_role("moderator")
    User.objects.filter(pk=one.owner_id).update(name="Nour Owner")
    ask = f"{MODERATION}/people"
    assert [found["name"] for found in client.get(ask, {"q": "nour"}).json()] == ["Nour Haddad", "Nour Owner"]
    assert [found["name"] for found in client.get(ask, {"q": "had nour"}).json()] == ["Nour Haddad"]
    assert [found["name"] for found in client.get(ask, {"q": "mona@"}).json()] == ["Mona"]
    of_case = client.get(ask, {"q": "nour", "case": str(one.pk)}).json()
    assert [found["name"] for found in of_case] == ["Nour Haddad"]
    assert client.get(ask, {"q": "x\0y"}).status_code == 400


def test_precedents_are_of_the_same_policy_and_label_the_nearest_first(
    client: APIClient, django_assert_num_queries: Any
) -> None:
    far, near = case(score=0.5), case(score=0.79)
    decided(far, "approve", "context")
    decided(near, "reject", "sexual")
    decided(case(of=policy("other"), score=0.8), "reject", "sexual")
    one = case(score=0.8)
    client.get(of(one, "precedents"))
    with django_assert_num_queries(3):
        found = client.get(of(one, "precedents")).json()
    assert [(row["case_id"], row["score"], row["distance"]) for row in found] == [
        (str(near.pk), 0.79, 0.01),
        (str(far.pk), 0.5, 0.3),
    ]
    assert (found[0]["label"], found[0]["decision"]["action"]) == ("Explicit Nudity", "reject")
    Case.objects.filter(pk=one.pk).update(evidence=[])
    assert client.get(of(one, "precedents")).json() == []


def test_no_precedent_tells_of_a_first_look(client: APIClient) -> None:
    twice = policy("twice", double=1.0)
    first = UserFactory(role="moderator")
    decided(case(of=twice), "reject", "sexual", by=first)
    one = case(of=twice)
    assert client.get(of(one, "precedents")).json() == []
    assert len(signed_in(first).get(of(one, "precedents")).json()) == 1


def test_history_tells_of_the_asset_and_of_its_owner(
    client: APIClient, django_assert_num_queries: Any
) -> None:
    one = case(of=policy("loud"))
    asset, owner = one.asset, one.owner
    before = case(asset)
    decided(before, "approve", "fine")
    elsewhere = case(AssetFactory(published=True, uploaded_by=owner))
    against = decided(elsewhere, "reject", "spam")
    Strike.objects.create(user=owner, decision=against, expires_at=timezone.now() + timedelta(days=9))
    client.get(of(one, "history"))
    with django_assert_num_queries(7):
        told = client.get(of(one, "history")).json()
    assert [(line["id"], line["ruling"]) for line in told["asset_cases"]] == [(str(before.pk), "approved")]
    assert [(line["id"], line["ruling"]) for line in told["owner_cases"]] == [(str(elsewhere.pk), "rejected")]
    assert told["strikes"]["standing"] == 1
    assert told["strikes"]["list"][0]["reason"] == "spam"
    assert (told["uploads"]["count"], told["uploads"]["blocked"]) == (1, 1)
    assert [row["publication"] for row in told["uploads"]["newest"]] == ["blocked"]


def test_history_tells_nothing_of_the_case_itself(client: APIClient) -> None:
    one = case(of=policy("twice", double=1.0))
    against = decided(one, "reject", "spam")
    Strike.objects.create(user=one.owner, decision=against, expires_at=timezone.now() + timedelta(days=9))
    told = client.get(of(one, "history")).json()
    assert (told["asset_cases"], told["owner_cases"]) == ([], [])
    assert told["strikes"] == {"standing": 0, "list": []}
    assert told["uploads"] == {"count": 0, "blocked": 0, "newest": []}
