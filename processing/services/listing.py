"""The streaming sets of an asset as they are told of: with everything but their keys."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assets import access
from assets.models import Asset, Variant, VariantType
from assets.services import links
from processing.models import Package

_MOST = 100


@dataclass(frozen=True)
class Listed:
    """One set; its links are there for those who may play it, while it is what is played."""

    id: UUID
    job_id: UUID | None
    scheme: str
    tracks: str
    encrypted_tracks: list[int]
    formats: list[str]
    created_at: datetime
    ready_at: datetime | None
    retired_at: datetime | None
    hls_url: str | None
    dash_url: str | None


def listed(*, asset: Asset, user: access.Caller) -> list[Listed]:
    """An asset's sets, the newest first, a hundred at most, without those of single share links; two queries."""
    made = Variant.objects.select_related("asset").filter(asset=asset, variant_type=VariantType.MANIFEST)
    urls = {
        (one.detail.get("package"), one.format): links.variant_url(variant=one, user=user) for one in made
    }
    return [_told(package, urls) for package in Package.objects.filter(asset=asset, share=None)[:_MOST]]


def told_of(*, package: Package, user: access.Caller, variants: list[Variant]) -> Listed:
    """One set, with the links to those of these variants that are its manifests."""
    urls = {
        (one.detail.get("package"), one.format): links.variant_url(variant=one, user=user)
        for one in variants
        if one.variant_type == VariantType.MANIFEST
    }
    return _told(package, urls)


def _told(package: Package, urls: dict[tuple[str | None, str], str | None]) -> Listed:
    """One set with its links."""
    return Listed(
        id=package.pk,
        job_id=package.job_id,
        scheme=package.scheme,
        tracks=package.tracks,
        encrypted_tracks=package.encrypted_tracks,
        formats=package.formats,
        created_at=package.created_at,
        ready_at=package.ready_at,
        retired_at=package.retired_at,
        hls_url=urls.get((str(package.pk), "hls")),
        dash_url=urls.get((str(package.pk), "dash")),
    )
