"""Calls of the services: bounded in time and in number of tries, and what their errors mean here."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
    PartialCredentialsError,
)

from analysis.engines.base import EngineAway, Failure
from analysis.exceptions import NotTaken, Refused, ResultGone
from mediaportal.core.sandbox import ProgramFailed, ProgramTimedOut
from processing.exceptions import CorruptMedia, MediaError

# Seconds without a byte after which a call has failed, and how often boto tries it, waiting longer each time.
_LIMITS = Config(
    connect_timeout=5,
    read_timeout=30,
    retries={"total_max_attempts": 3, "mode": "standard"},
    signature_version="v4",
)
_BUCKET_LIMITS = _LIMITS.merge(Config(signature_version="s3v4"))

_SERVER_ERRORS = 500
_TOO_MANY = {
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ServiceQuotaExceededException",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}
_REFUSED = {
    "AccessDenied",
    "AccessDeniedException",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
_GONE = {"404", "NoSuchKey", "NotFoundException", "ResourceNotFoundException"}
_NO_BUCKET = {"NoSuchBucket"}
_THERE = {"ConflictException", "ResourceAlreadyExistsException"}
_AGAIN_SECONDS, _AGAIN_AFTER_LIMIT_SECONDS = 30.0, 60.0
_MOST_LOGGED = 500


class Unable(Exception):
    """A call that will not succeed by being made again; `failure` is the reason of its type, `log` for the operator."""

    def __init__(self, reason: type[MediaError], log: str = "") -> None:
        """Keep both."""
        super().__init__(log or reason.code)
        self.failure, self.log = failure_of(reason), log


def failure_of(reason: MediaError | type[MediaError]) -> Failure:
    """Return a reason as the failure of a type."""
    return Failure(reason.code, reason.sentence)


def reason_of(error: MediaError | ProgramFailed | ProgramTimedOut) -> Failure:
    """Return what went wrong with a medium here as the failure of a type."""
    return failure_of(error if isinstance(error, MediaError) else CorruptMedia)


class AlreadyThere(Exception):
    """Work of this name was begun before, or what was to be made is there."""


@contextmanager
def calling() -> Iterator[None]:
    """Say what an error of a call means here: `EngineAway` for what passes, such as too many calls, `AlreadyThere`, or
    `Unable`.
    """
    try:
        yield
    except ClientError as error:
        raise _meaning(error) from error
    except (NoCredentialsError, PartialCredentialsError, NoRegionError) as error:
        raise Unable(Refused, str(error)) from error
    except ParamValidationError as error:
        # boto itself knows that the service never takes it.
        raise Unable(NotTaken, str(error)[:_MOST_LOGGED]) from error
    except Boto3Error as error:
        # What sends files wraps the error of the call.
        inner = error.__context__
        raise (_meaning(inner) if isinstance(inner, ClientError) else EngineAway(str(error))) from error
    except BotoCoreError as error:
        raise EngineAway(str(error), again_in_seconds=_AGAIN_SECONDS) from error


def _meaning(error: ClientError) -> EngineAway | AlreadyThere | Unable:
    """What the service's answer means."""
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    log = str(error)[:_MOST_LOGGED]
    if code in _TOO_MANY:
        return EngineAway(log, again_in_seconds=_AGAIN_AFTER_LIMIT_SECONDS)
    if status >= _SERVER_ERRORS:
        return EngineAway(log, again_in_seconds=_AGAIN_SECONDS)
    if code in _THERE:
        return AlreadyThere(log)
    if code in _REFUSED or code in _NO_BUCKET:
        return Unable(Refused, log)
    return Unable(ResultGone if code in _GONE else NotTaken, log)


class Clients:
    """The clients of one account and region, made when they are first needed; they serve all threads."""

    def __init__(self, region: str) -> None:
        """Nothing is asked of anybody yet."""
        self._region = region
        self._made: dict[str, Any] = {}
        self._lock = threading.Lock()

    @property
    def bucket(self) -> Any:
        """The client of S3."""
        return self._client("s3", _BUCKET_LIMITS)

    @property
    def rekognition(self) -> Any:
        """The client of Rekognition."""
        return self._client("rekognition", _LIMITS)

    @property
    def transcribe(self) -> Any:
        """The client of Transcribe."""
        return self._client("transcribe", _LIMITS)

    def _client(self, service: str, limits: Config) -> Any:
        # Making one is not safe for threads, and takes a tenth of a second.
        with self._lock:
            if service not in self._made:
                self._made[service] = boto3.session.Session().client(
                    service, region_name=self._region or None, config=limits
                )
            return self._made[service]
