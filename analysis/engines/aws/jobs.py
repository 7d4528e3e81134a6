"""The jobs of both services: begun where they wait, asked after, and taken away with what they have left."""

import logging

from analysis.engines.aws import films, hearing, staging
from analysis.engines.aws.clients import Clients, Unable
from analysis.engines.aws.options import Options
from analysis.engines.aws.work import Work
from analysis.engines.base import EngineAway, Type
from analysis.exceptions import ResultGone

logger = logging.getLogger(__name__)

_STILL_RUNS_SECONDS = 300.0
_REFUSED_SECONDS = 3600.0


def begin(work: Work, options: Options, clients: Clients) -> EngineAway | None:
    """Begin what waits; returns the error of the first that has to wait on."""
    away: EngineAway | None = None
    for name in list(work.waiting):
        try:
            if name == Type.TRANSCRIPTION:
                job_id = hearing.start(work, work.sound, options=options, clients=clients)
            else:
                job_id = _look(Type(name), work, options, clients)
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


def _look(name: Type, work: Work, options: Options, clients: Clients) -> str:
    """Begin a job of Rekognition; returns its id. Without the collection of faces nobody is known, and faces are found
    all the same. Raises `EngineAway` and `Unable`.
    """

    def begin() -> str:
        return films.start(
            name,
            work.picture,
            threshold=work.threshold,
            token=work.token,
            options=options,
            clients=clients,
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


def ask(work: Work, clients: Clients) -> list[EngineAway]:
    """Ask after what runs; returns the errors of those that could not be asked after."""
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


def clear_up(work: Work, options: Options, clients: Clients) -> float | None:
    """Remove what was staged, and the job of Transcribe with what it heard; returns in how many seconds to go on while
    that still runs. What Rekognition has begun it ends by itself, and nobody reads it. Raises `EngineAway`.
    """
    try:
        # What it hears is written before it has ended: removed after that, nothing comes later.
        ended = not work.sound or hearing.forget(work, clients=clients)
        staging.remove(work, options, clients)
    except Unable as error:
        raise EngineAway(error.log, again_in_seconds=_REFUSED_SECONDS) from error
    return None if ended else _STILL_RUNS_SECONDS
