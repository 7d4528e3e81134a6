"""Links for those who may have the files, and none for others."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from assets import access, delivery, registry
from assets.models import Asset, UploadStatus, Variant, VariantType
from assets.services import captions, cuts, visiting
from assets.services.names import asset_folder
from assets.services.standins import poster_of, preview_of, still_of, storyboard_of
from assets.services.viewing import positions

# Files that somebody could keep. Streams, stills and what draws them are for watching.
KEPT = frozenset(
    {
        VariantType.ORIGINAL,
        VariantType.RENDITION,
        VariantType.AUDIO_ONLY,
        VariantType.METADATA,
        VariantType.DERIVED,
    }
)


def variant_url(*, variant: Variant, user: access.Caller, download: bool = False) -> str | None:
    """A link to a variant; None for those who may not play its asset, for a file that they may not keep, and for a
    picture that is kept from them.
    """
    kept = download or variant.variant_type in KEPT
    may = (access.can_download if kept else access.can_play)(user, variant.asset)
    if not may or not access.shown(user, [variant]):
        return None
    return delivery.variant_url(variant, user=user, download=download)


def poster_url(*, asset: Asset, user: access.Caller) -> str | None:
    """A link to the picture that stands for an asset, if it has one and the person may play it.

    The asset must have been loaded with `with_poster()`.
    """
    if not access.can_play(user, asset):
        return None
    found = access.shown(user, getattr(asset, "card_variants", []))
    best = still_of((v for v in found if v.format == "webp"), width=0)
    return delivery.variant_url(best[0], user=user) if best else None


def preview_url(*, asset: Asset, user: access.Caller, form: str = "webp") -> str | None:
    """A link to an asset's moving preview in a format, if it has one and the person may be shown it.

    The asset must have been loaded with `with_poster()`.
    """
    preview = preview_of(access.shown(user, getattr(asset, "card_variants", [])), form=form)
    if preview is None or not access.can_play(user, asset):
        return None
    return delivery.variant_url(preview, user=user)


def manifest_of(variants: Iterable[Variant], form: str) -> Variant | None:
    """The streaming manifest of a format ("hls", "dash") to play: the packaged one before one that still grows."""
    fitting = [v for v in variants if v.variant_type == VariantType.MANIFEST and v.format == form]
    return min(fitting, key=lambda v: bool(v.detail.get("growing")), default=None)


@dataclass(frozen=True)
class Streams:
    """Links to the manifests that somebody plays, by their formats; `set` tells one streaming set from another."""

    urls: dict[str, str]
    set: str = ""


def streams_of(*, asset: Asset, user: access.Caller, variants: Iterable[Variant]) -> Streams:
    """What somebody who may play an asset has of it as a stream: its set, or for whoever came by a link with a name in
    its pictures the set that was made for that link, and no other.
    """
    if isinstance(user, access.Visitor) and access.bears_name(user):
        return _own_streams(asset, user)
    manifests = {form: one for form in ("dash", "hls") if (one := manifest_of(variants, form)) is not None}
    urls = {form: delivery.variant_url(one, user=user) for form, one in manifests.items()}
    return Streams(urls, next((str(one.pk) for one in manifests.values()), ""))


def _own_streams(asset: Asset, visitor: access.Visitor) -> Streams:
    """The set of a visitor's link; none while it is being made."""
    found = registry.burner().set_of(visitor.link)
    if found is None:
        return Streams({})
    place = f"{found.prefix.removeprefix(f'{asset_folder(asset.pk)}/')}/"
    seconds = asset.duration or 0.0
    urls = {
        form: delivery.place_url(asset, place, name, user=visitor, seconds=seconds)
        for form, name in found.manifests.items()
    }
    return Streams(urls, str(found.id))


def is_growing(asset: Asset, variants: Iterable[Variant]) -> bool:
    """Whether what there is to play is the first rendition only, while more is being made."""
    best = manifest_of(variants, "hls")
    return best is not None and bool(best.detail.get("growing")) and in_work(asset)


def in_work(asset: Asset) -> bool:
    """Whether more may still be made of an asset by itself."""
    return asset.upload_status not in {UploadStatus.COMPLETED, UploadStatus.FAILED}


def _pictures(variants: list[Variant], user: access.Caller) -> dict[str, str]:
    """Links to what is shown before a film and over its seek bar, as far as somebody may see it."""
    found = {
        "poster_url": poster_of(variants),
        "preview_url": preview_of(variants),
        "storyboard_url": storyboard_of(variants),
    }
    return {name: delivery.variant_url(one, user=user) for name, one in found.items() if one is not None}


def playback(*, asset: Asset, user: access.Caller) -> dict[str, Any]:
    """The body of `GET /api/v1/assets/{id}/playback`. One query for the variants, one for the text tracks, one for
    where a person left off, and those of upper rooms; for who must not have the whole asset what `cuts` knows.
    """
    document: dict[str, Any] = {
        "asset_id": asset.pk,
        "kind": asset.kind,
        "title": asset.title,
        "duration": asset.duration,
        "hls_url": None,
        "dash_url": None,
        "growing": False,
        "preparing": False,
        "poster_url": None,
        "original_url": None,
        "license_url": None,
        "drm": {},
        "storyboard_url": None,
        "preview_url": None,
        "captions": [],
        "watermark": visiting.watermark_of(user),
        "allow_download": False,
        "resume_at": None,
        "expires_at": None,
    }
    # Stills have no playing time added to their link's life, so theirs ends first.
    expires = {"expires_at": datetime.fromtimestamp(delivery.expiry(), UTC)}
    if access.can_play_cut(user, asset):
        return document | cuts.playback(asset=asset, user=user) | expires
    if not access.can_play(user, asset):
        return document
    variants = access.shown(user, asset.variants.all())
    own = access.bears_name(user)
    streams = streams_of(asset=asset, user=user, variants=variants)
    document |= {f"{form}_url": url for form, url in streams.urls.items()}
    document["growing"] = not own and is_growing(asset, variants)
    document["preparing"] = own and not streams.urls
    document |= _pictures(variants, user)
    if access.can_download(user, asset):
        document["allow_download"] = True
        document["original_url"] = delivery.original_url(asset, user=user)
    document["captions"] = captions.playable(asset=asset, user=user)
    document["resume_at"] = positions.resume_at(user=user, asset=asset)
    return document | expires | registry.playback_parts(asset, user)
