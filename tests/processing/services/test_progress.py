"""Progress: throttled, never backwards, and harmless when Redis is away."""

from typing import Any

import pytest
from redis import Redis

from processing.models import Job
from processing.services import progress
from processing.signals import job_changed

pytestmark = pytest.mark.django_db


def test_a_report_is_kept_and_told_but_not_more_often_than_is_useful(
    video_job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [100.0]
    monkeypatch.setattr("processing.services.progress.time.monotonic", lambda: clock[0])
    heard: list[float] = []

    def hear(**news: Any) -> None:
        heard.append(news["fraction"])

    job_changed.connect(hear)
    try:
        report = progress.reporter(job=video_job, step=video_job.steps.get(name="transcoding"))
        for moment, fraction in [(100.0, 0.1), (100.1, 0.2), (100.5, 0.3), (101.0, 0.25), (102.0, 1.7)]:
            clock[0] = moment
            report(fraction)
    finally:
        job_changed.disconnect(hear)
    assert heard == [0.1, 0.3, 1.0]
    assert progress.read(video_job.pk) == {"transcoding": 1.0}
    progress.forget(job_id=video_job.pk, step="transcoding")
    assert progress.read(video_job.pk) == {}


def test_without_redis_progress_is_lost_and_nothing_else(
    video_job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = Redis.from_url("unix:///nowhere/redis.sock", socket_connect_timeout=1)
    monkeypatch.setattr(progress, "_redis", nobody)
    progress.write(job_id=video_job.pk, step="transcoding", fraction=0.5)
    progress.forget(job_id=video_job.pk, step="transcoding")
    assert progress.read(video_job.pk) == {}
