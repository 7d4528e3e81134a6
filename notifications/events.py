"""The words of the websocket: topics, event types and the form of their data. Sender and consumer share them.

Texts are codes, never words of a language: each client puts them into its reader's language.
"""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal, NotRequired, TypedDict

EventType = Literal[
    "upload.progress",
    "upload.failed",
    "asset.stored",
    "asset.rejected",
    "asset.held",
    "asset.published",
    "asset.blocked",
    "asset.changed",
    "asset.removed",
    "job.progress",
    "job.completed",
    "job.failed",
    "variant.ready",
    "analysis.completed",
    "work.matched",
    "case.opened",
    "case.changed",
    "case.decided",
    "case.mentioned",
    "notification.new",
]

# Never written down: sent as they come, and covered by the snapshot.
TRANSIENT: Final[frozenset[str]] = frozenset(
    {"upload.progress", "upload.failed", "job.progress", "case.changed"}
)

LIBRARY: Final = "library"
ME: Final = "me"
MODERATION: Final = "moderation"

TopicKind = Literal["job", "asset", "upload", "library", "me", "moderation"]
_OBJECTS: Final[dict[str, TopicKind]] = {"job": "job", "asset": "asset", "upload": "upload"}
_WHOLE: Final[dict[str, TopicKind]] = {"library": "library", "me": "me", "moderation": "moderation"}


class StepState(TypedDict):
    """One step of a job; `progress` in percent."""

    name: str
    status: str
    progress: int


class ErrorData(TypedDict):
    """Why something failed: a stable code and a sentence."""

    code: str
    detail: str


class JobData(TypedDict):
    """`job.progress`, `job.completed`, `job.failed`, and the snapshot of a job's topic.

    A cancelled job is told as `job.failed` with `status` "cancelled".
    """

    job_id: str
    asset_id: str
    status: str
    progress: int
    current_step: str | None
    steps: list[StepState]
    state: str
    eta_seconds: int | None
    error: NotRequired[ErrorData | None]


class UploadData(TypedDict):
    """`upload.progress`; `bytes_total` is None while the size is not known, and then `progress` too."""

    upload_id: str
    bytes_received: int
    bytes_total: int | None
    progress: int | None


class UploadFailedData(TypedDict):
    """`upload.failed`; the upload's snapshot tells the same."""

    upload_id: str
    status: Literal["failed"]
    error: ErrorData


class VariantData(TypedDict):
    """`variant.ready`."""

    asset_id: str
    variant_id: str
    variant_type: str
    quality: str
    format: str


class AnalysisData(TypedDict):
    """`analysis.completed`: nothing of an order is open any longer. `status` is that of the whole, `types` those of
    each type: completed, failed or cancelled.
    """

    analysis_id: str
    asset_id: str
    status: str
    types: dict[str, str]


class MatchData(TypedDict):
    """`work.matched`: an asset is alike to a protected work. It belongs to no topic; managers hear it by their bell."""

    asset_id: str
    work_id: str
    work: str


class PersonData(TypedDict):
    """Somebody by their name."""

    id: str
    name: str


class CaseData(TypedDict):
    """`case.opened`, `case.changed` and `case.decided` for those who moderate. `ruling` is None as long as nobody has
    ruled, and when a second look is to come that must not know of it. `restricted`: its policy is read by fewer.
    """

    case_id: str
    asset_id: str
    policy: str
    severity: int
    queue: str
    status: str
    ruling: str | None
    assignee: PersonData | None
    lease_until: str | None
    restricted: bool


class RulingData(TypedDict):
    """`case.decided` for an asset's owner: what holds now, and why. `ruling` is None when it was taken back."""

    case_id: str
    asset_id: str
    policy: str
    ruling: str | None
    reason: str


class MentionData(TypedDict):
    """`case.mentioned`: somebody was named in a comment. It belongs to no topic; they hear it by their bell."""

    case_id: str
    asset_id: str


class AssetData(TypedDict):
    """`asset.*`, as told to those who may see the asset; `state` is a code of `assets.services.state`. `changed` names
    parts that are others now, when nothing else is.
    """

    asset_id: str
    title: str
    kind: str
    state: str
    error: NotRequired[ErrorData | None]
    changed: NotRequired[list[Literal["captions"]]]


class GoneData(TypedDict):
    """`asset.removed` and `asset.blocked`, as told to those who may not see the asset any longer."""

    asset_id: str


class NotificationData(TypedDict):
    """`notification.new`: a line in the bell; `unread` counts all lines that are not read."""

    notification_id: str
    kind: str
    asset_id: str | None
    title: str
    unread: int


class Told(TypedDict):
    """An event on its way through Redis to the websockets, once for each group of listeners."""

    topic: str
    type: str
    id: int | None
    seq: int | None
    at: str
    data: dict[str, Any]
    asset_id: str | None
    owner_id: str | None
    told_all: bool


class ServerMessage(TypedDict):
    """What a client receives; `id` and `seq` are None for what is transient."""

    type: str
    topic: str
    id: str | None
    seq: int | None
    at: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Topic:
    """Something that a client can listen to. `object_id` is set for a job, an asset or an upload."""

    kind: TopicKind
    object_id: uuid.UUID | None = None

    def __str__(self) -> str:
        return self.kind if self.object_id is None else f"{self.kind}:{self.object_id}"


def parse_topic(text: str) -> Topic | None:
    """The topic that a client names, or None when there is no such topic."""
    kind, colon, rest = text.partition(":")
    if not colon:
        return Topic(_WHOLE[kind]) if kind in _WHOLE else None
    if kind not in _OBJECTS:
        return None
    try:
        return Topic(_OBJECTS[kind], uuid.UUID(rest))
    except ValueError:
        return None


def asset_topic(asset_id: uuid.UUID) -> str:
    """The topic of one asset."""
    return f"asset:{asset_id}"


def job_topic(job_id: uuid.UUID) -> str:
    """The topic of one job."""
    return f"job:{job_id}"


def upload_topic(upload_id: uuid.UUID) -> str:
    """The topic of one upload."""
    return f"upload:{upload_id}"


def person_topic(user_id: uuid.UUID) -> str:
    """What an event for one person's bell is filed under; that person knows it as `me`."""
    return f"user:{user_id}"


def now() -> str:
    """The present time as the events carry it."""
    return datetime.now(UTC).isoformat()


def as_message(told: Told) -> ServerMessage:
    """The form in which a client receives an event."""
    return {
        "type": told["type"],
        "topic": told["topic"],
        "id": None if told["id"] is None else str(told["id"]),
        "seq": told["seq"],
        "at": told["at"],
        "data": told["data"],
    }
