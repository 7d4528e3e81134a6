"""The engine on our own machines: programs in the sandbox, and models that the operator provides.

Its work is done in `start`, in the worker; what it found waits in memory until the same worker fetches it.
"""

import threading
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

from analysis.engines.base import (
    Ability,
    Capabilities,
    Estimate,
    Failure,
    Found,
    Note,
    Report,
    Request,
    Result,
    Standing,
    Type,
    unnoted,
)
from analysis.engines.local import sight
from analysis.engines.local.faces import Faces
from analysis.engines.local.fingerprint import Fingerprints
from analysis.engines.local.parts import HearingPart, SightPart
from analysis.engines.local.quality import Faults
from analysis.engines.local.recognition import Recognition
from analysis.engines.local.shots import Shots
from analysis.engines.local.speech import Transcription
from analysis.engines.local.text import ScreenText
from analysis.engines.local.whisperhub import Hub
from analysis.exceptions import NotAbleHere
from mediaportal.core.sandbox import ProgramFailed, ProgramTimedOut
from processing.exceptions import CorruptMedia, MediaError

# Of a second of a film of 720 lines on two cores; what a program takes to begin.
_SECONDS_FOR_EACH, _BEGIN_SECONDS = 0.1, 2.0


def sight_parts(models: Path | None = None) -> tuple[SightPart, ...]:
    """Return everything that looks; `models` is the folder of the models that the operator provides."""
    return (
        Shots(),
        Faults(),
        Fingerprints(),
        ScreenText(),
        Faces(models),
        Recognition(Type.OBJECTS, models),
        Recognition(Type.MODERATION, models),
    )


def hearing_parts(
    models: Path | None = None, *, whisper: str = "", hub: Hub | None = None
) -> tuple[HearingPart, ...]:
    """Return everything that listens; `whisper` is the name or the folder of a model, `hub` where it may be fetched
    when it is first needed.
    """
    return (Transcription(whisper, models, hub),)


class LocalEngine:
    """Looks and listens on the worker's own machine."""

    name = "local"
    remote = False

    def __init__(
        self,
        looking: Sequence[SightPart] | None = None,
        listening: Sequence[HearingPart] | None = None,
    ) -> None:
        """The parts that it is put together from; None: all that need no models."""
        self._looking = sight_parts() if looking is None else tuple(looking)
        self._listening = hearing_parts() if listening is None else tuple(listening)
        self._found: dict[str, Found] = {}
        self._lock = threading.Lock()

    def capabilities(self) -> Capabilities:
        """Return what the parts can do now."""
        return Capabilities(
            {part.type: part.ability() for part in self._looking}
            | {part.type: part.ability() for part in self._listening}
        )

    def estimate(self, request: Request) -> Estimate:
        """Return roughly what decoding it once takes; it costs no money."""
        return Estimate(_BEGIN_SECONDS + request.duration * _SECONDS_FOR_EACH)

    def start(
        self, request: Request, *, on_progress: Report, stop: Callable[[], bool], note: Note = unnoted
    ) -> str:
        """Do the work; there is nothing to note. Raises `EngineAway` while a model cannot be fetched, and the errors of
        the sandbox that are not the file's fault.
        """
        abilities = self.capabilities().types
        can = {name for name in request.types if _is_able(abilities.get(name), request)}
        results: dict[Type, Result] = {}
        failures = {
            name: Failure(NotAbleHere.code, NotAbleHere.sentence) for name in sorted(request.types - can)
        }
        looking = [part for part in self._looking if part.type in can]
        listening = [part for part in self._listening if part.type in can]
        share = 1.0 / max(1, len(listening) + bool(looking))
        if looking:
            found = _sight(request, looking, on_progress=_shared(on_progress, 0, share), stop=stop)
            results |= found.results
            failures |= found.failures
        for number, part in enumerate(listening, start=int(bool(looking))):
            heard = _hearing(request, part, on_progress=_shared(on_progress, number, share), stop=stop)
            if isinstance(heard, Failure):
                failures[part.type] = heard
            else:
                results[part.type] = heard
        handle = uuid4().hex
        with self._lock:
            self._found[handle] = Found(results, failures)
        return handle

    def poll(self, handle: str) -> Standing:
        """Return that it is done: the work was done when it was started."""
        return Standing(done=True, fraction=1.0)

    def results(self, handle: str, request: Request) -> Found:
        """Return what was found, once; raises `KeyError`."""
        with self._lock:
            return self._found.pop(handle)

    def spent(self, handle: str, request: Request) -> dict[Type, Decimal]:
        """Return that it costs no money."""
        return {}

    def clear_up(self, handle: str) -> None:
        """Forget what was found; work under way ends by its `stop`."""
        with self._lock:
            self._found.pop(handle, None)


def _shared(on_progress: Report, number: int, share: float) -> Report:
    """What tells the progress of one part of the work as that of the whole."""
    return lambda done: on_progress((number + done) * share)


def _is_able(ability: Ability | None, request: Request) -> bool:
    """Whether a type can be done of this medium, which must lie here."""
    able = ability is not None and not ability.missing and request.kind in ability.kinds
    return able and isinstance(request.source, Path)


def _sight(
    request: Request, parts: Sequence[SightPart], *, on_progress: Report, stop: Callable[[], bool]
) -> Found:
    """What was seen. A file that cannot be decoded is a failure of every type."""
    try:
        return sight.run(request, parts, on_progress=on_progress, stop=stop)
    except (MediaError, ProgramFailed, ProgramTimedOut) as error:
        failure = _failure(error)
        return Found({}, {part.type: failure for part in parts})


def _hearing(
    request: Request, part: HearingPart, *, on_progress: Report, stop: Callable[[], bool]
) -> Result | Failure:
    """What was heard by one part, or why not."""
    try:
        return part.listen(request, on_progress=on_progress, stop=stop)
    except (MediaError, ProgramFailed, ProgramTimedOut) as error:
        return _failure(error)


def _failure(error: MediaError | ProgramFailed | ProgramTimedOut) -> Failure:
    """An error as the failure of a type."""
    found = error if isinstance(error, MediaError) else CorruptMedia(str(error))
    return Failure(found.code, found.sentence)
