"""What the page of a job shows."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from processing.models import Job, Status, Step
from processing.services import jobpage, jobs
from tests.factories import AssetFactory, UserFactory
from tests.processing.conftest import cut_job

pytestmark = pytest.mark.django_db


def page_of(job: Job) -> dict[str, Any]:
    loaded = Job.objects.with_steps().get(pk=job.pk)
    return jobpage.page_of(job=loaded, user=loaded.asset.uploaded_by)


def test_pieces_are_one_box_between_what_they_wait_for_and_their_join() -> None:
    columns = page_of(cut_job(AssetFactory(passed_gate=True)))["columns"]
    names = [[node.name for node in column] for column in columns]
    # Whose line goes farthest stands outside.
    assert names == [
        ["upload"],
        ["scan"],
        ["probe"],
        ["thumbnails", "measuring", "quick_check", "first_play"],
        ["transcoding_pieces"],
        ["transcoding"],
        ["packaging"],
        ["metadata"],
    ]
    pieces = columns[4][0]
    assert (pieces.label, pieces.word) == ("Making renditions, in parts", "2 of 6 parts")
    assert (pieces.status, pieces.progress, pieces.after) == ("processing", 46, ["measuring"])
    assert len(pieces.pieces) == 6
    # It takes files of the measuring, too, which the renditions have waited for anyway.
    packaging = columns[6][0]
    assert "measuring" in Step.objects.filter(name="packaging").latest("pk").depends_on
    assert set(packaging.after) == {"thumbnails", "first_play", "transcoding"}
    join = columns[5][0]
    assert (join.after, join.after_labels) == (["transcoding_pieces"], ["Making renditions, in parts"])


@pytest.mark.parametrize(
    ("statuses", "together"),
    [
        (["completed", "completed"], "completed"),
        (["completed", "pending"], "processing"),
        (["pending", "pending"], "pending"),
        (["processing", "failed"], "failed"),
        (["completed", "cancelled"], "cancelled"),
    ],
)
def test_pieces_stand_where_the_worst_of_them_stands(statuses: list[str], together: str) -> None:
    job = cut_job(AssetFactory(passed_gate=True), pieces=2)
    for number, status in enumerate(statuses, start=1):
        lease = timezone.now() if status == "processing" else None
        job.steps.filter(name=f"transcoding_00{number}").update(status=status, lease_until=lease)
    box = next(node for node in page_of(job)["columns"][4] if node.pieces)
    assert box.status == together


def test_steps_lie_on_one_line_of_time() -> None:
    job = cut_job(AssetFactory(passed_gate=True))
    page = page_of(job)
    rows = {row.step.name: row for row in page["rows"]}
    assert not rows["upload"].on_line and not rows["packaging"].on_line
    scan = rows["scan"]
    # A second waited and two run, of about sixty.
    assert scan.on_line and scan.waits_from == "0.00%"
    assert 1.3 < float(scan.waits[:-1]) < 1.8 and 2.6 < float(scan.runs[:-1]) < 3.5
    assert scan.runs_from == scan.waits
    assert [label for label, _rows in page["pieces"]] == ["Making renditions, in parts"]
    for row in (*rows.values(), *page["pieces"][0][1]):
        assert float(row.runs_from[:-1]) + float(row.runs[:-1]) <= 100.1


def test_words_say_where_a_step_stands(video_job: Job) -> None:
    def word(**changes: Any) -> str:
        Step.objects.filter(job=video_job, name="scan").update(**changes)
        return str(next(row.word for row in page_of(video_job)["rows"] if row.step.name == "scan"))

    assert word() == "Waiting for its turn"
    assert word(error_code="scanner_away") == "Waiting for the scanner"
    assert word(error_code="key_server_away") == "Waiting for the key server"
    assert word(error_code="master_key_missing") == "Waiting for the master key"
    assert word(error_code="worker_lost") == "Waiting to try again"
    assert word(error_code="", ready_at=None) == "Not yet"
    assert word(status=Status.PROCESSING, lease_until=timezone.now()) == "In work"
    assert word(status=Status.COMPLETED, lease_until=None) == "Done"
    assert word(status=Status.FAILED, error_code="x") == "Failed"
    assert word(status=Status.CANCELLED, error_code="") == "Cancelled"
    Job.objects.filter(pk=video_job.pk).update(status=Status.FAILED, error_code="x")
    assert word() == "Not reached"


def test_what_may_be_done_follows_the_state(video_job: Job) -> None:
    owner = video_job.asset.uploaded_by
    page = page_of(video_job)
    assert page["can_cancel"] and not page["can_retry"] and page["took"] is None
    jobs.start(job=video_job)
    jobs.cancel(job=video_job, user=owner)
    Job.objects.filter(pk=video_job.pk).update(started_at=timezone.now() - timedelta(seconds=10))
    page = page_of(video_job)
    assert page["can_retry"] and not page["can_cancel"] and page["took"] == pytest.approx(10, abs=3)
    loaded = Job.objects.with_steps().get(pk=video_job.pk)
    stranger = jobpage.page_of(job=loaded, user=UserFactory(role="moderator"))
    assert not stranger["can_retry"] and not stranger["manages"]


def test_a_job_without_steps_has_a_page(video_job: Job) -> None:
    video_job.steps.all().delete()
    page = page_of(video_job)
    assert (page["columns"], page["rows"], page["pieces"]) == ([], [], [])
