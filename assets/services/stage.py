"""What the asset page can show right now: a player, a picture, or what stands in their place."""

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from assets import access, delivery
from assets.access import Caller
from assets.models import Asset, Kind, Variant, VariantType
from assets.services import cuts, links, visiting
from assets.services.cards import Picture, peaks_of, picture_of

# What browsers show by themselves; other originals are seen as their web-size picture only.
_SHOWN_BY_BROWSERS = {"image/jpeg", "image/png", "image/webp", "image/gif", "image/avif"}
_POSTER_WIDTH = 1280


@dataclass(frozen=True)
class Stage:
    """What to show, with signed links. `mode` says which part of the page shows it; `settled` whether it will stay.

    `growing`: the first rendition only, while more is being made. `set` tells one streaming set from another.
    `preparing`: the pictures with the name of a visitor's link are still to be made, or could not be.
    """

    mode: Literal["video", "audio", "image", "waiting"]
    settled: bool
    poster: Picture | None = None
    dash: str = ""
    hls: str = ""
    file: str = ""
    growing: bool = False
    preparing: Literal["", "pending", "failed"] = ""
    set: str = ""
    original: str = ""
    peaks: tuple[float, ...] = ()
    peaks_url: str = ""


@dataclass(frozen=True)
class File:
    """Something to download. Size in bytes and pixels, rate in bit/s; `vmaf` (0 to 100) once it has been measured."""

    name: str
    filename: str
    url: str
    size: int
    width: int | None
    height: int | None
    bit_rate: int | None
    is_original: bool = False
    vmaf: float | None = None


@dataclass(frozen=True)
class Still:
    """A thumbnail and the second at which it was taken."""

    url: str
    second: float


def stage_of(asset: Asset, *, user: Caller) -> Stage:
    """What this person may see of the asset now. Expects prefetched variants; costs no query, but one where parts are
    taken out for this person.
    """
    if access.can_play_cut(user, asset):
        return _cut(asset, user)
    variants = list(asset.variants.all())
    if not access.can_play(user, asset):
        return Stage("waiting", settled=not links.in_work(asset))
    poster = picture_of(variants, user=user, width=_POSTER_WIDTH)
    shown = {Kind.VIDEO: _video, Kind.AUDIO: _audio, Kind.IMAGE: _image}[Kind(asset.kind)](
        asset, variants, user, poster
    )
    if shown is not None and not (
        links.in_work(asset) and shown.mode == "video" and not shown.dash and not shown.hls
    ):
        return shown
    preparing = visiting.preparing(user)
    return Stage("waiting", settled=not links.in_work(asset), poster=poster, preparing=preparing)


def _cut(asset: Asset, user: Caller) -> Stage:
    """What is left of an asset out of which parts were taken, as a stream; nothing while it is being made."""
    found = cuts.open_to(user=user, asset=asset)
    if found is None:
        return Stage("waiting", settled=False)
    told = cuts.poster_of(found=found, asset=asset, user=user)
    size = found.files.get("poster", {})
    poster = (
        Picture(told.get("webp", ""), told.get("jpg", ""), size["width"], size["height"]) if told else None
    )
    urls = cuts.streams_of(found=found, asset=asset, user=user)
    return Stage(
        "video",
        settled=True,
        poster=poster,
        dash=urls.get("dash", ""),
        hls=urls.get("hls", ""),
        set=str(found.pk),
    )


def _video(asset: Asset, variants: list[Variant], user: Caller, poster: Picture | None) -> Stage | None:
    """The stream, or where there is none the best single file."""
    streams = links.streams_of(asset=asset, user=user, variants=variants)
    files = [v for v in variants if v.variant_type == VariantType.RENDITION]
    best = max(files, key=lambda v: v.height or 0, default=None)
    # Beside a stream the file is for those who may keep it.
    handed = best is not None and (access.can_download if streams.urls else access.can_have_plain)(
        user, asset
    )
    file = delivery.variant_url(best, user=user) if best and handed else ""
    if not streams.urls and not file:
        return None
    growing = not access.bears_name(user) and links.is_growing(asset, variants)
    return Stage(
        "video",
        settled=not growing,
        poster=poster,
        dash=streams.urls.get("dash", ""),
        hls=streams.urls.get("hls", ""),
        file=file,
        growing=growing,
        set=streams.set,
    )


