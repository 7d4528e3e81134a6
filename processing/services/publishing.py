"""Publishing what a step has made: files move to their places and their rows appear, all or none."""

import hashlib
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from assets.models import Asset, Variant
from assets.services import places
from assets.services.names import asset_folder
from processing.models import Job, Step
from processing.signals import variant_ready

_MIME = {
    "mp4": "video/mp4",
    "m4a": "audio/mp4",
    "webp": "image/webp",
    "jpg": "image/jpeg",
    "png": "image/png",
    "json": "application/json",
    "hls": "application/vnd.apple.mpegurl",
    "dash": "application/dash+xml",
}


@dataclass(frozen=True)
class Product:
    """A file, or a folder with the entry files in `entries`, that a step has made in its scratch folder.

    `facts` are fields of `Variant` (quality, width, height, bitrate in bit/s, duration in seconds, timestamp …).
    For a folder, `entries` maps a format ("hls", "dash") to the entry file's path inside the folder.
    """

    path: Path
    variant_type: str
    format: str
    filename: str
    facts: dict[str, Any] = field(default_factory=dict)
    entries: dict[str, str] = field(default_factory=dict)


def checksums(products: list[Product]) -> dict[Path, str]:
    """The SHA-256 of each product that is a file; done before the transaction, because it reads every byte."""
    return {product.path: _sha256(product.path) for product in products if not product.entries}


def publish(*, step: Step, job: Job, asset: Asset, products: list[Product], sums: dict[Path, str]) -> None:
    """Move the products to their places and write their rows. Must run in the transaction that completes the step.

    `sums` comes from `checksums`. What an earlier run of the same step left is replaced, so a second run changes
    nothing.
    """
    stale = list(Variant.objects.filter(asset=asset, detail__step=step.name))
    run = f"{timezone.now():%Y%m%d%H%M%S}-{step.attempt}"
    kept: set[str] = set()
    for product in products:
        for variant in _place(product, asset=asset, step=step, run=run, checksum=sums.get(product.path, "")):
            Variant.objects.filter(
                storage_bucket=variant.storage_bucket, storage_key=variant.storage_key
            ).delete()
            variant.save(force_insert=True)
            kept.add(variant.storage_key)
            variant_ready.send(sender=Variant, asset=asset, variant=variant, job=job)
    for old in stale:
        Variant.objects.filter(pk=old.pk).delete()
        if old.storage_key not in kept:
            places.remove(str(old.detail.get("prefix") or old.storage_key))


def _place(product: Product, *, asset: Asset, step: Step, run: str, checksum: str) -> list[Variant]:
    """Move one product into the storage; returns its unsaved rows (one for a file, one for each entry of a folder)."""
    folder = f"{asset_folder(asset.pk)}/{step.name}"
    common = {"asset": asset, "variant_type": product.variant_type, "storage_bucket": settings.MEDIA_BUCKET}
    detail = {"step": step.name, **product.facts.get("detail", {})}
    facts = {name: value for name, value in product.facts.items() if name != "detail"}
    if not product.entries:
        size = places.put(product.path, f"{folder}/{product.filename}")
        return [
            Variant(
                **common,
                **facts,
                format=product.format,
                filename=product.filename,
                file_size=size,
                checksum=checksum,
                storage_key=f"{folder}/{product.filename}",
                mime_type=_MIME[product.format],
                detail=detail,
            )
        ]
    prefix = f"{folder}/{run}"
    if (left := places.path_of(prefix)).exists():
        shutil.rmtree(left)
    size = places.put_tree(product.path, prefix)
    return [
        Variant(
            **common,
            **facts,
            format=name,
            filename=entry,
            file_size=size,
            storage_key=f"{prefix}/{entry}",
            mime_type=_MIME[name],
            detail={**detail, "prefix": prefix},
        )
        for name, entry in product.entries.items()
    ]


def _sha256(path: Path) -> str:
    """The hex digest of a file, read once in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
