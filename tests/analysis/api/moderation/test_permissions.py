"""Who may do what with which case, as one table: the status that each is answered."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from analysis.models import Case, Decision
from mediaportal.accounts.models import User
from tests.analysis.moderating import case, policy
from tests.factories import AssetFactory, UserFactory
from tests.processing.api.test_views import signed_in

pytestmark = pytest.mark.django_db
MODERATION = "/api/v1/moderation"
ROLES = ("nobody", "viewer", "contributor", "moderator", "manager", "administrator")
# `own`: of the caller's asset; `secret`: of a restricted policy; `senior`: in the senior queue; `again`: the caller has
# decided on it already, and it is to be looked at again.
TABLE = """
                    nobody  viewer  contributor  moderator  manager  administrator
list        foreign    401     403          403        200      200            200
retrieve    foreign    401     403          403        200      200            200
retrieve    own        401     403          403        404      404            404
retrieve    secret     401     403          403        404      200            200
retrieve    senior     401     403          403        200      200            200
retrieve    again      401     403          403        200      200            200
next        foreign    401     403          403        200      200            200
next        own        401     403          403        404      404            404
next        secret     401     403          403        404      200            200
next        senior     401     403          403        404      200            200
next        again      401     403          403        404      404            404
claim       foreign    401     403          403        200      200            200
claim       own        401     403          403        404      404            404
claim       secret     401     403          403        404      200            200
claim       senior     401     403          403        403      200            200
claim       again      401     403          403        403      403            403
renew       foreign    401     403          403        409      409            409
renew       own        401     403          403        409      409            409
release     foreign    401     403          403        204      204            204
release     own        401     403          403        409      409            409
release     secret     401     403          403        409      204            204
decide      foreign    401     403          403        409      409            409
decide      own        401     403          403        404      404            404
decide      secret     401     403          403        404      409            409
undo        foreign    401     404          404        403      403            403
undo        own        401     404          404        404      404            404
undo        secret     401     404          404        404      403            403
comments    foreign    401     403          403        200      200            200
comments    own        401     403          403        404      404            404
comments    secret     401     403          403        404      200            200
comment     foreign    401     403          403        201      201            201
comment     own        401     403          403        404      404            404
comment     secret     401     403          403        404      201            201
precedents  foreign    401     403          403        200      200            200
precedents  own        401     403          403        404      404            404
precedents  secret     401     403          403        404      200            200
history     foreign    401     403          403        200      200            200
history     own        401     403          403        404      404            404
history     secret     401     403          403        404      200            200
people      foreign    401     403          403        200      200            200
open        foreign    401     403          403        201      201            201
open        own        401     403          403        403      403            403
open        secret     401     403          403        400      201            201
report      foreign    401     202          202        202      202            202
report      own        401     409          409        409      409            409
appeal      foreign    401     404          404        404      404            404
appeal      own        401     409          409        409      409            409
"""
# The addresses that the table asks.
CASE_ROUTES = {
    "GET api-cases",
    "POST api-cases",
    "POST api-cases-next",
    "GET api-case",
    "POST api-case-claim",
    "POST api-case-renew",
    "POST api-case-release",
    "POST api-case-decide",
    "POST api-case-appeal",
    "POST api-decision-undo",
    "GET api-case-comments",
    "POST api-case-comments",
    "GET api-case-precedents",
    "GET api-case-history",
    "GET api-reviewers",
}
CELLS = [
    (verb, kind, role, int(status))
    for verb, kind, *answers in (line.split() for line in TABLE.strip().splitlines()[1:])
    for role, status in zip(ROLES, answers, strict=True)
]


def client_of(role: str) -> tuple[APIClient, User | None]:
    """Somebody of a role, and how they ask."""
    if role == "nobody":
        return APIClient(), None
    user = UserFactory(role=role)
    return signed_in(user), user


def case_for(kind: str, user: User | None) -> Case:
    """A case that waits, of the kind that the table names."""
    if kind == "own" and user is not None:
        return case(AssetFactory(published=True, uploaded_by=user))
    if kind == "secret":
        return case(of=policy("secret", restricted=True))
    if kind == "senior":
        return case(queue="senior")
    if kind == "again" and user is not None:
        return case(queue="appeal", deciders=[user.pk])
    return case()


def decision_on(one: Case) -> Decision:
    """A decision of somebody else on it."""
    return Decision.objects.create(
        case=one,
        policy=one.policy,
        stage="first",
        action="reject",
        reason="spam",
        made_by=UserFactory(role="moderator"),
    )


def asked(client: APIClient, verb: str, one: Case) -> Any:
    """The answer to a request."""
    reads = {
        "list": "cases/",
        "retrieve": f"cases/{one.pk}/",
        "comments": f"cases/{one.pk}/comments",
        "precedents": f"cases/{one.pk}/precedents",
        "history": f"cases/{one.pk}/history",
        "people": "people",
    }
    if verb in reads:
        return client.get(f"{MODERATION}/{reads[verb]}")
    writes: dict[str, tuple[str, dict[str, Any]]] = {
        "next": ("cases/next", {}),
        "decide": (f"cases/{one.pk}/decide", {"action": "reject", "reason": "spam"}),
        "report": ("cases/", {"asset_id": str(one.asset_id), "reason": "spam"}),
        "appeal": (f"cases/{one.pk}/appeal", {"text": "It is news"}),
        "comment": (f"cases/{one.pk}/comments", {"text": "Look"}),
        "open": ("cases/", {"asset_id": str(one.asset_id), "policy": one.policy.slug}),
    }
    if verb == "undo":
        writes[verb] = (f"decisions/{decision_on(one).pk}/undo", {})
    place, sent = writes.get(verb, (f"cases/{one.pk}/{verb}", {}))
    return client.post(f"{MODERATION}/{place}", sent, format="json")


@pytest.mark.parametrize(("verb", "kind", "role", "status"), CELLS)
def test_each_may_do_what_the_table_says(verb: str, kind: str, role: str, status: int) -> None:
    client, user = client_of(role)
    answer = asked(client, verb, case_for(kind, user))
    assert answer.status_code == status, answer.content


@pytest.mark.parametrize("role", ROLES[3:])
def test_the_list_holds_what_each_may_read(role: str) -> None:
    client, user = client_of(role)
    made = {kind: case_for(kind, user) for kind in ("foreign", "own", "secret", "senior")}
    listed = {row["id"] for row in client.get(f"{MODERATION}/cases/").json()["results"]}
    readable = {"foreign", "senior"} | ({"secret"} if role != "moderator" else set())
    assert listed == {str(made[kind].pk) for kind in readable}
