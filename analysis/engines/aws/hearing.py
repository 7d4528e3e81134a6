"""The jobs of Transcribe: in one language, in several, or in the one that the service hears; what it heard lies in our
bucket.
"""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

import botocore.session

from analysis.engines.aws import staging, transcripts
from analysis.engines.aws.clients import AlreadyThere, Clients, Unable, calling
from analysis.engines.aws.options import Options
from analysis.engines.aws.work import Work
from analysis.engines.base import Request, Result
from analysis.exceptions import JobFailed, Refused, ResultUnreadable

_MOST_TRANSCRIPT_BYTES = 256 * 1024**2
_MOST_OPTIONS = 5
_LEAST_SPEAKERS, _MOST_SPEAKERS = 2, 30
_ENDED = ("COMPLETED", "FAILED")


@cache
def dialects() -> tuple[str, ...]:
    """Every dialect that Transcribe knows, as boto's description of the service lists them."""
    model = botocore.session.get_session().get_service_model("transcribe")
    return tuple(model.shape_for("LanguageCode").enum)


def languages() -> frozenset[str]:
    """The languages of these dialects."""
    return frozenset(dialect.partition("-")[0] for dialect in dialects())


def dialect_of(language: str, preferred: Sequence[str]) -> str:
    """The dialect that is meant by a language tag: itself where it is one, otherwise the preferred one of its
    language, or the first; empty for languages that Transcribe does not know.
    """
    if language in dialects():
        return language
    spoken = language.partition("-")[0]
    for known in (*preferred, *dialects()):
        if known.partition("-")[0] == spoken and known in dialects():
            return known
    return ""


def expected(tags: Sequence[str], preferred: Sequence[str]) -> list[str]:
    """The dialects that are expected: one of each language, as Transcribe wants it, in their order."""
    found: dict[str, str] = {}
    for tag in tags:
        if dialect := dialect_of(tag, preferred):
            found.setdefault(dialect.partition("-")[0], dialect)
    return list(found.values())[:_MOST_OPTIONS]


def start(work: Work, key: str, *, options: Options, clients: Clients) -> str:
    """Begin a job; returns its name. The same token begins it once. Raises `EngineAway` and `Unable`."""
    told: dict[str, Any] = {
        "TranscriptionJobName": _name(work),
        "Media": {"MediaFileUri": f"s3://{options.bucket}/{key}"},
        "OutputBucketName": options.bucket,
        "OutputKey": staging.transcript_key(options, work),
        **_languages(expected(work.languages, options.dialects), dict(options.vocabularies)),
    }
    if options.speakers >= _LEAST_SPEAKERS:
        voices = {"ShowSpeakerLabels": True, "MaxSpeakerLabels": min(options.speakers, _MOST_SPEAKERS)}
        told["Settings"] = {**told.get("Settings", {}), **voices}
    try:
        with calling():
            clients.transcribe.start_transcription_job(**told)
    except AlreadyThere:
        return _name(work)
    return _name(work)


def has_ended(job_id: str, *, clients: Clients) -> bool:
    """Whether a job has heard all. Raises `Unable` for one that has failed, and as `start`."""
    with calling():
        job = clients.transcribe.get_transcription_job(TranscriptionJobName=job_id)["TranscriptionJob"]
    if job["TranscriptionJobStatus"] == "FAILED":
        raise Unable(JobFailed, str(job.get("FailureReason", "")))
    return bool(job["TranscriptionJobStatus"] == "COMPLETED")


def result(work: Work, request: Request, *, options: Options, clients: Clients) -> Result:
    """What was heard. Raises as `start`."""
    key = staging.transcript_key(options, work)
    data = staging.read(key, options, clients, most_bytes=_MOST_TRANSCRIPT_BYTES)
    wanted = expected(work.languages, options.dialects)
    try:
        return transcripts.result(json.loads(data), request, language=wanted[0] if wanted else "")
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise Unable(ResultUnreadable, f"{key}: {error!r}") from error


def forget(work: Work, *, clients: Clients) -> bool:
    """Let the service forget a job, if it knows it; False while that runs, for only one that has ended can be taken
    away, and until then it may write what it hears. Raises `EngineAway`, and `Unable` where we may not ask.
    """
    name = _name(work)
    try:
        with calling():
            job = clients.transcribe.get_transcription_job(TranscriptionJobName=name)["TranscriptionJob"]
        if job["TranscriptionJobStatus"] not in _ENDED:
            return False
        with calling():
            clients.transcribe.delete_transcription_job(TranscriptionJobName=name)
    except Unable as error:
        if error.failure.code == Refused.code:
            raise
    return True


def _name(work: Work) -> str:
    return f"mediaportal-{work.token}"


def _languages(wanted: Sequence[str], vocabularies: dict[str, str]) -> dict[str, Any]:
    """What a job is told of languages: the only one that is expected, that each of several may be spoken, or that it is
    to find out which one it is.
    """
    if len(wanted) == 1:
        name = vocabularies.get(wanted[0])
        told: dict[str, Any] = {"LanguageCode": wanted[0]}
        return told | ({"Settings": {"VocabularyName": name}} if name else {})
    if not wanted:
        return {"IdentifyLanguage": True}
    told = {"IdentifyMultipleLanguages": True, "LanguageOptions": list(wanted)}
    if any(one in vocabularies for one in wanted):
        # The service takes settings of two languages and more: those without a vocabulary have empty ones.
        told["LanguageIdSettings"] = {
            one: {"VocabularyName": vocabularies[one]} if one in vocabularies else {} for one in wanted
        }
    return told
