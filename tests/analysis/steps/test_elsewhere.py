"""Work at an engine elsewhere: written down before anything lies there, asked after, and let go of however it ends."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from analysis.engines import Ability, EngineAway, Found, Request, Standing, Type
from analysis.engines.base import Note, Report, unnoted
from analysis.models import Analysis, CollectionSetting, Errand, Order
from analysis.services import errands, orders
from analysis.services.orders import Wish
from assets.models import Asset
from assets.services import places
from mediaportal.core.sandbox import ProgramStopped
from processing.exceptions import LeaseLost
from processing.models import Job, Step
from processing.services import jobs, leases, running
from tests.analysis.conftest import FakeEngine
from tests.analysis.people import wanting
from tests.factories import AssetFactory
from tests.media import media

pytestmark = pytest.mark.django_db(transaction=True)
Work = Callable[[], int]


class Elsewhere(FakeEngine):
    """Its handle is another one after each poll, and what a test says happens at each call."""

    def __init__(self, **at: Callable[[], None]) -> None:
        super().__init__(name="aws", remote=True, abilities={Type.SHOTS: Ability(frozenset({"video"}), "")})
        self.at, self.polled = at, list[str]()

    def start(
        self, request: Request, *, on_progress: Report, stop: Callable[[], bool], note: Note = unnoted
    ) -> str:
        note("staging")
        self.at.get("staging", lambda: None)()
        handle = super().start(request, on_progress=on_progress, stop=stop)
        self.at.get("start", lambda: None)()
        return handle

    def poll(self, handle: str) -> Standing:
        self.polled.append(handle)
        self.at.get("poll", lambda: None)()
        return Standing(done=len(self.polled) > 2, handle=f"{handle}+")

    def results(self, handle: str, request: Request) -> Found:
        found = super().results(handle, request)
        self.at.get("results", lambda: None)()
        return found


@pytest.fixture
def let(only_engines: Callable[..., None]) -> Callable[..., Elsewhere]:
    """Let there be one engine, which does at each call what a test says."""

    def make(**at: Callable[[], None]) -> Elsewhere:
        engine = Elsewhere(**at)
        only_engines(engine)
        return engine

    return make


def ordered(film: Asset) -> Order:
    return orders.place(user=film.uploaded_by, asset=film, wish=Wish(("shots",), ("en",), "aws"))


def one_run() -> None:
    """Carry out one run of the only step."""
    step = leases.claim(queue="analysis", worker="tests:1")
    assert step is not None
    running.run(step=step)


def cancel() -> None:
    job = Job.objects.get()
    jobs.cancel(job=job, user=job.asset.uploaded_by)


def ended(order: Order) -> tuple[str, str]:
    job = Job.objects.get(analysis_order=order)
    return job.status, job.error_code


def test_the_newest_handle_is_kept_and_nothing_is_left(
    let: Callable[..., Elsewhere], film: Asset, work: Work
) -> None:
    engine = let()
    order = ordered(film)
    assert work() == 3
    assert len(engine.asked) == 1
    assert engine.polled == ["handle", "handle+", "handle++"]
    assert ended(order) == ("completed", "")
    assert engine.asked[0].token == Errand.objects.get().pk.hex
    assert engine.cleared == [], "its results had to be stored first"
    assert errands.sweep() == 1
    assert engine.cleared == ["handle+++"]
    assert not Errand.objects.exists()


def test_the_original_is_fetched_once_and_not_by_who_only_asks(
    let: Callable[..., Elsewhere], film: Asset, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[str] = []
    fetch = places.local_file

    def local_file(key: str, **more: Any) -> Any:
        fetched.append(key)
        return fetch(key, **more)

    monkeypatch.setattr(places, "local_file", local_file)
    engine = let()
    ordered(film)
    assert work() == 3
    assert fetched == [film.storage_key]
    assert isinstance(engine.asked[0].source, Path)


def test_whoever_cancels_waits_for_nobody(let: Callable[..., Elsewhere], film: Asset) -> None:
    engine = let()
    order = ordered(film)
    one_run()
    assert errands.sweep() == 0, "what is under way is nobody's to clear up"
    cancel()
    assert engine.cleared == []
    assert ended(order)[0] == "cancelled"
    assert errands.sweep() == 1
    assert engine.cleared == ["handle+"]


def test_what_is_removed_with_its_step_is_cleared_up(let: Callable[..., Elsewhere], film: Asset) -> None:
    engine = let()
    ordered(film)
    one_run()
    Step.objects.all().delete()
    assert errands.sweep() == 1
    assert engine.cleared == ["handle+"]


@pytest.mark.parametrize("moment", ["staging", "start", "poll"])
def test_what_is_cancelled_at_any_moment_is_cleared_up(
    let: Callable[..., Elsewhere], film: Asset, work: Work, moment: str
) -> None:
    def given_up() -> None:
        cancel()
        # Even if the sweep comes before the run has heard of it.
        errands.sweep()

    engine = let(**{moment: given_up})
    order = ordered(film)
    work()
    assert ended(order)[0] == "cancelled"
    errands.sweep()
    newest = {"staging": "handle", "start": "handle", "poll": "handle+"}[moment]
    assert engine.cleared[-1] == newest
    assert not Errand.objects.exists()


def test_results_are_not_lost_with_the_worker_that_has_read_them(
    let: Callable[..., Elsewhere], film: Asset, work: Work
) -> None:
    engine = let(results=running.shutting_down.set)
    order = ordered(film)
    for _turn in range(3):
        one_run()
    running.shutting_down.clear()
    engine.at = {}
    assert ended(order)[0] == "processing"
    assert errands.sweep() == 0
    assert engine.cleared == []
    work()
    assert ended(order) == ("completed", "")
    assert len(engine.asked) == 1


def test_what_a_dead_run_was_staging_is_cleared_up_by_the_next(
    let: Callable[..., Elsewhere], film: Asset, work: Work
) -> None:
    engine = let()
    order = ordered(film)
    step = leases.claim(queue="analysis", worker="tests:dead")
    assert step is not None
    dead = errands.begin(step=step, engine="aws")
    errands.note(errand=dead, handle="half of a film")
    leases.give_back(step=step)
    work()
    assert ended(order) == ("completed", "")
    assert engine.asked[0].token != dead.pk.hex
    errands.sweep()
    assert set(engine.cleared) == {"half of a film", "handle+++"}


def test_a_run_that_has_lost_its_step_leaves_that_of_the_next_alone(
    let: Callable[..., Elsewhere], film: Asset, work: Work
) -> None:
    engine = let()
    ordered(film)
    lost = leases.claim(queue="analysis", worker="tests:slow")
    assert lost is not None
    slow = errands.begin(step=lost, engine="aws")
    leases.give_back(step=lost)
    one_run()
    errands.let_go(errand=slow)
    now = errands.under_way(step=lost)
    assert now is not None
    assert now.pk != slow.pk
    with pytest.raises(LeaseLost):
        errands.begin(step=lost, engine="aws")
    assert len(engine.asked) == 1


def test_an_engine_that_is_away_for_good_is_paid_for_what_it_does(
    let: Callable[..., Elsewhere], film: Asset, work: Work
) -> None:
    def away() -> None:
        raise EngineAway("no route", again_in_seconds=60)

    engine = let(poll=away)
    engine.usd = Decimal(3)
    order = ordered(film)
    work()
    step = Step.objects.get()
    assert step.results == {"aways": 1}
    Step.objects.update(ready_at=timezone.now(), results={"aways": 120})
    work()
    assert ended(order) == ("failed", "engine_away")
    assert Analysis.objects.get().cost == Decimal(3)
    assert errands.sweep() == 1
    assert len(engine.asked) == 1


def test_a_start_that_is_stopped_is_cleared_up(
    let: Callable[..., Elsewhere], film: Asset, work: Work
) -> None:
    def stopped() -> None:
        running.shutting_down.set()
        raise ProgramStopped("ffmpeg")

    engine = let(staging=stopped)
    ordered(film)
    one_run()
    running.shutting_down.clear()
    assert Step.objects.get().status == "pending"
    assert errands.sweep() == 1
    assert engine.cleared == ["staging"]


def test_an_image_is_read_here_and_nothing_waits_to_be_read_again(
    only_engines: Callable[..., None], work: Work
) -> None:
    engine = FakeEngine(name="aws", remote=True, abilities={Type.TEXT: Ability(frozenset({"image"}), "")})
    only_engines(engine)
    read: list[bool] = []
    results = engine.results

    def reading(handle: str, request: Request) -> Found:
        assert isinstance(request.source, Path)
        read.append(request.source.exists())
        return results(handle, request)

    engine.results = reading  # type: ignore[method-assign]
    image = AssetFactory(image=True, published=True, content=media("picture.png").read_bytes())
    orders.place(user=image.uploaded_by, asset=image, wish=Wish(("text",), (), "aws"))
    assert work() == 1
    assert read == [True]
    assert Analysis.objects.get().status == "completed"
    assert errands.sweep() == 1


def test_nothing_is_staged_once_it_may_not_leave_any_more(let: Callable[..., Elsewhere], film: Asset) -> None:
    engine = let()
    ordered(film)
    setting = wanting(film)
    CollectionSetting.objects.filter(pk=setting.pk).update(only_here=True)
    one_run()
    row = Analysis.objects.get()
    assert (row.status, row.error_code) == ("failed", "engine_unavailable")
    assert (engine.asked, engine.polled, Errand.objects.count()) == ([], [], 0)
