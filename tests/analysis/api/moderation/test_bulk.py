"""Decisions on many cases over HTTP."""

from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from analysis.models import Batch, Case
from mediaportal.accounts.models import User
from tests.analysis.moderating import case, worked
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

BULK = "/api/v1/moderation/bulk"


@pytest.fixture
def moderator(api: APIClient) -> User:
    person = UserFactory(role="moderator")
    api.force_authenticate(person)
    return person


def test_it_is_shown_made_followed_and_undone(api: APIClient, moderator: User) -> None:
    rows = [case(severity=3), case(severity=2, queue="senior")]
    wish: dict[str, Any] = {"action": "reject", "reason": "sexual", "note": "Spam wave"}
    told = api.post(BULK, {**wish, "filter": {}}, format="json")
    assert told.status_code == 200
    assert (told.json()["total"], told.json()["counts"]) == (2, {"ok": 1, "other_queue": 1})
    assert told.json()["effects"] == {"blocked": 1}
    assert told.json()["cases"][0] == {
        "id": str(rows[0].pk),
        "title": rows[0].asset.title,
        "code": "ok",
        "code_label": "can be decided",
        "effect": "blocked",
        "effect_label": "is blocked",
    }
    assert not Batch.objects.exists()
    begun = api.post(BULK, {**wish, "ids": [str(one.pk) for one in rows], "preview": False}, format="json")
    assert begun.status_code == 202
    batch = begun.json()
    assert (batch["status"], batch["total"], batch["done"], batch["undo_until"]) == ("running", 2, 0, None)
    worked(Batch.objects.get())
    batch = api.get(f"{BULK}/{batch['id']}/").json()
    assert (batch["status"], batch["total"], batch["done"]) == ("done", 2, 2)
    assert [line["code"] for line in batch["report"]] == ["ok", "other_queue"]
    assert batch["undo_until"] > batch["made_at"]
    assert Case.objects.get(pk=rows[0].pk).decisions.get().note == "Spam wave"
    undoing = api.post(f"{BULK}/{batch['id']}/undo")
    assert (undoing.status_code, undoing.json()["status"]) == (202, "undoing")
    worked(Batch.objects.get())
    undone = api.get(f"{BULK}/{batch['id']}/").json()
    assert [line["undone"] for line in undone["report"]] == ["ok", "nothing"]
    assert (undone["status"], undone["undo_until"]) == ("undone", None)


def test_a_filter_chooses(api: APIClient, moderator: User) -> None:
    case(severity=3)
    wanted = case(severity=2, source="report")
    wish = {
        "action": "approve",
        "reason": "fine",
        "filter": {"severity": 2, "source": "report", "assignee": "none"},
    }
    told = api.post(BULK, wish, format="json").json()
    assert [one["id"] for one in told["cases"]] == [str(wanted.pk)]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({}, "ids"),
        ({"ids": ["x"]}, "ids"),
        ({"ids": [], "filter": {}}, "ids"),
        ({"ids": []}, "ids"),
        ({"filter": {"queue": "best"}}, "filter"),
        ({"ids": [str(uuid4())], "action": "forgive"}, "action"),
        ({"ids": [str(uuid4())], "reason": "fine"}, "reason"),
        ({"ids": [str(uuid4())], "action": "restrict"}, "rating"),
        ({"ids": [str(uuid4())] * 1001}, "ids"),
    ],
)
def test_wrong_input_is_told_by_its_field(
    api: APIClient, moderator: User, wrong: dict[str, Any], field: str
) -> None:
    answer = api.post(BULK, {"action": "reject", "reason": "sexual", **wrong}, format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"].split(".")[0] == field


def test_only_those_who_review_may(api: APIClient) -> None:
    wish = {"action": "reject", "reason": "sexual", "ids": [str(case().pk)]}
    assert api.post(BULK, wish, format="json").status_code == 401
    api.force_authenticate(UserFactory(role="contributor"))
    assert api.post(BULK, wish, format="json").status_code == 403
    assert api.get(f"{BULK}/{uuid4()}/").status_code == 403
    api.force_authenticate(UserFactory(role="moderator"))
    assert api.get(f"{BULK}/{uuid4()}/").status_code == 404
