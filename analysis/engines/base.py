"""What is asked of an engine that looks and listens, and what it gives: plain values, no rows.

Units as in `analysis.engines.findings`; money in US dollars.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, Protocol

from analysis.engines.findings import Finding
from processing.ffmpeg.media import Probe

Kind = Literal["video", "audio", "image"]
Report = Callable[[float], None]
Stop = Callable[[], bool]
Note = Callable[[str], None]
"""What is told a handle before anything lies or runs elsewhere under it; what it raises ends the run."""


class Type(StrEnum):
    """What is looked or listened for."""

    TRANSCRIPTION = "transcription"
    MODERATION = "moderation"
    OBJECTS = "objects"
    FACES = "faces"
    TEXT = "text"
    SHOTS = "shots"
    FINGERPRINT = "fingerprint"
    QUALITY = "quality"


@dataclass(frozen=True)
class Result:
    """What was found of one type, in the order of time; `summary` is plain JSON about the whole.

    `job_id` is what the service at the other end calls its work, `cost` what it took.
    """

    findings: tuple[Finding, ...] = ()
    confidence: float | None = None
    language: str = ""
    summary: Mapping[str, Any] = field(default_factory=dict)
    job_id: str = ""
    cost: Decimal = Decimal(0)


@dataclass(frozen=True)
class Failure:
    """Why a type has no result: a stable code, and a sentence in English that is said in the reader's language.

    `cost` is what the work took all the same, `job_id` what the service at the other end calls it.
    """

    code: str
    detail: str
    cost: Decimal = Decimal(0)
    job_id: str = ""


@dataclass(frozen=True)
class Found:
    """What became of each type of a request; each one is in exactly one of the two."""

    results: Mapping[Type, Result]
    failures: Mapping[Type, Failure] = field(default_factory=dict)


@dataclass(frozen=True)
class Address:
    """An object in a bucket, for engines that read there."""

    bucket: str
    key: str
    region: str = ""


@dataclass(frozen=True)
class People:
    """The faces among which those of a medium are looked for: an engine's `collection` of them, and how alike two must
    be, as a share.
    """

    collection: str
    similarity: float


@dataclass(frozen=True)
class Request:
    """What is to be looked for in one medium.

    `source` is a local file or an object in a bucket; `probe` is what was read of a video or a sound. Findings of less
    than `threshold` are left out. `folder` is scratch: absolute, existing, empty. `size` in bytes, sides in pixels.
    `stored` is where the same bytes lie in a bucket, if they do. `token` (letters, digits, dashes; at most 45) belongs
    to this start alone: by it an engine elsewhere names what it stages and begins; without one it makes one up. Without
    `people` nobody is looked for.
    """

    types: frozenset[Type]
    source: Path | Address
    folder: Path
    kind: Kind
    mime_type: str
    size: int
    duration: float = 0.0
    width: int = 0
    height: int = 0
    probe: Probe | None = None
    languages: tuple[str, ...] = ()
    threshold: float = 0.5
    stored: Address | None = None
    token: str = ""
    people: People | None = None


@dataclass(frozen=True)
class Ability:
    """What an engine can do of one type: for which kinds of media, in which languages (empty: any, or none matter),
    up to how many seconds and bytes (0: any), and in which `group`: types of one group are asked for together. Of
    faces, `names` tells whether it can say whose they are.

    `missing` names what must be installed or set before it can; empty when it can. `for_others` names what must be for
    other languages; `draft` marks what is good enough only where nobody else can.
    """

    kinds: frozenset[Kind]
    group: str
    languages: frozenset[str] = frozenset()
    most_seconds: float = 0.0
    most_bytes: int = 0
    missing: str = ""
    for_others: str = ""
    draft: bool = False
    names: bool = False


@dataclass(frozen=True)
class Capabilities:
    """What an engine can do, by types; one that is not there it never can."""

    types: Mapping[Type, Ability]


@dataclass(frozen=True)
class Estimate:
    """What a request will take: seconds on the clock (None: nobody can tell) and money."""

    seconds: float | None = None
    usd: Decimal = Decimal(0)


@dataclass(frozen=True)
class Standing:
    """How far work is that goes on elsewhere: the share done, and in how many seconds to ask again.

    With a `handle` it is asked for by that one from now on.
    """

    done: bool
    fraction: float = 0.0
    again_in_seconds: float = 0.0
    handle: str = ""


class EngineAway(Exception):
    """The engine does not answer now, which is nobody's fault: ask again later. `log` is for the operator."""

    def __init__(self, log: str = "", *, again_in_seconds: float = 30.0) -> None:
        """Keep what was said, and when to try again."""
        super().__init__(log)
        self.log, self.again_in_seconds = log, again_in_seconds


