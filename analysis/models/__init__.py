"""Orders, the analyses that they are made of, the moments that were found, what media are known again by, the people
who may be named, and what is moderated: policies, cases and decisions.
"""

from analysis.models.care import Exposure, ModeratorSetting
from analysis.models.cases import (
    AGAINST,
    IN_FAVOUR,
    OPEN_CASE,
    Action,
    Appeal,
    Batch,
    Case,
    CaseComment,
    CaseQueue,
    CaseSource,
    CaseStatus,
    Decision,
    DecisionLabel,
    Reason,
    Report,
    Ruling,
    Strike,
)
from analysis.models.errands import Errand
from analysis.models.hashlists import HashEntry, HashHit, HashKind, HashList, HashLoad, HashLoadPiece
from analysis.models.matches import Fingerprint, Match, MatchKind, ReferenceWork
from analysis.models.moments import Moment, MomentKind
from analysis.models.people import (
    FaceExpense,
    FaceRemoval,
    Person,
    PersonConsent,
    PersonPicture,
    PictureStatus,
)
from analysis.models.policies import Judgement, Policy, PolicyMode, PolicyVersion, Replay, Severity
from analysis.models.transcripts import TranscriptCaption, TranscriptVersion
from analysis.models.words import Border, WordPlace
from analysis.models.work import (
    OPEN,
    Analysis,
    CollectionSetting,
    EngineChoice,
    Order,
    Publishing,
    Status,
    Type,
)

__all__ = [
    "AGAINST",
    "IN_FAVOUR",
    "OPEN",
    "OPEN_CASE",
    "Action",
    "Analysis",
    "Appeal",
    "Batch",
    "Border",
    "Case",
    "CaseComment",
    "CaseQueue",
    "CaseSource",
    "CaseStatus",
    "CollectionSetting",
    "Decision",
    "DecisionLabel",
    "EngineChoice",
    "Errand",
    "Exposure",
    "FaceExpense",
    "FaceRemoval",
    "Fingerprint",
    "HashEntry",
    "HashHit",
    "HashKind",
    "HashList",
    "HashLoad",
    "HashLoadPiece",
    "Judgement",
    "Match",
    "MatchKind",
    "ModeratorSetting",
    "Moment",
    "MomentKind",
    "Order",
    "Person",
    "PersonConsent",
    "PersonPicture",
    "PictureStatus",
    "Policy",
    "PolicyMode",
    "PolicyVersion",
    "Publishing",
    "Reason",
    "ReferenceWork",
    "Replay",
    "Report",
    "Ruling",
    "Severity",
    "Status",
    "Strike",
    "TranscriptCaption",
    "TranscriptVersion",
    "Type",
    "WordPlace",
]
