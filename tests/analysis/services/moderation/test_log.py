"""The log of decisions is whole, tells nobody what is not theirs to know, and can be opened without harm."""

import csv
import io
import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission

from analysis.models import Case, Decision
from analysis.services.moderation import claiming, deciding, log
from analysis.services.moderation.periods import Period
from analysis.services.moderation.verdicts import Verdict
from assets.models import Asset
from mediaportal.accounts.models import User
from mediaportal.core.problems import NotPermitted
from tests.analysis.deciding import decided
from tests.analysis.moderating import case, policy
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> User:
    return UserFactory(role="manager")


def exported(user: User, form: str) -> str:
    return "".join(log.exported(user=user, period=Period.last(30), form=form))


def test_csv_and_json_tell_the_same(manager: User) -> None:
    decided(("first", "reject", None), days=2)
    decided(("first", "approve", None))
    rows = list(csv.DictReader(io.StringIO(exported(manager, "csv"))))
    told = json.loads(exported(manager, "json"))
    assert [row["id"] for row in rows] == [one["id"] for one in told]
    assert [one["action"] for one in told] == ["approve", "reject"]
    assert list(rows[0]) == list(told[0]) == list(log.COLUMNS)
    assert rows[0]["made_at"] == told[0]["made_at"] and told[0]["made_at"].endswith("+00:00")
    assert rows[0]["undone_at"] == "" and rows[0]["restriction"] == ""


def test_nothing_decided_is_an_empty_list(manager: User) -> None:
    assert json.loads(exported(manager, "json")) == []
    assert exported(manager, "csv").splitlines() == [",".join(log.COLUMNS)]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "  =1+1", "＝1+1"])
def test_a_table_finds_no_formula_in_it(manager: User, text: str) -> None:
    one = decided(("first", "reject", None))
    Asset.objects.filter(pk=one.asset_id).update(title=text)
    Decision.objects.update(note=f"{text}\nsecond line, with a comma")
    (row,) = csv.DictReader(io.StringIO(exported(manager, "csv"), newline=""))
    assert row["title"] == f"'{text}"
    assert row["note"] == f"'{text}\nsecond line, with a comma"


def test_other_text_stays_as_it_is(manager: User) -> None:
    one = decided(("first", "reject", None))
    Asset.objects.filter(pk=one.asset_id).update(title='مرفأ, "harbour" = sea')
    (row,) = csv.DictReader(io.StringIO(exported(manager, "csv")))
    assert row["title"] == 'مرفأ, "harbour" = sea'


def test_addresses_of_people_are_for_who_may_see_people(manager: User) -> None:
    decided(("first", "reject", UserFactory(role="moderator", email="amal@example.org")))
    assert json.loads(exported(manager, "json"))[0]["made_by_email"] == ""
    boss = UserFactory(role="administrator")
    assert json.loads(exported(boss, "json"))[0]["made_by_email"] == "amal@example.org"


def test_nobody_reads_of_their_own_uploads(manager: User) -> None:
    one = decided(("first", "reject", None))
    Case.objects.filter(pk=one.pk).update(owner=manager)
    assert not log.decisions(user=manager).exists()


def test_before_the_second_look_only_who_decided_knows() -> None:
    first, other = UserFactory(role="manager"), UserFactory(role="manager")
    one = case(of=policy(double=1.0))
    claiming.claim(user=first, case_id=one.pk)
    deciding.decide(user=first, case_id=one.pk, verdict=Verdict("reject", "sexual"))
    assert log.decisions(user=first).count() == 1
    assert log.decisions(user=other).count() == 0
    claiming.claim(user=other, case_id=one.pk)
    assert log.decisions(user=other).count() == 0
    deciding.decide(user=other, case_id=one.pk, verdict=Verdict("reject", "sexual"))
    assert log.decisions(user=other).count() == 2


def test_restricted_policies_are_left_out_for_who_may_not_see_them() -> None:
    decided(("first", "reject", None), of=policy("grave", restricted=True))
    person = UserFactory(role="moderator")
    person.user_permissions.add(Permission.objects.get(codename="see_moderation_stats"))
    assert not log.decisions(user=User.objects.get(pk=person.pk)).exists()
    with pytest.raises(NotPermitted):
        log.exported(user=UserFactory(role="moderator"), period=Period.last(7), form="csv")


def test_long_logs_come_in_pieces_from_one_question(
    manager: User, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    for _one in range(5):
        decided(("first", "reject", None))
    assert manager.has_perm("accounts.view_user") is False
    monkeypatch.setattr(log, "_PIECE", 10)
    with django_assert_num_queries(1):
        pieces = list(log.exported(user=manager, period=Period.last(30), form="csv"))
    assert len(pieces) == 7 and pieces[-1] == ""
