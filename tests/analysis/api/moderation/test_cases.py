"""Cases over HTTP: claimed by one at a time, decided on with a reason, and blind where a second look is to come."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from analysis.models import Case, CaseComment, CaseStatus, Decision, Match, Report
from assets.models import Variant, VariantType
from assets.services.names import asset_folder
from mediaportal.accounts.models import User
from tests.analysis.moderating import case, policy
from tests.factories import AssetFactory, UserFactory, VariantFactory
from tests.processing.api.test_views import signed_in

pytestmark = pytest.mark.django_db
CASES = "/api/v1/moderation/cases/"


@pytest.fixture
def moderator() -> User:
    return UserFactory(role="moderator", name="Mona")


@pytest.fixture
def client(moderator: User) -> APIClient:
    return signed_in(moderator)


def of(one: Case, verb: str = "") -> str:
    return f"{CASES}{one.pk}/{verb}"


def decided(
    user: User, one: Case, action: str = "reject", reason: str = "sexual", **more: Any
) -> dict[str, Any]:
    """The answer to a decision of somebody who claims the case before."""
    client = signed_in(user)
    assert client.post(of(one, "claim")).status_code == 200
    answer = client.post(of(one, "decide"), {"action": action, "reason": reason, **more}, format="json")
    assert answer.status_code == 200, answer.json()
    told: dict[str, Any] = answer.json()
    return told


def test_a_case_says_what_its_reviewer_needs(client: APIClient) -> None:
    one = case()
    Report.objects.create(
        asset=one.asset, case=one, reporter=UserFactory(), reason="spam", note="Look", second=2
    )
    told = client.get(of(one)).json()
    assert told["policy"] == {"slug": "house-rules", "name": one.policy.name}
    assert told["owner"] == {"id": str(one.owner_id), "name": str(one.owner)}
    assert (told["mine"], told["assignee"], told["ruling"], told["blind"]) == (False, None, None, False)
    assert [(report["reason"], report["note"], report["second"]) for report in told["reports"]] == [
        ("spam", "Look", 2.0)
    ]
    (hit,) = told["evidence"]
    assert (hit["label"], hit["start"], hit["picture"], hit["moment_url"]) == (
        "Explicit Nudity",
        2.0,
        None,
        None,
    )
    assert told["decisions"] == []


def test_hits_are_shown_by_tiles_and_stills(client: APIClient) -> None:
    one = case()
    board = {"tiles": 9, "seconds": 1.0, "duration": 9.0, "columns": 2, "rows": 2, "width": 160, "height": 90}
    VariantFactory(
        asset=one.asset,
        variant_type=VariantType.STORYBOARD,
        format="vtt",
        storage_key=f"{asset_folder(one.asset_id)}/thumbnails/board/storyboard.vtt",
        detail={"board": {**board, "size": 10}},
    )
    (hit,) = client.get(of(one)).json()["evidence"]
    url = hit["picture"].pop("url")
    assert url.endswith("/1.jpg")
    assert hit["picture"] == {"x": 0, "y": 90, "w": 160, "h": 90}
    assert hit["moment_url"] == f"{url}#xywh=0,90,160,90"
    VariantFactory(asset=one.asset, variant_type=VariantType.THUMBNAIL, format="webp", timestamp=3.0)
    (hit,) = client.get(of(one)).json()["evidence"]
    assert list(hit["picture"]) == ["url"]
    assert hit["moment_url"] == hit["picture"]["url"]
    Variant.objects.filter(variant_type=VariantType.STORYBOARD).delete()
    Variant.objects.update(timestamp=100.0)
    (hit,) = client.get(of(one)).json()["evidence"]
    assert list(hit["picture"]) == ["url"]


def test_the_list_is_in_the_order_of_urgency_and_asks_as_often_for_many_as_for_one(
    client: APIClient, django_assert_num_queries: Any
) -> None:
    due = timezone.now() + timedelta(hours=1)
    cases = [case(severity=2, due_at=due) for _number in range(3)]
    first, last = case(severity=3, due_at=due), case(severity=1, due_at=due)
    order = [first, *sorted(cases, key=lambda one: str(one.pk)), last]
    client.get(CASES)
    with django_assert_num_queries(5):
        answer = client.get(CASES).json()
    assert [row["id"] for row in answer["results"]] == [str(one.pk) for one in order]
    page = client.get(CASES, {"page_size": 2}).json()
    seen = [row["id"] for row in page["results"]]
    while page["next"]:
        page = client.get(page["next"]).json()
        seen += [row["id"] for row in page["results"]]
    assert seen == [str(one.pk) for one in order]
    before = client.get(page["previous"]).json()
    assert [row["id"] for row in before["results"]] == seen[2:4]
    assert client.get(before["previous"]).json()["previous"] is None


@pytest.mark.parametrize("cursor", ["x", "W10=", "WzEsIDIsIDMsIDQsIDVd", "bnVsbA=="])
def test_a_made_up_cursor_is_not_found(client: APIClient, cursor: str) -> None:
    assert client.get(CASES, {"cursor": cursor}).status_code == 404


def test_the_list_is_filtered(client: APIClient, moderator: User) -> None:
    other = policy("loud")
    one, two = case(severity=4), case(of=other, queue="appeal")
    client.post(of(two, "claim"))
    told = {
        "queue=appeal": [two],
        "policy=loud": [two],
        "severity=4": [one],
        "severity=4&severity=2": [one, two],
        "status=claimed": [two],
        "assignee=me": [two],
        "assignee=none": [one],
        f"assignee={moderator.pk}": [two],
        f"asset={one.asset_id}": [one],
    }
    for asked, found in told.items():
        rows = client.get(f"{CASES}?{asked}").json()["results"]
        assert [row["id"] for row in rows] == [str(each.pk) for each in found], asked
    assert client.get(f"{CASES}?assignee=somebody").status_code == 400
    assert client.get(f"{CASES}?queue=nowhere").status_code == 400


def test_next_is_claimed_and_after_one_comes_the_following(client: APIClient) -> None:
    first, second = case(severity=3), case(severity=2)
    told = client.post(f"{CASES}next").json()
    assert (told["id"], told["status"], told["mine"]) == (str(first.pk), "claimed", True)
    assert client.post(of(first, "release")).status_code == 204
    assert client.post(f"{CASES}next", {"after": str(first.pk)}, format="json").json()["id"] == str(second.pk)
    assert client.post(f"{CASES}next", {"after": str(second.pk)}, format="json").json()["id"] == str(first.pk)
    nothing = client.post(f"{CASES}next", {"after": str(first.pk)}, format="json")
    assert (nothing.status_code, nothing.json()["code"]) == (404, "nothing_waiting")


def test_what_was_put_back_comes_again_when_nothing_else_is_left(client: APIClient) -> None:
    only = case()
    client.post(f"{CASES}next")
    client.post(of(only, "release"))
    assert client.post(f"{CASES}next", {"after": str(only.pk)}, format="json").json()["id"] == str(only.pk)


def test_it_is_with_one_at_a_time(client: APIClient) -> None:
    one, other = case(), signed_in(UserFactory(role="moderator"))
    assert client.post(of(one, "claim")).json()["mine"]
    taken = other.post(of(one, "claim"))
    assert (taken.status_code, taken.json()["code"]) == (409, "case_taken")
    shown = other.get(of(one)).json()
    assert (shown["mine"], shown["assignee"]["name"]) == (False, "Mona")
    assert client.post(of(one, "renew")).json()["lease_until"] >= shown["lease_until"]
    for verb in ("renew", "release"):
        lost = other.post(of(one, verb))
        assert (lost.status_code, lost.json()["code"]) == (409, "lease_lost")
    refused = other.post(of(one, "decide"), {"action": "reject", "reason": "spam"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "lease_lost")


def test_a_decision_is_told_and_taken_back(client: APIClient, moderator: User) -> None:
    one = case()
    told = decided(moderator, one, "restrict", "cultural", restriction={"rating": "18"}, seen=[0], note="Hm")
    assert (told["case"]["status"], told["case"]["ruling"]) == ("decided", "restricted")
    (made,) = told["case"]["decisions"]
    assert (made["action"], made["reason"], made["note"], made["effective"]) == (
        "restrict",
        "cultural",
        "Hm",
        True,
    )
    assert made["restriction"]["rating"] == "18"
    assert made["made_by"] == {"id": str(moderator.pk), "name": "Mona"}
    again = client.post(of(one, "claim"))
    assert (again.status_code, again.json()["code"]) == (409, "case_decided")
    undone = client.post(f"/api/v1/moderation/decisions/{told['decision_id']}/undo").json()
    assert (undone["status"], undone["mine"], undone["ruling"], undone["decisions"]) == (
        "claimed",
        True,
        None,
        [],
    )
    Decision.objects.update(made_at=timezone.now() - timedelta(hours=1))
    late = client.post(f"/api/v1/moderation/decisions/{told['decision_id']}/undo")
    assert (late.status_code, late.json()["code"]) == (409, "too_late")


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"action": "approve"}, "reason"),
        ({"action": "reject", "reason": "fine"}, "reason"),
        ({"action": "restrict", "reason": "spam"}, "restriction"),
        ({"action": "restrict", "reason": "spam", "restriction": {"cut": [[3]]}}, "restriction"),
        ({"action": "reject", "reason": "spam", "seconds": -1}, "seconds"),
        ({"action": "reject", "reason": "spam", "policy": "nowhere"}, "policy"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_field(
    client: APIClient, sent: dict[str, Any], field: str
) -> None:
    one = case()
    client.post(of(one, "claim"))
    answer = client.post(of(one, "decide"), sent, format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"].split(".")[0] == field


def test_who_looks_again_learns_nothing_of_the_first_look(client: APIClient) -> None:
    first, one = UserFactory(role="moderator"), case(of=policy("twice", double=1.0))
    signed_in(first).post(f"{CASES}{one.pk}/comments", {"text": "Before"}, format="json")
    told = decided(first, one, "reject", "sexual")
    assert (told["case"]["queue"], told["case"]["blind"], told["case"]["ruling"]) == (
        "second",
        False,
        "rejected",
    )
    signed_in(first).post(f"{CASES}{one.pk}/comments", {"text": "After"}, format="json")
    shown = client.get(of(one)).json()
    (listed,) = client.get(CASES).json()["results"]
    for document in (shown, listed, client.post(of(one, "claim")).json()):
        assert (document["blind"], document["ruling"], "decisions" in document) == (True, None, False)
        assert "reject" not in str({**document, "title": ""})
    client.post(f"{CASES}{one.pk}/comments", {"text": "Mine"}, format="json")
    said = client.get(f"{CASES}{one.pk}/comments").json()["results"]
    assert [comment["text"] for comment in said] == ["Before", "Mine"]
    other = case(asset=AssetFactory(published=True, uploaded_by=one.owner))
    history = client.get(of(other, "history")).json()
    assert [line["ruling"] for line in history["owner_cases"]] == [None]
    agreed = client.post(of(one, "decide"), {"action": "reject", "reason": "sexual"}, format="json").json()
    assert [made["stage"] for made in agreed["case"]["decisions"]] == ["first", "second"]
    assert len(client.get(f"{CASES}{one.pk}/comments").json()["results"]) == 3


def test_a_case_is_opened_by_hand(client: APIClient, moderator: User) -> None:
    asset = AssetFactory(published=True)
    sent = {"asset_id": str(asset.pk), "policy": "house-rules", "note": "Look here", "second": 3}
    made = client.post(CASES, sent, format="json")
    assert made.status_code == 201
    told = made.json()
    assert (told["source"], told["worst_start"], told["evidence"][0]["kind"]) == ("staff", 3.0, "staff")
    assert CaseComment.objects.get().text == "Look here"
    assert client.post(CASES, sent, format="json").json()["id"] == told["id"]
    own = AssetFactory(published=True, uploaded_by=moderator)
    refused = client.post(CASES, {**sent, "asset_id": str(own.pk)}, format="json")
    assert refused.status_code == 403
    assert client.post(CASES, {**sent, "policy": "nowhere"}, format="json").status_code == 400
    assert client.post(CASES, {**sent, "asset_id": str(uuid4())}, format="json").status_code == 404


def test_a_match_is_evidence(client: APIClient) -> None:
    asset, other = AssetFactory(published=True), AssetFactory(published=True, title="Dunes")
    match = Match.objects.create(
        asset=other,
        other=asset,
        kind="picture",
        start=4.0,
        end=8.0,
        other_start=10.0,
        other_end=14.0,
        offset=6.0,
        score=0.9,
        spans=[[4.0, 8.0, 10.0, 14.0]],
    )
    sent = {"asset_id": str(asset.pk), "policy": "known-works", "match_id": str(match.pk)}
    told = client.post(CASES, sent, format="json").json()
    (hit,) = told["evidence"]
    assert (hit["label"], hit["start"], hit["end"], hit["score"]) == ("Dunes", 10.0, 14.0, 0.9)
    elsewhere = {**sent, "asset_id": str(AssetFactory(published=True).pk)}
    assert client.post(CASES, elsewhere, format="json").status_code == 400


def test_a_lease_ends_by_the_clock(client: APIClient) -> None:
    one = case()
    client.post(of(one, "claim"))
    Case.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    for verb, sent in (("renew", {}), ("decide", {"action": "reject", "reason": "spam"})):
        lost = client.post(of(one, verb), sent, format="json")
        assert (lost.status_code, lost.json()["code"]) == (409, "lease_lost")
    other = signed_in(UserFactory(role="moderator"))
    assert other.post(f"{CASES}next").json()["id"] == str(one.pk)
    assert Case.objects.get().status == CaseStatus.CLAIMED


def test_who_watches_reports_and_owners_appeal() -> None:
    one = case()
    viewer = signed_in(UserFactory(role="viewer"))
    sent = {"asset_id": str(one.asset_id), "reason": "spam", "note": "Look", "second": 2}
    taken = viewer.post(CASES, sent, format="json")
    assert (taken.status_code, taken.json()["reason"], taken.json()["second"]) == (202, "spam", 2.0)
    assert viewer.post(CASES, {**sent, "reason": "fine"}, format="json").status_code == 400
    assert viewer.post(CASES, {"asset_id": str(one.asset_id)}, format="json").status_code == 400
    hidden = AssetFactory(published=True, visibility="private")
    assert viewer.post(CASES, {**sent, "asset_id": str(hidden.pk)}, format="json").status_code == 404
    owner = signed_in(one.owner)
    own = owner.post(CASES, sent, format="json")
    assert (own.status_code, own.json()["code"]) == (409, "own_asset")
    assert owner.post(of(one, "appeal"), {"text": "No"}, format="json").json()["code"] == "not_appealable"
    decided(UserFactory(role="moderator"), one)
    assert owner.post(of(one, "appeal"), {"text": "No"}, format="json").json()["code"] == "not_appealable"
    Decision.objects.update(settled_at=timezone.now())
    assert viewer.post(of(one, "appeal"), {"text": "No"}, format="json").status_code == 404
    made = owner.post(of(one, "appeal"), {"text": "It is news"}, format="json")
    assert (made.status_code, made.json()["status"]) == (201, "open")
    told = signed_in(UserFactory(role="moderator")).post(f"{CASES}next").json()
    assert (told["queue"], told["appeal"]["text"], told["ruling"]) == ("appeal", "It is news", "rejected")
