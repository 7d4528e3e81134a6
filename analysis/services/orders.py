"""Ordering analyses: of an asset, of a file that is still to be fetched, and what becomes of an order meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Case, F, When
from django.utils import timezone
from django.utils.translation import gettext as _

from analysis import engines
from analysis.exceptions import NOT_ANALYSABLE, NotAbleHere, NotAnalysable, OverBudget
from analysis.models import OPEN, Analysis, EngineChoice, Order, Status, Type
from analysis.pipeline import step_name, steps_for
from analysis.services import budget, choosing, collected
from analysis.services.choosing import Choice
from analysis.services.parameters import DONE_BY, NAMED
from analysis.services.requests import request_for
from analysis.signals import analysis_finished
from assets import access, registry
from assets.exceptions import InvalidOptions
from assets.models import Asset
from assets.services import importing
from assets.services.wishes import Wishes
from mediaportal.audit.services.log import record
from mediaportal.core.languages import as_tag
from mediaportal.core.problems import FieldProblem, NotPermitted, RateLimited
from processing.models import JobType
from processing.services import planning

_MOST_OPEN = 5
_BUSY_SECONDS = 10
MOST_LANGUAGES = 10


@dataclass(frozen=True)
class Wish:
    """What is asked for: types, the languages that are expected, and an engine."""

    types: tuple[str, ...]
    languages: tuple[str, ...] = ()
    engine: str = EngineChoice.AUTO


def wish_of(*, types: Sequence[str], languages: Sequence[str] = (), engine: str = EngineChoice.AUTO) -> Wish:
    """A wish in plain words, checked. Raises `InvalidOptions` with every field that is wrong."""
    problems = []
    unknown = sorted({name for name in types if name not in Type.values})
    if unknown or not types:
        said = _("Must be some of: %s.") % ", ".join(Type.values)
        problems.append(FieldProblem("analysis_types", "invalid", said))
    tags = [as_tag(language) for language in languages]
    if len(tags) > MOST_LANGUAGES or None in tags:
        said = _("Must be at most %(most)d languages, such as ar or en-GB.") % {"most": MOST_LANGUAGES}
        problems.append(FieldProblem("languages", "invalid", said))
    if engine not in EngineChoice.values:
        said = _("Must be one of: %s.") % ", ".join(EngineChoice.values)
        problems.append(FieldProblem("engine", "invalid", said))
    if problems:
        raise InvalidOptions(problems[0].detail, errors=problems)
    kept = tuple(name for name in Type.values if name in types)
    return Wish(kept, tuple(dict.fromkeys(tag for tag in tags if tag)), engine)


@transaction.atomic
def place(*, user: access.Caller, asset: Asset, wish: Wish) -> Order:
    """Order analyses of an asset, and wake the workers.

    Raises `NotPermitted`, `NotAnalysable`, `EngineUnavailable`, `BudgetExceeded`, and `RateLimited` while several have
    not ended.
    """
    if not access.can_change(user, asset):
        raise NotPermitted
    registry.lock_work(asset.pk)  # before the asset's own row, as everybody does
    asset = Asset.objects.select_for_update(of=("self",)).get(pk=asset.pk)  # those who ask at once take turns
    require_analysable(asset)
    if Analysis.objects.filter(asset=asset, status__in=OPEN).values("order").distinct().count() >= _MOST_OPEN:
        raise RateLimited(_("This file is being analysed already."), retry_after=_BUSY_SECONDS)
    choices, around = _chosen(asset, wish)
    choosing.require(choices)
    order = write(asset=asset, wish=wish, user=user)
    begin(order=order, choices=choices, charged=around)
    return order


def fetch(*, user: access.Caller, url: str, wish: Wish) -> Order:
    """Have a file fetched, processed and analysed.

    Raises as `assets.services.importing.ask` does, and `EngineUnavailable` for what no engine could do of any file.
    """
    choosing.require(
        choosing.choose(types=wish.types, asset=None, languages=wish.languages, wanted=wish.engine)
    )
    with transaction.atomic():
        order = write(asset=None, wish=wish, user=user)
        session = importing.ask(user=user, url=url, wishes=Wishes(kind="", options={NAMED: str(order.pk)}))
        Order.objects.filter(pk=order.pk).update(upload=session)
    return order


@transaction.atomic
def stand_for(*, asset: Asset, wish: Wish) -> Order:
    """Order what an upload or a collection asks for; what no engine can do has failed at once. Nobody is asked."""
    order = write(asset=asset, wish=wish, user=None)
    go_on(order=order)
    return order


def go_on(*, order: Order) -> None:
    """Begin with an order whose asset has been processed now. Must run in a transaction."""
    if order.asset is None or order.job is not None:
        return
    # Before money is reserved, as everybody does; and it may have been removed meanwhile.
    asset = Asset.objects.select_for_update(of=("self",)).get(pk=order.asset.pk)
    if not is_analysable(asset):
        fail_open(order=order, code=NotAnalysable.code, detail=NOT_ANALYSABLE)
        return
    choices, around = _chosen(asset, Wish(tuple(order.types), tuple(order.languages), order.engine))
    begin(order=order, choices=choices, charged=around)


def _chosen(asset: Asset, wish: Wish) -> tuple[dict[str, Choice], Sequence[UUID]]:
    """Who does what is wished of an asset, and the collections that pay for it. Must run in a transaction that holds
    the asset's row.
    """
    said = collected.said_of(asset)
    choices = choosing.choose(
        types=wish.types,
        asset=asset,
        languages=wish.languages,
        wanted=wish.engine,
        collection=said.engine,
        purse=budget.purse_for(said.bounds),
        only_here=said.only_here,
    )
    return choices, said.around


def begin(*, order: Order, choices: dict[str, Choice], charged: Sequence[UUID] = ()) -> None:
    """Make the job of an order by what was chosen, `charged` to these collections. Must run in a transaction."""
    asset = order.asset
    if asset is None:
        raise ValueError("an order without an asset cannot begin")
    Order.objects.filter(pk=order.pk).update(charged=list(charged))
    mine = Analysis.objects.filter(order=order)
    mine.update(status=Status.PENDING, error_code="", error_detail="", completed_at=None)
    for name, choice in choices.items():
        mine.filter(type=name).update(engine=choice.engine, reserved=choice.usd)
    for reason, is_too_dear in ((NotAbleHere, False), (OverBudget, True)):
        unable = [n for n, one in choices.items() if not one.engine and one.is_too_dear == is_too_dear]
        mine.filter(type__in=unable).update(
            status=Status.FAILED,
            error_code=reason.code,
            error_detail=reason.sentence,
            completed_at=timezone.now(),
        )
    able = {name: choice for name, choice in choices.items() if choice.engine}
    if not able:
        analysis_finished.send(sender=Order, order=order)
        return
    done_by: dict[str, list[str]] = {}
    for name, choice in able.items():
        done_by.setdefault(step_name(choice.engine, choice.group), []).append(name)
    job = planning.begin(
        asset=asset,
        job_type=JobType.ANALYZE,
        plans=steps_for(done_by),
        parameters={DONE_BY: done_by, "languages": order.languages},
    )
    Order.objects.filter(pk=order.pk).update(job=job)
    order.job = job


def require_analysable(asset: Asset) -> None:
    """Raise `NotAnalysable` before the gate has let an asset through, and when it or its bytes are gone."""
    if not is_analysable(asset):
        raise NotAnalysable


def is_analysable(asset: Asset) -> bool:
    """Whether there is something that may be looked at: the gate has let it through, and it is still there."""
    return access.gate_passed(asset) and asset.deleted_at is None and asset.original_removed_at is None


def estimated_cost(order: Order) -> Decimal | None:
    """What an order may cost, in US dollars; None for a file that is still to come, of which nothing is known."""
    if order.asset is None:
        return None
    by_engine: dict[str, list[str]] = {}
    for one in order.analyses.exclude(engine=""):
        by_engine.setdefault(one.engine, []).append(one.type)
    nowhere = Path("/")
    return sum(
        (
            engines.engine(name)
            .estimate(
                request_for(
                    order.asset, types=types, languages=order.languages, source=nowhere, folder=nowhere
                )
            )
            .usd
            for name, types in by_engine.items()
        ),
        Decimal(0),
    )


def arrive(*, asset: Asset, options: dict[str, Any]) -> None:
    """Bind an order to the asset that its upload has become. Must run in the transaction that stores it."""
    named = options.get(NAMED)
    if named and Order.objects.filter(pk=named, asset=None).update(asset=asset):
        Analysis.objects.filter(order=named).update(asset=asset)


def never_came(*, session_id: UUID, code: str, detail: str) -> None:
    """Let the order for a file fail whose upload has ended without it."""
    for order in Order.objects.filter(upload=session_id, asset=None):
        fail_open(order=order, code=code, detail=detail)


def fail_open(*, order: Order, code: str, detail: str, status: Status = Status.FAILED) -> None:
    """End what is open of an order with this reason, and tell that it has ended. Must run in a transaction.

    What has begun counts as paid: a service elsewhere may go on with it.
    """
    open_ones = Analysis.objects.filter(order=order, status__in=OPEN)
    begun = When(status=Status.PROCESSING, then=F("cost") + F("reserved"))
    if open_ones.update(
        status=status,
        error_code=code,
        error_detail=detail,
        completed_at=timezone.now(),
        cost=Case(begun, default=F("cost")),
    ):
        analysis_finished.send(sender=Order, order=order)


def write(*, asset: Asset | None, wish: Wish, user: access.Caller | None) -> Order:
    """The rows of an order, before anything has been chosen."""
    order = Order.objects.create(
        asset=asset,
        engine=wish.engine,
        types=list(wish.types),
        languages=list(wish.languages),
        asked_by=access.person(user),
    )
    Analysis.objects.bulk_create(
        [
            Analysis(
                order=order, asset=asset, type=name, language=wish.languages[0] if wish.languages else ""
            )
            for name in wish.types
        ]
    )
    record(
        action="analysis.ordered",
        target=order,
        actor=access.person(user),
        asset=str(asset.pk) if asset else "",
        types=list(wish.types),
        engine=wish.engine,
    )
    return order
