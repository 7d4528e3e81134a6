"""Who may do what with one asset. Pages, API, websocket, manifests and files all ask here."""

from collections.abc import Iterable

from django.conf import settings

from assets import registry
from assets.callers import Caller as Caller  # noqa: PLC0414 - asked for here
from assets.callers import Visitor as Visitor  # noqa: PLC0414 - likewise
from assets.exceptions import MayNotUpload, UploadsStopped
from assets.models import (
    Asset,
    Collection,
    Publication,
    ScanVerdict,
    Variant,
    VariantType,
    Visibility,
    Watermark,
)
from mediaportal.accounts import ages
from mediaportal.accounts.models import User

_PICTURES = frozenset(
    {VariantType.POSTER, VariantType.THUMBNAIL, VariantType.STORYBOARD, VariantType.PREVIEW}
)
# What `ENCRYPTED_STILLS` lets everybody see who may play an encrypted asset. A preview moves: it is the film.
_CLEAR: dict[str, frozenset[str]] = {
    "none": frozenset(),
    "poster": frozenset({VariantType.POSTER, VariantType.THUMBNAIL}),
    "all": frozenset({VariantType.POSTER, VariantType.THUMBNAIL, VariantType.STORYBOARD}),
}


def can_upload(user: Caller) -> bool:
    """May this person bring files in?"""
    return isinstance(user, User) and user.is_active and user.has_perm("assets.add_asset")


def require_upload(user: Caller) -> User:
    """The person, who may bring files in and is not kept from it for now. Raises `MayNotUpload`, `UploadsStopped`."""
    if not isinstance(user, User) or not can_upload(user):
        raise MayNotUpload
    if why := registry.upload_bar(user):
        raise UploadsStopped(why)
    return user


def can_manage_guest_links(user: Caller) -> bool:
    """May this person make guest links and decide on what arrives through them?"""
    return isinstance(user, User) and user.is_active and user.has_perm("assets.manage_guest_links")


def can_see(user: Caller, asset: Asset) -> bool:
    """May this person know of the asset and open it? The same rule as `AssetQuerySet.visible_to`."""
    if asset.deleted_at is not None:
        return False
    shown = asset.publication == Publication.PUBLISHED
    if isinstance(user, Visitor):
        link = user.link
        fit = shown and asset.visibility_cap == "" and is_fit_for(asset, settings.PUBLIC_AGE_LIMIT)
        return fit and user.admitted and link.asset_id == asset.pk and can_see(link.created_by, asset)
    if not isinstance(user, User) or not user.is_active:
        open_to_all = asset.visibility == Visibility.PUBLIC and asset.visibility_cap == ""
        return shown and open_to_all and is_fit_for(asset, settings.PUBLIC_AGE_LIMIT)
    internal = asset.visibility in {Visibility.INTERNAL, Visibility.PUBLIC}
    return (
        asset.uploaded_by_id == user.pk
        or (
            shown
            and internal
            and asset.visibility_cap != Visibility.PRIVATE
            and is_fit_for(asset, user.age_limit)
        )
        or user.has_perm("assets.see_all_assets")
    )


def is_fit_for(asset: Asset, limit: str) -> bool:
    """Is it rated, by its owner and by any decision, for somebody who may see up to this age rating?"""
    return ages.rank(ages.strictest(asset.age_rating, asset.imposed_rating)) <= ages.rank(limit)


def can_change(user: Caller, asset: Asset) -> bool:
    """May this person edit it, retry its job or put it in the trash?"""
    if not isinstance(user, User) or not user.is_active:
        return False
    return asset.uploaded_by_id == user.pk or user.has_perm("assets.manage_all_assets")


def can_share(user: Caller, asset: Asset) -> bool:
    """May this person make share links to it, and change and revoke those that there are?"""
    return can_change(user, asset) and can_see(user, asset)


def can_release(user: Caller, asset: Asset) -> bool:
    """May this person let a file through that cannot be scanned, and delete what carries malware?"""
    return can_see(user, asset) and isinstance(user, User) and user.has_perm("assets.manage_all_assets")


def person(user: Caller | None) -> User | None:
    """Somebody who is signed in, or None."""
    return user if isinstance(user, User) else None


def has_whole(user: Caller, asset: Asset) -> bool:
    """May this person have the parts that a decision has taken out of it for others? Its owner, and who sees
    everything; where nothing is taken out everybody may.
    """
    if not asset.cut:
        return True
    if not isinstance(user, User) or not user.is_active:
        return False
    return asset.uploaded_by_id == user.pk or user.has_perm("assets.see_all_assets")


