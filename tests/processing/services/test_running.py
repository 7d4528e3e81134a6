"""One run of a step: published and completed, or given back, tried again, failed, taken away; never half."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, connections
from django.utils import timezone

from assets.exceptions import StorageUnavailable
from assets.models import Asset, Variant
from assets.services import places
from mediaportal.core import sandbox
from mediaportal.core.secrets import MasterKeyMissing
from processing.exceptions import StepRefused
from processing.models import Job, Queue, Status, Step
from processing.pipeline import PIPELINES, StepPlan
from processing.services import jobs, leases, planning, progress, pulse, running
from processing.services.context import StepContext
from processing.services.publishing import Product
from tests.factories import AssetFactory
from tests.killing import killing

pytestmark = pytest.mark.django_db(transaction=True)
Work = Callable[[StepContext], dict[str, Any]]


@pytest.fixture
def run_step(monkeypatch: pytest.MonkeyPatch) -> Callable[[Work], Step]:
    """Make a job of one step that does `work`, claim it, run it, and return its row."""

    def do(work: Work) -> Step:
        plan = [
            StepPlan("upload", "Upload", Queue.INGEST, (), 0, None),
            StepPlan("thumbnails", "Pictures", Queue.INGEST, ("upload",), 1, work),
        ]
        monkeypatch.setitem(PIPELINES, "image", plan)
        asset = AssetFactory(image=True, passed_gate=True, content=b"bytes")
        planning.create(asset=asset, job_id=asset.job_id, parameters={})
        step = leases.claim(queue="ingest", worker="tests")
        assert step is not None
        running.run(step=step)
        return Step.objects.select_related("job__asset").get(pk=step.pk)

    return do


@pytest.fixture(autouse=True)
def awake() -> Iterator[None]:
    yield
    running.shutting_down.clear()


def make_picture(context: StepContext) -> dict[str, Any]:
    path = context.scratch / "a.webp"
    path.write_bytes(b"picture")
    context.products.append(Product(path, "thumbnail", "webp", f"{context.stem}_1.webp", {"timestamp": 1.5}))
    return {"made": 1}


def scratch_folders() -> list[Path]:
    return list(Path(settings.SCRATCH_ROOT).iterdir())


def test_what_a_step_made_is_published_with_its_completion(run_step: Callable[[Work], Step]) -> None:
    step = run_step(make_picture)
    variant = Variant.objects.get(asset=step.job.asset)
    assert (step.status, step.progress, step.results) == (Status.COMPLETED, 100, {"made": 1})
    assert places.path_of(variant.storage_key).read_bytes() == b"picture"
    assert variant.timestamp == 1.5 and variant.file_size == 7 and len(variant.checksum) == 64
    assert step.job.status == Status.COMPLETED
    assert not scratch_folders()


def test_a_second_run_replaces_what_the_first_made(run_step: Callable[[Work], Step]) -> None:
    step = run_step(make_picture)
    before = Variant.objects.get(asset=step.job.asset)
    Step.objects.filter(pk=step.pk).update(status=Status.PENDING)
    Job.objects.filter(pk=step.job_id).update(status=Status.PENDING)
    again = leases.claim(queue="ingest", worker="other")
    assert again is not None
    running.run(step=again)
    after = Variant.objects.get(asset=step.job.asset)
    assert after.storage_key == before.storage_key
    assert len(list(places.path_of(after.storage_key).parent.iterdir())) == 1


def test_a_refused_file_fails_at_once_with_its_reason(run_step: Callable[[Work], Step]) -> None:
    def refuse(context: StepContext) -> dict[str, Any]:
        make_picture(context)
        raise StepRefused("corrupt_media", "The file is broken.")

    step = run_step(refuse)
    assert (step.status, step.error_code, step.error_detail) == (
        Status.FAILED,
        "corrupt_media",
        "The file is broken.",
    )
    assert step.job.status == Status.FAILED
    assert not Variant.objects.exists()
    assert not scratch_folders()


def test_a_failing_program_ends_the_job_with_the_end_of_its_output(run_step: Callable[[Work], Step]) -> None:
    def fail(context: StepContext) -> dict[str, Any]:
        sandbox.run(
            ["ffmpeg", "-v", "error", "-i", context.source, "-f", "null", "-"], reads=[context.source]
        )
        return {}

    step = run_step(fail)
    assert (step.status, step.error_code) == (Status.FAILED, "processing_failed")
    assert step.log


def test_a_program_that_was_killed_is_tried_again(run_step: Callable[[Work], Step]) -> None:
    def die(_context: StepContext) -> dict[str, Any]:
        sandbox.run(["sh", "-c", "kill -9 $$"])
        return {}

    step = run_step(die)
    assert (step.status, step.attempt, step.error_code) == (Status.PENDING, 1, "worker_trouble")
    assert step.job.status == Status.PROCESSING


class Late(threading.Event):
    """The worker's word that it is to end, which comes a moment after its programs have heard it."""

    def wait(self, timeout: float | None = None) -> bool:
        self.set()
        return super().wait(timeout)


