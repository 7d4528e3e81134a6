"""A step of an analysis: what its engine finds is shown; what fails, fails alone; work elsewhere is asked after."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from analysis.engines import (
    EngineAway,
    Failure,
    Hash,
    Result,
    Shot,
    Speech,
    Text,
    Type,
    Word,
)
from analysis.models import Analysis, Fingerprint, Match, Moment, Order
from analysis.services import orders
from analysis.services.orders import Wish
from assets.models import Asset
from mediaportal.core.sandbox import ProgramTimedOut
from notifications.models import Event
from processing.models import Job, Step
from processing.services import jobs
from tests.analysis.conftest import FakeEngine, film_of, sight

pytestmark = pytest.mark.django_db(transaction=True)
Work = Callable[[], int]
NO = Failure("corrupt_media", "The file is damaged or incomplete and cannot be read to its end.")


def ordered(film: Asset, *types: str, engine: str = "auto") -> Order:
    return orders.place(user=film.uploaded_by, asset=film, wish=Wish(types, ("en",), engine))


def standing(order: Order) -> dict[str, tuple[str, str]]:
    return {one.type: (one.status, one.error_code) for one in order.analyses.all()}


def ended(order: Order) -> tuple[str, str]:
    job = Job.objects.get(analysis_order=order)
    return job.status, job.error_code


def test_what_is_found_becomes_moments(fake: FakeEngine, film: Asset, work: Work) -> None:
    words = (Word(1.0, 1.4, "good", 0.9), Word(1.4, 2.0, "morning", 0.7))
    fake.results_by = {
        Type.TRANSCRIPTION: Result(
            (Speech(1.0, 2.0, 0.8, "good morning", "A", "en", words),),
            0.8,
            "en-GB",
            job_id="job-1",
            cost=Decimal("0.024"),
        ),
        Type.SHOTS: Result((Shot(0.0, 3.0), Shot(3.0, 9.0)), summary={"shots": 2}),
        Type.TEXT: Result((Text(4.0, 5.0, 0.6, "مرحبا", "ar", None),)),
    }
    order = ordered(film, "transcription", "shots", "text")
    assert work() == 2
    assert ended(order) == ("completed", "")
    speech = Analysis.objects.get(type="transcription")
    assert (speech.status, speech.is_current, speech.confidence) == ("completed", True, 0.8)
    assert (speech.language, speech.aws_job_id, speech.cost) == ("en-GB", "job-1", Decimal("0.024"))
    said = Moment.objects.get(kind="speech")
    assert (said.start, said.end, said.text, said.speaker) == (1.0, 2.0, "good morning", "A")
    assert said.detail == {"words": [[1.0, 1.4, "good", 0.9], [1.4, 2.0, "morning", 0.7]]}
    assert list(Moment.objects.filter(kind="shot").values_list("start", "end")) == [(0.0, 3.0), (3.0, 9.0)]
    assert Moment.objects.get(kind="text").text == "مرحبا"
    request = fake.asked[0]
    assert (request.kind, request.languages, request.threshold) == ("video", ("en",), 0.5)
    event = Event.objects.get(type="analysis.completed")
    assert event.data["types"] == {"transcription": "completed", "shots": "completed", "text": "completed"}


def test_hashes_have_rows_of_their_own_and_are_compared_when_the_step_has_ended(
    fake: FakeEngine, film: Asset, work: Work
) -> None:
    fake.abilities[Type.FINGERPRINT] = sight()
    hashes = tuple(
        Hash(float(n), n + 1.0, method="dhash64", value=0x123456789ABCDEF0 ^ 0x7777 << 7 * n)
        for n in range(6)
    )
    sound = {"method": "chromaprint", "seconds_each": 0.124, "values": "0000000affffffff"}
    fake.results_by = {
        Type.FINGERPRINT: Result(hashes, summary={"method": "dhash64", "hashes": 6, "sound": sound})
    }
    other = film_of("hard_cuts.mp4")
    ordered(film, "fingerprint")
    ordered(other, "fingerprint")
    work()
    kept = {"method": "dhash64", "hashes": 6, "sound": {"method": "chromaprint", "seconds_each": 0.124}}
    assert [one.results for one in Analysis.objects.all()] == [kept, kept]
    assert not Moment.objects.exists()
    assert Fingerprint.objects.filter(asset=film, kind="picture").count() == 6
    assert Fingerprint.objects.get(asset=film, kind="sound").values == [10, 0xFFFFFFFF]
    assert {Match.objects.get().asset, Match.objects.get().other} == {film, other}


def test_a_type_that_fails_does_not_fail_the_others(fake: FakeEngine, film: Asset, work: Work) -> None:
    fake.failures_by = {Type.TRANSCRIPTION: NO}
    order = ordered(film, "transcription", "shots")
    work()
    assert ended(order) == ("completed", "")
    assert standing(order) == {"transcription": ("failed", "corrupt_media"), "shots": ("completed", "")}


def test_a_job_fails_when_everything_has_failed(fake: FakeEngine, film: Asset, work: Work) -> None:
    fake.failures_by = dict.fromkeys(fake.abilities, NO)
    order = ordered(film, "transcription", "shots", "text")
    work()
    assert ended(order) == ("failed", "corrupt_media")
    assert set(standing(order).values()) == {("failed", "corrupt_media")}
    assert Event.objects.get(type="analysis.completed").data["status"] == "failed"


def test_trouble_of_the_machine_is_tried_again_and_at_last_fails_these_types_alone(
    fake: FakeEngine, film: Asset, work: Work, settings: Any
) -> None:
    settings.STEP_ATTEMPTS = 2
    order = ordered(film, "transcription", "shots")
    looking = Step.objects.filter(name="analysis_local_sight")
    looking.update(ready_at=timezone.now() + timedelta(hours=1))
    assert work() == 1
    fake.error = OSError("the disk is gone")
    looking.update(ready_at=timezone.now())
    assert work() == 1
    assert list(looking.values_list("status", "attempt")) == [("pending", 1)]
    assert standing(order) == {"transcription": ("completed", ""), "shots": ("processing", "")}
    looking.update(ready_at=timezone.now())
    assert work() == 1
    assert standing(order)["shots"] == ("failed", "worker_trouble")
    assert ended(order) == ("completed", "")


def test_what_a_file_is_too_much_for_is_not_tried_again(fake: FakeEngine, film: Asset, work: Work) -> None:
    fake.error = ProgramTimedOut("ffmpeg", 1.0)
    order = ordered(film, "shots")
    assert work() == 1
    assert ended(order) == ("failed", "processing_failed")


def test_a_run_that_broke_off_behind_its_failures_fails_the_job(
    fake: FakeEngine, film: Asset, work: Work
) -> None:
    order = ordered(film, "shots")
    order.analyses.update(status="failed", error_code="corrupt_media", error_detail=NO.detail)
    work()
    assert ended(order) == ("failed", "corrupt_media")


def test_an_engine_that_does_not_answer_is_waited_for(fake: FakeEngine, film: Asset, work: Work) -> None:
    fake.error = EngineAway("no route", again_in_seconds=60)
    order = ordered(film, "shots")
    assert work() == 1
    step = Step.objects.get()
    assert (step.status, step.error_code, step.results, step.attempt) == (
        "pending",
        "engine_away",
        {"aways": 1},
        0,
    )
    assert step.ready_at is not None
    assert 50 < (step.ready_at - timezone.now()).total_seconds() < 70
    Step.objects.update(ready_at=step.job.created_at, results={"aways": 20})
    work()
    step.refresh_from_db()
    assert 500 < (step.ready_at - timezone.now()).total_seconds() < 700, "the pauses grow"
    Step.objects.update(ready_at=step.job.created_at, results={"aways": 120})
    work()
    assert ended(order) == ("failed", "engine_away")


def test_a_job_that_is_tried_again_opens_what_it_does(fake: FakeEngine, film: Asset, work: Work) -> None:
    fake.failures_by = {Type.SHOTS: NO}
    order = ordered(film, "shots")
    work()
    job = Job.objects.get(analysis_order=order)
    fake.failures_by = {}
    Job.objects.filter(pk=job.pk).update(error_code="worker_lost")
    job.refresh_from_db()
    jobs.retry(job=job, user=film.uploaded_by)
    assert standing(order) == {"shots": ("pending", "")}
    work()
    assert standing(order) == {"shots": ("completed", "")}


def test_the_newest_is_shown_unless_somebody_has_chosen(fake: FakeEngine, film: Asset, work: Work) -> None:
    from analysis.services import current  # noqa: PLC0415 - only here

    first, second = ordered(film, "shots"), None
    work()
    second = ordered(film, "shots")
    work()
    assert Analysis.objects.get(is_current=True).order == second
    current.show(user=film.uploaded_by, analysis=Analysis.objects.get(order=first))
    ordered(film, "shots")
    work()
    assert Analysis.objects.get(is_current=True).order == first
