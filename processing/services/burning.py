"""Burning the names of share links into pictures: ordered when a link asks for it, removed when it has ended.

A set is made of the original, in the rungs of the asset's recipe up to 720 lines, with the name and the time at which
it was ordered. It lies in a folder of its own, which no variant names.
"""

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from assets import access, registry
from assets.access import Visitor
from assets.models import Asset, Kind, ShareLink, UploadStatus, Watermark
from assets.registry import BurntState
from assets.services import leftovers
from assets.services.reasons import said
from processing.ffmpeg.codecs import H264
from processing.ffmpeg.ladder import STANDARD, Ladder
from processing.ffmpeg.marks import Mark
from processing.models import OPEN, Job, JobType, Package, Status
from processing.pipeline import SHARE
from processing.services import jobs, keys, linksets, planning, presets, recipes, status
from processing.services.actors import OPERATOR
from processing.services.packages import FORMATS, OPTION

MOST_LINES = 720
"""Of the largest rung of such a set: it is made for one viewer, as fast as may be."""

_CHANGING = (JobType.INGEST, JobType.PACKAGE, JobType.TRANSCODE)
_AT_ONCE = 500
# Where captions do not stand, and where a recipe's own mark does not either.
_ABOVE, _BELOW = "top-left", "bottom-left"


def refuses(name: str) -> str:
    """Why a name cannot be burnt in; empty when it can."""
    return recipes.undrawable(_words(name, timezone.now()))


def _words(name: str, at: datetime) -> str:
    return f"{name} · {at:%Y-%m-%d %H:%M} UTC"


# --- Ordering and removing ----------------------------------------------------------------------------------------
def settle(link: ShareLink) -> None:
    """Have made what a link asks for, and remove what it asks for no longer. Must run in a transaction.

    While the asset is not ready nothing is ordered: `catch_up` does when it is.
    """
    if link.watermark != Watermark.BURNT and not Package.objects.filter(share=link).exists():
        return
    registry.lock_work(link.asset_id)  # two at once take turns, and the later one sees what is true then
    now = ShareLink.objects.select_related("created_by", "asset").get(pk=link.pk)
    wanted = now.watermark == Watermark.BURNT and Visitor(now).admitted
    kept = False
    for package in Package.objects.select_related("job__asset").filter(share=now):
        if wanted and _fits(package, now):
            kept = True
        else:
            _drop(package)
    if wanted and not kept and _is_ready(now.asset):
        _order(now)


def _fits(package: Package, link: ShareLink) -> bool:
    """Whether a set, or the work on it, is what a link asks for."""
    bears = package.job is not None and package.job.parameters.get(linksets.BEARER) == link.bearer
    return bears and package.scheme == linksets.scheme_of(link.asset.encryption)


def _drop(package: Package) -> None:
    """Remove a set with its keys and files, and end the work on it. The work is locked."""
    if package.job is not None and package.job.status in OPEN:
        jobs.cancel(job=package.job, user=OPERATOR)
    Package.objects.filter(pk=package.pk).delete()
    for prefix in package.prefixes:
        leftovers.leave(prefix)


def _is_ready(asset: Asset) -> bool:
    """Whether pictures can be made of an asset: it is a film, has been processed, and is kept."""
    processed = asset.upload_status == UploadStatus.COMPLETED and access.gate_passed(asset)
    kept = asset.deleted_at is None and asset.original_removed_at is None
    return asset.kind == Kind.VIDEO and processed and kept


def _order(link: ShareLink) -> None:
    """Make the job of a link's set, and take the set down."""
    asset = link.asset
    ladder = _ladder_of(asset)
    parameters = {
        "recipe": ladder.as_data(),
        presets.NAMED: asdict(_mark_of(link, ladder)),
        linksets.BEARER: link.bearer,
        **({OPTION: asset.encryption} if asset.encryption else {}),
    }
    job = planning.begin(asset=asset, job_type=JobType.SHARE, plans=SHARE, parameters=parameters)
    Package.objects.create(
        asset=asset,
        job=job,
        share=link,
        scheme=linksets.scheme_of(asset.encryption),
        key_source=keys.source(given=False),
        formats=list(FORMATS),
    )


def _ladder_of(asset: Asset) -> Ladder:
    """The rungs of an asset's own recipe that are small enough and play everywhere, or its smallest."""
    recipe = presets.last_recipe(asset)
    ladder = Ladder.from_data(recipe) if recipe else STANDARD
    levels = tuple(one for one in ladder.levels if one.height <= MOST_LINES and one.codec == H264.name)
    return replace(ladder, levels=levels or ladder.levels[-1:], per_title=False, measure_quality=False)


def _mark_of(link: ShareLink, ladder: Ladder) -> Mark:
    """The name and the time, away from the recipe's own mark."""
    own = ladder.watermark.position if ladder.watermark else ""
    return Mark(
        text=_words(link.bearer, timezone.now()), position=_BELOW if own.startswith("top") else _ABOVE
    )


# --- What others bring about --------------------------------------------------------------------------------------
def follow(*, job: Job) -> None:
    """Once an asset has been processed, or is encrypted in another way, have made what its links ask for.

    Must run in the transaction that ends the job; the rest happens after it.
    """
    if job.status == Status.COMPLETED and job.job_type in _CHANGING:
        transaction.on_commit(partial(catch_up, asset_id=job.asset_id), robust=True)


def catch_up(*, asset_id: UUID) -> None:
    """Settle all links to an asset that ask for a name in the pictures."""
    for link in ShareLink.objects.filter(asset_id=asset_id, watermark=Watermark.BURNT, revoked_at=None):
        with transaction.atomic():
            settle(link)


def settle_all() -> int:
    """Settle the links that have ended with a set, and those that ask for one which nobody has ordered; returns how
    many were looked at. Safe to run at any time.
    """
    ended = Q(revoked_at__isnull=False) | Q(expires_at__lte=timezone.now()) | Q(created_by__is_active=False)
    without = ended | ~Q(watermark=Watermark.BURNT)
    has_set = Exists(Package.objects.filter(share=OuterRef("pk")))
    ready = Q(asset__kind=Kind.VIDEO, asset__upload_status=UploadStatus.COMPLETED, asset__deleted_at=None)
    due = ShareLink.objects.filter((has_set & without) | (~has_set & ~without & ready)).order_by("created_at")
    found = list(due[:_AT_ONCE])
    for link in found:
        with transaction.atomic():
            settle(link)
    return len(found)


# --- How far it is ------------------------------------------------------------------------------------------------
def states(links: Iterable[ShareLink]) -> dict[UUID, BurntState]:
    """How far the sets of these links are, which all ask for one; two queries, and a look at what runs."""
    wanted = {link.pk: link for link in links}
    rows = Package.objects.select_related("asset", "job__asset").prefetch_related("job__steps")
    newest = {row.share_id: row for row in rows.filter(share__in=list(wanted)).order_by("created_at")}
    return {pk: _state(newest.get(pk)) for pk in wanted}


def _state(package: Package | None) -> BurntState:
    """How far one is; before it has been ordered its asset is still being made."""
    if package is None or package.asset is None:
        return BurntState("pending")
    if package.ready_at is not None and package.scheme == linksets.scheme_of(package.asset.encryption):
        return BurntState("ready", 100, package.job_id)
    job = package.job
    if job is None or job.status not in {Status.FAILED, Status.CANCELLED}:
        percent = status.percent_of(job, status.live_steps(job)) if job else 0
        return BurntState("pending", min(percent, 99), package.job_id)
    return BurntState("failed", 0, job.pk, said(job.error_detail), mendable=not jobs.is_hopeless(job))
