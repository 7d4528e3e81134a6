"""Putting assets into collections and giving them tags."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from assets import access
from assets.models import Asset, Collection, GuestLink, Tag
from assets.services import wording
from assets.services.names import safe_words
from mediaportal.accounts.models import User
from mediaportal.audit.services.log import record
from mediaportal.core.problems import FieldProblem, InvalidInput, NotPermitted

MOST_TAGS = 50
LONGEST_TAG = Tag._meta.get_field("name").max_length or 0


def arrange(*, asset: Asset, wishes: dict[str, Any], guest_link: GuestLink | None = None) -> None:
    """Put a new asset where its upload wished: `tags` (words) and `collection` (an id); or where a guest link leads.

    A collection that has gone in the meantime is left out.
    """
    if tags := [tag_named(name) for name in tag_names(wishes.get("tags") or [])]:
        asset.tags.add(*tags)
    wanted = guest_link.collection_id if guest_link else wishes.get("collection")
    if wanted and (found := Collection.objects.filter(pk=UUID(str(wanted))).first()):
        asset.collections.add(found)


def tag_names(words: list[str]) -> list[str]:
    """Words as tags are written: without blanks around them or doubled inside, each once, in their order."""
    cleaned = (" ".join(safe_words(word).split()) for word in words)
    found: dict[str, str] = {}
    for word in cleaned:
        if word:
            found.setdefault(word.casefold(), word)
    return list(found.values())


def tag_named(name: str) -> Tag:
    """The tag of this name, made when there is none; capitals make no difference."""
    found = Tag.objects.filter(name__iexact=name).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return Tag.objects.create(name=name)
    except IntegrityError:  # somebody else made it at this moment
        return Tag.objects.get(name__iexact=name)


def retag(*, asset: Asset, words: list[str]) -> bool:
    """Give an asset exactly these tags; whether that changed anything. Raises `InvalidInput` for too many or too long
    ones.
    """
    names = tag_names(words)
    if len(names) > MOST_TAGS or any(len(name) > LONGEST_TAG for name in names):
        detail = _("At most %(count)d tags of at most %(length)d characters.") % {
            "count": MOST_TAGS,
            "length": LONGEST_TAG,
        }
        raise InvalidInput(detail, errors=[FieldProblem("tags", "invalid", detail)])
    wanted = {tag.pk for tag in map(tag_named, names)}
    return _settle(asset.tags, wanted)


def place(*, asset: Asset, collection_ids: list[UUID]) -> bool:
    """Let an asset stand in exactly these collections; whether that changed anything. Raises `InvalidInput` for one
    that is not there.
    """
    wanted = set(Collection.objects.filter(pk__in=collection_ids).values_list("pk", flat=True))
    if wanted != set(collection_ids):
        detail = _("There is no such collection.")
        raise InvalidInput(detail, errors=[FieldProblem("collections", "invalid", detail)])
    return _settle(asset.collections, wanted)


def _settle(relation: Any, wanted: set[UUID]) -> bool:
    """Make a relation hold exactly these ids; whether it did not before."""
    if set(relation.values_list("pk", flat=True)) == wanted:
        return False
    relation.set(wanted)
    return True


@transaction.atomic
def rename_tag(*, user: access.Caller, tag: Tag, name: str) -> Tag:
    """Rename a tag on every asset that has it.

    Raises `NotPermitted`, or `InvalidInput` for a name that is not good or that another tag has.
    """
    actor = _require_tags(user)
    name = next(iter(tag_names([name])), "")
    if not 0 < len(name) <= LONGEST_TAG:
        raise _invalid_name(_("A name has 1 to %d characters.") % LONGEST_TAG, "invalid")
    try:
        with transaction.atomic():
            moved = Tag.objects.filter(pk=tag.pk).exclude(name=name).update(name=name)
    except IntegrityError:
        raise _invalid_name(_("There is a tag of this name already."), "taken") from None
    if moved:
        wording.index_later(tag.assets.values_list("pk", flat=True))
        record(action="tag.renamed", target=tag, actor=actor, name=name)
    tag.name = name
    return tag


@transaction.atomic
def delete_tag(*, user: access.Caller, tag: Tag) -> None:
    """Take a tag from every asset, for good; the assets stay. Raises `NotPermitted`."""
    actor = _require_tags(user)
    told = list(tag.assets.values_list("pk", flat=True))
    deleted, _rows = Tag.objects.filter(pk=tag.pk).delete()
    if deleted:
        wording.index_later(told)
        record(action="tag.deleted", target=tag, actor=actor, name=tag.name)


def _require_tags(user: access.Caller) -> User:
    """The person, if they may change the tags themselves; raises `NotPermitted`."""
    if not isinstance(user, User) or not access.can_change_tags(user):
        raise NotPermitted
    return user


def _invalid_name(detail: str, code: str) -> InvalidInput:
    """The error for a tag's name."""
    return InvalidInput(detail, errors=[FieldProblem("name", code, detail)])
