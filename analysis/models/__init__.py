"""Orders, the analyses that they are made of, the moments that were found, and what media are known again by."""

from analysis.models.errands import Errand
from analysis.models.matches import Fingerprint, Match, MatchKind, ReferenceWork
from analysis.models.moments import Moment, MomentKind
from analysis.models.transcripts import TranscriptCaption, TranscriptVersion
from analysis.models.work import OPEN, Analysis, CollectionSetting, EngineChoice, Order, Status, Type

__all__ = [
    "OPEN",
    "Analysis",
    "CollectionSetting",
    "EngineChoice",
    "Errand",
    "Fingerprint",
    "Match",
    "MatchKind",
    "Moment",
    "MomentKind",
    "Order",
    "ReferenceWork",
    "Status",
    "TranscriptCaption",
    "TranscriptVersion",
    "Type",
]