def test_programs_that_are_ended_together_with_their_worker_cost_no_try(
    run_step: Callable[[Work], Step], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As systemd ends a service: all of its processes are told at once, and ffmpeg may hear it first."""
    monkeypatch.setattr(running, "shutting_down", Late())

    def sleep(_context: StepContext) -> dict[str, Any]:
        sandbox.run(["sleep", "30"], stop=killing())
        return {}

    step = run_step(sleep)
    assert (step.status, step.attempt, step.worker, step.error_code) == (Status.PENDING, 0, "", "")


def _cut_off() -> None:
    """Let the database end the connection of this thread, as by a restart."""
    pid = connection.connection.info.backend_pid

    def end() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    thread = threading.Thread(target=_closing(end))
    thread.start()
    thread.join(30)


def test_what_was_made_while_the_database_was_restarted_is_not_lost(
    run_step: Callable[[Work], Step],
) -> None:
    def work(context: StepContext) -> dict[str, Any]:
        _cut_off()
        return make_picture(context)

    step = run_step(work)
    assert (step.status, step.attempt, step.results) == (Status.COMPLETED, 1, {"made": 1})
    assert Variant.objects.count() == 1


def test_what_was_made_waits_for_a_database_that_is_away(
    run_step: Callable[[Work], Step], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_ASK_AGAIN_SECONDS", 0.01)
    own, away = connections["default"], [1, 2, 3]
    connect = own.connect

    def refuse() -> None:
        if away:
            away.pop()
            raise OperationalError("nobody listens")
        connect()

    def work(context: StepContext) -> dict[str, Any]:
        _cut_off()
        monkeypatch.setattr(own, "connect", refuse)
        return make_picture(context)

    step = run_step(work)
    assert (step.status, step.attempt, away) == (Status.COMPLETED, 1, [])


def test_a_run_that_is_to_end_waits_for_no_database(
    run_step: Callable[[Work], Step], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = connections["default"]

    def refuse() -> None:
        raise OperationalError("nobody listens")

    def work(context: StepContext) -> dict[str, Any]:
        _cut_off()
        monkeypatch.setattr(own, "connect", refuse)
        running.shutting_down.set()
        return make_picture(context)

    with pytest.raises(OperationalError):
        run_step(work)
    monkeypatch.undo()
    own.close()
    assert Step.objects.get(name="thumbnails").status == Status.PROCESSING


def test_why_a_step_failed_while_the_database_was_restarted_is_not_lost(
    run_step: Callable[[Work], Step],
) -> None:
    def work(_context: StepContext) -> dict[str, Any]:
        _cut_off()
        raise StepRefused("malware_found", "Malware was found.")

    step = run_step(work)
    assert (step.status, step.error_code) == (Status.FAILED, "malware_found")


@pytest.mark.parametrize("well", [True, False])
def test_a_run_whose_asset_is_gone_ends_without_a_word(
    run_step: Callable[[Work], Step], well: bool, caplog: pytest.LogCaptureFixture
) -> None:
    def work(context: StepContext) -> dict[str, Any]:
        Asset.objects.get(pk=context.asset.pk).delete()
        if not well:
            raise StepRefused("malware_found", "Malware was found.")
        return make_picture(context)

    with pytest.raises(Step.DoesNotExist):
        run_step(work)
    assert "was taken away" in caplog.text and "ERROR" not in {r.levelname for r in caplog.records}
    assert not scratch_folders() and not Variant.objects.exists()


def test_a_step_waits_for_a_storage_that_is_away(run_step: Callable[[Work], Step]) -> None:
    away = list(range(settings.STEP_ATTEMPTS + 2))

    def work(context: StepContext) -> dict[str, Any]:
        if away:
            away.pop()
            raise StorageUnavailable
        return make_picture(context)

    step = run_step(work)
    while away:
        assert (step.status, step.attempt, step.error_code) == (Status.PENDING, 0, "storage_away")
        assert step.ready_at is not None and step.ready_at > timezone.now() + timedelta(seconds=20)
        assert step.job.status == Status.PROCESSING
        step = _again(step)
    step = _again(step)
    assert (step.status, step.attempt, step.error_code) == (Status.COMPLETED, 1, "")
    assert step.results == {"made": 1} and step.job.status == Status.COMPLETED


def test_a_storage_that_stays_away_ends_the_job_at_last(
    run_step: Callable[[Work], Step], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_MOST_WAITS", 2)

    def work(_context: StepContext) -> dict[str, Any]:
        raise StorageUnavailable

    step = run_step(work)
    seen = [step.attempt]
    while step.status == Status.PENDING and len(seen) < 9:
        step = _again(step)
        seen.append(step.attempt)
    assert (step.status, step.error_code, step.job.status) == (Status.FAILED, "worker_trouble", Status.FAILED)
    assert seen == [0, 0, 1, 2, 3]


def _again(step: Step) -> Step:
    """Run a waiting step once more, as if its time had come."""
    Step.objects.filter(pk=step.pk).update(ready_at=timezone.now())
    claimed = leases.claim(queue="ingest", worker="tests")
    assert claimed is not None and claimed.pk == step.pk
    running.run(step=claimed)
    return Step.objects.select_related("job__asset").get(pk=step.pk)


def test_a_step_waits_for_a_master_key_that_is_missing(run_step: Callable[[Work], Step]) -> None:
    def locked(_context: StepContext) -> dict[str, Any]:
        raise MasterKeyMissing

    step = run_step(locked)
    assert (step.status, step.attempt, step.error_code) == (Status.PENDING, 0, "master_key_missing")
    assert step.ready_at is not None and step.ready_at > timezone.now()


def test_an_unexpected_error_is_tried_again_before_the_job_fails(run_step: Callable[[Work], Step]) -> None:
    def broken(_context: StepContext) -> dict[str, Any]:
        raise ZeroDivisionError

    step = run_step(broken)
    assert (step.status, step.attempt, step.error_code) == (Status.PENDING, 1, "internal_error")
    assert "ZeroDivisionError" not in step.error_detail
    assert step.job.status == Status.PROCESSING


def test_a_cancelled_step_ends_its_program_and_publishes_nothing(run_step: Callable[[Work], Step]) -> None:
    began = threading.Event()
    took: list[float] = []

    def sleep(context: StepContext) -> dict[str, Any]:
        make_picture(context)
        began.set()
        start = time.monotonic()
        try:
            sandbox.run(["sleep", "30"], stop=context.stop)
        finally:
            took.append(time.monotonic() - start)
        return {}

    def cancel() -> None:
        assert began.wait(30)
        job = Job.objects.select_related("asset__uploaded_by").get()
        jobs.cancel(job=job, user=job.asset.uploaded_by)

    thread = threading.Thread(target=_closing(cancel))
    thread.start()
    step = run_step(sleep)
    thread.join(30)
    assert step.status == Status.CANCELLED and step.job.status == Status.CANCELLED
    assert took[0] < 15
    assert not Variant.objects.exists() and not scratch_folders()


def test_a_redis_that_hangs_keeps_no_cancelled_step_running(
    run_step: Callable[[Work], Step], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither what tells of the progress nor what renews the lease asks Redis on the way to the program's end."""
    back, too_late = threading.Event(), threading.Event()

    def hang(*_given: Any, **_named: Any) -> dict[str, float]:
        if not back.wait(20):
            too_late.set()
        return {}

    def sleep(context: StepContext) -> dict[str, Any]:
        monkeypatch.setattr(progress, "write", hang)
        monkeypatch.setattr(progress, "read", hang)
        begun = time.monotonic()
        context.report(0.25)
        while Step.objects.get(pk=context.step.pk).progress != 25:
            assert time.monotonic() - begun < 15
            time.sleep(0.05)
        jobs.cancel(job=Job.objects.get(), user=context.asset.uploaded_by)
        for fraction in range(30, 100):
            context.report(fraction / 100)
        sandbox.run(["sleep", "60"], stop=context.stop)
        return {}

    step = run_step(sleep)
    back.set()
    assert (step.status, too_late.is_set()) == (Status.CANCELLED, False)


def test_a_worker_that_is_told_to_end_gives_its_step_back(run_step: Callable[[Work], Step]) -> None:
    def sleep(context: StepContext) -> dict[str, Any]:
        running.shutting_down.set()
        sandbox.run(["sleep", "30"], stop=context.stop)
        return {}

    step = run_step(sleep)
    assert (step.status, step.attempt, step.worker) == (Status.PENDING, 0, "")
    assert step.job.status == Status.PROCESSING


def test_a_run_whose_lease_was_taken_publishes_nothing(run_step: Callable[[Work], Step]) -> None:
    def slow(context: StepContext) -> dict[str, Any]:
        Step.objects.filter(pk=context.step.pk).update(worker="another", attempt=2)
        return make_picture(context)

    step = run_step(slow)
    assert (step.status, step.worker) == (Status.PROCESSING, "another")
    assert not Variant.objects.exists()
    assert not Asset.objects.filter(publication="published").exists()


def _closing(call: Callable[[], None]) -> Callable[[], None]:
    def run() -> None:
        try:
            call()
        finally:
            connection.close()

    return run


def test_a_step_that_holds_its_slot_too_long_is_ended_with_its_reason(
    run_step: Callable[[Work], Step], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulse, "_BEAT_SECONDS", 0.05)
    monkeypatch.setattr(settings, "STEP_MOST_SECONDS", 0.2)

    def hang(context: StepContext) -> dict[str, Any]:
        sandbox.run(["sleep", "60"], stop=context.stop)
        return {}

    step = run_step(hang)
    assert (step.status, step.error_code) == (Status.FAILED, "step_timed_out")
    assert step.job.status == Status.FAILED
    assert not scratch_folders()


def test_a_step_that_nobody_waits_for_yields_the_processor(
    run_step: Callable[[Work], Step], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "STEP_NICENESS", 9)

    def ask(_context: StepContext) -> dict[str, Any]:
        return {"niceness": sandbox.run(["nice"]).stdout.decode().strip()}

    # Nothing is nicer than 19, and the tests themselves may have been told to yield.
    assert run_step(ask).results["niceness"] == str(min(os.nice(0) + 9, 19))


def test_what_a_steps_programs_take_of_the_processors_is_kept(run_step: Callable[[Work], Step]) -> None:
    def work(_context: StepContext) -> dict[str, Any]:
        sandbox.run(["sh", "-c", "i=0; while [ $i -lt 90000 ]; do i=$((i+1)); done"])
        return {}

    counted = run_step(work).cpu_seconds
    assert counted is not None and counted > 0
    assert run_step(lambda _context: {"cpu_seconds": 7.5}).cpu_seconds == pytest.approx(7.5)


@pytest.mark.parametrize("error", [OperationalError("no connection"), InterfaceError("it is closed")])
def test_a_run_outlives_a_database_that_is_away_for_longer_than_a_lease(
    run_step: Callable[[Work], Step], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(pulse, "_BEAT_SECONDS", 0.02)
    monkeypatch.setattr(settings, "STEP_LEASE_SECONDS", 0)
    renew, away, renewed = leases.renew, list(range(10)), threading.Event()

    def ask(**given: Any) -> bool:
        if away:
            away.pop()
            raise error
        held = renew(**given)
        renewed.set()
        return held

    monkeypatch.setattr(leases, "renew", ask)
    step = run_step(lambda context: {"renewed": renewed.wait(10), "told to end": context.stop()})
    assert (step.status, step.results) == (Status.COMPLETED, {"renewed": True, "told to end": False})


def test_a_run_that_does_not_end_when_it_should_keeps_no_step(
    run_step: Callable[[Work], Step], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It asks nobody whether to stop: its lease runs out, and the sweeper gives the step to another one."""
    monkeypatch.setattr(pulse, "_BEAT_SECONDS", 0.05)
    monkeypatch.setattr(pulse, "_HEEDED_SECONDS", 0.2)
    monkeypatch.setattr(settings, "STEP_MOST_SECONDS", 0.2)
    monkeypatch.setattr(settings, "STEP_LEASE_SECONDS", 1)
    swept: list[Step] = []

    def deaf(context: StepContext) -> dict[str, Any]:
        begun = time.monotonic()
        while not swept:
            assert time.monotonic() - begun < 30
            if leases.sweep():
                swept.append(Step.objects.get(pk=context.step.pk))
            time.sleep(0.05)
        return make_picture(context)

    step = run_step(deaf)
    assert (swept[0].status, swept[0].error_code) == (Status.PENDING, "worker_lost")
    assert (step.status, step.attempt) == (Status.PENDING, 1)
    assert not Variant.objects.exists()