def _audio(asset: Asset, variants: list[Variant], user: Caller, poster: Picture | None) -> Stage | None:
    """The sound with its waveform."""
    sounds = (VariantType.AUDIO_ONLY, VariantType.RENDITION)
    sound = next((v for v in variants if v.variant_type in sounds), None)
    wave = next((v for v in variants if v.variant_type == VariantType.WAVEFORM), None)
    if not access.can_have_plain(user, asset):
        # There is no file that this person may have, but the stream.
        return _video(asset, variants, user, poster)
    if sound is None:
        return None
    return Stage(
        "audio",
        True,
        poster,
        file=delivery.variant_url(sound, user=user),
        peaks=peaks_of(variants),
        peaks_url=delivery.variant_url(wave, user=user) if wave else "",
    )


def _image(asset: Asset, variants: list[Variant], user: Caller, poster: Picture | None) -> Stage | None:
    """The web-size picture, and the original for looking closer where the browser can show it."""
    web = next((v for v in variants if v.variant_type == VariantType.RENDITION), None)
    shown = asset.mime_type in _SHOWN_BY_BROWSERS and access.can_download(user, asset)
    original = delivery.original_url(asset, user=user) if shown else ""
    if web is None:
        return None
    return Stage("image", True, poster, file=delivery.variant_url(web, user=user), original=original)


def stills_of(asset: Asset, *, user: Caller) -> list[Still]:
    """The thumbnails of a video in the order of time, as WebP."""
    if asset.kind != Kind.VIDEO or not access.can_play(user, asset):
        return []
    found = [
        (v.timestamp or 0.0, v)
        for v in access.shown(user, asset.variants.all())
        if v.variant_type == VariantType.THUMBNAIL and v.format == "webp"
    ]
    found.sort(key=lambda pair: pair[0])
    return [Still(delivery.variant_url(v, user=user), second) for second, v in found]


def files_of(asset: Asset, *, user: Caller) -> list[File]:
    """What there is to download: the original first, then renditions from the largest down, then the details. Nothing
    for those who may only watch.
    """
    if access.can_keep_cut(user, asset):
        return _file_of_cut(asset, user)
    if not access.can_download(user, asset):
        return []
    offered = (VariantType.RENDITION, VariantType.AUDIO_ONLY, VariantType.METADATA)
    variants = [v for v in asset.variants.all() if v.variant_type in offered]
    variants.sort(key=lambda v: (v.variant_type == VariantType.METADATA, -(v.height or 0), v.quality))
    original = File(
        _("Original"),
        asset.original_filename,
        delivery.original_url(asset, user=user, download=True),
        asset.file_size,
        asset.width,
        asset.height,
        None,
        is_original=True,
    )
    return [original] + [
        File(
            _name(v),
            v.filename,
            delivery.variant_url(v, user=user, download=True),
            v.file_size,
            v.width,
            v.height,
            v.bitrate,
            vmaf=v.detail.get("vmaf", {}).get("mean"),
        )
        for v in variants
    ]


def _file_of_cut(asset: Asset, user: Caller) -> list[File]:
    """The one file that there is of an asset out of which parts were taken."""
    found = cuts.open_to(user=user, asset=asset)
    if found is None:
        return []
    told = found.files["file"]
    return [
        File(
            _("Video") if asset.kind == Kind.VIDEO else _("Audio"),
            told["filename"],
            cuts.file_url(found=found, asset=asset, user=user),
            told["size"],
            told.get("width"),
            told.get("height"),
            told["bit_rate"],
        )
    ]


def _name(variant: Variant) -> str:
    """What a person calls a variant."""
    if variant.variant_type == VariantType.METADATA:
        return _("Key frames (JSON)") if "keyframes" in variant.detail else _("Details (JSON)")
    if variant.variant_type == VariantType.AUDIO_ONLY:
        return _("Sound (AAC)")
    if variant.quality == "web":
        return _("Web size")
    return variant.quality or variant.format.upper()
