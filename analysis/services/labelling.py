"""Labels of captured key frames: who gives them, what is asked of an engine, and what became of each picture."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from analysis.engines import Failure, Found, Request
from analysis.engines import Type as EngineType
from analysis.exceptions import NoPictures
from analysis.models import OPEN, Analysis, Status, Type
from analysis.services import sights as looking
from analysis.services.sights import Beginning, Shown, Sights
from assets import registry
from assets.models import Asset, Variant
from processing.models import Job

# What the details of a capture keep beside its labels or the error: by which job it was seen, for how much, and what is
# said of the whole.
_SEEN = "seen"
_NOWHERE = Path("/")


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
    choice, beginning = looking.choose(
        asset=asset,
        name=Type.OBJECTS,
        pictures=[request_for(one, source=_NOWHERE, folder=_NOWHERE) for one in captures],
        wanted=row.order.engine,
    )
    if choice.engine:
        looking.reserve(row=row, asset=asset, choice=choice)
    return beginning


@transaction.atomic
def keep(*, job: Job, capture: Variant, sight: dict[str, Any]) -> None:
    """Write down what became of a picture as soon as it is known, with what it cost: whatever becomes of this run, the
    next one does not pay for it again.
    """
    cost = Decimal(sight["cost"])
    if cost:
        Analysis.objects.filter(order__job=job, type=Type.OBJECTS, status__in=OPEN).update(
            cost=F("cost") + cost, reserved=Greatest(F("reserved") - cost, Decimal(0))
        )
    kept = Variant.objects.select_for_update(of=("self",)).filter(pk=capture.pk).first()
    if kept is None:
        return  # somebody has deleted it meanwhile
    seen = {"job": str(job.pk), "cost": sight["cost"], "summary": sight.get("summary", {})}
    # Labels that an earlier job gave it stay when they cannot be given anew.
    known = {name: value for name, value in kept.detail.items() if name != "error"}
    told = {name: sight[name] for name in ("labels", "error") if name in sight}
    Variant.objects.filter(pk=kept.pk).update(detail={**known, **told, _SEEN: seen})


def sights_of(captures: Sequence[Variant], *, job: Job) -> Sights:
    """What earlier runs of a job have seen already. What failed and cost nothing is left out: it may be asked again."""
    found: Sights = {}
    for capture in captures:
        seen = capture.detail.get(_SEEN, {})
        answer = "error" if "error" in capture.detail else "labels"
        paid = bool(Decimal(seen.get("cost", 0)))
        if seen.get("job") == str(job.pk) and (answer == "labels" or paid):
            found[str(capture.pk)] = {
                answer: capture.detail[answer],
                "cost": seen["cost"],
                "summary": seen["summary"],
            }
    return found


def whole_of(captures: Sequence[Variant], sights: Sights, *, duration: float) -> Found:
    """What became of all pictures together: failed with the reason of the first one when nothing was labelled. What
    they cost was written down with each.
    """
    shown = [Shown(str(one.pk), one.timestamp or 0.0) for one in captures]
    return looking.whole_of(shown, sights, EngineType.OBJECTS, duration=duration, counted=True)
