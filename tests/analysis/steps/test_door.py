"""The quick check at the door: films and images that come in are looked at before anybody sees them."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override
from PIL import Image
from rest_framework_simplejwt.tokens import AccessToken

from analysis.engines import EngineAway, Failure, Flag, Hash, Result, Type
from analysis.engines.local import LocalEngine, sight_parts
from analysis.models import (
    Analysis,
    Case,
    CollectionSetting,
    Errand,
    HashHit,
    Judgement,
    Moment,
    Order,
    Policy,
)
from analysis.services import automatic
from analysis.services.moderation import claiming, deciding, door, hashlists, judging
from analysis.services.moderation.hashlists import Entry
from analysis.services.moderation.verdicts import Verdict
from assets.doors import uploads as upload_door
from assets.doors.arriving import Turnstile
from assets.models import Asset
from assets.services import digests, ingest, uploads
from mediaportal.core.doors import App
from processing.models import Job, Step
from processing.services import graph, jobs, running
from tests.analysis import clips, models
from tests.analysis.conftest import FakeEngine, sight
from tests.analysis.moderating import found, judged, policy
from tests.asgi import request
from tests.factories import AssetFactory, CollectionFactory, UploadSessionFactory, UserFactory
from tests.forms import CONTENT_TYPE, field, file_part, form, pieces, png
from tests.media import media
from tests.processing.test_pipeline import carried_out

pytestmark = pytest.mark.django_db(transaction=True)
NAKED = Result((Flag(0.0, 0.0, 0.99, "Explicit Nudity"),), cost=Decimal("0.001"))
PRINT = 0x123456789ABCDEF0
NO = Failure("corrupt_media", "The file is damaged or incomplete and cannot be read to its end.")


@pytest.fixture(autouse=True)
def _running() -> Iterator[None]:
    yield
    running.shutting_down.clear()


@pytest.fixture
def watcher(only_engines: Callable[..., None]) -> FakeEngine:
    """An engine that looks at images, and finds what a test says."""
    engine = FakeEngine(abilities={Type.MODERATION: sight("video", "image")}, usd=Decimal("0.001"))
    only_engines(engine)
    return engine


def came_in(name: str = "hard_cuts.mp4", *, path: Path | None = None, **metadata: Any) -> Job:
    """The first job of a file that has been uploaded; nothing of it is done yet."""
    source = path or media(name)
    session = UploadSessionFactory(
        filename=source.name,
        bytes_total=source.stat().st_size,
        metadata={"visibility": "internal"} | metadata,
    )
    shutil.copyfile(source, uploads.part_path(session.pk))
    sha256 = hashlib.sha256(source.read_bytes()).hexdigest()
    asset = ingest.accept_file(session=session, path=uploads.part_path(session.pk), sha256=sha256)
    return Job.objects.get(asset=asset)


def processed(name: str = "picture.png", **metadata: Any) -> Asset:
    """What has come in, with its first job carried out and the policies asked."""
    job = carried_out(came_in(name, **metadata))
    assert job.status == "completed"
    while judging.sweep():
        pass
    return Asset.objects.get(pk=job.asset_id)


def held_first() -> Any:
    """A collection in which everything waits for the policies."""
    collection = CollectionFactory()
    CollectionSetting.objects.create(collection=collection, publishing="hold")
    return collection


def note_of(asset: Asset) -> str:
    job = Job.objects.with_steps().get(asset=asset, job_type="ingest")
    steps = graph.graph_of(job=job, user=asset.uploaded_by).steps
    return next(step.note for step in steps if step.name == "quick_check")


# --- Clear violations -----------------------------------------------------------------------------------------------
def test_a_clear_violation_is_never_published(watcher: FakeEngine) -> None:
    policy()
    watcher.results_by = {Type.MODERATION: NAKED}
    seen: list[str] = []
    job = came_in()
    while step := Step.objects.filter(job=job, status="pending", ready_at__isnull=False).first():
        carried_out_one(step)
        seen.append(Asset.objects.get().publication)
    assert Job.objects.get(pk=job.pk).status == "completed"
    assert "published" not in seen and seen[-1] == "blocked"
    asset = Asset.objects.get()
    assert (asset.blocks, asset.processing_verdict) == (["policy"], "done")
    assert note_of(asset) == door.SUSPECT
    case = Case.objects.get(policy__slug="bare")
    assert (case.band, case.evidence[0]["label"]) == ("block", "Explicit Nudity")
    with override("ar"):
        assert note_of(asset)


def carried_out_one(step: Step) -> None:
    """Do one step that waits."""
    from processing.services import leases  # noqa: PLC0415

    claimed = leases.claim(queue=step.queue, worker="tests")
    assert claimed is not None
    running.run(step=claimed)


def test_what_is_found_is_an_analysis_of_single_pictures_and_costs_what_it_costs(watcher: FakeEngine) -> None:
    watcher.results_by = {Type.MODERATION: NAKED}
    asset = processed("hard_cuts.mp4")
    found = Analysis.objects.get()
    assert (found.type, found.status, found.engine, found.is_current) == (
        "moderation",
        "completed",
        "local",
        True,
    )
    assert (found.results["captures"], found.cost) == (5, Decimal("0.005"))
    starts = list(Moment.objects.values_list("start", flat=True))
    assert len(starts) == 5 and starts == sorted(starts)
    assert starts[-1] > (asset.duration or 0) * 0.8
    assert {one.kind for one in watcher.asked} == {"image"}
    assert automatic.is_seen_to(asset=asset)


def test_an_image_itself_is_looked_at_and_sound_is_not(watcher: FakeEngine) -> None:
    picture, sound = processed("picture.png"), processed("tone.mp3")
    assert [one.mime_type for one in watcher.asked] == ["image/png"]
    assert (picture.publication, sound.publication) == ("published", "published")
    assert note_of(picture) == door.CLEAN
    assert not Step.objects.filter(job__asset=sound, name="quick_check").exists()


def test_a_whole_look_comes_after_it_and_takes_its_place(watcher: FakeEngine) -> None:
    collection = held_first()
    CollectionSetting.objects.filter(collection=collection).update(types=["moderation"])
    asset = processed(collection=str(collection.pk))
    kept = list(Analysis.objects.order_by("created_at").values_list("status", "is_current"))
    assert (kept, asset.publication) == ([("completed", False), ("completed", True)], "published")


# --- Where nobody looks ---------------------------------------------------------------------------------------------
def test_without_an_engine_the_step_says_so_and_passes(only_engines: Callable[..., None]) -> None:
    only_engines()
    asset = processed()
    assert (asset.publication, note_of(asset)) == ("published", door.NOBODY)
    assert not Order.objects.exists() and not Case.objects.exists()


@pytest.mark.parametrize("name", ["picture.png", "tone.mp3"])
def test_held_first_without_an_engine_a_person_decides(only_engines: Callable[..., None], name: str) -> None:
    only_engines()
    asset = processed(name, collection=str(held_first().pk))
    assert (asset.publication, asset.holds) == ("held", ["case", "check"])
    case = Case.objects.get()
    assert (case.policy.slug, case.source, case.status) == ("unchecked", "no_look", "waiting")
    judging.mark(asset_ids=[asset.pk])
    judging.sweep()
    assert Case.objects.count() == 1
    somebody = UserFactory(role="moderator")
    claiming.claim(user=somebody, case_id=case.pk)
    deciding.decide(user=somebody, case_id=case.pk, verdict=Verdict("approve", "fine"))
    while judging.sweep():
        pass
    asset.refresh_from_db()
    assert (asset.publication, asset.holds) == ("published", [])


def test_held_first_what_is_looked_at_after_all_needs_nobody(only_engines: Callable[..., None]) -> None:
    only_engines()
    asset = processed(collection=str(held_first().pk))
    assert Case.objects.get().status == "waiting"
    found(asset)
    assert judged(asset).publication == "published"
    assert Case.objects.get().status == "closed"


def test_held_first_what_somebody_rejects_stays_away(only_engines: Callable[..., None]) -> None:
    only_engines()
    asset = processed(collection=str(held_first().pk))
    somebody = UserFactory(role="moderator")
    case = Case.objects.get()
    claiming.claim(user=somebody, case_id=case.pk)
    deciding.decide(user=somebody, case_id=case.pk, verdict=Verdict("reject", "spam"))
    while judging.sweep():
        pass
    asset.refresh_from_db()
    assert asset.publication == "blocked"


def test_held_first_what_was_looked_at_goes_by_itself(watcher: FakeEngine) -> None:
    asset = processed(collection=str(held_first().pk))
    assert (asset.publication, asset.holds) == ("published", [])
    assert not Case.objects.exists()


def test_an_engine_that_fails_is_no_engine(watcher: FakeEngine) -> None:
    watcher.failures_by = {Type.MODERATION: NO}
    open_to_all, waiting = processed(), processed(collection=str(held_first().pk))
    assert (open_to_all.publication, waiting.publication) == ("published", "held")
    assert note_of(open_to_all) == door.FAILED
    assert Case.objects.get().asset == waiting
    assert set(Analysis.objects.values_list("status", "error_code")) == {("failed", "corrupt_media")}


def test_an_engine_that_does_not_answer_is_not_waited_for_long(watcher: FakeEngine) -> None:
    watcher.error = EngineAway("throttled", again_in_seconds=30.0)
    job = carried_out(came_in("picture.png"))
    runs = 0
    while Job.objects.get(pk=job.pk).status != "completed" and runs < 10:
        Step.objects.filter(job=job, status="pending").update(ready_at=Job.objects.get(pk=job.pk).created_at)
        carried_out(job)
        runs += 1
    asset = Asset.objects.get()
    assert (asset.publication, runs) == ("published", 4)
    assert note_of(asset) == door.FAILED


def test_an_engine_elsewhere_looks_too_and_leaves_nothing_there(only_engines: Callable[..., None]) -> None:
    elsewhere = FakeEngine(
        name="aws",
        remote=True,
        abilities={Type.MODERATION: sight("video", "image")},
        results_by={Type.MODERATION: Result(cost=Decimal("0.001"))},
    )
    only_engines(elsewhere)
    asset = processed()
    found = Analysis.objects.get(asset=asset)
    assert (found.engine, found.cost, note_of(asset)) == ("aws", Decimal("0.001"), door.CLEAN)
    assert not Errand.objects.filter(let_go_at=None).exists()


def test_nothing_is_sent_elsewhere_where_nothing_may_leave(only_engines: Callable[..., None]) -> None:
    elsewhere = FakeEngine(name="aws", remote=True, abilities={Type.MODERATION: sight("video", "image")})
    only_engines(elsewhere)
    collection = CollectionFactory()
    CollectionSetting.objects.create(collection=collection, only_here=True)
    assert note_of(processed(collection=str(collection.pk))) == door.NOBODY
    assert elsewhere.asked == []


@pytest.mark.parametrize(("said", "note"), [("off", door.OFF), ("local", door.NOBODY)])
def test_an_installation_says_who_may_look(
    only_engines: Callable[..., None], settings: Any, said: str, note: str
) -> None:
    settings.MODERATION_QUICK_CHECK = said
    elsewhere = FakeEngine(name="aws", remote=True, abilities={Type.MODERATION: sight("video", "image")})
    only_engines(elsewhere)
    assert note_of(processed()) == note
    assert elsewhere.asked == []


def test_what_costs_more_than_is_left_is_not_asked(watcher: FakeEngine, settings: Any) -> None:
    settings.ANALYSIS_MONTHLY_BUDGET = Decimal("0.0001")
    assert note_of(processed()) == door.NOBODY
    assert watcher.asked == []


def test_a_job_that_ends_badly_takes_its_check_with_it_and_begins_it_anew(watcher: FakeEngine) -> None:
    watcher.error = EngineAway("away", again_in_seconds=600.0)
    job = carried_out(came_in("picture.png"))
    assert Analysis.objects.get().status == "processing"
    jobs.cancel(job=job, user=job.asset.uploaded_by)
    assert Analysis.objects.get().status == "cancelled"
    watcher.error = None
    jobs.retry(job=Job.objects.get(pk=job.pk), user=job.asset.uploaded_by)
    assert carried_out(job).status == "completed"
    assert Analysis.objects.get().status == "completed"


# --- Hash lists -----------------------------------------------------------------------------------------------------
def listed(kind: str, value: str) -> None:
    keeper = UserFactory(role="administrator")
    found = hashlists.make(user=keeper, name=f"known {kind}")
    hashlists.add(user=keeper, list_id=found.pk, entry=Entry(kind, value))


def test_the_bytes_of_a_list_are_blocked_before_anything_is_shown(only_engines: Callable[..., None]) -> None:
    only_engines()
    data = png()
    listed("sha256", hashlib.sha256(data).hexdigest())
    app: App = upload_door.upload_app(Turnstile())
    body = form(field("metadata", json.dumps({"visibility": "public"})), file_part(data, "a.png"))
    sender = UserFactory()
    headers = {
        "Content-Type": CONTENT_TYPE,
        "Content-Length": str(len(body)),
        "Authorization": f"Bearer {AccessToken.for_user(sender)}",
    }
    answer = request(app, "POST", upload_door.PATH, headers=headers, body=pieces(body, 65_536))
    assert answer.status == 202, answer.body
    asset = Asset.objects.get()
    assert (asset.publication, asset.blocks, asset.processing_verdict) == ("blocked", ["policy"], "pending")
    case = Case.objects.get()
    assert (case.policy.slug, case.source, case.severity, case.holds) == ("known-hashes", "match", 4, True)
    carried_out(Job.objects.get())
    asset.refresh_from_db()
    assert (asset.publication, asset.processing_verdict) == ("blocked", "done")


def test_the_pictures_of_a_list_are_known_at_the_door(only_engines: Callable[..., None]) -> None:
    hashes = Result((Hash(0.0, 0.0, method="dhash64", value=PRINT ^ 0b11),))
    taker = FakeEngine(
        abilities={Type.FINGERPRINT: sight("video", "image")}, results_by={Type.FINGERPRINT: hashes}
    )
    only_engines(taker)
    assert processed().publication == "published"
    assert taker.asked == []  # there is nothing to compare with
    listed("picture", f"{PRINT:016x}")
    asset = processed()
    hit = HashHit.objects.get(asset=asset)
    assert (hit.score, hit.second) == (1 - 2 / 64, 0.0)
    assert (asset.publication, Judgement.objects.get(asset=asset).bands["known-hashes"]) == ("held", "review")
    assert Case.objects.get(asset=asset).policy == Policy.objects.get(slug="known-hashes")


# --- With real programs ---------------------------------------------------------------------------------------------
def test_a_model_on_our_own_machine_looks_at_the_frames(
    tmp_path: Path, only_engines: Callable[..., None]
) -> None:
    models.classifier(tmp_path / "colours.onnx")
    card = {
        "type": "moderation",
        "model": "colours.onnx",
        "family": "classifier",
        "labels": ["Explicit Nudity", {"label": "Green", "ignore": True}, {"label": "Blue", "ignore": True}],
        "input": {"width": 8, "height": 8},
        "activation": "softmax",
        "licence": "CC0-1.0",
    }
    (tmp_path / "colours.json").write_text(json.dumps(card))
    only_engines(LocalEngine(sight_parts(tmp_path), ()))
    colours = [("lime", 4.0), ("red", 2.0), ("blue", 4.0)]
    film = clips.film(tmp_path / "made", [(Image.new("RGB", (320, 180), c), s) for c, s in colours])
    policy()
    job = carried_out(came_in(path=film))
    assert job.status == "completed"
    (moment,) = Moment.objects.all()
    assert 4.0 <= moment.start <= 6.0
    assert Asset.objects.get().publication == "blocked"


def test_bytes_that_are_only_read_later_are_compared_then(only_engines: Callable[..., None]) -> None:
    only_engines()
    path = media("picture.png")
    listed("sha256", hashlib.sha256(path.read_bytes()).hexdigest())
    asset = AssetFactory(published=True, kind="image", mime_type="image/png", sha256="")
    judging.mark(asset_ids=[asset.pk])
    judging.sweep()
    assert Asset.objects.get().publication == "published"
    digests.settle(asset=asset, path=path)
    assert Asset.objects.get().publication == "blocked"
