"""Who hears of what: the groups that an event is sent to, and what one listener may learn of it.

Groups only keep messages from going everywhere. Whether a listener may know is asked for each event, in `told_to`.

==========================  ====================================================================
`asset.<id>` and the like   those who watch this asset, job or upload
`user.<id>`                 one person's bell
`library.staff`             those who see everybody's assets
`library.everyone`          everyone else: only of assets that they could see before or can now
`library.of.<id>`           the owner, for what others may not see
`moderation`                those who review cases
==========================  ====================================================================
"""

import uuid
from collections.abc import Iterable, Iterator
from typing import Final

from analysis.access import can_review, can_review_restricted
from assets.access import can_see
from assets.models import Asset, Publication, Visibility
from mediaportal.accounts.models import User
from notifications.events import LIBRARY, ME, MODERATION, Told, Topic

STAFF: Final = "library.staff"
EVERYONE: Final = "library.everyone"
# Events whose name alone tells how an asset stands.
_STANDS: Final = frozenset({"asset.rejected", "asset.held", "asset.published", "asset.blocked"})


def shown_to_everyone(asset: Asset) -> bool:
    """May everyone who is signed in see the asset, as far as they are old enough?"""
    return (
        asset.deleted_at is None
        and asset.publication == Publication.PUBLISHED
        and asset.visibility in {Visibility.INTERNAL, Visibility.PUBLIC}
        and asset.visibility_cap != Visibility.PRIVATE
    )


def sees_all(user: User) -> bool:
    """Does this person see everybody's assets?"""
    return user.is_active and user.has_perm("assets.see_all_assets")


def groups_of(
    topics: Iterable[str], *, owner_id: uuid.UUID | None, told_all: bool
) -> Iterator[tuple[str, str]]:
    """The groups that hear an event, each with the topic under which its members know it."""
    for topic in topics:
        kind, _, rest = topic.partition(":")
        if topic == LIBRARY:
            yield STAFF, LIBRARY
            if owner_id is not None:
                yield _library_of(owner_id), LIBRARY
            if told_all:
                yield EVERYONE, LIBRARY
        elif topic == MODERATION:
            yield MODERATION, MODERATION
        elif kind == "user":
            yield f"user.{rest}", ME
        else:
            yield f"{kind}.{rest}", topic


def groups_to_join(topic: Topic, user: User) -> list[str]:
    """The groups that bring a listener the events of a topic."""
    if topic.kind == "library":
        return [STAFF] if sees_all(user) else [EVERYONE, _library_of(user.pk)]
    if topic.kind == "me":
        return [f"user.{user.pk}"]
    if topic.kind == "moderation":
        return [MODERATION]
    return [f"{topic.kind}.{topic.object_id}"]


def told_to(user: User, told: Told, asset: Asset | None) -> Told | None:
    """What this person may learn of an event: all of it, all but what was decided on an asset, only that it is gone, or
    nothing (None).

    `asset` is the event's asset as it is now, for this person: with `veiled` where the decision is kept from them. It
    is None when it does not exist any longer.
    """
    if not user.is_active:
        return None
    if told["type"].startswith("case."):
        return told if _may_know_case(user, told) else None
    if told["asset_id"] is None:
        return told
    if asset is not None and can_see(user, asset):
        return _veiled(told) if asset.veiled else told
    if told["id"] is None or not _knew_of(user, told):
        return None
    gone = told["type"] if told["type"] in {"asset.blocked", "asset.removed"} else "asset.removed"
    return {**told, "type": gone, "data": {"asset_id": told["asset_id"]}}


def is_gone(told: Told, mine: Told) -> bool:
    """Is all that a person may learn of an event (`mine`) that they do not see its asset any longer?"""
    return mine is not told and mine["data"].keys() == {"asset_id"}


def _veiled(told: Told) -> Told:
    """An event without how its asset stands, for who is to look at it without knowing what was decided."""
    data = dict(told["data"])
    if "state" in data:
        data["state"] = "held"
    if told["type"].startswith("asset."):
        data.pop("error", None)
    return {**told, "type": "asset.changed" if told["type"] in _STANDS else told["type"], "data": data}


def _may_know_case(user: User, told: Told) -> bool:
    """May this person learn of a case's event? On the topic of cases those who moderate, as far as they may read the
    case (same rule as `analysis.access.can_see_case`); on others its asset's owner alone.
    """
    own = told["owner_id"] == str(user.pk)
    if told["topic"] != MODERATION:
        return own
    return can_review(user) and not own and (not told["data"]["restricted"] or can_review_restricted(user))


def _knew_of(user: User, told: Told) -> bool:
    """Could this person see the asset until this event? Whoever watches an asset's own topic could."""
    return told["topic"] != LIBRARY or told["told_all"] or told["owner_id"] == str(user.pk) or sees_all(user)


def _library_of(user_id: uuid.UUID) -> str:
    return f"library.of.{user_id}"
