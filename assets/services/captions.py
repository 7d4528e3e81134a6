"""The text tracks of an asset: brought as files or written by hand, edited, described, removed.

Who may change the asset may change them, who may play it may read them. A change names the version that its author
saw, and goes nowhere when there is a newer one.
"""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assets import access, delivery
from assets.exceptions import CaptionChanged
from assets.models import Asset, Caption, CaptionKind
from assets.services import captionfiles, captionrules, deletionholds, leftovers, limits
from assets.services.captionwords import problem_of
from assets.signals import captions_changed
from mediaportal.audit.services.log import record
from mediaportal.core import captions, languages
from mediaportal.core.captions import Cue
from mediaportal.core.ids import new_id
from mediaportal.core.problems import Conflict, NotFound

MOST_TRACKS = 60
LONGEST_ENCODING = Caption._meta.get_field("original_encoding").max_length or 0


# --- Reading ------------------------------------------------------------------------------------------------------
def can_read(user: access.Caller, asset: Asset) -> bool:
    """May this person read the tracks? Whoever may play the asset, and who changes it also before that."""
    changing = access.can_see(user, asset) and access.can_change(user, asset)
    return access.can_play(user, asset) or (changing and access.has_whole(user, asset))


def tracks_of(*, user: access.Caller, asset: Asset) -> QuerySet[Caption]:
    """The tracks of an asset by kind and language; none for those who may not read them."""
    found = Caption.objects.filter(asset=asset).select_related("asset", "created_by")
    return found if can_read(user, asset) else found.none()


def cues_of(*, user: access.Caller, caption: Caption) -> list[Cue]:
    """What a track says, in the order of time. Raises `NotFound`, or `StorageUnavailable`."""
    if not can_read(user, caption.asset):
        raise NotFound
    try:
        return captionfiles.cues_in(caption)
    except FileNotFoundError:
        raise NotFound from None


def playable(*, user: access.Caller, asset: Asset) -> list[dict[str, Any]]:
    """The tracks that a player shows, as the playback document names them. One query; empty tracks are left out.

    The caller has asked whether the person may play the asset.
    """
    return [
        {
            "id": str(caption.pk),
            "kind": caption.kind,
            "language": caption.language,
            "label": caption.label or languages.own_name(caption.language),
            "url": delivery.caption_url(caption, user=user),
            "default": caption.is_default,
        }
        for caption in Caption.objects.filter(asset=asset, cues__gt=0).select_related("asset")
    ]


# --- New ----------------------------------------------------------------------------------------------------------
def add(
    *,
    user: access.Caller,
    asset: Asset,
    data: bytes,
    filename: str,
    language: str,
    kind: str = CaptionKind.SUBTITLES,
    label: str = "",
    default: bool = False,
) -> Caption:
    """Make a track of a file that came; the file is kept as it is. Blocks while both are written.

    Raises `NotPermitted`, `InvalidInput`, `Conflict` where there can be no track, `UnsupportedCaption`,
    `CaptionUnreadable`, `CaptionTooLarge`, `EmptyCaption`, `CaptionExists`, `QuotaExceeded` when whoever uploaded the
    asset has no room for it, or `StorageUnavailable`.
    """
    captionrules.require_change(user, asset)
    words = captionrules.words_from(kind=kind, language=language, label=label)
    try:
        reading = captions.read(data, language=words["language"])
    except captions.CaptionsError as error:
        raise problem_of(error) from None
    made = Caption(id=new_id(), asset=asset, is_default=default, **words)
    made.original_key, made.original_filename = captionfiles.lay_original(
        asset=asset, caption_id=made.pk, data=data, filename=filename
    )
    made.original_size = len(data)
    made.original_format = reading.form
    made.original_encoding = reading.encoding[:LONGEST_ENCODING]
    return _keep(made, reading.cues, user=user)


def write(
    *,
    user: access.Caller,
    asset: Asset,
    cues: list[Cue],
    language: str,
    kind: str = CaptionKind.SUBTITLES,
    label: str = "",
    default: bool = False,
) -> Caption:
    """Make a track of cues, or one without any that is to be written by hand. Raises as `add`."""
    captionrules.require_change(user, asset)
    words = captionrules.words_from(kind=kind, language=language, label=label)
    return _keep(Caption(id=new_id(), asset=asset, is_default=default, **words), cues, user=user)


def _keep(made: Caption, cues: list[Cue], *, user: access.Caller) -> Caption:
    """Write a new track and its row; when there is none in the end, nothing stays in the storage."""
    asset = made.asset
    made.storage_bucket = settings.MEDIA_BUCKET
    made.created_by = access.person(user)
    made.cues = len(cues)
    kept = False
    try:
        made.storage_key, made.file_size = captionfiles.lay_track(
            asset=asset, caption_id=made.pk, version=1, kind=made.kind, cues=cues
        )
        with transaction.atomic():
            limits.require_quota(user=asset.uploaded_by, size=made.file_size + made.original_size)
            captionrules.lock(asset)
            if Caption.objects.filter(asset=asset).count() >= MOST_TRACKS:
                raise Conflict(_("A file has at most %d tracks of captions.") % MOST_TRACKS)
            if made.is_default:
                captionrules.no_default(asset, made.kind)
            captionrules.once(made.save, force_insert=True)
            record(action="caption.added", target=asset, actor=access.person(user), **_told(made))
            captions_changed.send(sender=Asset, asset=asset)
        kept = True
    finally:
        if not kept:
            leftovers.leave(captionfiles.folder_of(asset.pk, made.pk))
    return made


