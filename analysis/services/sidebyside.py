"""What the page of a match shows: both media with what plays them, and where they are alike."""

from typing import Any

from django.db.models import prefetch_related_objects

from analysis import access
from analysis.models import Match
from assets.access import Caller
from assets.services import stage


def context_of(match: Match, *, user: Caller) -> dict[str, Any]:
    """What the template is given; both assets must be playable. `spans` are start and end here, then there, in seconds;
    `alignment` is what the page's script moves both players by.
    """
    prefetch_related_objects([match.asset, match.other], "variants")
    return {
        "match": match,
        "sides": [
            {
                "asset": one,
                "stage": stage.stage_of(one, user=user),
                "name": name,
                "may_open_case": access.can_review(user) and one.uploaded_by_id != getattr(user, "pk", None),
            }
            for name, one in (("one", match.asset), ("other", match.other))
        ],
        "spans": match.spans,
        "has_time": match.end > match.start,
        "speed_percent": round(match.speed * 100, 1),
        "score_percent": round(match.score * 100),
    }
