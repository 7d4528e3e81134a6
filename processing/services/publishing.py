"""Publishing what a step has made: files move to their places and their rows appear, all or none."""

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import Error
from django.db.models import Q
from django.utils import timezone

from assets import delivery
from assets.exceptions import StorageUnavailable
from assets.models import Asset, CutSet, Variant, VariantType
from assets.services import leftovers, places
from assets.services.names import asset_folder
from mediaportal.core.stopping import Stop, never
from processing.models import Job, Package, Step
from processing.services import interim
from processing.services.interim import Interim
from processing.signals import variant_ready

logger = logging.getLogger(__name__)
_PIECE_BYTES = 1 << 20
_MIME = {
    "mp4": "video/mp4",
    "m4a": "audio/mp4",
    "webp": "image/webp",
    "jpg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "avif": "image/avif",
    "vtt": "text/vtt",
    "json": "application/json",
    "hls": "application/vnd.apple.mpegurl",
    "dash": "application/dash+xml",
}


@dataclass(frozen=True)
class Product:
    """A file, or a folder with the entry files in `entries`, that a step has made in its scratch folder.

    `facts` are fields of `Variant` (quality, width, height, bitrate in bit/s, duration in seconds, timestamp …).
    For a folder, `entries` maps a format ("hls", "dash") to the entry file's path inside the folder. `replaces` names
    the variants of other steps whose place it takes. A folder with `placed` becomes no variant: that is called with its
    key in their stead, in the same transaction.
    """

    path: Path
    variant_type: str
    format: str
    filename: str
    facts: dict[str, Any] = field(default_factory=dict)
    entries: dict[str, str] = field(default_factory=dict)
    replaces: tuple[UUID, ...] = ()
    placed: Callable[[str], None] | None = None


@dataclass(frozen=True)
class Prepared:
    """A job's products with their places, ready to be published: `keys`, `sums`, `sizes` (bytes, in a bucket) and
    `beside` (where they wait, on local storage) by their paths.

    A folder's key is the prefix of its files. `interim` is what other steps find in the step's results.
    """

    job_id: UUID
    products: list[Product]
    interim_folder: str
    keys: dict[Path, str] = field(default_factory=dict)
    sums: dict[Path, str] = field(default_factory=dict)
    sizes: dict[Path, int] = field(default_factory=dict)
    beside: dict[Path, Path] = field(default_factory=dict)
    interim: dict[str, dict[str, Any]] = field(default_factory=dict)


def prepare(
    *,
    step: Step,
    asset: Asset,
    products: list[Product],
    handed_on: Sequence[Interim] = (),
    stop: Stop = never,
) -> Prepared:
    """Everything about publishing that takes time, done before the transaction: reading every byte for its SHA-256,
    and sending the files to a bucket, or beside their places in a folder.

    What is sent gets keys of its own, so another run of the same step never writes over it. Raises
    `StorageUnavailable`, or `places.Stopped` when `stop` tells so between two files or in the midst of reading one;
    then nothing that was sent stays.
    """
    # The time for people, the rest so that no two runs are ever alike.
    run = f"{timezone.now():%Y%m%d%H%M%S}-{step.attempt}-{uuid4().hex[:6]}"
    folder = f"{asset_folder(asset.pk)}/{step.name}"
    prepared = Prepared(step.job_id, products, f"{interim.folder_of(step.job)}/{step.name}-{run}")
    done = False
    try:
        for number, product in enumerate(products):
            path = product.path
            if stop():
                raise places.Stopped
            if product.entries:
                # A link to one file of a folder opens all of it, so nothing else lies there.
                prepared.keys[path] = f"{folder}/{run}-{number}"
            else:
                prepared.sums[path] = _sha256(path, stop)
                own = f"{folder}/{run}" if places.is_remote() else folder
                prepared.keys[path] = f"{own}/{product.filename}"
            if places.is_remote():
                prepared.sizes[path] = _move(product, path, prepared.keys[path])
            else:
                mark = f"{run}-{number}"
                prepared.beside[path] = places.bring_beside(path, prepared.keys[path], mark=mark)
        prepared.interim.update(interim.put(folder=prepared.interim_folder, files=handed_on, stop=stop))
        done = True
    finally:
        if not done:
            withdraw(prepared=prepared)
    return prepared


def withdraw(*, prepared: Prepared) -> None:
    """Remove what was handed on or sent and has not been published; never raises.

    Only what no row names is removed: when the database does not say so, nothing is.
    """
    try:
        steps = Step.objects.filter(job_id=prepared.job_id)
        if not steps.filter(results__interim__icontains=prepared.interim_folder).exists():
            places.remove(prepared.interim_folder)
    except (StorageUnavailable, Error, OSError) as error:
        logger.warning("%s may be left in the storage", prepared.interim_folder, exc_info=error)
    for path in prepared.beside.values():
        try:
            places.discard(path)  # what was published has another name by now
        except OSError as error:
            logger.warning("%s may be left in the storage", path, exc_info=error)
    if not places.is_remote():
        return
    for product in prepared.products:
        key = prepared.keys.get(product.path)
        if key is None:
            continue
        try:
            if not _is_published(key):
                places.remove(key)
        except (StorageUnavailable, Error) as error:
            logger.warning("%s may be left in the bucket", key, exc_info=error)


