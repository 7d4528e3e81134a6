"""Whole jobs with real programs: what an upload asked for is analysed when its file has been processed."""

import shutil

import pytest

from analysis.models import Analysis, Moment
from analysis.pipeline import STEPS, step_name, steps_for
from assets.services import ingest, uploads
from processing.models import Job
from processing.pipeline import label_of, plan_of
from tests.factories import UploadSessionFactory
from tests.media import media
from tests.processing.test_pipeline import carried_out


def test_each_group_of_an_engine_has_a_step_that_jobs_know() -> None:
    assert step_name("local", "sight") == "analysis_local_sight"
    assert step_name("aws", "") == "analysis_aws"
    assert [plan.name for plan in steps_for(["analysis_aws"])] == ["analysis_aws"]
    for plan in STEPS:
        assert plan_of("video", plan.name) is plan
        assert label_of(plan.name) == str(plan.label)


@pytest.mark.django_db(transaction=True)
def test_what_an_upload_asked_for_is_found() -> None:
    path = media("hard_cuts.mp4")
    session = UploadSessionFactory(
        filename=path.name, bytes_total=path.stat().st_size, options={"analysis_types": ["shots", "faces"]}
    )
    shutil.copyfile(path, uploads.part_path(session.pk))
    asset = ingest.accept_file(session=session, path=uploads.part_path(session.pk), sha256="0" * 64)
    assert carried_out(Job.objects.get(asset=asset)).status == "completed"
    found = dict(Analysis.objects.values_list("type", "status"))
    assert found["shots"] == "completed"
    assert [round(start) for start in Moment.objects.values_list("start", flat=True)] == [0, 3, 6]
    asset.refresh_from_db()
    assert (asset.publication, asset.upload_status) == ("published", "completed")
