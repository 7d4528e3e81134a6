"""How the work on one request stands: what outlives the process is its handle, plain JSON."""

import json
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from analysis.engines.base import Failure, People, Type
from analysis.exceptions import JobFailed


@dataclass
class Work:
    """The jobs of one request. `waiting` are to be begun yet, `running` and `ended` have the service's own ids.

    `picture` and `sound` are the keys of what is read, in the `bucket` of a `region`; `staged` are those of our own
    making and that of the transcript, removed at the end. Faces are looked for among those of `collection`, if it is
    named, which must be as alike as `similarity`. `begun` is when it began, in seconds since 1970, `seconds` how long
    the medium is.
    """

    token: str
    threshold: float = 0.5
    languages: list[str] = field(default_factory=list)
    seconds: float = 0.0
    begun: float = field(default_factory=time.time)
    polls: int = 0
    picture: str = ""
    sound: str = ""
    bucket: str = ""
    region: str = ""
    staged: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    running: dict[str, str] = field(default_factory=dict)
    ended: dict[str, str] = field(default_factory=dict)
    failed: dict[str, list[str]] = field(default_factory=dict)
    collection: str = ""
    similarity: float = 1.0

    @property
    def people(self) -> People | None:
        """Among whom faces are looked for."""
        return People(self.collection, self.similarity) if self.collection else None

    @property
    def is_open(self) -> bool:
        """Whether anything goes on or is to be begun."""
        return bool(self.waiting or self.running)

    @property
    def fraction(self) -> float:
        """The share that has ended."""
        over = len(self.ended) + len(self.failed)
        return over / max(1, over + len(self.waiting) + len(self.running))

    def will_write(self, key: str) -> None:
        """Note a key before anything is written under it, so that it is removed however this ends."""
        if key not in self.staged:
            self.staged.append(key)

    def fail(self, name: str, failure: Failure) -> None:
        """Let a type have failed, whatever was to become of it."""
        if name in self.waiting:
            self.waiting.remove(name)
        job_id = self.running.pop(name, "")
        self.failed[name] = [failure.code, failure.detail, job_id]

    @property
    def paid(self) -> set[str]:
        """What the service has done or does for money: whatever it has begun and not let fail by itself."""
        left = {
            name for name, (code, _detail, job_id) in self.failed.items() if job_id and code != JobFailed.code
        }
        return left | self.running.keys() | self.ended.keys()

    def failures(self) -> dict[Type, Failure]:
        """What has failed."""
        return {
            Type(name): Failure(code, detail, job_id=job_id)
            for name, (code, detail, job_id) in self.failed.items()
        }

    def as_handle(self) -> str:
        """All of it as text."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def of_handle(cls, handle: str) -> "Work":
        """Make it again; raises `KeyError` for what is no handle of ours."""
        try:
            data: dict[str, Any] = json.loads(handle)
            return cls(**data)
        except (TypeError, ValueError) as error:
            raise KeyError(handle) from error
