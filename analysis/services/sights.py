"""Looking at single pictures one by one: who does it, and what became of each picture and of all of them together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from analysis.engines import Box, Failure, Flag, Found, Label, Request, Result
from analysis.engines import Type as EngineType
from analysis.exceptions import NoPictures, NotAbleHere, OverBudget
from analysis.models import Analysis, EngineChoice, Order, Status
from analysis.services import budget, choosing, collected
from analysis.services.choosing import Choice
from analysis.services.parameters import SAMPLED
from assets.models import Asset

Sights = dict[str, dict[str, Any]]
"""What became of each picture, by its key: `labels`, or `error`; and what it cost."""

_SHOWN_SECONDS = 1.0
_FINDINGS: dict[EngineType, type[Label] | type[Flag]] = {
    EngineType.OBJECTS: Label,
    EngineType.MODERATION: Flag,
}


@dataclass(frozen=True)
class Beginning:
    """How looking begins: by which engine, or why not, and what to install for it."""

    engine: str = ""
    failure: Failure | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shown:
    """A picture of a medium: its key among the sights, and the second in which it is shown."""

    key: str
    second: float = 0.0


def choose(
    *,
    asset: Asset,
    name: str,
    pictures: Sequence[Request],
    wanted: str = EngineChoice.AUTO,
    only_here: bool = False,
) -> tuple[Choice, Beginning]:
    """Choose who looks at these pictures of an asset for a type; `only_here` leaves out all that are elsewhere. Must
    run in a transaction that holds its row.
    """
    said = collected.said_of(asset)
    choice = choosing.choose_for_pictures(
        name=name,
        pictures=pictures,
        wanted=wanted,
        collection=said.engine,
        purse=budget.purse_for(said.bounds),
        only_here=only_here or said.only_here,
    )
    if choice.engine:
        return choice, Beginning(choice.engine)
    reason = OverBudget if choice.is_too_dear else NotAbleHere
    return choice, Beginning(failure=Failure(reason.code, reason.sentence), missing=choice.missing)


def reserve(*, row: Analysis, asset: Asset, choice: Choice) -> None:
    """Begin with an analysis by whom was chosen, and reserve what it may cost. Must run in the same transaction."""
    Analysis.objects.filter(pk=row.pk).update(
        engine=choice.engine,
        reserved=choice.usd,
        status=Status.PROCESSING,
        error_code="",
        error_detail="",
        completed_at=None,
        started_at=timezone.now(),
    )
    Order.objects.filter(pk=row.order_id).update(charged=list(collected.said_of(asset).around))


def sight_of(found: Found, name: EngineType) -> dict[str, Any]:
    """What became of one picture that was looked at for a type, as plain JSON."""
    failure = found.failures.get(name)
    if failure is not None:
        return {"error": {"code": failure.code, "detail": failure.detail}, "cost": str(failure.cost)}
    result = found.results[name]
    return {
        "labels": [_label(one) for one in result.findings if isinstance(one, _FINDINGS[name])],
        "cost": str(result.cost),
        "summary": dict(result.summary),
    }


def _label(one: Any) -> dict[str, Any]:
    """What was found, as it is kept with its picture."""
    box = one.box and [one.box.left, one.box.top, one.box.width, one.box.height]
    return {"label": one.label, "parent": one.parent or None, "confidence": one.confidence, "box": box}


def whole_of(
    pictures: Iterable[Shown], sights: Sights, name: EngineType, *, duration: float, counted: bool = False
) -> Found:
    """What became of all pictures together: failed with the reason of the first one when none could be looked at.
    `counted`: what they cost was written down with each.
    """
    cost = Decimal(0) if counted else sum((Decimal(one["cost"]) for one in sights.values()), Decimal(0))
    seen = [(one, sights[one.key]) for one in pictures if "labels" in sights.get(one.key, {})]
    if not seen:
        # Where what was looked at has been deleted meanwhile, there is no reason but that.
        errors = [one["error"] for one in sights.values() if "error" in one]
        first = errors[0] if errors else {"code": NoPictures.code, "detail": NoPictures.sentence}
        return Found({}, {name: Failure(first["code"], first["detail"], cost)})
    findings = [
        found
        for shown, sight in seen
        for found in _findings(shown.second, sight["labels"], _FINDINGS[name], duration=duration)
    ]
    summary = seen[0][1]["summary"] | {SAMPLED: len(seen)}
    return Found({name: Result(tuple(findings), summary=summary, cost=cost)})


def _findings(
    start: float, labels: Sequence[dict[str, Any]], kind: type[Label] | type[Flag], *, duration: float
) -> list[Label | Flag]:
    """What was seen in a picture as what is found in the film when it is shown."""
    end = max(start, min(start + _SHOWN_SECONDS, duration))
    return [
        kind(start, end, one["confidence"], one["label"], one["parent"] or "", _box(one["box"]))
        for one in labels
    ]


def _box(sides: Sequence[float] | None) -> Box | None:
    return Box(*sides) if sides else None
