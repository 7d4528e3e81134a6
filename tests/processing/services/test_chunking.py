"""Long videos are cut where it pays, into steps that everybody else takes for one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from assets.models import Asset, Variant, VariantType
from assets.services import leftovers, places
from processing.ffmpeg.chunks_bounds import plan
from processing.ffmpeg.ladder import Ladder, Level
from processing.ffmpeg.outcome import look
from processing.ffmpeg.transcode import transcode
from processing.models import Job, Preset, Status, Step
from processing.pipeline import label_of, plan_of
from processing.services import chunking, interim, jobs, leases, planning, presets, running, status, workers
from processing.services.workers import Worker
from processing.steps import chunks as chunk_steps
from processing.steps import transcoding
from tests.factories import AssetFactory, UserFactory
from tests.media import media
from tests.processing.ffmpeg.conftest import probed

pytestmark = pytest.mark.django_db
TWO_RUNGS = Ladder((Level("144p", 256, 144, 225_000, 300_000), Level("96p", 172, 96, 100_000, 150_000)))
COPY_AND_TWO = Ladder((Level("180p", 320, 180, 900_000, 900_000), *TWO_RUNGS.levels), per_title=False)
NAMES = ["transcoding_001", "transcoding_002", "transcoding_003"]


@pytest.fixture(autouse=True)
def short_chunks(settings: Any) -> None:
    settings.CHUNKED_ENCODING = "on"
    settings.CHUNK_FROM_SECONDS = 8
    settings.CHUNK_SECONDS = 4


@pytest.fixture
def make_job(db: None) -> Callable[..., Job]:
    """Make the job of a stored video, its gate passed and its probe not yet learned."""

    def make(
        name: str = "long_25.mp4", ladder: Ladder = TWO_RUNGS, done: tuple[str, ...] = ("scan", "measuring")
    ) -> Job:
        Preset.objects.update_or_create(slug="short", defaults={"recipe": ladder.as_data(), "title": "Short"})
        asset = AssetFactory(
            uploaded_by=UserFactory(role="contributor"), content=media(name).read_bytes(), kind="video"
        )
        job = planning.create(asset=asset, job_id=asset.job_id, parameters={"preset": "short"})
        Step.objects.filter(job=job, name__in=done).update(status=Status.COMPLETED, progress=100)
        Step.objects.filter(job=job, name="probe").update(ready_at=timezone.now())
        return job

    return make


def learned(job: Job, name: str = "long_25.mp4") -> Job:
    """Complete the probe with what it finds in a medium."""
    step = leases.claim(queue="ingest", worker="tests")
    assert step is not None and step.name == "probe"
    probe = probed(name)
    facts = {"duration": probe.duration, "metadata": {"probed": True, "probe": probe.as_data()}}
    leases.complete(
        step=step,
        results={},
        publish=lambda done, job: planning.learn(job=job, step=done, facts=facts),
    )
    return Job.objects.with_steps().get(pk=job.pk)


def names(job: Job) -> list[str]:
    return [step.name for step in job.steps.order_by("position")]


def test_a_long_video_gets_a_step_for_each_chunk(make_job: Callable[..., Job]) -> None:
    job = make_job()
    before = {step.name: step.weight for step in job.steps.all()}
    job = learned(job)
    place = names(job).index("transcoding")
    assert names(job)[place - 3 : place] == NAMES
    steps = {step.name: step for step in job.steps.all()}
    assert steps["transcoding"].depends_on == ["measuring", *NAMES]
    assert steps["transcoding"].ready_at is None
    for name in NAMES:
        assert steps[name].depends_on == ["measuring"] and steps[name].ready_at is not None
    assert [steps[name].parameters["first"] for name in NAMES] == [0, 100, 200]
    assert sum(step.weight for step in steps.values()) == sum(before.values())


def test_hundreds_of_chunks_leave_the_other_steps_their_share(
    make_job: Callable[..., Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    many = plan(720.0, None, seconds=4, segment=4)
    assert len(many) == 180
    monkeypatch.setattr("processing.services.chunking.plan", lambda *_args, **_named: many)
    job = make_job()
    before = {step.name: step.weight for step in job.steps.all()}
    steps = {step.name: step for step in learned(job).steps.all()}
    whole = sum(step.weight for step in steps.values())
    assert all(step.weight > 0 for step in steps.values() if step.name != "upload")
    assert steps["first_play"].weight / whole == pytest.approx(before["first_play"] / sum(before.values()))


@pytest.mark.parametrize(("hosts", "count"), [((), 0), (("one", "one"), 0), (("one", "two"), 3)])
@pytest.mark.usefixtures("clean_cache")
def test_left_to_itself_it_is_cut_where_several_machines_work(
    make_job: Callable[..., Job], settings: Any, hosts: tuple[str, ...], count: int
) -> None:
    settings.CHUNKED_ENCODING = "auto"
    for number, host in enumerate(hosts):
        workers.say(Worker(f"{host}:{number}", host, number, ("transcode",), 1))
    assert len(chunking.steps_of(learned(make_job()))) == count
    for number, host in enumerate(hosts):
        workers.leave(f"{host}:{number}")


@pytest.mark.parametrize(
    ("name", "wanted", "value"),
    [
        ("long_25.mp4", "CHUNKED_ENCODING", "off"),
        ("long_25.mp4", "CHUNK_FROM_SECONDS", 13),
        ("long_25.mp4", "CHUNK_SECONDS", 12),
        ("plain.avi", "CHUNK_FROM_SECONDS", 1),
    ],
)
def test_what_is_not_worth_it_stays_whole(
    make_job: Callable[..., Job], settings: Any, name: str, wanted: str, value: Any
) -> None:
    settings.CHUNK_SECONDS = 4 if name.startswith("long") else 1
    setattr(settings, wanted, value)
    assert "transcoding_001" not in names(learned(make_job(name), name))


def test_one_rung_alone_is_made_by_the_first_play(make_job: Callable[..., Job]) -> None:
    job = learned(make_job(ladder=Ladder(TWO_RUNGS.levels[:1])))
    assert "transcoding_001" not in names(job)


def test_learning_twice_lays_down_once(make_job: Callable[..., Job]) -> None:
    job = learned(make_job())
    with transaction.atomic():
        chunking.lay_down(job=job)
    assert len(chunking.steps_of(job)) == 3


def test_numbered_steps_are_known_by_the_plan() -> None:
    found = plan_of("video", "transcoding_017")
    assert (found.name, found.queue, found.work) == ("transcoding_017", "transcode", chunk_steps.run)
    assert label_of("transcoding_017") == label_of("transcoding")
    with pytest.raises(KeyError):
        plan_of("video", "transcoding_17x")


def shown(job: Job) -> dict[str, Any]:
    found = status.progress_of(Job.objects.with_steps().get(pk=job.pk))
    assert not [line for line in found["steps"] if line["name"] in NAMES]
    return next(line for line in found["steps"] if line["name"] == "transcoding")


def test_chunks_are_shown_as_one_step(make_job: Callable[..., Job]) -> None:
    job = learned(make_job())
    chunks = job.steps.filter(name__in=NAMES)
    assert shown(job) == {"name": "transcoding", "status": "pending", "progress": 0}
    now = timezone.now()
    chunks.filter(name=NAMES[0]).update(status=Status.COMPLETED, progress=100, started_at=now)
    chunks.filter(name=NAMES[1]).update(
        status=Status.PROCESSING, progress=50, started_at=now, lease_until=now + timedelta(minutes=1)
    )
    found = shown(job)
    assert (found["status"], found["progress"]) == ("processing", 37)
    document = status.job_document(job=Job.objects.with_steps().get(pk=job.pk), user=job.asset.uploaded_by)
    line = next(line for line in document["steps"] if line["name"] == "transcoding")
    assert line["started_at"] == now and line["completed_at"] is None
    assert document["current_step"] == "transcoding"
    assert [line["name"] for line in document["steps"]].count("transcoding") == 1


def test_a_chunk_that_failed_is_the_reason_of_the_whole(make_job: Callable[..., Job]) -> None:
    job = learned(make_job())
    job.steps.filter(name__in=[*NAMES, "transcoding"]).update(status=Status.CANCELLED)
    job.steps.filter(name=NAMES[1]).update(
        status=Status.FAILED, error_code="worker_lost", error_detail="The worker was lost."
    )
    found = status.job_document(job=Job.objects.with_steps().get(pk=job.pk), user=job.asset.uploaded_by)
    line = next(line for line in found["steps"] if line["name"] == "transcoding")
    assert (line["status"], line["error"]["code"]) == ("failed", "worker_lost")


def run_all(job: Job, *, stop_before: str | None = None) -> None:
    """Carry out every step that waits, as one worker would."""
    for _ in range(30):
        for queue in ("transcode", "ingest"):
            step = leases.claim(queue=queue, worker="tests")
            if step is None:
                continue
            if step.name == stop_before:
                return
            running.run(step=step)
        job.refresh_from_db()
        if job.status not in {Status.PENDING, Status.PROCESSING}:
            return


@pytest.mark.django_db(transaction=True)
def test_a_job_in_chunks_ends_with_what_one_pass_makes(make_job: Callable[..., Job], tmp_path: Any) -> None:
    job = learned(make_job())
    run_all(job)
    assert job.status == Status.COMPLETED, job.error_detail
    results = job.steps.get(name="transcoding").results
    assert (results["qualities"], results["joined"]) == (["144p"], True)
    made = Variant.objects.get(asset=job.asset, variant_type=VariantType.RENDITION, quality="144p")
    probe = probed("long_25.mp4")
    rungs = presets.rungs_for(job, probe)[:1]
    one = transcode(media("long_25.mp4"), probe, rungs, tmp_path, sound=False).rungs[0]
    assert made.detail["frames"] == one.frames
    # Its sound was encoded once, whole: what a seam would add or take away is missed here.
    whole = look(places.path_of(made.storage_key))
    assert whole.sounds == 1 and whole.duration == pytest.approx(probe.duration, abs=0.05)


@pytest.mark.django_db(transaction=True)
def test_chunks_that_do_not_fit_are_made_in_one_pass(make_job: Callable[..., Job]) -> None:
    job = learned(make_job())
    run_all(job, stop_before="transcoding")
    spoiled = job.steps.get(name=NAMES[1])
    del spoiled.results["interim"]
    spoiled.save(update_fields=["results"])
    joining = job.steps.select_related("job__asset").get(name="transcoding")
    running.run(step=joining)
    joining.refresh_from_db()
    assert joining.status == Status.COMPLETED and "joined" not in joining.results
    assert joining.results["interim"]["144p.mp4"]["facts"]["frames"] == 310


@pytest.mark.django_db(transaction=True)
def test_no_chunk_encodes_what_the_source_already_is(make_job: Callable[..., Job]) -> None:
    job = learned(make_job("copy_fits.mp4", COPY_AND_TWO, done=("scan",)), "copy_fits.mp4")
    run_all(job)
    assert job.status == Status.COMPLETED, job.error_detail
    results = job.steps.get(name="transcoding").results
    assert (results["qualities"], results["joined"], results["copied"]) == (["180p", "144p"], True, ["180p"])
    assert set(job.steps.get(name=NAMES[0]).results["interim"]) == {"144p_001.mp4"}
    made = Variant.objects.filter(asset=job.asset, variant_type=VariantType.RENDITION)
    assert {(one.quality, one.detail["frames"]) for one in made} == {
        ("180p", 225), ("144p", 225), ("96p", 225)
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_a_copy_of_other_pictures_than_the_chunks_have_is_not_used(make_job: Callable[..., Job]) -> None:
    job = learned(make_job("copy_fits.mp4", COPY_AND_TWO, done=("scan",)), "copy_fits.mp4")
    run_all(job, stop_before="transcoding")
    measuring = job.steps.get(name="measuring")
    measuring.results["interim"]["180p.mp4"]["facts"]["frames"] = 224
    measuring.save(update_fields=["results"])
    running.run(step=job.steps.select_related("job__asset").get(name="transcoding"))
    run_all(job)
    assert job.status == Status.COMPLETED, job.error_detail
    assert "joined" not in job.steps.get(name="transcoding").results
    made = Variant.objects.get(asset=job.asset, variant_type=VariantType.RENDITION, quality="180p")
    assert made.detail["frames"] == 225


@pytest.mark.django_db(transaction=True)
def test_a_retry_keeps_the_chunks_that_are_made(make_job: Callable[..., Job]) -> None:
    job = learned(make_job())
    step = leases.claim(queue="transcode", worker="tests")
    while step is not None and step.name != NAMES[0]:
        running.run(step=step)
        step = leases.claim(queue="transcode", worker="tests")
    assert step is not None
    running.run(step=step)
    jobs.cancel(job=job, user=job.asset.uploaded_by)
    jobs.retry(job=Job.objects.get(pk=job.pk), user=job.asset.uploaded_by)
    states = dict(job.steps.filter(name__in=NAMES).values_list("name", "status"))
    assert states == {NAMES[0]: "completed", NAMES[1]: "pending", NAMES[2]: "pending"}
    run_all(job)
    assert job.status == Status.COMPLETED
    assert job.steps.get(name=NAMES[0]).attempt == 1


@pytest.mark.django_db(transaction=True)
def test_nothing_of_the_chunks_is_left(make_job: Callable[..., Job]) -> None:
    job = learned(make_job())
    run_all(job)
    handed_on = places.path_of(interim.folder_of(job))
    assert list(handed_on.rglob("*.mp4"))
    leftovers.sweep()
    assert not list(handed_on.rglob("*.mp4"))
    assert Asset.objects.get(pk=job.asset_id).processing_verdict == "done"
    assert transcoding.run_video is plan_of("video", "transcoding").work
