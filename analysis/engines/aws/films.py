"""The jobs of Rekognition that look at a film: begun, asked after, and read page by page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from analysis.engines.aws import known, seen
from analysis.engines.aws.clients import Clients, Unable, calling
from analysis.engines.aws.options import Options
from analysis.engines.aws.seen import Answer
from analysis.engines.base import People, Request, Result, Type
from analysis.exceptions import JobFailed, ResultUnreadable

_PAGE = 1000
_MOST_PAGES = 5000


@dataclass(frozen=True)
class Job:
    """One kind of job: the calls that begin and read it, and under which name its findings stand in the answer.

    `begun_with` and `read_with` are what these calls are told besides; `threshold_in` is the path of the least
    confidence (percent) among the former, of which the service takes nothing below `least`.
    """

    start: str
    get: str
    found: str
    threshold_in: tuple[str, ...] = ()
    begun_with: Mapping[str, Any] = field(default_factory=dict)
    read_with: Mapping[str, Any] = field(default_factory=dict)
    least: float = 0.0


JOBS = {
    Type.OBJECTS: Job(
        "start_label_detection",
        "get_label_detection",
        "Labels",
        ("MinConfidence",),
        read_with={"SortBy": "TIMESTAMP", "AggregateBy": "TIMESTAMPS"},
    ),
    Type.MODERATION: Job(
        "start_content_moderation",
        "get_content_moderation",
        "ModerationLabels",
        ("MinConfidence",),
        read_with={"SortBy": "TIMESTAMP", "AggregateBy": "SEGMENTS"},
    ),
    # How old somebody looks, and what they are thought to feel, is not asked for.
    Type.FACES: Job(
        "start_face_detection", "get_face_detection", "Faces", begun_with={"FaceAttributes": "DEFAULT"}
    ),
    Type.TEXT: Job(
        "start_text_detection",
        "get_text_detection",
        "TextDetections",
        ("Filters", "WordFilter", "MinConfidence"),
    ),
    Type.SHOTS: Job(
        "start_segment_detection",
        "get_segment_detection",
        "Segments",
        ("Filters", "ShotFilter", "MinSegmentConfidence"),
        begun_with={"SegmentTypes": ["SHOT"]},
        least=50.0,
    ),
}

# Tells every face, and of those that are like one of the collection whose they are.
FACES_OF_PEOPLE = Job(
    "start_face_search",
    "get_face_search",
    "Persons",
    ("FaceMatchThreshold",),
    read_with={"SortBy": "TIMESTAMP"},
)


def start(
    name: Type,
    key: str,
    *,
    threshold: float,
    token: str,
    options: Options,
    clients: Clients,
    people: People | None = None,
) -> str:
    """Begin a job; returns its id. The same `token` begins it once. Raises `EngineAway` and `Unable`."""
    job = _job(name, people)
    told: dict[str, Any] = {
        "Video": {"S3Object": {"Bucket": options.bucket, "Name": key}},
        "ClientRequestToken": f"{token}-{name}",
        **job.begun_with,
    }
    if job is FACES_OF_PEOPLE and people is not None:
        told |= {"CollectionId": people.collection, "ClientRequestToken": f"{token}-people"}
        threshold = people.similarity
    if job.threshold_in:
        *outer, last = job.threshold_in
        place = told
        for step in outer:
            place = place.setdefault(step, {})
        place[last] = max(job.least, threshold * 100)
    with calling():
        answer = getattr(clients.rekognition, job.start)(**told)
    return str(answer["JobId"])


def has_ended(name: Type, job_id: str, *, clients: Clients, people: People | None = None) -> bool:
    """Whether a job has found what it can. Raises `Unable` for one that has failed, and as `start`."""
    job = _job(name, people)
    with calling():
        answer = getattr(clients.rekognition, job.get)(JobId=job_id, MaxResults=1)
    if answer["JobStatus"] == "FAILED":
        raise Unable(JobFailed, str(answer.get("StatusMessage", "")))
    return bool(answer["JobStatus"] == "SUCCEEDED")


def result(
    name: Type, job_id: str, request: Request, *, clients: Clients, people: People | None = None
) -> Result:
    """What a job has found. Raises as `start`."""
    job = _job(name, people)
    read = known.faces if job is FACES_OF_PEOPLE else seen.OF_FILMS[name]
    return read(_answers(job, job_id, clients), request)


def _job(name: Type, people: People | None) -> Job:
    """The kind of job of a type: faces are looked for among `people`, where there are any."""
    return FACES_OF_PEOPLE if people is not None and name == Type.FACES else JOBS[name]


def _answers(job: Job, job_id: str, clients: Clients) -> Iterator[Answer]:
    """Everything that a job has found, fetched as it is read."""
    told: dict[str, Any] = {"JobId": job_id, "MaxResults": _PAGE, **job.read_with}
    for _page in range(_MOST_PAGES):
        with calling():
            answer = getattr(clients.rekognition, job.get)(**told)
        yield from answer.get(job.found, ())
        if not answer.get("NextToken"):
            return
        told["NextToken"] = answer["NextToken"]
    raise Unable(ResultUnreadable, f"{job_id} has more than {_MOST_PAGES} pages")
