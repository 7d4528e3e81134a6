"""The numbers of moderation and the log of decisions over HTTP."""

import csv
import io
import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from mediaportal import asgi
from mediaportal.accounts.models import User
from tests.analysis.deciding import decided
from tests.analysis.moderating import case, policy
from tests.asgi import call
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

MODERATION = "/api/v1/moderation"


@pytest.fixture
def manager(api: APIClient) -> User:
    person = UserFactory(role="manager")
    api.force_authenticate(person)
    return person


def body(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode()


def test_all_numbers_are_told(api: APIClient, manager: User) -> None:
    under = policy()
    for _one in range(20):
        decided(("first", "reject", None), ("second", "reject", None), of=under, score=0.9)
    decided(("first", "approve", None), ("second", "approve", None), of=under, score=0.7)
    case()
    told = api.get(f"{MODERATION}/stats").json()
    assert sum(sum(one["by_age"].values()) for one in told["waiting"]) == 1
    assert told["pace"]["decided"] == 21 and len(told["days"]) in {30, 31}
    assert told["agreement"]["kappa"]["value"] == 1.0
    assert told["agreement_by_policy"][0]["policy"] == "bare"
    assert len(told["agreement_by_person"]) == 42
    (rule,) = told["rules"]
    assert (rule["rule"], rule["precision"]["hits"], rule["suggested_review"]["threshold"]) == (
        "nudity",
        20,
        0.7,
    )
    assert [week["rejected"] for week in told["volumes"][0]["weeks"]].count(0) >= 3
    assert told["workload"][0]["person"]["name"]


def test_the_period_is_told_by_days(api: APIClient, manager: User) -> None:
    told = api.get(f"{MODERATION}/stats?from=2026-03-01&to=2026-03-02").json()
    assert (told["since"], told["until"]) == ("2026-03-01T00:00:00Z", "2026-03-03T00:00:00Z")
    for query in ("from=x", "to=2026-99-01", "from=2026-03-02&to=2026-03-01"):
        for address in ("stats", "decisions/export"):
            answer = api.get(f"{MODERATION}/{address}?{query}")
            assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
            assert answer.json()["errors"][0]["field"] in {"from", "to"}


def test_the_log_is_a_list_with_filters(
    api: APIClient, manager: User, django_assert_num_queries: Any
) -> None:
    person = UserFactory(role="moderator")
    one = decided(("first", "reject", person), of=policy())
    decided(("first", "approve", None), days=3)
    manager.has_perm("accounts.view_user")
    with django_assert_num_queries(1):
        told = api.get(f"{MODERATION}/decisions/").json()
    assert [line["action"] for line in told["results"]] == ["reject", "approve"]
    for query in (
        "policy=bare",
        "action=reject",
        "reason=sexual",
        f"made_by={person.pk}",
        f"case={one.pk}",
        f"made_after={one.opened_at.isoformat().replace('+00:00', 'Z')}",
    ):
        found = api.get(f"{MODERATION}/decisions/?{query}").json()["results"]
        assert [line["case_id"] for line in found] == [str(one.pk)], query
    assert api.get(f"{MODERATION}/decisions/?undone=true").json()["results"] == []
    assert len(api.get(f"{MODERATION}/decisions/?undone=false&stage=first").json()["results"]) == 2


def test_the_log_is_handed_out_as_a_file(api: APIClient, manager: User) -> None:
    decided(("first", "reject", None))
    answer = api.get(f"{MODERATION}/decisions/export")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="decisions-')
    (row,) = csv.DictReader(io.StringIO(body(answer)))
    answer = api.get(f"{MODERATION}/decisions/export?format=json")
    assert answer["Content-Type"] == "application/json"
    assert json.loads(body(answer))[0]["id"] == row["id"]
    assert api.get(f"{MODERATION}/decisions/export?format=xls").status_code == 400


@pytest.mark.parametrize("address", ["stats", "decisions/", "decisions/export"])
def test_only_those_who_may_see_numbers(api: APIClient, address: str) -> None:
    assert api.get(f"{MODERATION}/{address}").status_code == 401
    api.force_authenticate(UserFactory(role="moderator"))
    assert api.get(f"{MODERATION}/{address}").status_code == 403


@pytest.mark.django_db(transaction=True)
async def test_the_file_comes_through_the_door_for_long_answers() -> None:
    assert asgi.app_for(f"{MODERATION}/decisions/export") is not asgi.django_app
    answer = await call(asgi.application, "GET", f"{MODERATION}/decisions/export")
    assert (answer.status, answer.json()["code"]) == (401, "not_authenticated")
