"""Who may do what with all of moderation but cases, as one table, and that no address is left out of the tables."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from analysis.api import moderation
from analysis.models import Batch, Decision, HashList, Replay, Strike
from mediaportal.accounts.models import User
from tests.analysis.api.moderation.test_permissions import CASE_ROUTES, ROLES, client_of, decision_on
from tests.analysis.deciding import decided
from tests.analysis.moderating import case, policy
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db
# Behind the address: `mine` and `others` of a batch or decision, `secret` of a restricted policy.
TABLE = """
                                          nobody  viewer  contributor  moderator  manager  administrator
GET    api-reports-mine                      401     200          200        200      200            200
GET    api-own-decision            mine      401     200          200        200      200            200
GET    api-own-decision            others    401     404          404        404      404            404
GET    api-strikes                           401     403          403        200      200            200
POST   api-strike-lift             others    401     403          403        403      200            200
POST   api-strike-lift             mine      401     403          403        403      403            403
GET    api-policies                          401     403          403        200      200            200
POST   api-policies                          401     403          403        403      201            201
GET    api-policy                            401     403          403        200      200            200
GET    api-policy                  secret    401     403          403        404      200            200
PATCH  api-policy                            401     403          403        403      200            200
PATCH  api-policy                  secret    401     403          403        404      200            200
DELETE api-policy                            401     403          403        403      204            204
DELETE api-policy                  secret    401     403          403        404      204            204
GET    api-policy-versions                   401     403          403        200      200            200
GET    api-policy-versions         secret    401     403          403        404      200            200
POST   api-policy-replay                     401     403          403        403      202            202
POST   api-policy-replay           secret    401     403          403        404      202            202
GET    api-policy-replay-of                  401     403          403        200      200            200
GET    api-policy-replay-of        secret    401     403          403        404      200            200
GET    api-policy-shadow                     401     403          403        200      200            200
GET    api-policy-shadow           secret    401     403          403        404      200            200
GET    api-hash-lists                        401     403          403        403      403            200
POST   api-hash-lists                        401     403          403        403      403            201
GET    api-hash-list                         401     403          403        403      403            200
PATCH  api-hash-list                         401     403          403        403      403            200
DELETE api-hash-list                         401     403          403        403      403            204
GET    api-hash-list-entries                 401     403          403        403      403            200
POST   api-hash-list-entries                 401     403          403        403      403            201
DELETE api-hash-list-entry                   401     403          403        403      403            404
POST   api-hash-list-import                  401     403          403        403      403            400
GET    api-hash-list-imports                 401     403          403        403      403            200
GET    api-hash-list-load                    401     403          403        403      403            404
GET    api-hash-list-export                  401     403          403        403      403            200
GET    api-moderation-stats                  401     403          403        403      200            200
GET    api-moderation-decisions              401     403          403        403      200            200
GET    api-moderation-export                 401     403          403        403      200            200
POST   api-moderation-bulk                   401     403          403        200      200            200
GET    api-moderation-batch        mine      401     403          403        200      200            200
GET    api-moderation-batch        others    401     403          403        404      404            404
POST   api-moderation-batch-undo   mine      401     403          403        202      202            202
POST   api-moderation-batch-undo   others    401     403          403        404      404            404
GET    api-moderation-settings               401     403          403        200      200            200
PATCH  api-moderation-settings               401     403          403        200      200            200
GET    api-moderation-exposure               401     403          403        200      200            200
POST   api-moderation-exposure               401     403          403        200      200            200
"""
LINES = [line.rsplit(maxsplit=len(ROLES)) for line in TABLE.strip().splitlines()[1:]]


def strike_of(user: User) -> Strike:
    """What counts against somebody."""
    decision = decision_on(case(AssetFactory(published=True, uploaded_by=user)))
    ends = timezone.now() + timedelta(days=30)
    return Strike.objects.create(user=user, decision=decision, expires_at=ends)


def address_of(route: str, kind: str, user: User) -> str:
    """Where this is asked; what the address names is made."""
    whose = user if kind == "mine" else UserFactory(role="moderator")
    names: dict[str, Any] = {}
    if route.startswith("api-polic") and route != "api-policies":
        told = policy("secret", restricted=True) if kind == "secret" else policy("bare")
        names = {"policy_id": told.pk}
        if route == "api-policy-replay-of":
            names["replay_id"] = Replay.objects.create(policy=told).pk
    elif route.startswith("api-hash-list") and route != "api-hash-lists":
        names = {"list_id": HashList.objects.create(name="Known").pk}
        if route == "api-hash-list-entry":
            names["entry_id"] = 1
        if route == "api-hash-list-load":
            names["load_id"] = uuid4()
    elif route.startswith("api-moderation-batch"):
        kept = Batch.objects.create(made_by=whose, status="done", ended_at=timezone.now())
        names = {"batch_id": kept.pk}
    elif route == "api-strike-lift":
        names = {"strike_id": strike_of(whose).pk}
    elif route == "api-own-decision":
        ruled = decided(("first", "reject", None), asset=AssetFactory(published=True, uploaded_by=whose))
        Decision.objects.filter(case=ruled).update(settled_at=timezone.now())
        names = {"decision_id": Decision.objects.get(case=ruled).pk}
    return reverse(route, kwargs=names)


def body_of(method: str, route: str) -> dict[str, Any]:
    """What is sent."""
    sent: dict[str, dict[str, Any]] = {
        "POST api-policies": {"name": "Fine"},
        "PATCH api-policy": {"statement": "No"},
        "POST api-hash-lists": {"name": "Known well"},
        "PATCH api-hash-list": {"name": "Known well"},
        "POST api-hash-list-entries": {"kind": "sha256", "value": "ab" * 32},
        "POST api-moderation-bulk": {"ids": [str(case().pk)], "action": "approve", "reason": "fine"},
        "POST api-moderation-exposure": {"case": str(case().pk), "seconds": 5.0},
    }
    return sent.get(f"{method} {route}", {})


@pytest.mark.parametrize(("what", "told"), [(line[0], line[1:]) for line in LINES])
def test_each_may_do_what_the_table_says(what: str, told: list[str]) -> None:
    method, route, *kind = what.split()
    answers = []
    for role in ROLES:
        client, user = client_of(role)
        with transaction.atomic():
            address = address_of(route, "".join(kind), user or UserFactory())
            form = "multipart" if route == "api-hash-list-import" else "json"
            if method == "GET":
                answer = client.get(address)
            else:
                send = getattr(client, method.lower())
                answer = send(address, body_of(method, route), format=form)
            answers.append(str(answer.status_code))
            transaction.set_rollback(True)
    assert answers == told


def test_no_address_of_moderation_is_left_out() -> None:
    told = {" ".join(line[0].split()[:2]) for line in LINES} | CASE_ROUTES
    there = {
        f"{method.upper()} {one.name}"
        for one in moderation.urlpatterns
        for method in ("get", "post", "put", "patch", "delete")
        if hasattr(getattr(one.callback, "cls", None), method)
    }
    assert told == there