def _is_published(key: str) -> bool:
    """Whether a row names an object, or one below a prefix."""
    variants = Variant.objects.filter(storage_bucket=settings.MEDIA_BUCKET)
    named = variants.filter(Q(storage_key=key) | Q(storage_key__startswith=f"{key}/"))
    sets = Package.objects.filter(prefixes__contains=[key])
    return named.exists() or sets.exists() or CutSet.objects.filter(prefix=key).exists()


def publish(*, step: Step, job: Job, asset: Asset, prepared: Prepared, keeps_earlier: bool = False) -> None:
    """Write the rows of the products, and on local storage give them their names. Must run in the transaction that
    completes the step.

    What an earlier run of the same step left is replaced, unless it is to be kept, so a second run changes nothing; its
    files go once no link to them can still be good.
    """
    if not places.is_remote():
        leftovers.lock(asset_folder(asset.pk))
    packaged = any(
        one.variant_type == VariantType.MANIFEST and one.placed is None for one in prepared.products
    )
    replaced = {pk for product in prepared.products for pk in product.replaces}
    stale = [
        row
        for row in Variant.objects.filter(asset=asset)
        # A set takes the place of whatever was played before; what grows stays until then.
        if row.pk in replaced
        or (packaged and row.variant_type == VariantType.MANIFEST)
        or (row.detail.get("step") == step.name and not row.detail.get("growing") and not keeps_earlier)
    ]
    kept: set[str] = set()
    for product in prepared.products:
        if product.placed is not None:
            _lay(product, prepared)
            product.placed(prepared.keys[product.path])
            continue
        for variant in _rows(product, asset=asset, step=step, prepared=prepared):
            Variant.objects.filter(
                storage_bucket=variant.storage_bucket, storage_key=variant.storage_key
            ).delete()
            variant.save(force_insert=True)
            kept.add(variant.storage_key)
            variant_ready.send(sender=Variant, asset=asset, variant=variant, job=job)
    for old in stale:
        Variant.objects.filter(pk=old.pk).delete()
        if old.storage_key not in kept:
            retire(old, asset=asset)


def describe(*, asset: Asset, details: dict[UUID, dict[str, Any]]) -> None:
    """Add to what is known of an asset's variants; one that is gone is left out. Must run in a transaction."""
    for variant in Variant.objects.select_for_update().filter(asset=asset, pk__in=details):
        variant.detail = {**variant.detail, **details[variant.pk]}
        variant.save(update_fields=["detail"])


def retire(variant: Variant, *, asset: Asset) -> None:
    """Have the files of a variant whose row is gone removed, once no link to them can still be good."""
    left = str(variant.detail.get("prefix") or variant.storage_key)
    leftovers.leave(left, seconds=delivery.longest_life(asset))


def _move(product: Product, path: Path, key: str) -> int:
    """Move one product from where it is now to its place in the storage; returns its size in bytes."""
    return (places.put_tree if product.entries else places.put)(path, key)


def _lay(product: Product, prepared: Prepared) -> int:
    """Give a product its name, unless it was sent to a bucket before; returns its size in bytes."""
    path = product.path
    if places.is_remote():
        return prepared.sizes[path]
    return _move(product, prepared.beside[path], prepared.keys[path])


def _rows(product: Product, *, asset: Asset, step: Step, prepared: Prepared) -> list[Variant]:
    """The unsaved rows of a product, one for a file, one for each entry of a folder; the files are in their places."""
    key = prepared.keys[product.path]
    size = _lay(product, prepared)
    detail = {"step": step.name, **product.facts.get("detail", {})}
    facts: dict[str, Any] = {
        "asset": asset,
        "variant_type": product.variant_type,
        "storage_bucket": settings.MEDIA_BUCKET,
        "file_size": size,
        **{name: value for name, value in product.facts.items() if name != "detail"},
    }
    if not product.entries:
        return [
            Variant(
                **facts,
                format=product.format,
                filename=product.filename,
                checksum=prepared.sums[product.path],
                storage_key=key,
                mime_type=_MIME[product.format],
                detail=detail,
            )
        ]
    return [
        Variant(
            **facts,
            format=name,
            filename=entry,
            storage_key=f"{key}/{entry}",
            mime_type=_MIME[name],
            detail={**detail, "prefix": key},
        )
        for name, entry in product.entries.items()
    ]


def _sha256(path: Path, stop: Stop) -> str:
    """The hex digest of a file, read once in pieces; raises `places.Stopped`."""
    read = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            if stop():
                raise places.Stopped
            read.update(piece)
    return read.hexdigest()
