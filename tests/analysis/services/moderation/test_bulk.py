"""One decision on many cases: foreseen, made case by case, and taken back as a whole."""

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analysis import tasks
from analysis.exceptions.moderation import LeaseGone, TooLate
from analysis.models import Batch, Case, Decision
from analysis.services.moderation import bulk, claiming, deciding
from analysis.services.moderation.bulk import Wish
from analysis.services.moderation.queue import Filters
from analysis.services.moderation.verdicts import Verdict
from assets.models import Asset
from mediaportal.accounts.models import User
from mediaportal.audit.models import Entry
from mediaportal.core.problems import Conflict, InvalidInput, NotFound, NotPermitted
from tests.analysis.moderating import case, decided_at_once, policy, undone_at_once
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db

REJECT = Wish("reject", "sexual")
APPROVE = Wish("approve", "fine")


@pytest.fixture
def moderator() -> User:
    return UserFactory(role="moderator")


def codes(batch: Batch, name: str = "code") -> list[str]:
    return [line[name] for line in batch.report]


def test_a_preview_tells_of_each_case_why_it_could_not_be_decided(moderator: User) -> None:
    free, taken = case(), case()
    claiming.claim(user=UserFactory(role="moderator"), case_id=taken.pk)
    own = case(AssetFactory(published=True, uploaded_by=moderator, title="Mine"))
    decided = case(status="decided", ruling="approved", decided_at=timezone.now())
    senior = case(queue="senior")
    before = case(queue="second", deciders=[moderator.pk])
    hidden = case(of=policy("grave", restricted=True))
    rows = [free, taken, own, decided, senior, before, hidden]
    lines = bulk.preview(user=moderator, case_ids=[*(one.pk for one in rows), uuid4()], wish=REJECT)
    assert [line.code for line in lines] == [
        "ok",
        "case_taken",
        "own_upload",
        "case_decided",
        "other_queue",
        "looked_before",
        "not_found",
        "not_found",
    ]
    assert [bool(line.effect) for line in lines] == [True] + 7 * [False]
    assert lines[0].title == free.asset.title and lines[2].title == lines[6].title == ""
    assert not Decision.objects.exists()
    assert Case.objects.get(pk=free.pk).status == "waiting"


def test_nobody_stands_above_the_seniors() -> None:
    senior = case(queue="senior")
    (line,) = bulk.preview(
        user=UserFactory(role="manager"), case_ids=[senior.pk], wish=Wish("escalate", "unsure")
    )
    assert line.code == "nobody_above"


def test_a_preview_asks_as_often_for_many_as_for_few(moderator: User) -> None:
    assert moderator.has_perm("analysis.review_cases")
    counts = []
    for number in (1, 8):
        rows = [case() for _one in range(number)]
        with CaptureQueriesContext(connection) as captured:
            bulk.preview(user=moderator, case_ids=[one.pk for one in rows], wish=REJECT)
        counts.append(len(captured))
    assert counts[0] == counts[1] == 2


def test_each_is_decided_for_itself_and_what_cannot_be_keeps_no_other(moderator: User) -> None:
    rows = [case(), case(), case()]
    claiming.claim(user=UserFactory(role="moderator"), case_id=rows[1].pk)
    batch = decided_at_once(moderator, rows, REJECT)
    assert (batch.status, codes(batch)) == ("done", ["ok", "case_taken", "ok"])
    made = Decision.objects.filter(batch=batch)
    assert {str(one.pk) for one in made} == {line["decision"] for line in batch.report if line["decision"]}
    assert Counter(Asset.objects.values_list("publication", flat=True)) == {"blocked": 2, "published": 1}
    assert Entry.objects.filter(action="cases.decided_at_once", actor=moderator).count() == 1
    assert Entry.objects.filter(action="case.decided", actor=moderator).count() == 2


def test_an_id_that_is_told_twice_counts_once(moderator: User) -> None:
    one = case()
    batch = decided_at_once(moderator, [one, one], APPROVE)
    assert codes(batch) == ["ok"]


def test_restricting_by_age_holds(moderator: User) -> None:
    one = case()
    batch = decided_at_once(moderator, [one], Wish("restrict", "cultural", rating="16"))
    assert codes(batch) == ["ok"]
    assert Asset.objects.get().imposed_rating == "16"


def test_what_fails_in_the_middle_puts_the_case_back(
    moderator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = case()

    def lost(**_told: Any) -> Decision:
        raise LeaseGone

    monkeypatch.setattr(deciding, "decide", lost)
    batch = decided_at_once(moderator, [one], REJECT)
    one.refresh_from_db()
    assert (codes(batch), one.status) == (["lease_lost"], "waiting")


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (Wish("approve", "sexual"), "reason"),
        (Wish("forgive", "fine"), "action"),
        (Wish("restrict", "cultural"), "rating"),
        (Wish("reject", "sexual", policy="nothing"), "policy"),
    ],
)
def test_what_makes_no_sense_is_refused_as_a_whole(moderator: User, wish: Wish, field: str) -> None:
    one = case()
    for act in (bulk.preview, bulk.run):
        with pytest.raises(InvalidInput) as told:
            act(user=moderator, case_ids=[one.pk], wish=wish)
        assert told.value.errors[0].field == field
    assert not Batch.objects.exists()