def can_play(user: Caller, asset: Asset) -> bool:
    """May this person have its files, and all that tells what is in it? Until the gate has passed them the files are
    served to nobody; while parts are taken out of it, to those alone who may have these (`can_play_cut`: all others).
    """
    return can_see(user, asset) and gate_passed(asset) and has_whole(user, asset)


def can_play_cut(user: Caller, asset: Asset) -> bool:
    """May this person have what is left of an asset out of which parts were taken? Nothing else of it is for them; for
    whoever came by a link with a name in its pictures nothing is.
    """
    shown = can_see(user, asset) and gate_passed(asset) and not asset.encryption
    return shown and not has_whole(user, asset) and not bears_name(user)


def can_keep_cut(user: Caller, asset: Asset) -> bool:
    """May this person keep a copy of what is left of it?"""
    may = can_play_cut(user, asset) and asset.allow_download
    return may and (not isinstance(user, Visitor) or user.link.allow_download)


def can_have_plain(user: Caller, asset: Asset) -> bool:
    """May this person have the files that play without a key: the original, the renditions, the sound? Of an asset that
    is encrypted, or is to be, only who may change it: all others have its streaming set, and the key by a licence.
    Nobody has them by a link whose name is burnt into the pictures.
    """
    if bears_name(user):
        return False
    return can_play(user, asset) and (not asset.encryption or can_change(user, asset))


def shown(user: Caller, variants: Iterable[Variant]) -> list[Variant]:
    """Those among an asset's variants, which know their asset, that are not pictures to be kept from this person. Of an
    encrypted asset `ENCRYPTED_STILLS` says which stills are for everybody who may play it; a poster that somebody has
    chosen always is. What moves is for those who may have the film without a key.
    """
    return [one for one in variants if one.variant_type not in _PICTURES or can_have_picture(user, one)]


def can_have_picture(user: Caller, picture: Variant) -> bool:
    """May this person be shown this poster, thumbnail, storyboard or moving preview? See `shown`."""
    if can_have_plain(user, picture.asset):
        return True
    if not picture.asset.encryption:
        # A link with a name in its pictures keeps what moves from its visitors, and no still.
        return picture.variant_type != VariantType.PREVIEW and can_play(user, picture.asset)
    chosen = picture.variant_type == VariantType.POSTER and bool(picture.detail.get("chosen"))
    clear = chosen or picture.variant_type in _CLEAR[settings.ENCRYPTED_STILLS]
    return clear and can_play(user, picture.asset)


def bears_name(user: Caller) -> bool:
    """Did somebody come by a link that has a streaming set of its own, with a name burnt into the pictures? No film
    without it is for them.
    """
    return isinstance(user, Visitor) and user.link.watermark == Watermark.BURNT


def can_download(user: Caller, asset: Asset) -> bool:
    """May this person keep a copy: the original, or a rendition as a file? Who may change the asset always may; for
    others the asset says so, and for somebody who came by a share link the link must say so, too.
    """
    if not can_have_plain(user, asset):
        return False
    if isinstance(user, Visitor):
        return asset.allow_download and user.link.allow_download
    return asset.allow_download or can_change(user, asset)


def gate_passed(asset: Asset) -> bool:
    """True once scan and probe have both let the bytes through."""
    scanned = asset.scan_verdict in {ScanVerdict.CLEAN, ScanVerdict.UNSCANNED} or (
        asset.scan_verdict == ScanVerdict.UNSCANNABLE and asset.scan_released_at is not None
    )
    return scanned and bool(asset.metadata.get("probed"))


def can_make_collections(user: Caller) -> bool:
    """May this person make collections?"""
    return isinstance(user, User) and user.is_active and user.has_perm("assets.add_collection")


def can_change_collection(user: Caller, collection: Collection) -> bool:
    """May this person rename, move or delete it? Whoever made it, and who manages all."""
    if not isinstance(user, User) or not user.is_active:
        return False
    own = collection.created_by_id == user.pk and can_make_collections(user)
    return own or user.has_perm("assets.change_collection")


def can_change_tags(user: Caller) -> bool:
    """May this person rename and delete the tags themselves, for everybody?"""
    return isinstance(user, User) and user.is_active and user.has_perm("assets.change_tag")
