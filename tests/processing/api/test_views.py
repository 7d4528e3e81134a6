"""Jobs over HTTP: who may ask, what the answer holds, what it costs."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from assets.models import Asset
from mediaportal.audit.models import Entry
from processing.models import Job, Status
from processing.services import jobs, planning
from tests.factories import AssetFactory, PackageFactory, UserFactory, VariantFactory
from tests.processing.conftest import Finish

pytestmark = pytest.mark.django_db


def signed_in(user: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


def status_url(job: Job, verb: str = "status") -> str:
    return f"/api/v1/media/job/{job.pk}/{verb}"


def test_nobody_is_told_anything_without_a_sign_in(video_job: Job) -> None:
    answer = APIClient().get(status_url(video_job))
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "not_authenticated"


@pytest.mark.parametrize(
    ("who", "status", "cancel"),
    [
        ("stranger", 404, 404),
        ("viewer", 404, 404),
        ("moderator", 200, 403),
        ("manager", 200, 202),
        ("owner", 200, 202),
    ],
)
def test_who_may_look_and_who_may_cancel(video_job: Job, who: str, status: int, cancel: int) -> None:
    user = (
        video_job.asset.uploaded_by
        if who == "owner"
        else UserFactory(role="viewer" if who == "viewer" else "contributor" if who == "stranger" else who)
    )
    assert signed_in(user).get(status_url(video_job)).status_code == status
    assert signed_in(user).post(status_url(video_job, "cancel")).status_code == cancel


def test_the_document_has_the_form_of_the_contract(video_job: Job) -> None:
    body = signed_in(video_job.asset.uploaded_by).get(status_url(video_job)).json()
    assert set(body) == {
        "job_id",
        "asset_id",
        "job_type",
        "status",
        "progress",
        "current_step",
        "estimated_completion",
        "error",
        "steps",
        "results",
    }
    assert set(body["steps"][0]) == {"name", "status", "progress", "started_at", "completed_at", "error"}
    assert set(body["results"]) == {
        "original_url", "variants", "thumbnails", "playback", "metadata_url", "package",
    }  # fmt: skip
    assert set(body["results"]["playback"]) == {
        "hls_url",
        "dash_url",
        "license_url",
        "poster_url",
        "storyboard_url",
        "preview_url",
        "captions",
    }
    assert (body["status"], body["progress"], body["current_step"]) == ("pending", 0, "scan")


def test_links_appear_only_once_the_gate_has_passed(video_job: Job) -> None:
    asset = video_job.asset
    client = signed_in(asset.uploaded_by)
    VariantFactory(asset=asset, poster=True)
    VariantFactory(asset=asset, hls=True)
    held = client.get(status_url(video_job)).json()["results"]
    assert held["original_url"] is None and held["variants"] == [] and held["playback"]["hls_url"] is None
    Asset.objects.filter(pk=asset.pk).update(scan_verdict="unscanned", metadata={"probed": True})
    shown = client.get(status_url(video_job)).json()["results"]
    assert shown["original_url"].startswith("/files/")
    assert shown["playback"]["hls_url"].endswith("/master.m3u8")
    assert shown["playback"]["poster_url"].endswith(".webp")


def test_of_what_is_encrypted_the_licence_is_named(video_job: Job) -> None:
    asset = video_job.asset
    Asset.objects.filter(pk=asset.pk).update(scan_verdict="unscanned", metadata={"probed": True})
    PackageFactory(asset=asset)
    client = signed_in(asset.uploaded_by)
    assert client.get(status_url(video_job)).json()["results"]["playback"]["license_url"] is None
    VariantFactory(asset=asset, hls=True)
    shown = client.get(status_url(video_job)).json()["results"]["playback"]
    assert shown["license_url"].startswith("/files/") and shown["license_url"].endswith("/license")


def test_an_unchanged_document_answers_304(video_job: Job) -> None:
    client = signed_in(video_job.asset.uploaded_by)
    first = client.get(status_url(video_job))
    again = client.get(status_url(video_job), HTTP_IF_NONE_MATCH=first["ETag"])
    assert again.status_code == 304 and not again.content


def test_the_status_costs_a_fixed_number_of_queries(video_job: Job, finish: Finish) -> None:
    client = signed_in(video_job.asset.uploaded_by)
    Asset.objects.filter(pk=video_job.asset_id).update(scan_verdict="unscanned", metadata={"probed": True})
    client.get(status_url(video_job))  # the person's permissions are read once
    with CaptureQueriesContext(connection) as few:
        client.get(status_url(video_job))
    for _ in range(12):
        VariantFactory(asset=video_job.asset, thumbnail=True)
    with CaptureQueriesContext(connection) as many:
        client.get(status_url(video_job))
    assert len(many) == len(few) == 4


def test_a_failed_job_names_its_reason_and_can_be_tried_again(video_job: Job) -> None:
    owner = video_job.asset.uploaded_by
    client = signed_in(owner)
    refused = client.post(status_url(video_job, "retry"))
    assert refused.status_code == 409 and refused.json()["code"] == "job_not_retryable"
    jobs.fail(job=video_job, step=video_job.steps.get(name="probe"), code="worker_trouble", detail="Broken.")
    body = client.get(status_url(video_job)).json()
    assert body["status"] == "failed" and body["error"] == {"code": "worker_trouble", "detail": "Broken."}
    assert client.post(status_url(video_job, "retry")).status_code == 202
    video_job.refresh_from_db()
    assert video_job.status == Status.PENDING


def test_a_job_whose_file_is_the_reason_is_not_tried_again(video_job: Job) -> None:
    jobs.fail(job=video_job, step=video_job.steps.get(name="probe"), code="corrupt_media", detail="Broken.")
    refused = signed_in(video_job.asset.uploaded_by).post(status_url(video_job, "retry"))
    assert refused.status_code == 409 and refused.json()["code"] == "retry_hopeless"
    video_job.refresh_from_db()
    assert (video_job.status, video_job.error_code) == (Status.FAILED, "corrupt_media")


def test_the_list_shows_only_visible_jobs_and_filters(video_job: Job) -> None:
    other = AssetFactory()
    planning.create(asset=other, job_id=other.job_id, parameters={})
    client = signed_in(video_job.asset.uploaded_by)
    body = client.get("/api/v1/jobs/").json()
    assert [row["job_id"] for row in body["results"]] == [str(video_job.pk)]
    assert client.get("/api/v1/jobs/?status=failed").json()["results"] == []
    everything = signed_in(UserFactory(role="manager")).get("/api/v1/jobs/").json()["results"]
    assert len(everything) == 2


@pytest.mark.parametrize(
    ("who", "status"), [("stranger", 404), ("owner", 403), ("moderator", 403), ("manager", 202)]
)
def test_only_managers_put_jobs_before_others(video_job: Job, who: str, status: int) -> None:
    owner = video_job.asset.uploaded_by
    user = owner if who == "owner" else UserFactory(role="contributor" if who == "stranger" else who)
    answer = signed_in(user).post(status_url(video_job, "priority"), {"priority": 100}, format="json")
    assert answer.status_code == status
    video_job.refresh_from_db()
    assert video_job.priority == (100 if status == 202 else 0)
    if status != 404:
        told = signed_in(user)
        assert told.get(status_url(video_job, "graph")).json()["priority"] == video_job.priority
        (row,) = told.get("/api/v1/jobs/").json()["results"]
        assert row["priority"] == video_job.priority
    assert Entry.objects.filter(action="job.priority_given", object_id=video_job.pk).count() == (
        status == 202
    )


@pytest.mark.parametrize("priority", [101, -101, "high", None])
def test_a_priority_is_a_number_within_bounds(video_job: Job, priority: Any) -> None:
    answer = signed_in(UserFactory(role="manager")).post(
        status_url(video_job, "priority"), {"priority": priority}, format="json"
    )
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "priority")


def test_a_job_that_has_ended_has_no_priority(video_job: Job) -> None:
    Job.objects.filter(pk=video_job.pk).update(status=Status.COMPLETED)
    answer = signed_in(UserFactory(role="manager")).post(
        status_url(video_job, "priority"), {"priority": 1}, format="json"
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "job_has_ended")


def test_the_graph_of_a_job(api: APIClient, video_job: Job) -> None:
    address = f"/api/v1/media/job/{video_job.pk}/graph"
    assert api.get(address).status_code == 401
    api.force_authenticate(UserFactory(role="contributor"))
    assert api.get(address).status_code == 404
    api.force_authenticate(video_job.asset.uploaded_by)
    body = api.get(address).json()
    steps = {step["name"]: step for step in body["steps"]}
    assert body["job_id"] == str(video_job.pk) and body["status"] == "pending"
    assert steps["packaging"]["depends_on"] == ["thumbnails", "first_play", "measuring", "transcoding"]
    assert [steps[name]["column"] for name in ("upload", "scan", "probe", "first_play", "packaging")] == [
        0,
        1,
        2,
        3,
        5,
    ]
    assert steps["scan"]["label"] == "Checking for malware" and steps["scan"]["behind"] is None
    api.force_authenticate(UserFactory(role="manager"))
    behind = next(step["behind"] for step in api.get(address).json()["steps"] if step["name"] == "scan")
    assert behind == {"queue": "ingest", "worker": "", "attempt": 0, "cpu_seconds": None, "log": ""}
