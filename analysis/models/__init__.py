"""Orders, the analyses that they are made of, and the moments that were found."""

from analysis.models.moments import Moment, MomentKind
from analysis.models.transcripts import TranscriptCaption, TranscriptVersion
from analysis.models.work import OPEN, Analysis, CollectionSetting, EngineChoice, Order, Status, Type

__all__ = [
    "OPEN",
    "Analysis",
    "CollectionSetting",
    "EngineChoice",
    "Moment",
    "MomentKind",
    "Order",
    "Status",
    "TranscriptCaption",
    "TranscriptVersion",
    "Type",
]
