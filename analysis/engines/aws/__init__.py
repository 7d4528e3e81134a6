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

from analysis.engines.aws import abilities, films, hearing, images, jobs, staging
from analysis.engines.aws.album import AwsAlbum
from analysis.engines.aws.clients import Clients, Unable, failure_of
from analysis.engines.aws.options import Options
from analysis.engines.aws.prices import prices
from analysis.engines.aws.work import Work
from analysis.engines.base import (
    Capabilities,
    Estimate,
    Found,
    Note,
    Report,
    Request,
    Result,
    Standing,
    Type,
    unnoted,
)
from analysis.exceptions import JobOverdue, NotAbleHere

__all__ = ["AwsAlbum", "AwsEngine", "Options"]

logger = logging.getLogger(__name__)

_HOUR = 3600.0
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
        return abilities.capabilities(self._options())

    def estimate(self, request: Request) -> Estimate:
        """Return roughly how long it takes, and what it costs by the list of prices."""
        table = prices(self._options().prices)
        able, _unable = self._sorted(request)
        usd = sum((table.of(name, request) for name in able), Decimal(0))
        return Estimate(_BEGIN_SECONDS + request.duration * _SECONDS_FOR_EACH, usd)

    def start(
        self, request: Request, *, on_progress: Report, stop: Callable[[], bool], note: Note = unnoted
    ) -> str:
        """Stage what the services read; of an image nothing is staged. Raises `EngineAway` and the errors of the
        sandbox; then what has been noted may lie in the bucket.
        """
        options = self._options()
        able, unable = self._sorted(request)
        work = Work(
            token=request.token or uuid4().hex,
            threshold=request.threshold,
            languages=list(request.languages),
            seconds=request.duration,
            bucket=options.bucket,
            region=options.region,
            waiting=[str(name) for name in able],
            collection=request.people.collection if request.people else "",
            similarity=request.people.similarity if request.people else 1.0,
        )
        for name in unable:
            work.fail(name, failure_of(NotAbleHere))
        if request.kind != "image":
            options, clients = self._place_of(work)
            staging.stage(request, work, options, clients, on_progress=on_progress, stop=stop, note=note)
        return work.as_handle()

    def poll(self, handle: str) -> Standing:
        """Begin what waits, and return how far it is; asked less often as time goes by. Raises `EngineAway` when no job
        could be asked after.
        """
        work = Work.of_handle(handle)
        if not work.picture and not work.sound:
            return Standing(done=True, fraction=1.0)
        options, clients = self._place_of(work)
        away = jobs.begin(work, options, clients)
        asked = len(work.running)
        aways = jobs.ask(work, clients)
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
        """Return what was found, as often as it is asked for before it is cleared up. Raises `KeyError`, and
        `EngineAway`.
        """
        work = Work.of_handle(handle)
        options, clients = self._place_of(work)
        table = prices(options.prices)
        if request.kind == "image":
            return images.found(work, request, table, clients)
        spent = self.spent(handle, request)
        results: dict[Type, Result] = {}
        failures = {
            name: replace(one, cost=spent.get(name, Decimal(0))) for name, one in work.failures().items()
        }
        for name, job_id in work.ended.items():
            cost = spent[Type(name)]
            try:
                if name == Type.TRANSCRIPTION:
                    found = hearing.result(work, request, options=options, clients=clients)
                else:
                    found = films.result(Type(name), job_id, request, clients=clients, people=work.people)
                results[Type(name)] = replace(found, job_id=job_id, cost=cost)
            except Unable as error:
                logger.warning("%s of %s cannot be read: %s", name, job_id, error.log)
                failures[Type(name)] = replace(error.failure, job_id=job_id, cost=cost)
        return Found(results, failures)

    def spent(self, handle: str, request: Request) -> dict[Type, Decimal]:
        """Return what the jobs cost that were begun: one that goes on without us is paid for, one that has failed is
        not. Raises `KeyError`.
        """
        table = prices(self._options().prices)
        return {Type(name): table.of(Type(name), request) for name in sorted(Work.of_handle(handle).paid)}

    def clear_up(self, handle: str) -> float | None:
        """Remove what was staged and what Transcribe keeps, now or once that has ended. Raises `EngineAway`."""
        try:
            work = Work.of_handle(handle)
        except KeyError:
            return None
        return jobs.clear_up(work, *self._place_of(work))

    def _sorted(self, request: Request) -> tuple[list[Type], list[Type]]:
        """The types of a request that can be done of its medium, and those that cannot."""
        types = self.capabilities().types
        able = [
            name
            for name in sorted(request.types)
            if name in types and not types[name].missing and request.kind in types[name].kinds
        ]
        return able, sorted(request.types - set(able))

    def _place_of(self, work: Work) -> tuple[Options, Clients]:
        """The bucket and the region in which work was begun, whatever is set by now, and the clients there."""
        options = self._options()
        if work.bucket:
            options = replace(options, bucket=work.bucket, region=work.region)
        return options, self._clients.setdefault(options.region, Clients(options.region))
