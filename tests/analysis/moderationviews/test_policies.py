"""The pages of policies: who sees what on them, and how little is asked of the database."""

import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from analysis.models import Policy
from analysis.rules import RuleKind
from analysis.services.moderation import policies, replaying
from mediaportal.accounts.models import User
from tests.analysis.moderating import NUDITY, found, judged, policy
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db


def person(client: Client, role: str = "manager") -> User:
    user = UserFactory(role=role)
    client.force_login(user)
    return user


def page(client: Client, of: Policy | str) -> str:
    address = of if isinstance(of, str) else reverse("policy", args=[of.pk])
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def config(text: str) -> Any:
    found = re.search(r'<script id="policy-config" type="application/json">(.*?)</script>', text, flags=re.S)
    assert found
    return json.loads(found[1])


def test_the_list_tells_what_each_policy_says_by_few_queries(client: Client) -> None:
    person(client)
    page(client, reverse("policies"))
    counts = []
    for place in range(2):
        policy(f"dress-{place}", NUDITY | {"names": ["dress"]}, severity=4)
        with CaptureQueriesContext(connection) as asked:
            text = page(client, reverse("policies"))
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert "Dress-1" in text and ">Dress<" in text and "review from 60" in text
    assert reverse("policy-new") in text


def test_no_policies_say_how_to_begin(client: Client) -> None:
    person(client)
    Policy.objects.update(current=None, mode="off")
    Policy.objects.all().delete()
    assert "No policies yet" in page(client, reverse("policies"))


def test_a_manager_finds_the_editor_with_all_that_it_offers(client: Client) -> None:
    person(client)
    told = config(page(client, policy()))
    assert told["policy"]["rules"][0]["names"] == ["nudity"]
    assert told["policy"]["version"] == 1
    assert {kind["value"] for kind in told["kinds"]} == set(RuleKind)
    assert "Sex Toys" in next(one for one in told["names"]["topic"] if one["value"] == "nudity")["labels"]


def test_a_moderator_reads_and_finds_nothing_to_change(client: Client) -> None:
    person(client, "moderator")
    text = page(client, policy())
    assert "data-policy-form" not in text and "data-mode=" not in text
    assert "review from 60" in text
    assert client.get(reverse("policy-new")).status_code == 403
    hidden = Policy.objects.get(slug="known-hashes")
    assert client.get(reverse("policy", args=[hidden.pk])).status_code == 404
    assert hidden.name not in page(client, reverse("policies"))


@pytest.mark.parametrize("role", ["viewer", "contributor"])
def test_others_see_nothing(client: Client, role: str) -> None:
    person(client, role)
    bare = policy()
    for address in (reverse("policies"), reverse("policy", args=[bare.pk]), reverse("policy-new")):
        assert client.get(address).status_code == 403


def test_a_new_policy_has_an_empty_form(client: Client) -> None:
    person(client)
    told = config(page(client, reverse("policy-new")))
    assert told["policy"] == {"id": None, "rules": [], "version": None}


def test_versions_stand_there_with_what_was_changed(client: Client) -> None:
    user, bare = person(client), policy()
    changed = [NUDITY | {"review": 0.5}, {"key": "guest", "kind": "guest", "review": 1}]
    policies.change(user=user, policy=bare, given={"rules": changed, "severity": 4, "note": "harder"}, seen=1)
    text = page(client, bare)
    assert "harder" in text and "Critical" in text
    assert (
        "review from 60\u00a0%, block from 95\u00a0%" in text
        and "review from 50\u00a0%, block from 95\u00a0%" in text
    )
    assert "always reviewed" in text


def test_a_replay_is_waited_for_and_told(client: Client) -> None:
    user, bare = person(client), policy()
    asset = AssetFactory(published=True, title="<b>Bath</b>")
    found(asset, ("Explicit Nudity", 0.8, 0.0, 1.0))
    made = replaying.start(user=user, policy=bare, rules=[NUDITY | {"block": 0.7}])
    address = reverse("policy-replay", args=[bare.pk, made.pk])
    assert f'hx-get="{address}"' in page(client, address)
    assert "0 of 1 file" in page(client, bare)
    replaying.run(replay_id=made.pk)
    text = page(client, address)
    assert "hx-get" not in text and "&lt;b&gt;Bath" in text and reverse("asset", args=[asset.pk]) in text
    other = reverse("policy-replay", args=[policy("other").pk, made.pk])
    assert client.get(other).status_code == 404


def test_why_a_replay_failed_is_said(client: Client) -> None:
    user, bare = person(client), policy()
    made = replaying.start(user=user, policy=bare)
    replaying._end(made.pk, "failed", replaying.TOO_LONG)
    assert "It has taken too long" in page(client, bare)


def test_a_shadow_tells_what_it_would_have_done(client: Client) -> None:
    person(client)
    shade = policy("shade", mode="shadow")
    assert "It was not asked about anything yet" in page(client, shade)
    asset = AssetFactory(published=True, title="Harbour")
    found(asset, ("Explicit Nudity", 0.8, 0.0, 1.0))
    judged(asset)
    text = page(client, shade)
    assert "Of 1 file that it was asked about" in text and "Harbour" in text


def test_the_page_asks_as_much_for_many_versions_and_samples_as_for_one(client: Client) -> None:
    user, bare = person(client), policy(mode="shadow")
    counts = []
    for _time in range(2):
        for _place in range(3):
            asset = AssetFactory(published=True)
            found(asset, ("Explicit Nudity", 0.8, 0.0, 1.0))
            judged(asset)
            bare.refresh_from_db()
            seen = bare.current.number if bare.current else 0
            policies.change(user=user, policy=bare, given={"deadline": 10 + seen}, seen=seen)
        made = replaying.start(user=user, policy=bare)
        replaying.run(replay_id=made.pk)
        page(client, bare)
        with CaptureQueriesContext(connection) as asked:
            page(client, bare)
        counts.append(len(asked))
    assert counts[0] == counts[1]
