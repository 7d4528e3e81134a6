"""A write with a key happens once, whatever is repeated, and only for the one who sent it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from mediaportal.core import idempotency
from mediaportal.core.idempotency import Answer, Claim, InProgress, Mismatch
from mediaportal.core.ids import new_id
from mediaportal.core.models import IdempotencyRecord
from mediaportal.core.problems import InvalidInput, NotFound

pytestmark = pytest.mark.django_db


def claim(**changes: Any) -> Claim:
    """Somebody's key."""
    parts: dict[str, Any] = {"user_id": USER, "route": "films", "key": "k1"}
    return Claim(**(parts | changes))


USER = new_id()


def test_the_first_answer_is_given_again() -> None:
    answers = iter([(201, {"n": 1}), (201, {"n": 2})])
    for _ in range(2):
        assert idempotency.once(claim(), content={"a": 1}, act=lambda: next(answers)) == (201, {"n": 1})


@pytest.mark.parametrize("change", [{"user_id": new_id()}, {"route": "other"}, {"key": "k2"}])
def test_other_people_routes_and_keys_are_apart(change: dict[str, Any]) -> None:
    idempotency.once(claim(), content=1, act=lambda: (200, {"n": 1}))
    assert idempotency.once(claim(**change), content=1, act=lambda: (200, {"n": 2})) == (200, {"n": 2})


def test_another_content_under_the_same_key() -> None:
    idempotency.once(claim(), content={"a": 1}, act=lambda: (200, {}))
    with pytest.raises(Mismatch) as caught:
        idempotency.once(claim(), content={"a": 2}, act=lambda: (200, {}))
    assert (caught.value.status, caught.value.code) == (422, "idempotency_mismatch")


def test_work_that_runs_is_not_done_twice() -> None:
    assert idempotency.begin(claim()) is None
    with pytest.raises(InProgress) as caught:
        idempotency.begin(claim())
    assert (caught.value.status, caught.value.code) == (409, "idempotency_in_progress")


def test_work_that_failed_may_be_tried_again() -> None:
    def fail() -> Any:
        raise NotFound

    with pytest.raises(NotFound):
        idempotency.once(claim(), content=1, act=fail)
    assert idempotency.once(claim(), content=1, act=lambda: (200, {})) == (200, {})


def test_a_try_that_died_is_taken_over() -> None:
    idempotency.begin(claim(), note={"upload_id": "1"})
    seen: list[Any] = []

    def dead(note: dict[str, Any]) -> bool:
        seen.append(note)
        return False

    IdempotencyRecord.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    assert idempotency.begin(claim(), note={"upload_id": "2"}, alive=dead) is None
    assert seen == [{"upload_id": "1"}]
    with pytest.raises(InProgress):
        idempotency.begin(claim(), alive=dead)
    IdempotencyRecord.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    with pytest.raises(InProgress):
        idempotency.begin(claim(), alive=lambda note: note == {"upload_id": "2"})
    IdempotencyRecord.objects.update(created_at=timezone.now() - timedelta(minutes=11))
    assert idempotency.begin(claim()) is None


def test_a_try_that_has_only_just_begun_is_not_taken_over() -> None:
    idempotency.begin(claim(), note={"upload_id": "1"})
    with pytest.raises(InProgress):
        idempotency.begin(claim(), note={"upload_id": "2"}, alive=lambda _note: False)


def test_an_answer_is_not_let_go() -> None:
    idempotency.begin(claim())
    idempotency.finish(claim(), fingerprint="f", status=202, document={"a": 1})
    idempotency.release(claim())
    assert idempotency.begin(claim()) == Answer(202, {"a": 1}, "f")


@pytest.mark.parametrize("key", ["", "x" * 256, "a\nb"])
def test_keys_that_are_none(key: str) -> None:
    with pytest.raises(InvalidInput):
        claim(key=key)


def test_without_a_key_every_write_counts() -> None:
    answers = iter([(200, {"n": 1}), (200, {"n": 2})])
    given = [idempotency.once(None, content=1, act=lambda: next(answers)) for _ in range(2)]
    assert given == [(200, {"n": 1}), (200, {"n": 2})]


def test_old_answers_are_forgotten() -> None:
    idempotency.begin(claim())
    idempotency.begin(claim(key="k2"))
    IdempotencyRecord.objects.filter(key="k2").update(created_at=timezone.now() - timedelta(days=3))
    assert idempotency.forget_old() == 1
    assert IdempotencyRecord.objects.get().key == "k1"


def test_the_order_of_words_does_not_matter() -> None:
    assert idempotency.fingerprint_of({"a": 1, "b": 2}) == idempotency.fingerprint_of({"b": 2, "a": 1})
    assert idempotency.fingerprint_of({"a": 1}) != idempotency.fingerprint_of({"a": "1"})