def test_no_cases_or_too_many_are_refused(moderator: User) -> None:
    for ids in ([], [uuid4() for _one in range(bulk.MOST + 1)]):
        with pytest.raises(InvalidInput):
            bulk.run(user=moderator, case_ids=ids, wish=REJECT)
    with pytest.raises(NotPermitted):
        bulk.run(user=UserFactory(role="contributor"), case_ids=[uuid4()], wish=REJECT)


def test_what_matches_a_filter_is_chosen_the_most_urgent_first(
    moderator: User, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(bulk, "MOST", 2)
    rows = [case(severity=severity) for severity in (1, 3, 2)]
    assert moderator.has_perm("analysis.review_cases")
    with django_assert_num_queries(1):
        assert bulk.chosen(user=moderator, filters=Filters()) == [rows[1].pk, rows[2].pk]


def test_undoing_leaves_no_trace_and_the_cases_wait(moderator: User) -> None:
    rows = [case(), case()]
    before = list(Asset.objects.order_by("pk").values("publication", "blocks", "holds", "imposed_rating"))
    batch = decided_at_once(moderator, rows, REJECT)
    undone = undone_at_once(moderator, batch)
    assert (undone.status, codes(undone, "undone")) == ("undone", ["ok", "ok"])
    assert (
        list(Asset.objects.order_by("pk").values("publication", "blocks", "holds", "imposed_rating"))
        == before
    )
    assert not Case.objects.exclude(status="waiting", assignee=None, ruling="").exists()
    assert bulk.undo(user=moderator, batch_id=batch.pk).status == "undone"
    assert Entry.objects.filter(action="cases.undone_at_once").count() == 1


def test_what_somebody_has_gone_on_with_stays(moderator: User) -> None:
    rows = [case(of=policy(double=1.0)), case()]
    taken = case()
    claiming.claim(user=UserFactory(role="moderator"), case_id=taken.pk)
    batch = decided_at_once(moderator, [*rows, taken], REJECT)
    other = UserFactory(role="moderator")
    claiming.claim(user=other, case_id=rows[0].pk)
    deciding.decide(user=other, case_id=rows[0].pk, verdict=Verdict("reject", "sexual"))
    undone = undone_at_once(moderator, batch)
    assert codes(undone, "undone") == ["too_late", "ok", "nothing"]


def test_undoing_ends_after_a_while_and_is_ones_own(moderator: User, settings: Any) -> None:
    batch = decided_at_once(moderator, [case()], REJECT)
    with pytest.raises(NotFound):
        bulk.undo(user=UserFactory(role="moderator"), batch_id=batch.pk)
    Batch.objects.update(ended_at=timezone.now() - timedelta(seconds=settings.MODERATION_UNDO + 1))
    with pytest.raises(TooLate):
        bulk.undo(user=moderator, batch_id=batch.pk)
    Batch.objects.update(status="running", ended_at=None)
    with pytest.raises(Conflict):
        bulk.undo(user=moderator, batch_id=batch.pk)


def test_a_decision_of_a_long_batch_can_be_undone_from_its_end_on(moderator: User) -> None:
    batch = decided_at_once(moderator, [case()], REJECT)
    Decision.objects.update(made_at=timezone.now() - timedelta(hours=1))
    assert codes(undone_at_once(moderator, batch), "undone") == ["ok"]


def test_a_worker_does_it_and_takes_it_back(
    moderator: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(bulk, "wake", asked.append)
    rows = [case(), case()]
    with django_capture_on_commit_callbacks(execute=True):
        batch = bulk.run(user=moderator, case_ids=[one.pk for one in rows], wish=REJECT)
    assert (batch.status, bulk.done_of(batch), asked) == ("running", 0, [batch.pk])
    assert not Decision.objects.exists()
    tasks.decide_batch(str(batch.pk))
    batch = bulk.find(user=moderator, batch_id=batch.pk)
    assert (batch.status, bulk.done_of(batch), codes(batch)) == ("done", 2, ["ok", "ok"])
    with django_capture_on_commit_callbacks(execute=True):
        undoing = bulk.undo(user=moderator, batch_id=batch.pk)
    assert (undoing.status, bulk.done_of(undoing), asked[1:]) == ("undoing", 0, [batch.pk])
    tasks.decide_batch(str(batch.pk))
    assert codes(bulk.find(user=moderator, batch_id=batch.pk), "undone") == ["ok", "ok"]


def test_each_case_costs_the_same(moderator: User) -> None:
    assert moderator.has_perm("analysis.review_cases")
    counts = []
    for number in (2, 4):
        rows = [case() for _one in range(number)]
        with CaptureQueriesContext(connection) as captured:
            decided_at_once(moderator, rows, REJECT)
        counts.append(len(captured) / number)
    assert counts[1] <= counts[0] <= 60
