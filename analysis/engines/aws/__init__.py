"""The engine at Amazon Web Services: Transcribe listens, Rekognition looks.

Films and sounds are read from a bucket by jobs that are begun, asked after and read when they have ended; images go
with a call that answers at once. How the work stands is in its handle, so that any worker can go on with it.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

from analysis.engines.aws import films, hearing, images, known, staging
from analysis.engines.aws.album import AwsAlbum
from analysis.engines.aws.clients import Clients, Unable, failure_of
from analysis.engines.aws.options import Options
from analysis.engines.aws.prices import prices
from analysis.engines.aws.work import Work
from analysis.engines.base import (
    Ability,
    Capabilities,
    EngineAway,
    Estimate,
    Failure,
    Found,
    Kind,
    Report,
    Request,
    Result,
    Standing,
    Type,
)
from analysis.exceptions import AWS_MISSING, JobOverdue, NoPictures, NoSound, NotAbleHere, ResultGone
from mediaportal.core.sandbox import ProgramFailed, ProgramStopped, ProgramTimedOut
from processing.exceptions import CorruptMedia, MediaError

__all__ = ["AwsAlbum", "AwsEngine", "Options"]

logger = logging.getLogger(__name__)

_HOUR = 3600.0
_MOST_SEEN, _MOST_HEARD = 6 * _HOUR, 4 * _HOUR
# What Rekognition reads of the letters that people write.
_READ = frozenset({"ar", "de", "en", "es", "fr", "it", "pt", "ru"})
_ON_FILMS: frozenset[Kind] = frozenset({"video"})
_SEEN: frozenset[Kind] = frozenset({"video", "image"})
_HEARD: frozenset[Kind] = frozenset({"video", "audio"})

# Of a second of a film: until it is staged and all jobs have ended, and what that takes at least.
_SECONDS_FOR_EACH, _BEGIN_SECONDS = 0.6, 60.0
_FIRST_POLL_SECONDS, _POLL_GROWS, _MOST_POLL_SECONDS = 5.0, 1.5, 60.0
# Jobs wait their turn at the service, which then takes less than the medium's length.
_PATIENCE_SECONDS, _PATIENCE_TIMES = 6 * _HOUR, 4.0


class AwsEngine:
    """Looks and listens by Rekognition and Transcribe."""

    name = "aws"
    remote = True

    def __init__(self, options: Callable[[], Options]) -> None:
        """`options` is asked at each call, and may tell other ones as time goes by."""
        self._options = options
        self._clients: dict[str, Clients] = {}

    def capabilities(self) -> Capabilities:
        """Return what the services can do; nothing is asked of them."""
        options = self._options()
        missing = "" if options.bucket and options.region else AWS_MISSING
        seen = Ability(_SEEN, "", most_seconds=_MOST_SEEN, missing=missing)
        return Capabilities(
            {
                Type.TRANSCRIPTION: Ability(
                    _HEARD, "", languages=hearing.languages(), most_seconds=_MOST_HEARD, missing=missing
                ),
                Type.MODERATION: seen,
                Type.OBJECTS: seen,
                Type.FACES: replace(seen, names=True),
                Type.TEXT: replace(seen, languages=_READ),
                Type.SHOTS: replace(seen, kinds=_ON_FILMS),
            }
        )

    def estimate(self, request: Request) -> Estimate:
        """Return roughly how long it takes, and what it costs by the list of prices."""
        table = prices(self._options().prices)
        able, _unable = self._sorted(request)
        usd = sum((table.of(name, request) for name in able), Decimal(0))
        return Estimate(_BEGIN_SECONDS + request.duration * _SECONDS_FOR_EACH, usd)

    def start(self, request: Request, *, on_progress: Report, stop: Callable[[], bool]) -> str:
        """Stage what the services read and begin the jobs; those that cannot begin now wait. Of an image nothing is
        begun. Raises `EngineAway` and the errors of the sandbox; then nothing stays in the bucket.
        """
        options = self._options()
        able, unable = self._sorted(request)
        work = Work(
            token=request.token or uuid4().hex,
            threshold=request.threshold,
            languages=list(request.languages),
            seconds=request.duration,
            waiting=[str(name) for name in able],
            collection=request.people.collection if request.people else "",
            similarity=request.people.similarity if request.people else 1.0,
        )
        for name in unable:
            work.fail(name, failure_of(NotAbleHere))
        if request.kind == "image":
            return work.as_handle()
        try:
            self._stage(request, work, options, on_progress=on_progress, stop=stop)
            if stop():
                raise ProgramStopped("staging")
        except BaseException:
            self._remove_quietly(work, options)
            raise
        self._begin(work, options)
        return work.as_handle()

    def poll(self, handle: str) -> Standing:
        """Begin what waits, and return how far it is; asked less often as time goes by. Raises `EngineAway` when no job
        could be asked after.
        """
        work, options = Work.of_handle(handle), self._options()
        if not work.picture and not work.sound:
            return Standing(done=True, fraction=1.0)
        away = self._begin(work, options)
        asked = len(work.running)
        aways = self._ask(work, options)
        if aways and len(aways) == asked and not work.waiting:
            raise aways[0]
        if work.is_open and time.time() > work.begun + _PATIENCE_SECONDS + _PATIENCE_TIMES * work.seconds:
            for name in [*work.waiting, *work.running]:
                work.fail(name, failure_of(JobOverdue))
        work.polls += 1
        again = min(_MOST_POLL_SECONDS, _FIRST_POLL_SECONDS * _POLL_GROWS ** min(work.polls, 10))
        if away is not None:
            again = max(again, away.again_in_seconds)
        return Standing(not work.is_open, work.fraction, again, work.as_handle())

    def results(self, handle: str, request: Request) -> Found:
        """Return what was found and remove what was staged. Raises `KeyError`, and `EngineAway`: then nothing has been
        removed, or all has been read.
        """
        work, options = Work.of_handle(handle), self._options()
        if request.kind == "image":
            return self._of_image(work, request, options)
        clients, table = self._clients_of(options), prices(options.prices)
        results: dict[Type, Result] = {}
        failures = {name: _with_cost(one, table.of(name, request)) for name, one in work.failures().items()}
        for name, job_id in work.ended.items():
            cost = table.of(Type(name), request)
            try:
                if name == Type.TRANSCRIPTION:
                    found = hearing.result(work, request, options=options, clients=clients)
                else:
                    found = films.result(Type(name), job_id, request, clients=clients, people=work.people)
                results[Type(name)] = replace(found, job_id=job_id, cost=cost)
            except Unable as error:
                logger.warning("%s of %s cannot be read: %s", name, job_id, error.log)
                failures[Type(name)] = replace(error.failure, job_id=job_id, cost=cost)
        staging.remove(work, options, clients)
        return Found(results, failures)

    def cancel(self, handle: str) -> None:
        """Remove what was staged and let Transcribe forget its job; what Rekognition has begun it ends by itself, and
        nobody reads it. Raises `EngineAway`.
        """
        try:
            work = Work.of_handle(handle)
        except KeyError:
            return
        options = self._options()
        clients = self._clients_of(options)
        jobs = {**work.ended, **work.running}
        if job_id := jobs.get(Type.TRANSCRIPTION):
            hearing.forget(job_id, clients=clients)
        staging.remove(work, options, clients)

    def _sorted(self, request: Request) -> tuple[list[Type], list[Type]]:
        """The types of a request that can be done of its medium, and those that cannot."""
        types = self.capabilities().types
        able = [
            name
            for name in sorted(request.types)
            if name in types and not types[name].missing and request.kind in types[name].kinds
        ]
        return able, sorted(request.types - set(able))

    def _clients_of(self, options: Options) -> Clients:
        """The clients of a region."""
        return self._clients.setdefault(options.region, Clients(options.region))

    def _stage(
        self, request: Request, work: Work, options: Options, *, on_progress: Report, stop: Callable[[], bool]
    ) -> None:
        """Make what is read and put it into the bucket. A medium of which it cannot be made fails the types that
        would read it.
        """
        heard = [name for name in work.waiting if name == Type.TRANSCRIPTION]
        looked = [name for name in work.waiting if name != Type.TRANSCRIPTION]
        probe = request.probe
        if heard and (probe is None or not probe.audio):
            work.fail(heard.pop(), failure_of(NoSound))
        if looked and (probe is None or probe.video is None):
            for name in looked:
                work.fail(name, failure_of(NoPictures))
            looked = []
        half = 0.5 if heard and looked else 1.0
        clients = self._clients_of(options)
        facts = (request, work, options, clients)
        if looked:
            report = _part_of(on_progress, 0.0, half)
            work.picture = _or_fail(
                work, looked, lambda: staging.picture(*facts, on_progress=report, stop=stop)
            )
        if heard:
            report_sound = _part_of(on_progress, 1.0 - half, half)
            work.sound = _or_fail(
                work, heard, lambda: staging.sound(*facts, on_progress=report_sound, stop=stop)
            )

    def _begin(self, work: Work, options: Options) -> EngineAway | None:
        """Begin what waits; returns the error of the first that has to wait on."""
        clients = self._clients_of(options)
        away: EngineAway | None = None
        for name in list(work.waiting):
            try:
                if name == Type.TRANSCRIPTION:
                    # Noted before it is begun: what it writes is then removed however this ends.
                    work.will_write(staging.transcript_key(options, work))
                    job_id = hearing.start(work, work.sound, options=options, clients=clients)
                else:
                    job_id = self._look(Type(name), work, options)
            except EngineAway as error:
                logger.info("%s waits for Amazon Web Services: %s", name, error.log)
                away = away or error
            except Unable as error:
                logger.warning("%s was not begun: %s", name, error.log)
                work.fail(name, error.failure)
            else:
                work.waiting.remove(name)
                work.running[name] = job_id
        return away

    def _look(self, name: Type, work: Work, options: Options) -> str:
        """Begin a job of Rekognition; returns its id. Without the collection of faces nobody is known, and faces are
        found all the same. Raises `EngineAway` and `Unable`.
        """

        def begin() -> str:
            return films.start(
                name,
                work.picture,
                threshold=work.threshold,
                token=work.token,
                options=options,
                clients=self._clients_of(options),
                people=work.people,
            )

        try:
            return begin()
        except Unable as error:
            if name != Type.FACES or not work.collection or error.failure.code != ResultGone.code:
                raise
            logger.warning("there is no collection of faces %r: %s", work.collection, error.log)
            work.collection = ""
            return begin()

    def _ask(self, work: Work, options: Options) -> list[EngineAway]:
        """Ask after what runs; returns the errors of those that could not be asked after."""
        clients = self._clients_of(options)
        aways = []
        for name, job_id in list(work.running.items()):
            try:
                if name == Type.TRANSCRIPTION:
                    over = hearing.has_ended(job_id, clients=clients)
                else:
                    over = films.has_ended(Type(name), job_id, clients=clients, people=work.people)
            except EngineAway as error:
                aways.append(error)
            except Unable as error:
                logger.warning("%s (%s) has failed: %s", name, job_id, error.log)
                work.fail(name, error.failure)
            else:
                if over:
                    work.ended[name] = work.running.pop(name)
        return aways

    def _of_image(self, work: Work, request: Request, options: Options) -> Found:
        """What the calls for an image answer. Raises `EngineAway`."""
        clients, table = self._clients_of(options), prices(options.prices)
        results: dict[Type, Result] = {}
        failures = work.failures()
        if not work.waiting:
            return Found(results, failures)
        try:
            data = images.picture(request, stop=lambda: False)
        except (MediaError, ProgramFailed, ProgramTimedOut) as error:
            reason = _reason(error)
            return Found({}, failures | {Type(name): reason for name in work.waiting})
        for name in work.waiting:
            try:
                found, searched = images.result(Type(name), data, request, clients=clients), 0
                if name == Type.FACES and request.people is not None:
                    found, searched = known.in_image(
                        found, request, request.people, clients=clients, stop=lambda: False
                    )
                cost = table.of(Type(name), request, searched=searched)
                results[Type(name)] = replace(found, cost=cost)
            except (MediaError, ProgramFailed, ProgramTimedOut) as error:
                failures[Type(name)] = _reason(error)
            except Unable as error:
                logger.warning("%s of an image failed: %s", name, error.log)
                failures[Type(name)] = error.failure
        return Found(results, failures)

    def _remove_quietly(self, work: Work, options: Options) -> None:
        """Remove what was staged while something else goes wrong."""
        try:
            staging.remove(work, options, self._clients_of(options))
        except EngineAway as error:
            logger.warning("%s stay in the bucket %s: %s", work.staged, options.bucket, error.log)


def _part_of(on_progress: Report, begins: float, share: float) -> Report:
    """What tells the progress of one part of the work as that of the whole."""
    return lambda done: on_progress(begins + done * share)


def _or_fail(work: Work, names: list[str], make: Callable[[], str]) -> str:
    """What `make` returns; where the medium is at fault, or what was asked is refused, these types have failed."""
    try:
        return make()
    except Unable as error:
        logger.warning("nothing was staged: %s", error.log)
        reason = error.failure
    except (MediaError, ProgramFailed, ProgramTimedOut) as error:
        reason = _reason(error)
    for name in names:
        work.fail(name, reason)
    return ""


def _with_cost(failure: Failure, usd: Decimal) -> Failure:
    """A failure with what it cost: a job that goes on without us is paid for, one that has failed is not."""
    return replace(failure, cost=usd) if failure.code == JobOverdue.code and failure.job_id else failure


def _reason(error: MediaError | ProgramFailed | ProgramTimedOut) -> Failure:
    """An error as the failure of a type."""
    return failure_of(error if isinstance(error, MediaError) else CorruptMedia)
