"""What people do with assets in the library: change their words, put them in the trash, take them out again."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from assets import access, registry
from assets.models import Asset, Visibility
from assets.services import deletionholds, shelves, wording
from assets.services.names import safe_words
from assets.signals import access_changed, asset_removed, words_changed
from mediaportal.accounts import ages
from mediaportal.accounts.ages import AgeRating
from mediaportal.audit.services.log import record
from mediaportal.core.problems import FieldProblem, InvalidInput, NotFound, NotPermitted

# What search finds an asset by.
_SAID = frozenset({"title", "description", "tags"})


def edit(
    *,
    user: access.Caller,
    asset: Asset,
    title: str | None = None,
    description: str | None = None,
    visibility: str | None = None,
    allow_download: bool | None = None,
    age_rating: str | None = None,
    tags: list[str] | None = None,
    collections: list[UUID] | None = None,
) -> Asset:
    """Change an asset's words, its tags, the collections (ids) that it stands in, who may see it, from what age on, or
    whether those who may watch it may download it; None leaves a value as it is.

    Raises `NotPermitted`, `NotFound` when it went into the trash in the meantime, or `InvalidInput`.
    """
    _require_change(user, asset)
    wanted = {
        "title": _title(title),
        "description": description if description is None else safe_words(description),
        "visibility": _visibility(visibility),
        "allow_download": allow_download,
        "age_rating": _rating(age_rating),
    }
    with transaction.atomic():
        row = Asset.objects.select_for_update(of=("self",)).filter(pk=asset.pk, deleted_at=None).first()
        if row is None:
            raise NotFound
        changes: dict[str, Any] = {
            name: value for name, value in wanted.items() if value is not None and value != getattr(row, name)
        }
        _require_rating(changes.get("age_rating"), row)
        moved = sorted([*changes, *_rearranged(row, tags, collections)])
        if moved:
            Asset.objects.filter(pk=row.pk).update(**changes, updated_at=timezone.now())
            if _SAID.intersection(moved):
                wording.index([row.pk])
                words_changed.send(sender=Asset, asset_ids=[row.pk])
            record(action="asset.edited", target=row, actor=_actor(user), fields=moved)
            asset.refresh_from_db(fields=[*changes, "updated_at"])
        if not {"visibility", "age_rating"}.isdisjoint(changes):
            # A rating moves what some may see, and leaves what everybody may.
            access_changed.send(sender=Asset, asset=asset, for_some="age_rating" in changes)
    return asset


def _rearranged(asset: Asset, tags: list[str] | None, collections: list[UUID] | None) -> list[str]:
    """Give an asset its tags and places; the names of what that changed."""
    moved = []
    if tags is not None and shelves.retag(asset=asset, words=tags):
        moved.append("tags")
    if collections is not None and shelves.place(asset=asset, collection_ids=collections):
        moved.append("collections")
    return moved


@transaction.atomic
def trash(*, user: access.Caller, asset: Asset) -> None:
    """Put an asset in the trash, where nobody sees or plays it. Doing it again changes nothing. Links that were made
    before stay dead when it is restored.

    Raises `NotPermitted`, and `OnHold` for what somebody has to keep.
    """
    _require_change(user, asset)
    registry.lock_work(asset.pk)
    deletionholds.require_free(asset)
    now = timezone.now()
    if not Asset.objects.filter(pk=asset.pk, deleted_at=None).update(
        deleted_at=now, updated_at=now, link_epoch=F("link_epoch") + 1
    ):
        return
    asset.deleted_at = now
    record(action="asset.trashed", target=asset, actor=_actor(user), title=asset.title)
    asset_removed.send(sender=Asset, asset=asset, user=_actor(user))
    access_changed.send(sender=Asset, asset=asset)


@transaction.atomic
def restore(*, user: access.Caller, asset: Asset) -> Asset:
    """Take an asset out of the trash. Doing it again changes nothing.

    Raises `NotFound` for those who may not know of it, `NotPermitted` for those who see it but may not change it.
    """
    if not access.can_change(user, asset):
        raise NotPermitted if access.can_see(user, asset) else NotFound
    moved = Asset.objects.filter(pk=asset.pk, deleted_at__isnull=False).update(
        deleted_at=None, updated_at=timezone.now()
    )
    asset.refresh_from_db()
    if moved:
        record(action="asset.restored", target=asset, actor=_actor(user), title=asset.title)
        access_changed.send(sender=Asset, asset=asset)
    return asset


def _actor(user: access.Caller) -> Any:
    """Who is written down; the checks before have let nobody through who is not signed in."""
    return user


def _require_change(user: access.Caller, asset: Asset) -> None:
    """Raise `NotPermitted` unless this person may change the asset."""
    if not access.can_change(user, asset):
        raise NotPermitted


def _title(title: str | None) -> str | None:
    """A title without surrounding blanks; raises `InvalidInput` when nothing is left or it is too long."""
    if title is None:
        return None
    title = safe_words(title).strip()
    longest = Asset._meta.get_field("title").max_length or 0
    if not 0 < len(title) <= longest:
        detail = _("A title has 1 to %d characters.") % longest
        raise InvalidInput(errors=[FieldProblem("title", "invalid", detail)])
    return title


def _visibility(visibility: str | None) -> str | None:
    """A known visibility; raises `InvalidInput`."""
    allowed = list(Visibility.values)
    if visibility is not None and visibility not in allowed:
        detail = _("Must be one of: %s.") % ", ".join(allowed)
        raise InvalidInput(errors=[FieldProblem("visibility", "invalid", detail)])
    return visibility


def _rating(rating: str | None) -> str | None:
    """A known age rating; raises `InvalidInput`."""
    if rating is not None and rating not in AgeRating.values:
        detail = _("Must be one of: %s.") % ", ".join(AgeRating.values)
        raise InvalidInput(errors=[FieldProblem("age_rating", "invalid", detail)])
    return rating


def _require_rating(rating: str | None, asset: Asset) -> None:
    """Raise `InvalidInput` for a rating below the one that a decision has set."""
    if rating is not None and ages.rank(rating) < ages.rank(asset.imposed_rating):
        imposed = AgeRating(asset.imposed_rating).label
        detail = _("A decision has set “%(rating)s”; it cannot be less.") % {"rating": imposed}
        raise InvalidInput(detail, errors=[FieldProblem("age_rating", "below_imposed", detail)])
