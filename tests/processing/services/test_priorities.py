"""Managers say which jobs go first; what they said is written down, and the next claim follows it."""

import pytest

from mediaportal.audit.models import Entry
from mediaportal.core.problems import NotPermitted
from processing.exceptions import JobHasEnded
from processing.models import Job
from processing.services import jobs, leases, planning, priorities
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_raised_job_is_taken_next_and_a_lowered_one_last(video_job: Job) -> None:
    manager = UserFactory(role="manager")
    made = [video_job]
    for _ in range(2):
        asset = AssetFactory()
        made.append(planning.create(asset=asset, job_id=asset.job_id, parameters={}))
    priorities.give(job=made[2], user=manager, priority=priorities.HIGHEST)
    priorities.give(job=made[0], user=manager, priority=-1)
    taken = [leases.claim(queue="ingest", worker="tests") for _ in made]
    assert [step and step.job_id for step in taken] == [made[2].pk, made[1].pk, made[0].pk]
    entry = Entry.objects.get(action="job.priority_given", object_id=made[2].pk)
    assert (entry.actor, entry.detail) == (manager, {"before": 0, "priority": 100})


def test_nobody_else_may_and_nothing_impossible(video_job: Job) -> None:
    for user in (video_job.asset.uploaded_by, UserFactory(role="manager", inactive=True)):
        with pytest.raises(NotPermitted):
            priorities.give(job=video_job, user=user, priority=1)
    manager = UserFactory(role="manager")
    with pytest.raises(ValueError, match="101"):
        priorities.give(job=video_job, user=manager, priority=101)
    jobs.cancel(job=video_job, user=manager)
    with pytest.raises(JobHasEnded):
        priorities.give(job=video_job, user=manager, priority=1)
