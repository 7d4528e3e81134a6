"""Where a person left off: kept while they watch, offered when they come back, forgotten near either end."""

from django.utils import timezone

from assets import access
from assets.models import Asset, WatchPosition
from mediaportal.accounts.models import User
from mediaportal.core.problems import NotPermitted

# So near to the beginning there is nothing to come back to, in seconds.
_BEGINNING = 5.0
# What is left of something that has been seen: this share of it, within these bounds in seconds.
_END_SHARE = 0.05
_END_LEAST, _END_MOST = 1.0, 60.0


def keep(*, user: access.Caller, asset: Asset, seconds: float) -> None:
    """Remember that a person has come to this second; near the beginning or the end forget where they were.

    Raises `NotPermitted` for those who may not play the asset, and for everybody who is not signed in.
    """
    if not isinstance(user, User) or not access.can_play(user, asset):
        raise NotPermitted
    if not _worth_keeping(seconds, asset.duration):
        WatchPosition.objects.filter(user=user, asset=asset).delete()
        return
    WatchPosition.objects.bulk_create(
        [WatchPosition(user=user, asset=asset, seconds=seconds, updated_at=timezone.now())],
        update_conflicts=True,
        unique_fields=["user", "asset"],
        update_fields=["seconds", "updated_at"],
    )


def resume_at(*, user: access.Caller, asset: Asset) -> float | None:
    """The second at which a person left off, or None. One query for those who are signed in, none for others."""
    if not isinstance(user, User):
        return None
    found = WatchPosition.objects.filter(user=user, asset=asset).values_list("seconds", flat=True).first()
    # What was kept while the length was not known yet may lie beyond it.
    return found if found is not None and _worth_keeping(found, asset.duration) else None


def _worth_keeping(seconds: float, duration: float | None) -> bool:
    """Whether a second lies far enough from both ends."""
    if seconds < _BEGINNING:
        return False
    if duration is None:
        return True
    return seconds < duration - min(max(duration * _END_SHARE, _END_LEAST), _END_MOST)