def unnoted(_handle: str) -> None:
    """Note nothing: for work that leaves nothing elsewhere."""


class Engine(Protocol):
    """Something that looks and listens. One object serves all threads of a process.

    An engine on this machine does its work in `start`; one elsewhere begins it there and is polled.
    """

    name: str
    """By which it is chosen and written down: lower case, no spaces."""

    remote: bool
    """Whether the work goes on elsewhere after `start`."""

    def capabilities(self) -> Capabilities:
        """Return what it can do now, on this machine and with its settings; quick, and starts no work."""

    def estimate(self, request: Request) -> Estimate:
        """Return what a request will take; nothing is started, and the file need not be there."""

    def start(self, request: Request, *, on_progress: Report, stop: Stop, note: Note = unnoted) -> str:
        """Do the work on this machine, or make ready what an engine elsewhere reads; returns a handle, which outlives
        the process for work elsewhere. Nothing that costs is begun before the first `poll`.

        `on_progress` hears the fraction done, `stop` is asked at least every second, and `note` is told the handle
        before anything is written elsewhere and after. What goes wrong with one type becomes its failure, and the
        others go on. Raises `EngineAway` and the errors of the sandbox that are not the file's fault (stopped, killed,
        out of disk); what has been noted is then to be cleared up.
        """

    def poll(self, handle: str) -> Standing:
        """Begin what is not begun yet, once for each handle, and return how far it is. Raises `EngineAway`."""

    def results(self, handle: str, request: Request) -> Found:
        """Return what was found: on this machine once, elsewhere until it is cleared up. Raises `KeyError` for a handle
        that it does not know, and `EngineAway`.
        """

    def spent(self, handle: str, request: Request) -> Mapping[Type, Decimal]:
        """Return what has been begun of a request and is paid for, though nobody may ever read it; nothing is asked."""

    def clear_up(self, handle: str) -> float | None:
        """Take away everything that work has left, whether it has ended or is given up; returns in how many seconds to
        call again, as not all of it can be taken away yet, and None when nothing is left. Raises `EngineAway`.
        """


class FaceRefused(Exception):
    """A picture cannot be kept as the face of somebody, or the engine refuses to; `failure` says why. It `passes` when
    that is not the picture's fault: once the operator has seen to it, the same picture may be kept.
    """

    def __init__(self, failure: Failure, log: str = "", *, passes: bool = False) -> None:
        """Keep the reason, and what was said to the operator."""
        super().__init__(log or failure.code)
        self.failure, self.log, self.passes = failure, log, passes


class Album(Protocol):
    """Where an engine keeps the faces of people who have consented to be known, in collections. Each picture has a
    `key` of the portal's (letters and digits), each face an id of the engine's.

    Every call is bounded in time, and raises `EngineAway` while nobody answers and `FaceRefused` for what is refused.
    """

    def price(self) -> Decimal:
        """Return what keeping a picture costs, in US dollars."""

    def keep(self, picture: bytes, *, collection: str, key: str) -> str:
        """Keep the one face of a JPEG; returns its id. Kept again under the same key it is there once."""

    def faces_of(self, key: str, *, collection: str) -> list[str]:
        """Return the ids of what is kept under a key."""

    def forget(self, face_ids: Sequence[str], *, collection: str) -> None:
        """Remove faces; those that are not there are removed already."""
