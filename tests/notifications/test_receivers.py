"""Every piece of news from below becomes the event that the contract names."""

from typing import Any

import pytest
from django.dispatch import Signal

from assets import signals as assets
from assets.models import Asset
from notifications.models import Event, Notification
from notifications.services import broadcast
from processing import signals as processing
from processing.models import Job, JobType, Status
from tests.factories import AssetFactory, VariantFactory
from tests.notifications.conftest import job_of

pytestmark = pytest.mark.django_db


def written() -> list[str]:
    return list(Event.objects.exclude(type="notification.new").order_by("id").values_list("type", flat=True))


@pytest.mark.parametrize(
    ("signal", "more", "event_type"),
    [
        (assets.asset_rejected, {"code": "corrupt_media", "detail": "Broken."}, "asset.rejected"),
        (assets.asset_held, {}, "asset.held"),
        (assets.asset_published, {}, "asset.published"),
        (assets.asset_blocked, {}, "asset.blocked"),
        (assets.asset_removed, {"user": None}, "asset.removed"),
        (assets.access_changed, {}, "asset.changed"),
    ],
)
def test_news_of_an_asset(signal: Signal, more: dict[str, Any], event_type: str) -> None:
    asset = AssetFactory(published=True)
    signal.send(sender=Asset, asset=asset, **more)
    assert written() == [event_type]
    event = Event.objects.exclude(type="notification.new").get()
    assert event.topics[:3] == [f"asset:{asset.pk}", f"job:{asset.job_id}", "library"]


def test_other_text_tracks_are_told_to_those_who_look_and_ring_no_bell() -> None:
    asset = AssetFactory(published=True)
    assets.captions_changed.send(sender=Asset, asset=asset)
    event = Event.objects.get()
    assert (event.type, event.topics) == ("asset.changed", [f"asset:{asset.pk}"])
    assert (event.data["changed"], event.data["state"]) == (["captions"], "ready")
    assert not Notification.objects.exists()


def test_a_stored_asset_starts_its_job_and_is_told_of() -> None:
    asset = AssetFactory()
    assets.asset_stored.send(sender=Asset, asset=asset, options={}, user=asset.uploaded_by)
    assert written() == ["asset.stored"]
    assert Job.objects.get().pk == asset.job_id


@pytest.mark.parametrize(
    ("status", "event_type"),
    [
        (Status.PENDING, None),
        (Status.PROCESSING, None),
        (Status.COMPLETED, "job.completed"),
        (Status.FAILED, "job.failed"),
        (Status.CANCELLED, "job.failed"),
    ],
)
def test_only_the_end_of_a_job_is_written_down(status: str, event_type: str | None) -> None:
    job = job_of(AssetFactory(), status=status, error_code="x")
    processing.job_changed.send(sender=Job, job=job, durable=True)
    assert written() == ([event_type] if event_type else [])


def test_progress_is_only_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, Any]] = []
    monkeypatch.setattr(broadcast, "send", sent.extend)
    job = job_of(AssetFactory())
    processing.job_changed.send(sender=Job, job=job, durable=False, step=job.steps.first(), fraction=0.5)
    assets.upload_progressed.send(
        sender=None, session_id=job.pk, user_id=job.pk, bytes_received=5, bytes_total=None
    )
    assert written() == []
    assert [told["type"] for _group, told in sent] == ["job.progress"] * 4 + ["upload.progress"]
    assert sent[-1][1]["data"]["progress"] is None


def test_what_is_measured_is_told_to_those_who_look_and_rings_no_bell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: list[tuple[str, Any]] = []
    monkeypatch.setattr(broadcast, "send", sent.extend)
    asset = AssetFactory(published=True)
    job = Job.objects.create(asset=asset, job_type=JobType.QUALITY, status=Status.PROCESSING)
    processing.job_changed.send(sender=Job, job=job, durable=False, step=None, fraction=0.5)
    assert [(group, told["type"]) for group, told in sent] == [(f"job.{job.pk}", "job.progress")]
    for status, told in ((Status.COMPLETED, "job.completed"), (Status.FAILED, "job.failed")):
        job.status = status
        processing.job_changed.send(sender=Job, job=job, durable=True)
        event = Event.objects.get(type=told)
        assert event.topics == [f"job:{job.pk}", f"asset:{asset.pk}"]
        assert event.data["job_id"] == str(job.pk)
    assert not Event.objects.filter(type="notification.new").exists()
    assert not Notification.objects.exists()


def test_files_that_change_a_card_are_told_in_the_library_too() -> None:
    asset = AssetFactory()
    job = job_of(asset)
    for variant in (VariantFactory(asset=asset), VariantFactory(asset=asset, poster=True)):
        processing.variant_ready.send(sender=type(variant), asset=asset, variant=variant, job=job)
    rendition, poster = Event.objects.order_by("id")
    assert "library" not in rendition.topics
    assert "library" in poster.topics
