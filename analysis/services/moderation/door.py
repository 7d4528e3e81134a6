"""The quick check at the door: who looks at a few pictures before anything is published, and what follows of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_noop

from analysis import engines
from analysis.engines import Found, Request
from analysis.engines import Type as EngineType
from analysis.models import Analysis, Order, Status, Type
from analysis.services import orders, outcome, sights
from analysis.services.moderation import hashlists, hashmatching, judging
from analysis.services.outcome import Share
from analysis.services.sights import Beginning
from assets import registry
from assets.models import Asset
from processing.models import Job

FRAMES = 5
"""So many pictures of a film are looked at."""

OFF = gettext_noop("This installation checks no pictures at the door.")
NOBODY = gettext_noop("No engine of this installation can look at pictures, so nothing was checked.")
FAILED = gettext_noop("The pictures could not be looked at.")
CLEAN = gettext_noop("A few pictures were looked at; nothing was found.")
SUSPECT = gettext_noop("A few pictures were looked at; something was found that may be unsafe.")


@dataclass(frozen=True)
class Look:
    """A picture out of a film, or an image itself: the file with its type, and the second at which it is shown."""

    path: Path
    mime_type: str
    second: float = 0.0
    width: int = 0
    height: int = 0
    size: int = 0

    @property
    def key(self) -> str:
        """Its key among the sights: the same in each run of the step."""
        return f"{self.second:.3f}"


def meet(*, asset: Asset) -> None:
    """Compare the bytes of an asset with the hash lists; what is on one is judged before anybody sees it. Must run in a
    transaction; before the bytes have been read, nothing is known of them.
    """
    if hashmatching.match_bytes(asset=asset):
        judging.mark(asset_ids=[asset.pk])
        judging.judge_asset(asset_id=asset.pk)
        asset.refresh_from_db()


def seconds_of(duration: float) -> tuple[float, ...]:
    """Which seconds of a film are looked at, spread evenly over it."""
    return tuple(round((number + 0.5) / FRAMES * duration, 3) for number in range(FRAMES))


def request_for(look: Look, *, folder: Path, types: Sequence[EngineType]) -> Request:
    """What is asked of an engine of one picture; `folder` is scratch."""
    return Request(
        types=frozenset(types),
        source=look.path,
        folder=folder,
        kind="image",
        mime_type=look.mime_type,
        size=look.size,
        width=look.width,
        height=look.height,
        threshold=settings.ANALYSIS_CONFIDENCE,
    )


@transaction.atomic
def begin(*, job: Job, looks: Sequence[Look]) -> Beginning:
    """Choose who looks, reserve what that may cost, and write the analysis down. Nothing is written where nobody can.

    Whoever has begun goes on: in a step that was given back the engine stays the one that was chosen.
    """
    if settings.MODERATION_QUICK_CHECK == "off":
        return Beginning()
    registry.lock_work(job.asset_id)  # before the asset's own row, as everybody does
    asset = Asset.objects.select_for_update(of=("self",)).get(pk=job.asset_id)
    row = _row_of(job)
    if row is not None and row.status == Status.PROCESSING and row.engine:
        return Beginning(row.engine)
    nowhere = Path("/")
    pictures = [request_for(one, folder=nowhere, types=[EngineType.MODERATION]) for one in looks]
    choice, beginning = sights.choose(
        asset=asset,
        name=Type.MODERATION,
        pictures=pictures,
        only_here=settings.MODERATION_QUICK_CHECK == "local",
    )
    if not choice.engine:
        return beginning
    if row is None:
        order = orders.write(asset=asset, wish=orders.wish_of(types=[Type.MODERATION]), user=None)
        Order.objects.filter(pk=order.pk).update(job=job)
        row = order.analyses.get()
    sights.reserve(row=row, asset=asset, choice=choice)
    return beginning


def taker_of_prints() -> str:
    """The engine that takes the fingerprint of an image; empty where none can, or where nobody would compare it."""
    if not hashlists.has_pictures():
        return ""
    for engine in engines.engines():
        ability = engine.capabilities().types.get(EngineType.FINGERPRINT)
        if not engine.remote and ability is not None and not ability.missing and "image" in ability.kinds:
            return engine.name
    return ""


def publish(*, job: Job, found: Found | None, prints: Sequence[tuple[float, int]]) -> None:
    """Write down what was found, and ask the policies about it at once: what they block is never published. Must run in
    the transaction that completes the step.

    `prints` are the pictures' hashes, each with its second.
    """
    row = _row_of(job) if found is not None else None
    if row is not None and found is not None:
        outcome.publish(share=Share(row.order, row.engine, (Type.MODERATION,)), found=found)
    hashmatching.match_pictures(asset=job.asset, prints=prints)
    judging.mark(asset_ids=[job.asset_id])
    judging.judge_asset(asset_id=job.asset_id)
    job.asset.refresh_from_db()


def _row_of(job: Job) -> Analysis | None:
    """The analysis of a job's quick check, if it has begun."""
    return Analysis.objects.select_related("order").filter(order__job=job, type=Type.MODERATION).first()
