"""The addresses of files, with tokens of their own for whoever is given them.

Making a link asks nobody whether the person may have it: using it does.
"""

import time
from urllib.parse import quote

from django.conf import settings

from assets import access
from assets.delivery.standings import epoch_of
from assets.delivery.tokens import PREFIX, Link, asked_from, sign
from assets.models import Asset, Caption, Variant, VariantType
from assets.services.names import asset_folder
from mediaportal.accounts.models import User

_LONGEST_PLAY = 24 * 3600
_TIMED = {VariantType.RENDITION, VariantType.MANIFEST, VariantType.AUDIO_ONLY, VariantType.PREVIEW}


def variant_url(variant: Variant, *, user: access.Caller, download: bool = False) -> str:
    """A link to a variant's file; to its folder when it is a manifest or a storyboard, which name further files. The
    asset must have been loaded with it.
    """
    if variant.variant_type in {VariantType.MANIFEST, VariantType.STORYBOARD}:
        return package_url(variant, user=user)
    length = (variant.duration or 0.0) if variant.variant_type in _TIMED else 0.0
    return _url(
        variant.asset,
        variant.storage_key,
        user=user,
        attachment=download,
        mime_type=variant.mime_type,
        seconds=length,
    )


def original_url(asset: Asset, *, user: access.Caller, download: bool = False) -> str:
    """A link to the file as it was uploaded."""
    return _url(
        asset,
        asset.storage_key,
        user=user,
        attachment=download,
        mime_type=asset.mime_type,
        seconds=asset.duration or 0.0,
    )


def caption_url(caption: Caption, *, user: access.Caller, download: bool = False) -> str:
    """A link to a text track as WebVTT. The asset must have been loaded with it."""
    return _url(
        caption.asset,
        caption.storage_key,
        user=user,
        attachment=download,
        mime_type="text/vtt",
        seconds=caption.asset.duration or 0.0,
    )


def caption_original_url(caption: Caption, *, user: access.Caller) -> str | None:
    """A link under which a browser saves the file that a text track was made of; None when it was made by hand."""
    if not caption.original_key:
        return None
    return _url(
        caption.asset,
        caption.original_key,
        user=user,
        attachment=True,
        mime_type="application/octet-stream",
        seconds=0.0,
    )


def package_url(variant: Variant, *, user: access.Caller) -> str:
    """A link to a streaming manifest; the token opens its whole folder, so the relative addresses inside work."""
    folder, _slash, name = variant.storage_key.rpartition("/")
    asset = variant.asset
    link = _link(asset, f"{folder}/", user=user, seconds=variant.duration or asset.duration or 0.0)
    return f"{PREFIX}{sign(link)}/{quote(name)}"


def file_url(asset: Asset, key: str, *, user: access.Caller, mime_type: str, download: bool = False) -> str:
    """A link to a file of an asset that no variant names, by its storage key."""
    seconds = asset.duration or 0.0
    return _url(asset, key, user=user, attachment=download, mime_type=mime_type, seconds=seconds)


def place_url(asset: Asset, place: str, name: str, *, user: access.Caller, seconds: float) -> str:
    """A link to what is answered in the place of a file: `name` below `place`, a path in the asset's folder that ends
    with a slash. It lives as long as one to what plays for `seconds`.
    """
    link = _link(asset, f"{asset_folder(asset.pk)}/{place}", user=user, seconds=seconds)
    return f"{PREFIX}{sign(link)}/{quote(name)}"


def _url(
    asset: Asset, key: str, *, user: access.Caller, attachment: bool, mime_type: str, seconds: float
) -> str:
    """The address of one file."""
    link = _link(asset, key, user=user, attachment=attachment, mime_type=mime_type, seconds=seconds)
    return f"{PREFIX}{sign(link)}/{quote(key.rsplit('/', 1)[-1])}"


def _link(
    asset: Asset,
    key: str,
    *,
    user: access.Caller,
    seconds: float,
    attachment: bool = False,
    mime_type: str = "",
) -> Link:
    """What a token for a storage key (or a folder with its slash) says."""
    home = f"{asset_folder(asset.pk)}/"
    if not key.startswith(home):
        raise ValueError(f"{key} does not lie in the folder of asset {asset.pk}")
    share = user.link if isinstance(user, access.Visitor) else None
    return Link(
        asset_id=asset.pk,
        scope=key.removeprefix(home),
        expires=expiry(play_seconds=seconds),
        user_id=user.pk if isinstance(user, User) else None,
        share_id=share.pk if share else None,
        attachment=attachment,
        bound=settings.LINKS_BOUND_TO_ADDRESS and bool(asked_from.get()),
        mime_type=mime_type,
        asset_epoch=asset.link_epoch,
        epoch=epoch_of(user),
    )


def expiry(*, play_seconds: float = 0.0, now: float | None = None) -> int:
    """When a link made now ends, in seconds since 1970.

    At least half of `LINK_SECONDS` from now and at most the whole, plus the time that playing takes: what runs for
    two hours must not stop in its middle. Rounded, so that a link made a little later is the same address and what
    was cached under it stays useful.
    """
    window = max(1, settings.LINK_SECONDS // 2)
    start = int((time.time() if now is None else now) // window + 1) * window
    return start + settings.LINK_SECONDS - window + int(min(play_seconds, _LONGEST_PLAY))


def longest_life(asset: Asset) -> float:
    """For how many seconds a link to any of an asset's files may still be good."""
    return settings.LINK_SECONDS + min(asset.duration or 0.0, _LONGEST_PLAY)
