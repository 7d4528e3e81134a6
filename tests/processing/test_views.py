"""The pages of the work: what runs, what waits, what failed; and the steps on the asset page."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from processing import views
from processing.models import Job, JobType, Status
from processing.services import estimates, jobs, orders, packages, planning
from processing.services.packages import Order
from tests.factories import AssetFactory, UserFactory, VariantFactory
from tests.processing.conftest import cut_job

pytestmark = pytest.mark.django_db


def signed_in(user: object) -> Client:
    client = Client()
    client.force_login(user)  # type: ignore[arg-type]  # any user model
    return client


def test_without_a_sign_in_there_is_only_the_way_to_it(video_job: Job) -> None:
    for path in ("/jobs/", f"/assets/{video_job.asset_id}/steps/"):
        answer = Client().get(path)
        assert answer.status_code == 302 and answer["Location"].startswith("/sign-in/")


def test_the_list_shows_running_jobs_before_waiting_and_failed_ones(video_job: Job) -> None:
    owner = video_job.asset.uploaded_by
    others = [AssetFactory(uploaded_by=owner, title=title) for title in ("Running film", "Failed film")]
    running, failed = (planning.create(asset=a, job_id=a.job_id, parameters={}) for a in others)
    jobs.start(job=running)
    jobs.fail(job=failed, step=failed.steps.get(name="probe"), code="corrupt_media", detail="It is broken.")
    page = signed_in(owner).get("/jobs/").content.decode()
    places = [page.index(title) for title in ("Running film", video_job.asset.title, "Failed film")]
    assert places == sorted(places)
    assert "It is broken." in page and "corrupt_media" in page


def test_a_stranger_sees_nothing_of_it(video_job: Job) -> None:
    stranger = signed_in(UserFactory(role="contributor"))
    assert video_job.asset.title not in stranger.get("/jobs/").content.decode()
    assert stranger.get(f"/assets/{video_job.asset_id}/steps/").status_code == 404


def test_steps_are_named_in_words(video_job: Job) -> None:
    page = signed_in(video_job.asset.uploaded_by).get(f"/assets/{video_job.asset_id}/steps/").content.decode()
    for words in ("Checking for malware", "Reading the file", "Making renditions", "Packaging for streaming"):
        assert words in page


def test_the_list_costs_the_same_for_many_jobs(video_job: Job) -> None:
    owner = video_job.asset.uploaded_by
    client = signed_in(owner)
    client.get("/jobs/")
    cache.delete("processing.estimates")
    with CaptureQueriesContext(connection) as few:
        client.get("/jobs/")
    for _ in range(8):
        asset = AssetFactory(uploaded_by=owner)
        planning.create(asset=asset, job_id=asset.job_id, parameters={})
    cache.delete("processing.estimates")
    with CaptureQueriesContext(connection) as many:
        client.get("/jobs/")
    assert len(many) == len(few)


def test_trying_again_is_offered_only_where_it_may_help(video_job: Job) -> None:
    owner = signed_in(video_job.asset.uploaded_by)
    jobs.start(job=video_job)
    jobs.fail(
        job=video_job, step=video_job.steps.get(name="probe"), code="worker_trouble", detail="A full disk."
    )
    pages = ("/jobs/", f"/assets/{video_job.asset_id}/steps/")
    assert all("data-retry" in owner.get(page).content.decode() for page in pages)
    Job.objects.filter(pk=video_job.pk).update(error_code="corrupt_media")
    assert not any("data-retry" in owner.get(page).content.decode() for page in pages)


def test_what_was_cancelled_is_not_counted_as_done(video_job: Job) -> None:
    owner = video_job.asset.uploaded_by
    jobs.cancel(job=video_job, user=owner)
    page = signed_in(owner).get("/jobs/").content.decode()
    assert 'id="group-cancelled"' in page and 'id="group-completed"' not in page


def test_the_steps_after_a_failure_were_not_reached(video_job: Job) -> None:
    jobs.start(job=video_job)
    step = video_job.steps.get(name="probe")
    jobs.fail(job=video_job, step=step, code="corrupt_media", detail="It is broken.")
    owner = signed_in(video_job.asset.uploaded_by)
    page = owner.get(f"/assets/{video_job.asset_id}/steps/").content.decode()
    assert "Not reached" in page and "Cancelled" not in page


def test_managers_reach_what_is_measured_afterwards(video_job: Job) -> None:
    asset = video_job.asset
    measured = Job.objects.create(
        asset=asset, job_type=JobType.QUALITY, status=Status.FAILED, error_code="processing_failed"
    )
    address = f'href="/jobs/{measured.pk}/"'
    owner, manager = signed_in(asset.uploaded_by), signed_in(UserFactory(role="manager"))
    steps, listed = f"/assets/{asset.pk}/steps/", "/jobs/?type=quality"
    for page in (steps, listed):
        assert address in manager.get(page).content.decode()
        assert address not in owner.get(page).content.decode()
    assert f'href="/jobs/{video_job.pk}/"' not in manager.get(listed).content.decode()
    assert 'type=quality"' in manager.get("/jobs/").content.decode()
    assert 'type=quality"' not in owner.get("/jobs/").content.decode()
    assert address not in manager.get("/jobs/").content.decode()
    assert address in manager.get("/jobs/?type=quality&status=failed").content.decode()
    measured.delete()
    assert "Nothing has been measured yet" in manager.get(listed).content.decode()


def test_a_heading_counts_all_jobs_and_not_those_of_the_page(
    video_job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "_PAGE", 2)
    owner = video_job.asset.uploaded_by
    for _ in range(2):
        asset = AssetFactory(uploaded_by=owner)
        planning.create(asset=asset, job_id=asset.job_id, parameters={})
    client = signed_in(owner)
    for address in ("/jobs/", "/jobs/?page=2", "/jobs/?status=pending"):
        page = client.get(address).content.decode()
        assert 'Waiting <span class="quiet figures">3</span>' in page
    # What leads to the other pages is fetched again with the list.
    part = page[page.index('<div id="jobs"') : page.index("</main>")]
    assert "Next page" in part and "Previous page" not in part and ">Older<" not in page
    assert part.index('class="pages"') < part.rindex("</div>")


def test_how_long_it_will_take_stands_wherever_the_job_does(
    video_job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(estimates, "seconds_left", lambda found: {job.pk: 200 for job in found})
    owner = signed_in(video_job.asset.uploaded_by)
    for path in ("/jobs/", f"/jobs/{video_job.pk}/", f"/assets/{video_job.asset_id}/steps/"):
        assert "about 3 min left" in owner.get(path).content.decode(), path


def test_only_managers_say_what_goes_first(video_job: Job) -> None:
    owner, manager = signed_in(video_job.asset.uploaded_by), signed_in(UserFactory(role="manager"))
    for path in ("/jobs/", f"/jobs/{video_job.pk}/"):
        assert "data-priority" not in owner.get(path).content.decode()
        assert "Move to the front" in manager.get(path).content.decode()
    Job.objects.filter(pk=video_job.pk).update(priority=100)
    for path in ("/jobs/", f"/jobs/{video_job.pk}/"):
        page = manager.get(path).content.decode()
        assert "Back into the line" in page and "Move to the front" not in page


def test_a_job_has_a_page_for_whoever_sees_its_asset(video_job: Job) -> None:
    address = f"/jobs/{video_job.pk}/"
    page = signed_in(video_job.asset.uploaded_by).get(address).content.decode()
    assert 'id="node-transcoding"' in page and "Waiting for its turn" in page
    assert f'href="/assets/{video_job.asset_id}/"' in page
    assert signed_in(UserFactory(role="contributor")).get(address).status_code == 404
    assert Client().get(address).status_code == 302
    for page_with_link in ("/jobs/", f"/assets/{video_job.asset_id}/steps/"):
        assert address in signed_in(video_job.asset.uploaded_by).get(page_with_link).content.decode()


def test_what_a_program_said_is_for_managers(video_job: Job) -> None:
    jobs.start(job=video_job)
    step = video_job.steps.get(name="probe")
    jobs.fail(job=video_job, step=step, code="processing_failed", detail="A program failed.")
    video_job.steps.filter(name="probe").update(
        status="failed", log="moov atom not found", worker="edge-7:1:2", error_code="processing_failed"
    )
    address = f"/jobs/{video_job.pk}/"
    owner = signed_in(video_job.asset.uploaded_by).get(address).content.decode()
    manager = signed_in(UserFactory(role="manager")).get(address).content.decode()
    assert "A program failed." in owner and "A program failed." in manager
    for told in ("moov atom not found", "edge-7:1:2"):
        assert told not in owner and told in manager


def test_the_page_costs_the_same_for_many_steps() -> None:
    user = UserFactory(role="manager")
    client = signed_in(user)
    counts = []
    for pieces in (2, 40):
        job = cut_job(AssetFactory(uploaded_by=user, passed_gate=True), pieces=pieces)
        client.get(f"/jobs/{job.pk}/")
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"/jobs/{job.pk}/").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 20


def test_the_asset_page_counts_the_pieces_of_a_long_file_as_one_step() -> None:
    job = cut_job(AssetFactory(passed_gate=True))
    page = signed_in(job.asset.uploaded_by).get(f"/assets/{job.asset_id}/steps/").content.decode()
    assert "transcoding_001" not in page
    row = page[page.index('data-step="transcoding"') :]
    assert row.startswith('data-step="transcoding" data-status="processing"') and "40 %" in row


def test_the_list_names_the_step_of_a_piece() -> None:
    job = cut_job(AssetFactory(passed_gate=True))
    page = signed_in(job.asset.uploaded_by).get("/jobs/").content.decode()
    assert "Making renditions" in page and "transcoding_00" not in page


def test_how_a_file_is_streamed_and_who_may_change_it() -> None:
    asset = AssetFactory(published=True)
    VariantFactory(asset=asset)
    package = packages.ask(order=Order("cbcs"), asset=asset)
    packages.ready(package_id=package.pk, encrypted_tracks=[1, 2])
    page = f"/assets/{asset.pk}/packages/"
    seen = signed_in(UserFactory(role="viewer")).get(page).content.decode()
    assert "CBCS" in seen and "1, 2" in seen and "Package again" not in seen
    for user in (asset.uploaded_by, UserFactory(role="manager")):
        assert 'data-package-form data-asset="' + str(asset.pk) in signed_in(user).get(page).content.decode()
    asset.visibility = "private"
    asset.save()
    assert signed_in(UserFactory(role="viewer")).get(page).status_code == 404


def test_a_file_with_nothing_to_stream_says_nothing_of_it() -> None:
    asset = AssetFactory(image=True, published=True)
    assert signed_in(asset.uploaded_by).get(f"/assets/{asset.pk}/packages/").content.decode().strip() == ""


def test_the_page_of_a_job_tells_which_tracks_are_encrypted() -> None:
    asset = AssetFactory(published=True)
    VariantFactory(asset=asset)
    job = orders.package(user=asset.uploaded_by, asset=asset, order=Order("cenc"))
    packages.ready(package_id=packages.of_job(job).pk, encrypted_tracks=[1])
    page = signed_in(asset.uploaded_by).get(f"/jobs/{job.pk}/").content.decode()
    assert "CENC" in page and "Tracks: 1" in page
    places = [page.index(f'id="node-{name}"') for name in ("ingested", "fragmented", "encrypted", "ready")]
    assert places == sorted(places)
