"""Collections: made, renamed, moved and deleted. None ever stands in itself, and none deeper than `DEEPEST`."""

from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from assets import access
from assets.exceptions import CollectionNotEmpty
from assets.models import Asset, Collection
from assets.services.names import safe_words
from mediaportal.accounts.models import User
from mediaportal.audit.services.log import record
from mediaportal.core.problems import FieldProblem, InvalidInput, NotFound, NotPermitted

DEEPEST = 10
"""How many collections may stand in one another."""

ENCRYPTIONS = ("", "cbcs", "cenc")
"""What a collection may say of how its assets are encrypted."""

_LONGEST = Collection._meta.get_field("name").max_length or 0


class _Unchanged:
    """Stands for a parent that is to stay, because None is a place as well: the top."""


UNCHANGED: Final = _Unchanged()


def create(
    *, user: access.Caller, name: str, parent_id: UUID | None = None, encryption: str = ""
) -> Collection:
    """Make a collection at the top or inside another one; `encryption` is how what is uploaded into it is encrypted.

    Raises `NotPermitted`, or `InvalidInput` for a name that is not good or taken there, and for a parent that is
    not there or too deep.
    """
    if not isinstance(user, User) or not access.can_make_collections(user):
        raise NotPermitted
    name = clean_name(name)
    with transaction.atomic():
        _hold_the_tree()
        _require_room(parent_id, height=1)
        _require_free(name, parent_id)
        made = Collection.objects.create(
            name=name, parent_id=parent_id, created_by=user, encryption=_clean_encryption(encryption)
        )
        record(action="collection.made", target=made, actor=user, name=name)
    return made


def reach(*, user: access.Caller, names: list[str], parent_id: UUID | None = None) -> Collection | None:
    """The collection at the end of a way of names, below `parent_id`; what is missing on the way is made.

    Names that say nothing are passed over. A way that is too long ends where no deeper one may be. Raises as
    `create` does.
    """
    found: Collection | None = Collection.objects.filter(pk=parent_id).first() if parent_id else None
    for raw in names:
        if not (name := " ".join(safe_words(raw).split())[:_LONGEST].strip()):
            continue
        found = _child(user, name, found)
        if len(path_ids(found.pk)) >= DEEPEST:
            return found
    return found


def _child(user: access.Caller, name: str, parent: Collection | None) -> Collection:
    """The collection of this name right inside another one, made when it is not there."""
    rows = Collection.objects.filter(name__iexact=name, parent=parent)
    if (found := rows.first()) is not None:
        return found
    try:
        return create(user=user, name=name, parent_id=parent.pk if parent else None)
    except InvalidInput:
        if (found := rows.first()) is not None:  # somebody else made it at this moment
            return found
        raise


def change(
    *,
    user: access.Caller,
    collection: Collection,
    name: str | None = None,
    parent_id: UUID | _Unchanged | None = UNCHANGED,
    encryption: str | None = None,
) -> Collection:
    """Rename a collection or move it, or say how what is uploaded into it is encrypted; a parent of None is the top,
    an empty `encryption` none of its own.

    Raises `NotPermitted`, `NotFound` when it has gone in the meantime, or `InvalidInput`: the name is not good or
    taken there, the parent is not there, too deep, or inside the collection itself.
    """
    if not access.can_change_collection(user, collection):
        raise NotPermitted
    with transaction.atomic():
        _hold_the_tree()
        row = Collection.objects.filter(pk=collection.pk).first()
        if row is None:
            raise NotFound
        wanted_name = row.name if name is None else clean_name(name)
        wanted_parent = row.parent_id if isinstance(parent_id, _Unchanged) else parent_id
        if wanted_parent != row.parent_id:
            _require_no_circle(row, wanted_parent)
            _require_room(wanted_parent, height=_height(row.pk))
        wanted = {
            "name": wanted_name,
            "parent_id": wanted_parent,
            "encryption": row.encryption if encryption is None else _clean_encryption(encryption),
        }
        changes = {field: value for field, value in wanted.items() if value != getattr(row, field)}
        if changes:
            _require_free(wanted_name, wanted_parent, but=row.pk)
            Collection.objects.filter(pk=row.pk).update(**changes)
            record(action="collection.changed", target=row, actor=_actor(user), fields=sorted(changes))
    collection.refresh_from_db(fields=["name", "parent", "encryption"])
    return collection


