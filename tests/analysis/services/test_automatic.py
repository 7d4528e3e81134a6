"""What is analysed by itself: what an upload asks for, and what its collections do; once, and nothing by default."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from analysis.engines import Ability, Type
from analysis.models import Analysis, CollectionSetting, Order
from analysis.services import automatic, keyframes, orders
from assets.exceptions import InvalidOptions
from assets.models import Asset, Collection
from assets.services import wishes
from processing.ffmpeg.ladder import LABELLED
from processing.models import Job
from processing.services import jobs
from tests.analysis.conftest import FakeEngine, sight
from tests.factories import AssetFactory, CollectionFactory

pytestmark = pytest.mark.django_db
Capture = Callable[..., Any]


def processed(capture: Capture, asset: Asset, **options: Any) -> Job:
    """The first job of an asset, which has just been completed."""
    job = Job.objects.create(id=asset.job_id, asset=asset, status="processing", parameters=options)
    with capture(execute=True):
        jobs._complete(job)
    return job


@pytest.fixture
def capture(django_capture_on_commit_callbacks: Capture) -> Capture:
    return django_capture_on_commit_callbacks


def test_nothing_is_analysed_by_default(fake: FakeEngine, capture: Capture) -> None:
    processed(capture, AssetFactory(passed_gate=True))
    assert not Order.objects.exists()


def test_what_the_upload_asks_for(fake: FakeEngine, capture: Capture) -> None:
    job = processed(
        capture, AssetFactory(passed_gate=True), analysis_types=["shots", "faces"], languages=["ar"]
    )
    order = Order.objects.get()
    assert (order.asked_by, order.types, order.languages) == (None, ["faces", "shots"], ["ar"])
    # What nobody can do has failed and hinders nothing.
    assert dict(Analysis.objects.values_list("type", "error_code")) == {
        "faces": "engine_unavailable",
        "shots": "",
    }
    automatic.catch_up(job_id=job.pk)
    assert Order.objects.count() == 1


@pytest.mark.parametrize("asked_by_collection", [False, True])
def test_what_a_dead_worker_left_unordered_is_ordered_by_the_sweep(
    fake: FakeEngine, asked_by_collection: bool
) -> None:
    asset = AssetFactory(passed_gate=True)
    wanted = {} if asked_by_collection else {"analysis_types": ["shots"]}
    job = Job.objects.create(id=asset.job_id, asset=asset, status="processing", parameters=wanted)
    if asked_by_collection:
        collection = CollectionFactory()
        collection.assets.add(asset)
        CollectionSetting.objects.create(collection=collection, types=["shots"])
    jobs._complete(job)
    assert automatic.sweep() == 0, "the worker may still be at it"
    Job.objects.filter(pk=job.pk).update(completed_at=timezone.now() - timedelta(minutes=2))
    assert automatic.sweep() == 1
    assert Order.objects.get().types == ["shots"]
    assert automatic.sweep() == 0


def test_key_frames_that_a_dead_worker_left_unordered_are_ordered_by_the_sweep(fake: FakeEngine) -> None:
    asset = AssetFactory(passed_gate=True)
    job = Job.objects.create(
        id=asset.job_id, asset=asset, status="processing", parameters={"recipe": LABELLED.as_data()}
    )
    jobs._complete(job)
    Job.objects.filter(pk=job.pk).update(completed_at=timezone.now() - timedelta(minutes=2))
    assert automatic.sweep() == 1
    order = Order.objects.get()
    assert (order.asked_by, order.types) == (None, ["objects"])
    assert order.job is not None and order.job.parameters["keyframes"]["count"] == 12
    assert automatic.sweep() == 0


def test_key_frames_stand_beside_what_the_upload_asks_for(fake: FakeEngine, capture: Capture) -> None:
    asset = AssetFactory(passed_gate=True)
    processed(capture, asset, recipe=LABELLED.as_data(), analysis_types=["shots"])
    assert sorted(order.types for order in Order.objects.all()) == [["objects"], ["shots"]]


def test_a_sound_has_no_key_frames(fake: FakeEngine, capture: Capture) -> None:
    processed(capture, AssetFactory(passed_gate=True, audio=True), recipe=LABELLED.as_data())
    assert not Order.objects.exists()


def test_the_sweep_leaves_what_nobody_asks_for(fake: FakeEngine, capture: Capture) -> None:
    job = processed(capture, AssetFactory(passed_gate=True))
    Job.objects.filter(pk=job.pk).update(completed_at=timezone.now() - timedelta(minutes=2))
    assert automatic.sweep() == 0
    assert not Order.objects.exists()


def test_what_collections_ask_for_is_put_together(fake: FakeEngine, capture: Capture) -> None:
    asset = AssetFactory(passed_gate=True)
    for types, languages in ((["shots"], ["en"]), (["transcription"], ["ar", "en"])):
        collection = CollectionFactory()
        collection.assets.add(asset)
        CollectionSetting.objects.create(collection=collection, types=types, languages=languages)
    processed(capture, asset)
    order = Order.objects.get()
    assert order.types == ["transcription", "shots"]
    assert sorted(order.languages) == ["ar", "en"]


def test_an_upload_says_what_it_wants_in_lists() -> None:
    wish = wishes.of_values(
        filename="", kind="", metadata={}, options={"analysis_types": ["shots"], "languages": ["ar"]}
    )
    assert wish.options == {"analysis_types": ["shots"], "languages": ["ar"]}


@pytest.mark.parametrize(
    "options",
    [
        {"analysis_types": "shots"},
        {"analysis_types": ["smell"]},
        {"analysis_types": []},
        {"analysis_types": ["shots"], "languages": ["no such language"]},
        {"languages": ["no such language"]},
        {"analysis_order": "0199"},
    ],
)
def test_wishes_that_cannot_be_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InvalidOptions):
        wishes.of_values(filename="", kind="", metadata={}, options=options)


def inside(asset: Asset, **setting: Any) -> Collection:
    """A collection of this setting in which the asset stands."""
    collection = CollectionFactory()
    CollectionSetting.objects.create(collection=collection, **setting)
    collection.assets.add(asset)
    return collection


def test_a_collection_asks_only_for_what_can_be_of_a_kind(fake: FakeEngine, capture: Capture) -> None:
    image = AssetFactory(passed_gate=True, kind="image")
    inside(image, types=["transcription", "text"])
    job = processed(capture, image)
    assert Order.objects.get().types == ["text"]
    other = AssetFactory(passed_gate=True, kind="image")
    inside(other, types=["transcription"])
    job = processed(capture, other)
    Job.objects.filter(pk=job.pk).update(completed_at=timezone.now() - timedelta(minutes=2))
    assert automatic.sweep() == 0, "and no sweep looks at it again and again"
    assert Order.objects.count() == 1


def test_the_collections_around_ask_too(fake: FakeEngine, capture: Capture) -> None:
    outer = CollectionFactory()
    CollectionSetting.objects.create(collection=outer, types=["shots"])
    asset = AssetFactory(passed_gate=True)
    CollectionFactory(parent=CollectionFactory(parent=outer)).assets.add(asset)
    job = Job.objects.create(id=asset.job_id, asset=asset, status="processing", parameters={})
    jobs._complete(job)
    Job.objects.filter(pk=job.pk).update(completed_at=timezone.now() - timedelta(minutes=2))
    assert automatic.sweep() == 1
    assert Order.objects.get().types == ["shots"]


def test_what_is_put_into_a_collection_later_is_analysed_then(fake: FakeEngine, capture: Capture) -> None:
    asset = AssetFactory(passed_gate=True)
    processed(capture, asset, analysis_types=["shots"])
    with capture(execute=True):
        inside(asset, types=["shots", "text"])
    assert [order.types for order in Order.objects.order_by("created_at")] == [["shots"], ["text"]]
    with capture(execute=True):
        inside(asset, types=["text"])
    assert Order.objects.count() == 2, "nothing is done twice"


def test_what_is_not_processed_yet_waits(fake: FakeEngine, capture: Capture) -> None:
    asset = AssetFactory(passed_gate=True)
    with capture(execute=True):
        inside(asset, types=["shots"])
    assert not Order.objects.exists()


def test_what_lies_in_the_trash_is_not_looked_at(fake: FakeEngine, capture: Capture) -> None:
    waiting = AssetFactory(passed_gate=True)
    order = Order.objects.create(asset=waiting, types=["shots"])
    Analysis.objects.create(order=order, asset=waiting, type="shots")
    Asset.objects.update(deleted_at=timezone.now())
    processed(capture, waiting, analysis_order=str(order.pk), analysis_types=["text"])
    row = Analysis.objects.get()
    assert (row.status, row.error_code, Order.objects.get().job) == ("failed", "not_analysable", None)


def test_a_language_that_is_none_is_refused_and_hinders_nothing(fake: FakeEngine, capture: Capture) -> None:
    asset = AssetFactory(passed_gate=True)
    collection = inside(asset, types=["shots"], languages=["ar EG", "en"])
    with pytest.raises(ValidationError, match="ar EG"):
        collection.analysis_setting.full_clean()
    processed(capture, asset)
    assert Order.objects.get().languages == ["en"]


def test_one_that_cannot_be_ordered_keeps_no_other_from_it(
    fake: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _number in range(2):
        asset = AssetFactory(passed_gate=True)
        job = Job.objects.create(
            id=asset.job_id, asset=asset, status="processing", parameters={"analysis_types": ["shots"]}
        )
        jobs._complete(job)
    Job.objects.update(completed_at=timezone.now() - timedelta(minutes=2))
    tried: list[Any] = []
    catch_up = automatic.catch_up

    def fails_once(*, job_id: Any) -> None:
        tried.append(job_id)
        if len(tried) == 1:
            raise RuntimeError("something unforeseen")
        catch_up(job_id=job_id)

    monkeypatch.setattr(automatic, "catch_up", fails_once)
    automatic.sweep()
    assert Order.objects.count() == 1


def test_labelled_key_frames_are_no_analysis_of_the_whole(fake: FakeEngine, capture: Capture) -> None:
    fake.abilities[Type.OBJECTS] = sight()
    asset = AssetFactory(passed_gate=True)
    processed(capture, asset)
    job = Job.objects.create(asset=asset, job_type="preview", parameters={"keyframes": {"format": "png"}})
    order = Order.objects.create(asset=asset, types=["objects"], job=job)
    Analysis.objects.create(order=order, asset=asset, type="objects", engine="local", status="completed")
    with capture(execute=True):
        inside(asset, types=["objects"])
    assert Order.objects.exclude(pk=order.pk).get().types == ["objects"]


def test_what_an_upload_asked_for_comes_also_behind_what_a_collection_did(
    fake: FakeEngine, capture: Capture
) -> None:
    asset = AssetFactory(passed_gate=True)
    job = Job.objects.create(
        id=asset.job_id, asset=asset, status="processing", parameters={"analysis_types": ["text"]}
    )
    jobs._complete(job)
    with capture(execute=True):
        inside(asset, types=["shots"])
    automatic.catch_up(job_id=job.pk)
    automatic.catch_up(job_id=job.pk)
    assert [order.types for order in Order.objects.order_by("created_at")] == [["shots"], ["text"]]


def test_key_frames_that_cannot_be_ordered_keep_nothing_else_from_it(
    fake: FakeEngine, capture: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*, job: Job) -> None:
        raise RuntimeError("something unforeseen")

    monkeypatch.setattr(keyframes, "catch_up", fails)
    processed(capture, AssetFactory(passed_gate=True), analysis_types=["shots"])
    assert Order.objects.get().types == ["shots"]


@pytest.mark.parametrize("forbids", ["only_here", "budget"])
def test_what_is_tried_again_is_asked_about_again(
    only_engines: Callable[..., None], film: Asset, settings: Any, forbids: str
) -> None:
    able = {Type.SHOTS: Ability(frozenset({"video"}), "")}
    elsewhere = FakeEngine(name="aws", remote=True, usd=Decimal(4), abilities=able)
    only_engines(elsewhere)
    order = orders.place(user=film.uploaded_by, asset=film, wish=orders.wish_of(types=["shots"]))
    job = order.job
    assert job is not None
    jobs.cancel(job=job, user=film.uploaded_by)
    job.refresh_from_db()
    if forbids == "only_here":
        inside(film, only_here=True)
    else:
        settings.ANALYSIS_MONTHLY_BUDGET = Decimal(3)
    jobs.retry(job=job, user=film.uploaded_by)
    row = Analysis.objects.get()
    expected = "engine_unavailable" if forbids == "only_here" else "budget_exceeded"
    assert (row.status, row.error_code) == ("failed", expected)
