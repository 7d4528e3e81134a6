"""What the asset page shows of an asset's own pictures: its poster, stills to choose one from, what was captured."""

from dataclasses import dataclass
from typing import Any

from assets import access, delivery
from assets.access import Caller
from assets.models import Asset, Kind, Variant, VariantType
from assets.services.standins import poster_of, preview_of
from processing.services import captures, keyframes, posters

_SHOWN = 60


@dataclass(frozen=True)
class Shown:
    """A picture with its links; `second` is when it stands in the film, sizes in pixels and bytes."""

    id: str
    url: str
    download_url: str
    filename: str
    format: str
    second: float | None
    width: int
    height: int
    size: int


@dataclass(frozen=True)
class Pictures:
    """`chosen` says where the poster comes from: `frame`, `picture`, or empty for the automatic one."""

    poster: Shown | None
    chosen: str
    stills: list[Shown]
    captures: list[Shown]
    more_captures: int
    previews: list[Shown]


def pictures_of(asset: Asset, *, user: Caller) -> Pictures | None:
    """The pictures for somebody who may choose among them; None for everybody else, and for an image.

    Expects prefetched variants; one further query, for what was captured.
    """
    may = access.can_change(user, asset) and access.can_play(user, asset)
    if asset.kind == Kind.IMAGE or not may:
        return None
    variants: list[Variant] = list(asset.variants.all())
    poster = poster_of(variants)
    stills = [v for v in variants if v.variant_type == VariantType.THUMBNAIL and v.format == "webp"]
    # Key frames are shown with their labels, elsewhere.
    kept = [one for one in captures.listed(asset) if one.detail.get("step") != keyframes.STEP]
    previews = [preview_of(variants, form=form) for form in ("avif", "webp", "gif", "mp4")]
    return Pictures(
        poster=_shown(poster, user) if poster else None,
        chosen=str(poster.detail.get("chosen") or "") if poster else "",
        stills=[_shown(still, user) for still in sorted(stills, key=lambda v: v.timestamp or 0.0)],
        captures=[_shown(capture, user) for capture in kept[:_SHOWN]],
        more_captures=max(0, len(kept) - _SHOWN),
        previews=[_shown(preview, user) for preview in previews if preview],
    )


def context_of(asset: Asset, *, user: Caller) -> dict[str, Any]:
    """What the panel's template is given."""
    return {
        "asset": asset,
        "pictures": pictures_of(asset, user=user),
        "is_film": asset.kind == Kind.VIDEO,
        "from_film": posters.FILM,
        "sent": posters.SENT,
    }


def _shown(variant: Variant, user: Caller) -> Shown:
    """One picture with its links."""
    return Shown(
        id=str(variant.pk),
        url=delivery.variant_url(variant, user=user),
        download_url=delivery.variant_url(variant, user=user, download=True),
        filename=variant.filename,
        format=variant.format,
        second=variant.timestamp,
        width=variant.width or 0,
        height=variant.height or 0,
        size=variant.file_size,
    )
