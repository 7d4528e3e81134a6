"""Who may order what of which file."""

from typing import Any
from uuid import uuid4

import pytest

from assets.exceptions import InvalidOptions
from assets.models import UploadSession
from mediaportal.audit.models import Entry
from mediaportal.core.problems import NotPermitted
from processing.exceptions import NotProcessed, WorkUnderWay
from processing.models import ContentKey, Job, JobType, Package, Status
from processing.services import jobs, orders, planning
from processing.services.keys import GivenKey
from processing.services.orders import Format
from processing.services.packages import Order
from tests.factories import AssetFactory, UserFactory, VariantFactory

pytestmark = pytest.mark.django_db
KEY = bytes.fromhex("ab" * 16)


@pytest.fixture
def asset(db: None) -> Any:
    """A video that has been made ready."""
    made = AssetFactory(published=True)
    VariantFactory(asset=made, variant_type="rendition")
    return made


def names(job: Job) -> list[str]:
    return list(job.steps.order_by("position").values_list("name", flat=True))


def test_a_package_has_its_stages_one_after_the_other(asset: Any) -> None:
    job = orders.package(user=asset.uploaded_by, asset=asset, order=Order("cbcs"))
    assert job.job_type == JobType.PACKAGE
    assert names(job) == ["ingested", "fragmented", "encrypted", "ready"]
    first, *rest = job.steps.order_by("position")
    assert first.ready_at is not None and not any(step.ready_at for step in rest)
    assert [step.depends_on for step in rest] == [["ingested"], ["fragmented"], ["encrypted"]]
    package = Package.objects.get(job=job)
    assert (package.asset, package.scheme, package.key_source) == (asset, "cbcs", "own")


@pytest.mark.parametrize(("now", "scheme"), [("", "clear"), ("cenc", "cenc")])
def test_without_a_word_a_set_is_encrypted_as_it_is_now(asset: Any, now: str, scheme: str) -> None:
    asset.encryption = now
    asset.save()
    job = orders.package(user=asset.uploaded_by, asset=asset, order=None)
    assert Package.objects.get(job=job).scheme == scheme
    assert ("packaged" in names(job)) == (scheme == "clear")


def test_who_may(asset: Any) -> None:
    for role in ("viewer", "contributor", "moderator"):
        with pytest.raises(NotPermitted):
            orders.package(user=UserFactory(role=role), asset=asset, order=None)
    orders.package(user=UserFactory(role="manager"), asset=asset, order=None)


def test_a_file_of_which_there_is_nothing(asset: Any) -> None:
    fresh = AssetFactory(published=True)
    picture = AssetFactory(image=True, published=True)
    VariantFactory(asset=picture, variant_type="rendition")
    held = AssetFactory()
    VariantFactory(asset=held, variant_type="rendition")
    for one in (fresh, picture, held):
        with pytest.raises(NotProcessed):
            orders.package(user=one.uploaded_by, asset=one, order=None)


def test_one_job_at_a_time(asset: Any) -> None:
    job = orders.package(user=asset.uploaded_by, asset=asset, order=None)
    with pytest.raises(WorkUnderWay):
        orders.package(user=asset.uploaded_by, asset=asset, order=None)
    with pytest.raises(WorkUnderWay):
        orders.transcode(user=asset.uploaded_by, asset=asset, formats=[Format("360p")])
    jobs.cancel(job=job, user=asset.uploaded_by)
    orders.package(user=asset.uploaded_by, asset=asset, order=None)


@pytest.mark.parametrize("kind", [JobType.INGEST, JobType.PACKAGE, JobType.TRANSCODE, JobType.QUALITY])
def test_what_has_failed_is_not_tried_again_while_another_job_changes_the_same(
    asset: Any, kind: JobType
) -> None:
    failed = Job.objects.create(
        asset=asset, job_type=kind, status=Status.FAILED, error_code="worker_lost", error_detail="Lost."
    )
    other = orders.package(user=asset.uploaded_by, asset=asset, order=None)
    with pytest.raises(WorkUnderWay):
        jobs.retry(job=failed, user=asset.uploaded_by)
    failed.refresh_from_db()
    assert failed.status == Status.FAILED
    jobs.cancel(job=other, user=asset.uploaded_by)
    assert jobs.retry(job=failed, user=asset.uploaded_by).status == Status.PENDING


