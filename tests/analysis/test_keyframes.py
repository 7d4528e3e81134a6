"""Whole jobs with real programs: a film whose preset asks for labelled key frames is captured, labelled and told of."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from analysis import engines
from analysis.engines import EngineAway, Failure, Found, Label, Request, Result, Type
from analysis.engines.local import LocalEngine, sight_parts
from analysis.exceptions import NEEDS_MODEL
from analysis.models import Analysis, Moment, Order
from analysis.pipeline import KEYFRAMES
from analysis.services import automatic, keyframes, labelling
from assets.exceptions import StorageUnavailable
from assets.models import Asset, Variant
from assets.services import ingest, places, uploads
from mediaportal.core.problems import InvalidInput, RateLimited
from processing.ffmpeg import stills
from processing.ffmpeg.keyframes import Keyframes
from processing.models import Job, Step
from processing.services import jobs, leases, running, status
from tests.analysis import clips, models
from tests.analysis.conftest import FakeEngine, film_of, sight
from tests.factories import UploadSessionFactory, VariantFactory
from tests.processing.test_pipeline import carried_out, let_links_end

pytestmark = pytest.mark.django_db(transaction=True)
CARD: dict[str, Any] = {
    "type": "objects",
    "model": "colours.onnx",
    "family": "classifier",
    "labels": [{"label": "Red", "parent": "Colour"}, {"label": "Green", "parent": "Colour"}, "Blue"],
    "input": {"width": 8, "height": 8},
    "activation": "softmax",
    "licence": "CC0-1.0",
}
COLOURS = [("red", 3.0), ("lime", 3.0), ("blue", 3.0)]
NO = Failure("corrupt_media", "The file is damaged or incomplete and cannot be read to its end.")


@pytest.fixture
def colours(tmp_path: Path, only_engines: Callable[..., None]) -> None:
    """The local engine with a tiny model that tells colours apart."""
    models.classifier(tmp_path / "colours.onnx")
    (tmp_path / "colours.json").write_text(json.dumps(CARD))
    only_engines(LocalEngine(sight_parts(tmp_path), ()))


@pytest.fixture
def coloured(tmp_path: Path) -> Path:
    """A film that is red, green and blue for three seconds each."""
    return clips.film(tmp_path / "made", [(Image.new("RGB", (320, 180), c), s) for c, s in COLOURS])


@pytest.fixture
def labeller(only_engines: Callable[..., None]) -> FakeEngine:
    """An engine that sees in every picture what a test says."""
    engine = FakeEngine(abilities={Type.OBJECTS: sight("video", "image")})
    engine.results_by = {
        Type.OBJECTS: Result((Label(0.0, 0.0, 0.8, "Car", "Vehicle"),), cost=Decimal("0.001"))
    }
    only_engines(engine)
    return engine


@pytest.fixture(autouse=True)
def _running() -> Iterator[None]:
    yield
    running.shutting_down.clear()


def ordered(film: Asset, wish: Keyframes = Keyframes(count=3, width=160)) -> Job:  # noqa: B008 - frozen
    """An order of key frames, carried out."""
    return carried_out(keyframes.ask(user=film.uploaded_by, asset=film, wish=wish))


def captures_in(film: Asset) -> list[Variant]:
    return list(Variant.objects.filter(asset=film, variant_type="derived").order_by("timestamp"))


def document_in(film: Asset) -> dict[str, Any]:
    found = Variant.objects.get(asset=film, variant_type="metadata", detail__has_key="keyframes")
    assert found.filename == "metadata.json"
    document: dict[str, Any] = json.loads(places.path_of(found.storage_key).read_text())
    return document


def part(document: dict[str, Any], name: str) -> tuple[str, str | None]:
    told = document["parts"][name]
    return told["status"], told["error"] and told["error"]["code"]


@pytest.mark.usefixtures("colours")
def test_a_film_with_the_preset_is_captured_labelled_and_told_of(coloured: Path) -> None:
    session = UploadSessionFactory(
        filename="بحر.mp4", bytes_total=coloured.stat().st_size, options={"preset": "keyframe-labels"}
    )
    shutil.copyfile(coloured, uploads.part_path(session.pk))
    asset = ingest.accept_file(session=session, path=uploads.part_path(session.pk), sha256="0" * 64)
    first = carried_out(Job.objects.get(asset=asset))
    job = keyframes.jobs().get(asset=asset)
    assert (first.status, job.status) == ("completed", "completed")
    document = document_in(asset)
    assert document["schema"] == "mediaportal-keyframes/1"
    assert document["source"]["filename"] == "بحر.mp4"
    assert document["duration"] == pytest.approx(9, abs=0.2)
    assert {one["format"] for one in document["previews"]} == {"webp", "gif", "avif"}
    assert {name: part(document, name) for name in document["parts"]} == {
        "preview": ("completed", None),
        "captures": ("completed", None),
        "labels": ("completed", None),
    }
    assert (document["engine"], document["model"]) == ("local", "colours")
    assert len(document["captures"]) == 12
    for told, kept in zip(document["captures"], captures_in(asset), strict=True):
        data = places.path_of(kept.storage_key).read_bytes()
        assert (told["sha256"], told["file_size"]) == (hashlib.sha256(data).hexdigest(), len(data))
        assert told["format"] == "png" and data.startswith(b"\x89PNG")
        colour = ["Red", "Green", "Blue"][int(told["timestamp"] // 3)]
        assert [one["label"] for one in told["labels"]] == [colour]
        assert told["labels"][0]["confidence"] > 0.9
    assert [(one["label"], one["parent"], one["captures"]) for one in document["labels"]] == [
        ("Red", "Colour", 4),
        ("Green", "Colour", 4),
        ("Blue", None, 4),
    ]
    assert Moment.objects.filter(kind="label").count() == 12
    urls = [
        status.job_document(job=one, user=asset.uploaded_by)["results"]["metadata_url"]
        for one in Job.objects.with_steps().filter(asset=asset, job_type__in=["ingest", "preview"])
    ]
    assert len(urls) == 2 and all("/metadata.json" in url for url in urls)
    automatic.catch_up(job_id=first.pk)
    assert keyframes.jobs().filter(asset=asset).count() == 1


def test_without_an_engine_captures_and_preview_are_told_and_what_to_install(
    only_engines: Callable[..., None],
) -> None:
    only_engines(LocalEngine(sight_parts(None), ()))
    film = film_of("hard_cuts.mp4")
    VariantFactory(asset=film, variant_type="preview", format="webp", filename="p.webp")
    job = ordered(film)
    document = document_in(film)
    assert job.status == "completed"
    assert (part(document, "preview"), part(document, "captures")) == (("completed", None),) * 2
    assert part(document, "labels") == ("failed", "engine_unavailable")
    assert document["parts"]["labels"]["error"]["missing"] == [NEEDS_MODEL]
    assert [one["labels"] for one in document["captures"]] == [[], [], []]
    assert Analysis.objects.get().error_code == "engine_unavailable"


def test_key_frames_that_cannot_be_taken_are_told(
    labeller: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stills, "take_exactly", lambda *_args, **_facts: [])
    film = film_of("hard_cuts.mp4")
    assert ordered(film).status == "completed"
    document = document_in(film)
    assert document["captures"] == []
    assert {name: part(document, name) for name in document["parts"]} == {
        "preview": ("failed", "preview_missing"),
        "captures": ("failed", "no_frames"),
        "labels": ("failed", "no_pictures"),
    }


def test_one_picture_that_fails_leaves_the_others_alone(labeller: FakeEngine) -> None:
    class Weak(FakeEngine):
        def results(self, handle: str, request: Request) -> Found:
            return (
                Found({}, {Type.OBJECTS: NO}) if len(self.asked) == 2 else labeller.results(handle, request)
            )

    engines.register(Weak(abilities=labeller.abilities))
    film = film_of("hard_cuts.mp4")
    ordered(film)
    document = document_in(film)
    assert part(document, "labels") == ("completed", None)
    assert [bool(one["labels"]) for one in document["captures"]] == [True, False, True]
    assert document["captures"][1]["error"]["code"] == "corrupt_media"
    row = Analysis.objects.get()
    assert (row.status, row.cost, row.results["captures"]) == ("completed", Decimal("0.002"), 2)


class Tired(FakeEngine):
    """Labels two pictures, and then fails as it is told, so often."""

    trouble: BaseException = EngineAway("no route")
    times = 1

    def start(self, request: Request, **said: Any) -> str:
        if len(self.asked) == 2 and self.times:
            self.times -= 1
            raise self.trouble
        return super().start(request, **said)


@pytest.fixture
def tired(labeller: FakeEngine) -> Tired:
    """The only engine."""
    engine = Tired(abilities=labeller.abilities, results_by=labeller.results_by, usd=Decimal("0.001"))
    engines.register(engine)
    return engine


def is_labelled_and_paid_once(film: Asset, engine: FakeEngine) -> None:
    assert len(engine.asked) == 3
    assert all(one["labels"] and one["error"] is None for one in document_in(film)["captures"])
    assert Analysis.objects.get().cost == Decimal("0.003")


def test_pictures_that_were_paid_for_are_not_shown_again_when_the_engine_is_away(tired: Tired) -> None:
    film = film_of("hard_cuts.mp4")
    job = ordered(film)
    step = job.steps.get(name="keyframe_labels")
    assert (step.status, step.error_code) == ("pending", "engine_away")
    row = Analysis.objects.get()
    assert (row.cost, row.reserved) == (Decimal("0.002"), Decimal("0.001"))
    Step.objects.filter(pk=step.pk).update(ready_at=job.created_at)
    assert carried_out(job).status == "completed"
    is_labelled_and_paid_once(film, tired)


def test_nor_when_the_worker_is_lost(tired: Tired) -> None:
    tired.trouble = KeyboardInterrupt()
    film = film_of("hard_cuts.mp4")
    with pytest.raises(KeyboardInterrupt):
        ordered(film)
    job = keyframes.jobs().get(asset=film)
    lost = job.steps.filter(name="keyframe_labels")
    lost.update(lease_until=job.created_at)
    leases.sweep()
    lost.update(ready_at=job.created_at)
    assert carried_out(job).status == "completed"
    is_labelled_and_paid_once(film, tired)


def test_nor_when_the_storage_is_away(tired: Tired, monkeypatch: pytest.MonkeyPatch) -> None:
    tired.times = 0
    film = film_of("hard_cuts.mp4")
    local_file, pictures = places.local_file, []

    def once_away(key: str, **said: Any) -> Any:
        if key != film.storage_key:
            pictures.append(key)
            if len(pictures) == 3:
                raise StorageUnavailable
        return local_file(key, **said)

    monkeypatch.setattr(places, "local_file", once_away)
    job = ordered(film)
    step = job.steps.filter(name="keyframe_labels")
    assert step.get().error_code == "storage_away"
    step.update(ready_at=job.created_at)
    assert carried_out(job).status == "completed"
    is_labelled_and_paid_once(film, tired)


def test_nor_when_somebody_tries_a_failed_job_again(tired: Tired, settings: Any) -> None:
    settings.STEP_ATTEMPTS = 1
    tired.trouble = ValueError("nobody foresaw it")
    film = film_of("hard_cuts.mp4")
    job = ordered(film)
    assert (job.status, Analysis.objects.get().status) == ("failed", "failed")
    assert carried_out(jobs.retry(job=job, user=film.uploaded_by)).status == "completed"
    assert len(tired.asked) == 3
    # What was reserved when it failed counts as paid.
    assert Analysis.objects.get().cost == Decimal("0.004")


def test_what_was_labelled_before_keeps_its_labels_when_it_cannot_be_anew(
    labeller: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = film_of("hard_cuts.mp4")
    ordered(film)
    monkeypatch.setattr(stills, "take_exactly", lambda *_args, **_facts: [])
    labeller.failures_by = {Type.OBJECTS: NO}
    ordered(film)
    document = document_in(film)
    assert part(document, "labels") == ("failed", "corrupt_media")
    assert [(len(one["labels"]), one["error"]["code"]) for one in document["captures"]] == [
        (1, "corrupt_media")
    ] * 3


def test_ordered_again_everything_is_replaced(labeller: FakeEngine) -> None:
    film = film_of("hard_cuts.mp4")
    ordered(film)
    before = {one.pk for one in captures_in(film)}
    again = ordered(film, Keyframes(count=0, every=2.0, format="webp", width=160))
    assert again.status == "completed"
    after = captures_in(film)
    assert before.isdisjoint(one.pk for one in after)
    assert [one.format for one in after] == ["webp"] * 5
    document = document_in(film)
    assert document["job_id"] == str(again.pk)
    assert [one["id"] for one in document["captures"]] == [str(one.pk) for one in after]
    let_links_end()
    assert places.path_of(after[0].storage_key).parent.is_dir()
    assert len(list(places.path_of(after[0].storage_key).parent.iterdir())) == 5
    assert Analysis.objects.get(is_current=True).order.job == again


def test_running_the_job_again_changes_nothing(labeller: FakeEngine) -> None:
    film = film_of("hard_cuts.mp4")
    job = ordered(film)
    before = [(one.filename, one.checksum) for one in captures_in(film)]
    Job.objects.filter(pk=job.pk).update(status="failed", error_code="worker_lost")
    job.steps.update(status="failed")
    job.refresh_from_db()
    assert carried_out(jobs.retry(job=job, user=film.uploaded_by)).status == "completed"
    assert [(one.filename, one.checksum) for one in captures_in(film)] == before
    assert len(document_in(film)["captures"]) == 3


def test_an_analysis_of_the_whole_film_stays_shown(labeller: FakeEngine) -> None:
    film = film_of("hard_cuts.mp4")
    order = Order.objects.create(asset=film, types=["objects"])
    whole = Analysis.objects.create(
        order=order, asset=film, type="objects", engine="local", status="completed", is_current=True
    )
    ordered(film)
    whole.refresh_from_db()
    assert whole.is_current
    assert all(one["labels"] for one in document_in(film)["captures"])


def test_the_metadata_of_the_file_and_that_of_key_frames_leave_each_other_alone(labeller: FakeEngine) -> None:
    film = film_of("hard_cuts.mp4")
    VariantFactory(asset=film, sidecar=True)
    ordered(film)
    assert Variant.objects.filter(asset=film, variant_type="metadata").count() == 2


def test_only_so_much_is_spent_as_is_left(labeller: FakeEngine, settings: Any) -> None:
    settings.ANALYSIS_MONTHLY_BUDGET = Decimal("0.05")
    labeller.usd = Decimal("0.02")
    film = film_of("hard_cuts.mp4")
    ordered(film)
    assert part(document_in(film), "labels") == ("failed", "budget_exceeded")
    assert labeller.asked == []


def test_what_is_being_done_is_not_ordered_twice_and_nonsense_not_at_all(labeller: FakeEngine) -> None:
    film = film_of("hard_cuts.mp4")
    with pytest.raises(InvalidInput) as refused:
        keyframes.ask(user=film.uploaded_by, asset=film, wish=Keyframes(count=0))
    assert refused.value.errors and refused.value.errors[0].field == "count"
    keyframes.ask(user=film.uploaded_by, asset=film, wish=Keyframes(count=2))
    with pytest.raises(RateLimited):
        keyframes.ask(user=film.uploaded_by, asset=film, wish=Keyframes(count=2))


def test_what_is_cancelled_ends_with_its_order(labeller: FakeEngine) -> None:
    film = film_of("hard_cuts.mp4")
    job = keyframes.ask(user=film.uploaded_by, asset=film, wish=Keyframes(count=2))
    jobs.cancel(job=job, user=film.uploaded_by)
    assert Analysis.objects.get().status == "cancelled"


def test_those_of_before_stay_when_no_new_ones_can_be_taken(
    labeller: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = film_of("hard_cuts.mp4")
    ordered(film)
    before = {one.pk for one in captures_in(film)}
    monkeypatch.setattr(stills, "take_exactly", lambda *_args, **_facts: [])
    ordered(film)
    assert {one.pk for one in captures_in(film)} == before
    document = document_in(film)
    assert part(document, "captures") == ("failed", "no_frames")
    assert all(one["labels"] for one in document["captures"])


def test_pictures_that_are_deleted_while_they_are_labelled_are_told(labeller: FakeEngine) -> None:
    film = film_of("hard_cuts.mp4")
    sights = {"a": {"labels": [], "cost": "0", "summary": {}}}
    found = labelling.whole_of([], sights, duration=film.duration or 0.0)
    assert found.failures[Type.OBJECTS].code == "no_pictures"


def test_the_steps_fetch_no_original() -> None:
    assert [plan.fetches for plan in KEYFRAMES] == [False, True, True]
