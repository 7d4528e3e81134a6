"""What the timeline under the player shows: the moments of an asset, in a lane for each kind."""

from typing import Any

from django.db.models import F, Window
from django.db.models.functions import Left, RowNumber

from analysis.models import Analysis, Moment, MomentKind
from assets.models import Asset

LANES = [
    MomentKind.SPEECH,
    MomentKind.LABEL,
    MomentKind.FACE,
    MomentKind.TEXT,
    MomentKind.SOUND,
    MomentKind.SHOT,
    MomentKind.MODERATION,
    MomentKind.QUALITY,
]
MOST_IN_LANE = 2_000
_LONGEST = 140


def is_analysed(asset: Asset) -> bool:
    """Whether an analysis of this asset was ever ordered."""
    return Analysis.objects.filter(asset=asset).exists()


def document_of(asset: Asset) -> dict[str, Any]:
    """The lanes that have something in them, for the script that draws them; one query.

    A lane holds the two thousand surest of its moments, in the order of time, each as start and end (seconds),
    confidence (0 to 1) and words; `more` says that there are others.
    """
    lanes: dict[str, list[list[Any]]] = {}
    latest = asset.duration or 0.0
    for kind, start, end, confidence, text, label in _surest(asset):
        lanes.setdefault(kind, []).append([start, end, round(confidence, 3), text or label])
        latest = max(latest, end)
    return {
        "duration": latest,
        "lanes": [
            {
                "kind": kind.value,
                "name": str(kind.label),
                "more": len(lanes[kind]) > MOST_IN_LANE,
                "moments": sorted(lanes[kind][:MOST_IN_LANE]),
            }
            for kind in LANES
            if kind in lanes
        ],
    }


def _surest(asset: Asset) -> Any:
    """The surest moments of each kind, the surest first, and one more than are shown."""
    place = Window(
        RowNumber(), partition_by=F("kind"), order_by=[F("confidence").desc(), F("start"), F("id")]
    )
    rows = Moment.objects.filter(asset=asset).shown().annotate(place=place, words=Left("text", _LONGEST))
    found = rows.filter(place__lte=MOST_IN_LANE + 1).order_by("kind", "place")
    return found.values_list("kind", "start", "end", "confidence", "words", "label")
