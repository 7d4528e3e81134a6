"""Jobs from the operator's desk: found by what is asked, shown whole, cancelled, tried again, raised."""

import json
from argparse import ArgumentTypeError
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from mediaportal.audit.models import Entry
from mediaportal.core.ids import new_id
from processing.management.commands.jobs import age
from processing.models import Job, Status
from processing.services import jobs, planning
from tests.factories import AssetFactory, UserFactory
from tests.processing.conftest import cut_job

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """No line is broken."""
    monkeypatch.setenv("COLUMNS", "250")


def told(*words: str) -> str:
    out = StringIO()
    call_command("jobs", *words, stdout=out)
    return out.getvalue()


def listed(*words: str) -> set[str]:
    return {row["job_id"] for row in json.loads(told("--json", *words))}


def made(title: str = "Harbour", **facts: Any) -> Job:
    asset = AssetFactory(title=title, **facts)
    return planning.create(asset=asset, job_id=asset.job_id, parameters={})


def test_the_list_is_narrowed_by_what_is_asked() -> None:
    lina = UserFactory(email="lina@example.org")
    running = cut_job(AssetFactory(passed_gate=True, uploaded_by=lina))
    old, failed = made(), made()
    Job.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=3))
    Job.objects.filter(pk=failed.pk).update(status=Status.FAILED, error_code="corrupt_media")
    every = {str(job.pk) for job in (running, old, failed)}
    assert listed() == every
    assert listed("--status", "failed") == {str(failed.pk)}
    assert listed("--status", "failed", "--status", "processing") == {str(failed.pk), str(running.pk)}
    assert listed("--owner", "LINA@") == {str(running.pk)}
    assert listed("--older-than", "2d") == {str(old.pk)}
    assert listed("--newer-than", "2d") == every - {str(old.pk)}
    assert listed("--queue", "transcode") == every and listed("--queue", "notify") == set()
    assert len(listed("--limit", "1")) == 1 and listed("--limit", "0") == every


def test_the_table_tells_who_works_on_what() -> None:
    job = cut_job(AssetFactory(passed_gate=True, title="[bold]Harbour[/bold]"))
    out = told()
    assert str(job.pk) in out and "[bold]Harbour[/bold]" in out
    assert "transcoding_003 at edge-worker-07.example:4711:140222" in out
    assert told("--status", "cancelled").strip() == "No job is like that."


def test_one_job_is_shown_with_its_steps_and_last_words(video_job: Job) -> None:
    video_job.steps.filter(name="probe").update(
        status=Status.FAILED, log="moov atom not found", error_code="corrupt_media", attempt=2, worker="w:1:2"
    )
    Job.objects.filter(pk=video_job.pk).update(status=Status.FAILED, error_code="corrupt_media")
    out = told("show", str(video_job.pk))
    for word in ("moov atom not found", "corrupt_media", "w:1:2", "first_play, measuring, transcoding"):
        assert word in out
    whole = json.loads(told("show", str(video_job.pk), "--json"))
    assert whole["status"] == "failed" and whole["owner"] == video_job.asset.uploaded_by.email
    assert {step["name"]: step["behind"]["log"] for step in whole["steps"]}["probe"] == "moov atom not found"


def test_acts_stand_in_the_log_as_the_portals_own(video_job: Job) -> None:
    job_id = str(video_job.pk)
    assert "processing" not in told("raise", job_id, "--to", "7") and _priority(video_job) == 7
    assert "cancelled" in told("cancel", job_id)
    assert "pending" in told("retry", job_id)
    video_job.refresh_from_db()
    assert video_job.status == Status.PENDING
    entries = Entry.objects.filter(object_id=job_id).order_by("pk")
    assert [(entry.action, entry.actor) for entry in entries] == [
        ("job.priority_given", None),
        ("job.cancelled", None),
        ("job.retried", None),
    ]


def _priority(job: Job) -> int:
    return Job.objects.get(pk=job.pk).priority


def test_what_is_refused_does_not_keep_the_others(video_job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    ended = made()
    jobs.cancel(job=ended, user=ended.asset.uploaded_by)
    missing = str(new_id())
    with pytest.raises(SystemExit) as end:
        call_command("jobs", "cancel", str(ended.pk), missing, str(video_job.pk))
    assert end.value.code == 1
    said = capsys.readouterr()
    assert f"{ended.pk}: job_not_cancellable" in said.err and f"{missing}: there is no such job" in said.err
    assert f"{video_job.pk}: cancelled" in said.out
    with pytest.raises(SystemExit):
        call_command("jobs", "raise", str(ended.pk))
    assert _priority(ended) == 0


def test_what_it_does_not_know_is_said(video_job: Job) -> None:
    for words in (
        ["--status", "lost"],
        ["show", "no-id"],
        ["--older-than", "soon"],
        ["--queue", "x"],
        ["raise", str(video_job.pk), "--to", "101"],
    ):
        with pytest.raises(CommandError):
            told(*words)
    with pytest.raises(CommandError, match="no such job"):
        told("show", str(new_id()))


@pytest.mark.parametrize(("given", "seconds"), [("90s", 90), ("30m", 1800), ("2h", 7200), ("3d", 259_200)])
def test_ages(given: str, seconds: int) -> None:
    assert age(given).total_seconds() == seconds


@pytest.mark.parametrize("given", ["", "3", "h", "-1h", "1w", "1.5h"])
def test_other_words_are_no_age(given: str) -> None:
    with pytest.raises(ArgumentTypeError, match="no age"):
        age(given)