def test_what_is_measured_is_given_up_when_renditions_are_made_anew(asset: Any) -> None:
    measuring = Job.objects.create(asset=asset, job_type=JobType.QUALITY)
    orders.package(user=asset.uploaded_by, asset=asset, order=None)
    measuring.refresh_from_db()
    assert measuring.status == Status.PENDING
    Job.objects.filter(job_type=JobType.PACKAGE).update(status=Status.COMPLETED)
    orders.transcode(user=asset.uploaded_by, asset=asset, formats=[Format("360p")])
    measuring.refresh_from_db()
    assert measuring.status == Status.CANCELLED


def test_a_key_stands_nowhere_but_sealed(asset: Any) -> None:
    order = Order("cbcs", tracks="video", given=GivenKey(uuid4(), KEY))
    job = orders.package(user=asset.uploaded_by, asset=asset, order=order)
    (kept,) = ContentKey.objects.filter(package__job=job)
    assert KEY not in bytes(kept.sealed)
    told = [*Entry.objects.values_list("detail", flat=True), job.parameters]
    told += job.steps.values_list("parameters", "work", "results", "log")
    assert KEY.hex() not in repr(told) and "own_key" in repr(told)
    assert KEY.hex() not in repr(order)


def test_the_pictures_of_a_sound_cannot_be_encrypted() -> None:
    sound = AssetFactory(audio=True, published=True)
    VariantFactory(asset=sound, variant_type="audio_only")
    with pytest.raises(InvalidOptions) as caught:
        orders.package(user=sound.uploaded_by, asset=sound, order=Order("cbcs", tracks="video"))
    assert caught.value.errors[0].field == "package.encryption.tracks"


def test_formats_become_rungs() -> None:
    ladder = orders.ladder_of([Format("480p"), Format("1080p", 5_000_000, "h265"), Format("1080p")])
    assert [(level.name, level.height, level.codec, level.max_rate) for level in ladder.levels] == [
        ("1080p_h265", 1080, "h265", 5_000_000),
        ("1080p", 1080, "h264", 6_750_000),
        ("480p", 480, "h264", 1_500_000),
    ]


@pytest.mark.parametrize(
    "formats",
    [
        [],
        [Format("360p")] * 7,
        [Format("1081p")],
        [Format("360p", 1)],
        [Format("360p"), Format("360p")],
        [Format("720p", codec="av1")],
    ],
)
def test_formats_that_cannot_be(formats: list[Format]) -> None:
    with pytest.raises(InvalidOptions) as caught:
        orders.ladder_of(formats)
    assert all(error.field.startswith("output_formats") for error in caught.value.errors)


def test_an_order_of_formats_follows_them(asset: Any) -> None:
    job = orders.transcode(user=asset.uploaded_by, asset=asset, formats=[Format("720p"), Format("360p")])
    assert [level["name"] for level in job.parameters["recipe"]["levels"]] == ["720p", "360p"]
    assert names(job) == ["first_play", "measuring", "transcoding", "packaging", "metadata"]
    assert set(job.steps.filter(ready_at__isnull=False).values_list("name", flat=True)) == {
        "first_play",
        "measuring",
    }


def test_an_address_is_fetched_first(settings: Any) -> None:
    settings.IMPORT_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    user = UserFactory(role="contributor")
    order = Order("cbcs", given=GivenKey(uuid4(), KEY))
    session = orders.fetch(user=user, url="https://example.org/a.mp4", formats=[Format("360p")], order=order)
    session = UploadSession.objects.get(pk=session.pk)
    package = Package.objects.get()
    assert package.asset_id is None
    assert session.options["encrypt"] == "cbcs" and session.options["package"] == str(package.pk)
    assert KEY.hex() not in repr(session.options)
    asset = AssetFactory(uploaded_by=user, job_id=session.job_id)
    job = planning.create(asset=asset, job_id=session.job_id, parameters=session.options)
    package.refresh_from_db()
    assert (package.asset, package.job) == (asset, job)
    assert [level["name"] for level in job.parameters["recipe"]["levels"]] == ["360p"]


def test_an_address_with_no_word_of_encryption(db: None) -> None:
    user = UserFactory(role="contributor")
    session = orders.fetch(user=user, url="https://example.org/a.mp4", order=Order(formats=("dash",)))
    assert set(session.options) == {"package"}
    session = orders.fetch(user=user, url="https://example.org/a.mp4")
    assert session.options == {}
