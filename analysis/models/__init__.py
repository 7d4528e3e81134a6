"""Orders, the analyses that they are made of, the moments that were found, what media are known again by, and the
people who may be named.
"""

from analysis.models.errands import Errand
from analysis.models.matches import Fingerprint, Match, MatchKind, ReferenceWork
from analysis.models.moments import Moment, MomentKind
from analysis.models.people import FaceRemoval, Person, PersonConsent, PersonPicture, PictureStatus
from analysis.models.transcripts import TranscriptCaption, TranscriptVersion
from analysis.models.words import Border, WordPlace
from analysis.models.work import OPEN, Analysis, CollectionSetting, EngineChoice, Order, Status, Type

__all__ = [
    "OPEN",
    "Analysis",
    "Border",
    "CollectionSetting",
    "EngineChoice",
    "Errand",
    "FaceRemoval",
    "Fingerprint",
    "Match",
    "MatchKind",
    "Moment",
    "MomentKind",
    "Order",
    "Person",
    "PersonConsent",
    "PersonPicture",
    "PictureStatus",
    "ReferenceWork",
    "Status",
    "TranscriptCaption",
    "TranscriptVersion",
    "Type",
    "WordPlace",
]
