"""Labels of captured key frames: who gives them, what is asked of an engine, and what became of each picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from analysis.engines import Box, Failure, Found, Label, Request, Result
from analysis.engines import Type as EngineType
from analysis.exceptions import NoPictures, NotAbleHere, OverBudget
from analysis.models import OPEN, Analysis, Order, Status, Type
from analysis.services import budget, choosing, collected
from analysis.services.choosing import Choice
from analysis.services.parameters import SAMPLED
from assets import registry
from assets.models import Asset, Variant
from processing.models import Job

Sights = dict[str, dict[str, Any]]
"""What became of each picture, by the id of its variant: `labels`, or `error`; and what it cost."""

_SHOWN_SECONDS = 1.0
_NOWHERE = Path("/")


@dataclass(frozen=True)
class Beginning:
    """How labelling begins: by which engine, or why not, and what to install for it."""

    engine: str = ""
    failure: Failure | None = None
    missing: tuple[str, ...] = ()


def request_for(capture: Variant, *, source: Path, folder: Path) -> Request:
    """What is asked of an engine: the labels of one picture, which lies at `source`; `folder` is scratch."""
    return Request(
        types=frozenset({EngineType.OBJECTS}),
        source=source,
        folder=folder,
        kind="image",
        mime_type=capture.mime_type,
        size=capture.file_size,
        width=capture.width or 0,
        height=capture.height or 0,
        threshold=settings.ANALYSIS_CONFIDENCE,
    )


@transaction.atomic
def begin(*, job: Job, captures: Sequence[Variant]) -> Beginning:
    """Choose who labels these pictures, and reserve what that may cost.

    Whoever has begun goes on: in a step that was given back the engine stays the one that was chosen.
    """
    registry.lock_work(job.asset_id)  # before the asset's own row, as everybody does
    asset = Asset.objects.select_for_update(of=("self",)).get(pk=job.asset_id)
    rows = Analysis.objects.filter(order__job=job, type=Type.OBJECTS, status__in=OPEN)
    row = rows.select_related("order").first()
    if row is None:
        return Beginning()
    if row.status == Status.PROCESSING and row.engine:
        return Beginning(row.engine)
    if not captures:
        return Beginning(failure=Failure(NoPictures.code, NoPictures.sentence))
    said = collected.said_of(asset)
    choice = choosing.choose_for_pictures(
        name=Type.OBJECTS,
        pictures=[request_for(one, source=_NOWHERE, folder=_NOWHERE) for one in captures],
        wanted=row.order.engine,
        collection=said.engine,
        purse=budget.purse_for(said.bounds),
        only_here=said.only_here,
    )
    if not choice.engine:
        return _nobody(choice)
    rows.update(
        engine=choice.engine, reserved=choice.usd, status=Status.PROCESSING, started_at=timezone.now()
    )
    Order.objects.filter(pk=row.order_id).update(charged=list(said.around))
    return Beginning(choice.engine)


def _nobody(choice: Choice) -> Beginning:
    """That nobody labels them, for want of money or of what must be installed."""
    reason = OverBudget if choice.is_too_dear else NotAbleHere
    return Beginning(failure=Failure(reason.code, reason.sentence), missing=choice.missing)


def sight_of(found: Found) -> dict[str, Any]:
    """What became of one picture, as plain JSON."""
    failure = found.failures.get(EngineType.OBJECTS)
    if failure is not None:
        return {"error": {"code": failure.code, "detail": failure.detail}, "cost": str(failure.cost)}
    result = found.results[EngineType.OBJECTS]
    return {
        "labels": [_label(one) for one in result.findings if isinstance(one, Label)],
        "cost": str(result.cost),
        "summary": dict(result.summary),
    }


def _label(one: Label) -> dict[str, Any]:
    """A label as it is kept with its picture."""
    box = one.box and [one.box.left, one.box.top, one.box.width, one.box.height]
    return {"label": one.label, "parent": one.parent or None, "confidence": one.confidence, "box": box}


def whole_of(captures: Sequence[Variant], sights: Sights, *, duration: float) -> Found:
    """What became of all pictures together: failed with the reason of the first one when nothing was labelled."""
    cost = sum((Decimal(one["cost"]) for one in sights.values()), Decimal(0))
    seen = [(one, sights[str(one.pk)]) for one in captures if "labels" in sights.get(str(one.pk), {})]
    if not seen:
        # Where what was labelled has been deleted meanwhile, there is no reason but that.
        errors = [one["error"] for one in sights.values() if "error" in one]
        first = errors[0] if errors else {"code": NoPictures.code, "detail": NoPictures.sentence}
        return Found({}, {EngineType.OBJECTS: Failure(first["code"], first["detail"], cost)})
    findings = [
        found for capture, sight in seen for found in _findings(capture, sight["labels"], duration=duration)
    ]
    summary = seen[0][1]["summary"] | {SAMPLED: len(seen)}
    return Found({EngineType.OBJECTS: Result(tuple(findings), summary=summary, cost=cost)})


def _findings(capture: Variant, labels: Sequence[dict[str, Any]], *, duration: float) -> list[Label]:
    """The labels of a picture as what is found in the film when it is shown."""
    start = capture.timestamp or 0.0
    end = max(start, min(start + _SHOWN_SECONDS, duration))
    return [
        Label(start, end, one["confidence"], one["label"], one["parent"] or "", _box(one["box"]))
        for one in labels
    ]


def _box(sides: Sequence[float] | None) -> Box | None:
    return Box(*sides) if sides else None


def details_of(captures: Sequence[Variant], sights: Sights) -> dict[Any, dict[str, Any]]:
    """What is kept with each picture: its labels, or why it has none."""
    kept: dict[Any, dict[str, Any]] = {}
    for capture in captures:
        sight = sights.get(str(capture.pk), {})
        kept[capture.pk] = {name: sight[name] for name in ("labels", "error") if name in sight}
    return kept