def encryption_of(*, asset: Asset) -> str:
    """How the collections in which an asset stands want it encrypted: each of them, or where it says nothing the next
    one around it that does; the first that wants it counts. Empty when none does.
    """
    found: Any
    for found in asset.collections.with_path():
        around = [UUID(place["id"]) for place in reversed(found.path)]
        saying = Collection.objects.filter(pk__in=around).exclude(encryption="")
        said = dict(saying.values_list("pk", "encryption"))
        if nearest := next((said[one] for one in around if one in said), ""):
            return nearest
    return ""


def _clean_encryption(encryption: str) -> str:
    """A way of encrypting that there is, or none; raises `InvalidInput`."""
    if encryption not in ENCRYPTIONS:
        raise _invalid(
            "encryption", "invalid", _("Must be one of: %s.") % ", ".join(filter(None, ENCRYPTIONS))
        )
    return encryption


def delete(*, user: access.Caller, collection: Collection, keep_assets: bool = False) -> None:
    """Delete a collection; no asset ever goes with it.

    Raises `NotPermitted`, and `CollectionNotEmpty` while other collections stand in it, or assets do and
    `keep_assets` does not say that they may lose their place. Deleting again changes nothing.
    """
    if not access.can_change_collection(user, collection):
        raise NotPermitted
    with transaction.atomic():
        _hold_the_tree()
        # Locked, so that nothing is put into it while it goes.
        row = Collection.objects.select_for_update(of=("self",)).filter(pk=collection.pk).first()
        if row is None:
            return
        if row.children.exists():
            raise CollectionNotEmpty(_("Move or delete the collections inside it first."))
        if not keep_assets and row.assets.exists():
            raise CollectionNotEmpty(_("There are files in it. They would stay in the library."))
        record(action="collection.deleted", target=row, actor=_actor(user), name=row.name)
        row.delete()


def clean_name(raw: str) -> str:
    """A name without surrounding or doubled blanks; raises `InvalidInput` when nothing is left or it is too long."""
    name = " ".join(safe_words(raw).split())
    if not 0 < len(name) <= _LONGEST:
        raise _invalid("name", "invalid", _("A name has 1 to %d characters.") % _LONGEST)
    return name


def path_ids(collection_id: UUID) -> list[UUID]:
    """The ids of the collections that lead to one, the outermost first and itself last; empty for one that is not."""
    found = Collection.objects.with_path().filter(pk=collection_id).first()
    path: list[dict[str, str]] = getattr(found, "path", [])
    return [UUID(place["id"]) for place in path]


def _hold_the_tree() -> None:
    """Let nobody else move anything until this transaction ends: two moves at once could close a circle."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('assets.collections'))")


def _require_no_circle(collection: Collection, parent_id: UUID | None) -> None:
    """Raise `InvalidInput` when the new parent stands inside the collection, or is it."""
    if parent_id and collection.pk in path_ids(parent_id):
        raise _invalid("parent", "circle", _("A collection cannot be moved into itself."))


def _require_room(parent_id: UUID | None, *, height: int) -> None:
    """Raise `InvalidInput` when the parent is not there, or so many levels more would be too deep."""
    if parent_id is None:
        return
    above = len(path_ids(parent_id))
    if not above:
        raise _invalid("parent", "invalid", _("There is no such collection."))
    if above + height > DEEPEST:
        detail = _("At most %d collections may stand in one another.") % DEEPEST
        raise _invalid("parent", "too_deep", detail)


def _require_free(name: str, parent_id: UUID | None, *, but: UUID | None = None) -> None:
    """Raise `InvalidInput` when another collection in that place has this name."""
    if (
        Collection.objects.filter(name__iexact=name, parent_id=parent_id)
        .exclude(pk__in=[but] if but else [])
        .exists()
    ):
        raise _invalid("name", "taken", _("There is a collection of this name here already."))


def _height(collection_id: UUID) -> int:
    """The number of levels from a collection down to the deepest one inside it, itself counted."""
    levels, ids = 0, [collection_id]
    while ids:
        levels += 1
        ids = list(Collection.objects.filter(parent__in=ids).values_list("pk", flat=True))
    return levels


def _invalid(field: str, code: str, detail: str) -> InvalidInput:
    """The error for one field."""
    return InvalidInput(detail, errors=[FieldProblem(field, code, detail)])


def _actor(user: access.Caller) -> Any:
    """Who is written down; the checks before have let nobody through who is not signed in."""
    return user