# --- Changes ------------------------------------------------------------------------------------------------------
def replace(*, user: access.Caller, caption: Caption, version: int, cues: list[Cue]) -> Caption:
    """Write a new version of what a track says; `version` is the one that the author saw. The older one is kept until
    no link to it can be good. Blocks while the file is written.

    Raises `NotPermitted`, `OnHold` for what somebody has to keep, `CaptionChanged`, `NotFound` when it has gone
    meanwhile, `CaptionTooLarge`, `QuotaExceeded`, or `StorageUnavailable`.
    """
    asset = caption.asset
    captionrules.require_change(user, asset)
    if caption.version != version:
        raise _changed(caption.pk)
    old_key, old_size = caption.storage_key, caption.file_size
    key, size = captionfiles.lay_track(
        asset=asset, caption_id=caption.pk, version=version + 1, kind=caption.kind, cues=cues
    )
    moved = False
    try:
        with transaction.atomic():
            limits.require_quota(user=asset.uploaded_by, size=size)
            deletionholds.require_free(asset)  # the stronger lock first
            captionrules.lock(asset)
            moved = _moved(caption, version, storage_key=key, file_size=size, cues=len(cues))
            if moved:
                seconds = delivery.longest_life(asset)
                leftovers.leave(old_key, seconds=seconds, asset_id=asset.pk, size=old_size)
                _note("caption.edited", caption, user=user, cues=len(cues))
    finally:
        if not moved:
            leftovers.leave(key)
    if not moved:
        raise _changed(caption.pk)
    return caption


def change(
    *,
    user: access.Caller,
    caption: Caption,
    version: int | None = None,
    kind: str | None = None,
    language: str | None = None,
    label: str | None = None,
    default: bool | None = None,
) -> Caption:
    """Change what is said of a track; None leaves a value as it is. A default one takes the place of another of its
    kind.

    Raises `NotPermitted`, `InvalidInput`, `CaptionExists`, `CaptionChanged`, or `NotFound`.
    """
    captionrules.require_change(user, caption.asset)
    if version is not None and caption.version != version:
        raise _changed(caption.pk)
    words = captionrules.words_from(kind=kind, language=language, label=label)
    if default is not None:
        words["is_default"] = default
    changes = {name: value for name, value in words.items() if value != getattr(caption, name)}
    if not changes:
        return caption
    with transaction.atomic():
        captionrules.lock(caption.asset)
        if changes.get("is_default", caption.is_default):
            captionrules.no_default(caption.asset, changes.get("kind", caption.kind), but=caption.pk)
        if not captionrules.once(_moved, caption, caption.version, **changes):
            raise _changed(caption.pk)
        _note("caption.changed", caption, user=user, fields=sorted(changes))
    return caption


@transaction.atomic
def delete(*, user: access.Caller, caption: Caption) -> None:
    """Take a track away with its files. Doing it again changes nothing. Raises `NotPermitted`, and `OnHold` for what
    somebody has to keep.
    """
    asset = caption.asset
    captionrules.require_change(user, asset)
    deletionholds.require_free(asset)  # the stronger lock first
    captionrules.lock(asset)
    deleted, _rows = Caption.objects.filter(pk=caption.pk).delete()
    if deleted:
        leftovers.leave(captionfiles.folder_of(asset.pk, caption.pk))
        record(action="caption.deleted", target=asset, actor=access.person(user), **_told(caption))
        captions_changed.send(sender=Asset, asset=asset)


def _moved(caption: Caption, version: int, **changes: Any) -> bool:
    """Move a row from one version to the next; False when somebody else has. The object in hand follows."""
    moved = Caption.objects.filter(pk=caption.pk, version=version).update(
        version=F("version") + 1, updated_at=timezone.now(), **changes
    )
    if moved:
        caption.refresh_from_db()
    return bool(moved)


def _note(action: str, caption: Caption, *, user: access.Caller, **detail: Any) -> None:
    """Write a change down and tell those who look at the asset."""
    record(action=action, target=caption.asset, actor=access.person(user), **_told(caption), **detail)
    captions_changed.send(sender=Asset, asset=caption.asset)


def _told(caption: Caption) -> dict[str, Any]:
    """What the audit log keeps of a track."""
    return {
        "caption": str(caption.pk),
        "kind": caption.kind,
        "language": caption.language,
        "version": caption.version,
    }


def _changed(caption_id: UUID) -> CaptionChanged | NotFound:
    """Why a version cannot be replaced: there is a newer one, or none any more."""
    now = Caption.objects.filter(pk=caption_id).first()
    if now is None:
        return NotFound(_("This track has been deleted."))
    detail = _("Somebody has saved version %(version)d on %(date)s. Take theirs, or save yours over it.") % {
        "version": now.version,
        "date": date_format(timezone.localtime(now.updated_at), "SHORT_DATETIME_FORMAT"),
    }
    return CaptionChanged(detail, version=now.version, updated_at=now.updated_at.isoformat())
