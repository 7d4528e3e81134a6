"""What is learned of the work done, and what it lets expect."""

import os
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from processing.models import Job, Speed, Status, Step
from processing.services import speeds
from processing.services.measures import Amounts

HOST = "here"
CORES = len(os.sched_getaffinity(0))
Done = Callable[..., Step]


@pytest.fixture
def done(video_job: Job) -> Done:
    """Has the step of a job completed after so many seconds, and learns from it."""

    def make(
        name: str,
        seconds: float,
        *,
        work: Amounts | None = None,
        cpu: float | None = None,
        ago: float = 0.0,
        **more: Any,
    ) -> Step:
        ended = timezone.now() - timedelta(seconds=ago)
        values: dict[str, Any] = {
            "status": Status.COMPLETED,
            "worker": f"{HOST}:1:1",
            "cpu_seconds": cpu,
            "work": work or {},
        }
        values |= {"started_at": ended - timedelta(seconds=seconds), "completed_at": ended, **more}
        Step.objects.filter(job=video_job, name=name).update(**values)
        step: Step = video_job.steps.get(name=name)
        speeds.learn(step_id=step.pk)
        return step

    return make


def _cost(name: str, amounts: Amounts, host: str = HOST) -> speeds.Cost:
    found = speeds.read().cost(step=name, amounts=amounts, host=host)
    assert found is not None
    return found


pytestmark = pytest.mark.django_db


def test_nothing_is_told_before_anything_was_learned() -> None:
    assert speeds.read().cost(step="scan", amounts={"start scan": 1.0}) is None


def test_the_first_run_is_believed_whole(done: Done) -> None:
    done("metadata", 8.0)
    assert _cost("metadata", {"start metadata": 1.0, "bytes video metadata": 1.0}).seconds == pytest.approx(
        8, rel=0.2
    )


def test_equal_runs_make_an_equal_expectation(done: Done) -> None:
    work = {"decode h264": 10.0, "encode h264 veryfast 720p": 10.0}
    for _ in range(8):
        done("transcoding", 12.0, work=work, cpu=20.0)
    cost = _cost("transcoding", work)
    assert cost.seconds == pytest.approx(12, rel=0.05)
    assert 1 <= cost.cores <= max(2.0, CORES)


def test_decoding_and_encoding_are_told_apart_by_runs_that_differ(done: Done) -> None:
    # A unit decoded takes one CPU second, a unit encoded four.
    for decoded, encoded in [(1, 1), (10, 1), (1, 10), (8, 2), (2, 8)] * 4:
        work = {"decode h264": float(decoded), "encode h264 veryfast 720p": float(encoded)}
        done("transcoding", 1.0, work=work, cpu=decoded + 4.0 * encoded)
    known = speeds.read()
    assert known.known("decode h264", HOST) == pytest.approx(1, rel=0.2)
    assert known.known("encode h264 veryfast 720p", HOST) == pytest.approx(4, rel=0.2)


def test_one_run_out_of_all_bounds_does_not_spoil_what_many_have_shown(done: Done) -> None:
    work = {"decode h264": 10.0}
    for _ in range(6):
        done("transcoding", 5.0, work=work, cpu=10.0)
    done("transcoding", 5.0, work=work, cpu=1000.0)
    assert speeds.read().known("decode h264", HOST) == pytest.approx(1, rel=0.25)


def test_a_measure_never_met_is_told_in_comparison_with_the_others(done: Done) -> None:
    done("transcoding", 5.0, work={"encode h264 veryfast 720p": 10.0}, cpu=10.0)
    known = speeds.read()
    assert known.known("encode h264 slow 720p", HOST) is None
    slow, quick = (known.told(f"encode h264 {speed} 720p", HOST) for speed in ("slow", "veryfast"))
    assert slow is not None and quick is not None and slow > 2 * quick


def test_what_has_run_says_nothing_of_steps_of_another_name_nor_of_encodes(done: Done) -> None:
    done("scan", 1.0)
    known = speeds.read()
    assert known.told("encode h264 veryfast 720p", HOST) is None
    assert known.told("bytes video packaging", HOST) is None
    assert known.told("bytes audio scan", HOST) is not None


def test_a_host_never_met_is_told_by_those_that_were(done: Done) -> None:
    done("transcoding", 5.0, work={"decode h264": 10.0}, cpu=10.0)
    assert _cost("transcoding", {"decode h264": 10.0}, host="elsewhere").seconds == pytest.approx(
        _cost("transcoding", {"decode h264": 10.0}).seconds
    )


def test_what_ran_beside_it_is_not_blamed_on_a_step(done: Done, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0, 1})
    work = {"decode h264": 10.0}
    for name in ("first_play", "transcoding"):
        done(name, 10.0, work=work, cpu=18.0, ago=1000.0)
    alone = _cost("transcoding", work).seconds
    # Both on two cores at once, and each twice as long.
    ended = timezone.now()
    started = ended - timedelta(seconds=20)
    Step.objects.filter(name="first_play").update(started_at=started, completed_at=ended, urgency=0)
    done("transcoding", 20.0, work=work, cpu=18.0)
    assert _cost("transcoding", work).seconds == pytest.approx(alone, rel=0.1)


def test_bytes_speak_for_files_that_were_not_read_yet(done: Done, video_job: Job) -> None:
    for _ in range(4):
        done("transcoding", 5.0, work={"decode h264": 10.0}, cpu=10.0)
    mebibytes = video_job.asset.file_size / 1024**2
    one, four = (
        _cost("transcoding", {"start transcoding": 1.0, "bytes video transcoding": times * mebibytes}).seconds
        for times in (1, 4)
    )
    assert one == pytest.approx(5, rel=0.3)
    assert one < four <= 4 * one


def test_a_rung_that_was_copied_teaches_nothing_of_its_encoder(done: Done) -> None:
    work = {"decode h264": 10.0, "encode h264 veryfast 720p": 10.0, "encode h264 veryfast 480p": 5.0}
    for _ in range(3):
        done("transcoding", 10.0, work=work, cpu=10.0)
    before = speeds.read().known("encode h264 veryfast 720p", HOST)
    done("transcoding", 3.0, work=work, cpu=3.0, results={"copied": ["720p"]})
    assert speeds.read().known("encode h264 veryfast 720p", HOST) == before


def test_a_piece_of_a_work_says_nothing_of_the_whole(done: Done, video_job: Job) -> None:
    Step.objects.filter(job=video_job, name="transcoding").update(name="transcoding_001")
    done("transcoding_001", 5.0, work={"decode h264": 10.0}, cpu=10.0)
    known = speeds.read()
    assert known.known("decode h264", HOST) is not None and known.known("pace transcoding", HOST) is not None
    assert known.known("start transcoding", HOST) is None
    assert known.known("bytes video transcoding", HOST) is None


def test_only_steps_that_a_worker_completed_teach(video_job: Job) -> None:
    for step in video_job.steps.all():
        speeds.learn(step_id=step.pk)
    assert not Speed.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_no_run_is_lost_when_several_teach_at_once(done: Done) -> None:
    step = done("metadata", 2.0)
    before = Speed.objects.get(measure="start metadata").samples

    def teach() -> None:
        try:
            speeds.learn(step_id=step.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=teach) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Speed.objects.get(measure="start metadata").samples == before + 6
