"""The graph of a job: columns, pieces, times, and what only managers see."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processing.models import Job, Status, Step
from processing.services import graph
from processing.services.graph import GraphStep
from tests.factories import AssetFactory, UserFactory
from tests.processing.conftest import cut_job


def step_of(job: Job, name: str, *, role: str = "contributor") -> GraphStep:
    """One step of a job's graph, as it stands in the database."""
    loaded = Job.objects.with_steps().get(pk=job.pk)
    found = graph.graph_of(job=loaded, user=UserFactory(role=role))
    return next(step for step in found.steps if step.name == name)


def test_each_step_stands_behind_all_that_it_waits_for() -> None:
    after = {"a": [], "b": ["a"], "c": ["a"], "d": ["b"], "e": ["c", "d"], "f": ["not in the job"]}
    assert graph.columns_of(after) == {"a": 0, "b": 1, "c": 1, "d": 2, "e": 3, "f": 0}


@given(st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"), max_size=4)))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_columns_end_whatever_the_names_say(after: dict[str, list[str]]) -> None:
    columns = graph.columns_of(after)
    assert set(columns) == set(after) and all(0 <= column < len(after) for column in columns.values())


@pytest.mark.django_db
def test_the_pieces_of_a_long_file_are_told_apart() -> None:
    job = cut_job(AssetFactory(passed_gate=True))
    piece, join = step_of(job, "transcoding_002"), step_of(job, "transcoding")
    assert (piece.piece_of, piece.label) == ("transcoding", "Making renditions, part 2")
    assert join.piece_of is None and join.column == piece.column + 1


@pytest.mark.django_db
def test_times_are_those_of_the_last_run(video_job: Job) -> None:
    now = timezone.now()

    def scan(**changes: object) -> GraphStep:
        Step.objects.filter(job=video_job, name="scan").update(**changes)
        return step_of(video_job, "scan")

    waiting = scan(ready_at=now - timedelta(seconds=30))
    assert waiting.waited_seconds == pytest.approx(30, abs=5) and waiting.ran_seconds is None
    running = scan(
        status=Status.PROCESSING, started_at=now - timedelta(seconds=20), lease_until=now, progress=50
    )
    assert running.waited_seconds == 10 and running.ran_seconds == pytest.approx(20, abs=5)
    done = scan(status=Status.COMPLETED, completed_at=now - timedelta(seconds=5), lease_until=None)
    assert (done.waited_seconds, done.ran_seconds) == (10, 15)
    stopped = scan(status=Status.CANCELLED, completed_at=None)
    assert (stopped.waited_seconds, stopped.ran_seconds) == (None, None)
    later = scan(status=Status.PENDING, ready_at=now + timedelta(seconds=60))
    assert later.waited_seconds is None
    assert step_of(video_job, "packaging").waited_seconds is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "told"), [("viewer", False), ("contributor", False), ("moderator", False), ("manager", True)]
)
def test_only_managers_are_told_of_machines_and_programs(video_job: Job, role: str, told: bool) -> None:
    Step.objects.filter(job=video_job, name="scan").update(
        worker="host:1:2", attempt=2, log="the end", cpu_seconds=3.5
    )
    behind = step_of(video_job, "scan", role=role).behind
    assert behind == (graph.Behind("ingest", "host:1:2", 2, 3.5, "the end") if told else None)


@pytest.mark.django_db
def test_a_graph_costs_the_same_for_many_steps() -> None:
    user = UserFactory(role="manager")
    counts = []
    for pieces in (2, 40):
        job = cut_job(AssetFactory(passed_gate=True), pieces=pieces)
        user = type(user).objects.get(pk=user.pk)
        with CaptureQueriesContext(connection) as asked:
            found = graph.graph_of(job=Job.objects.with_steps().get(pk=job.pk), user=user)
        assert len(found.steps) == 10 + pieces
        counts.append(len(asked))
    assert counts[0] == counts[1]
