"""Putting assets into collections and giving them tags."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from assets.models import Asset, Collection, GuestLink, Tag
from assets.services.names import safe_words


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
