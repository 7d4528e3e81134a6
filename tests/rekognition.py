"""A stand-in for Rekognition: it speaks the service's JSON over real HTTP, takes only what the service's own model
allows, and answers only what that model describes.

It also writes the transcripts that moto's Transcribe never does.
"""

import json
import math
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import uuid4

import botocore.session
from botocore.validate import ParamValidator

from tests.origins import Origin, Visit, serving

# Each visit has a connection of its own, and boto is told so.
HEADERS = {"Content_Type": "application/x-amz-json-1.1", "Connection": "close"}
PREFIX = "RekognitionService."
FINDINGS = {
    "LabelDetection": "Labels",
    "ContentModeration": "ModerationLabels",
    "FaceDetection": "Faces",
    "TextDetection": "TextDetections",
    "SegmentDetection": "Segments",
    "FaceSearch": "Persons",
}
FILM = {
    "Codec": "h264",
    "DurationMillis": 9000,
    "Format": "QuickTime / MOV",
    "FrameRate": 25.0,
    "FrameHeight": 360,
    "FrameWidth": 640,
    "ColorRange": "LIMITED",
}


@cache
def model() -> Any:
    """What boto knows of the service."""
    return botocore.session.get_session().get_service_model("rekognition")


def checked(value: dict[str, Any], shape: Any) -> dict[str, Any]:
    """A value that has the form of a shape; fails for one that has another, or members that it does not know."""
    report = ParamValidator().validate(value, shape)
    assert not report.has_errors(), report.generate_report()
    assert not (wrong := list(beyond(value, shape))), "; ".join(wrong)
    return value


def beyond(value: Any, shape: Any, path: str = "") -> Iterator[str]:
    """What boto leaves to the service: values above their most, words that are none of a list's, or of another form."""
    most = shape.metadata.get("max", math.inf)
    match shape.type_name:
        case "structure":
            for name, inner in value.items():
                yield from beyond(inner, shape.members[name], f"{path}.{name}")
        case "list":
            for number, inner in enumerate(value):
                yield from beyond(inner, shape.member, f"{path}[{number}]")
        case "string":
            if shape.enum and value not in shape.enum:
                yield f"{path}: {value!r} is none of {shape.enum}"
            if (pattern := shape.metadata.get("pattern")) and not re.fullmatch(pattern, value):
                yield f"{path}: {value!r} is not {pattern}"
    size = value if shape.type_name in {"float", "double", "integer", "long"} else 0
    if shape.type_name in {"list", "string"}:
        size = len(value)
    if size > most:
        yield f"{path}: {size} is more than {most}"


@dataclass
class Refusal(Exception):
    """An error of the service by its code."""

    code: str
    status: int = 400


@dataclass
class Rekognition:
    """What it was asked, what it finds by kinds of jobs, and what goes wrong: refusals are given once each, in turn.

    `collections` are those of faces, by their names: the key that each face is kept under, by the face's id. None
    is kept of a picture that is `blurred`; `known` are the keys that faces in images are like, in turn.
    """

    found: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    in_images: dict[str, dict[str, Any]] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    refusals: dict[str, list[Refusal]] = field(default_factory=dict)
    polls: int = 0
    page: int = 1000
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)
    collections: dict[str, dict[str, str]] = field(default_factory=dict)
    blurred: bool = False
    known: list[str] = field(default_factory=list)
    begun: dict[str, Any] = field(default_factory=dict)
    origin: Origin | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        assert self.origin is not None
        return self.origin.url("")

    def visit(self, visit: Visit) -> None:
        """One call."""
        data = json.loads(visit.rfile.read(int(visit.headers["Content-Length"])))
        name = visit.headers["X-Amz-Target"].removeprefix(PREFIX)
        operation = model().operation_model(name)
        self.asked.append((name, data))
        if self.refusals.get(name):
            refusal = self.refusals[name].pop(0)
            body = json.dumps({"__type": refusal.code, "Message": "as the test says"}).encode()
            visit.answer(refusal.status, body, **HEADERS)
            return
        # The bytes of an image come as text, which the model calls a blob.
        unpacked = data | ({"Image": {"Bytes": b"..."}} if "Image" in data else {})
        checked(unpacked, operation.input_shape)
        try:
            answer = checked(self._answer(name, data), operation.output_shape)
        except Refusal as refusal:
            body = json.dumps({"__type": refusal.code, "Message": "as the service does"}).encode()
            visit.answer(refusal.status, body, **HEADERS)
            return
        visit.answer(200, json.dumps(answer).encode(), **HEADERS)

    def of(self, name: str) -> list[dict[str, Any]]:
        """What one operation was asked."""
        return [data for asked, data in self.asked if asked == name]

    def keys(self, collection: str = "people") -> list[str]:
        """The keys of what is kept in a collection."""
        return sorted(self.collections.get(collection, {}).values())

    def _answer(self, name: str, data: dict[str, Any]) -> dict[str, Any]:
        if name == "CreateCollection":
            return self._make(data["CollectionId"])
        if "CollectionId" in data and data["CollectionId"] not in self.collections:
            raise Refusal("ResourceNotFoundException")
        if name in OF_COLLECTIONS:
            return OF_COLLECTIONS[name](self, data)
        if name.startswith("Start"):
            return self._begin(name.removeprefix("Start"), data)
        if name.startswith("Get"):
            return self._standing(name.removeprefix("Get"), data)
        return self.in_images.get(name, NOTHING_IN_IMAGES[name])

    def _make(self, name: str) -> dict[str, Any]:
        if name in self.collections:
            raise Refusal("ResourceAlreadyExistsException")
        self.collections[name] = {}
        arn = f"aws:rekognition:eu-west-1:1:collection/{name}"
        return {"StatusCode": 200, "CollectionArn": arn, "FaceModelVersion": "7.0"}

    def index(self, data: dict[str, Any]) -> dict[str, Any]:
        """Keep the face of a picture, unless it is blurred; what is kept under its key already is not told again."""
        kept, key = self.collections[data["CollectionId"]], data["ExternalImageId"]
        detail = {"BoundingBox": box(0.3, 0.2), "Confidence": 99.0}
        if self.blurred:
            left = [{"Reasons": ["LOW_SHARPNESS"], "FaceDetail": detail}]
            return {"FaceRecords": [], "FaceModelVersion": "7.0", "UnindexedFaces": left}
        records = []
        if key not in kept.values():
            face_id = str(uuid4())
            kept[face_id] = key
            records = [{"Face": kept_face(face_id, key), "FaceDetail": detail}]
        return {"FaceRecords": records, "FaceModelVersion": "7.0", "UnindexedFaces": []}

    def listed(self, data: dict[str, Any]) -> dict[str, Any]:
        """What is kept."""
        kept = list(self.collections[data["CollectionId"]].items())
        begin = int(data.get("NextToken", "0"))
        end = begin + min(self.page, data["MaxResults"])
        answer: dict[str, Any] = {
            "Faces": [kept_face(*one) for one in kept[begin:end]],
            "FaceModelVersion": "7.0",
        }
        return answer | ({"NextToken": str(end)} if end < len(kept) else {})

    def delete(self, data: dict[str, Any]) -> dict[str, Any]:
        """Remove faces; those that are not there are named."""
        kept = self.collections[data["CollectionId"]]
        gone = [one for one in data["FaceIds"] if kept.pop(one, None) is not None]
        unknown = [
            {"FaceId": one, "Reasons": ["FACE_NOT_FOUND"]} for one in data["FaceIds"] if one not in gone
        ]
        return ({"DeletedFaces": gone} if gone else {}) | {"UnsuccessfulFaceDeletions": unknown}

    def search(self, data: dict[str, Any]) -> dict[str, Any]:
        """Whose the face in an image is."""
        key = self.known.pop(0) if self.known else ""
        return {
            "SearchedFaceBoundingBox": box(0.3, 0.2),
            "SearchedFaceConfidence": 99.0,
            "FaceMatches": matches(key) if key else [],
            "FaceModelVersion": "7.0",
        }

    def _begin(self, kind: str, data: dict[str, Any]) -> dict[str, Any]:
        token = data["ClientRequestToken"]
        if self.begun.setdefault(token, (kind, data)) != (kind, data):
            raise Refusal("IdempotentParameterMismatchException")
        return {"JobId": self.tokens.setdefault(token, f"{len(self.tokens):064x}")}

    def _standing(self, kind: str, data: dict[str, Any]) -> dict[str, Any]:
        if self.polls > 0:
            self.polls -= 1
            return {"JobStatus": "IN_PROGRESS"}
        if kind in self.failed:
            return {"JobStatus": "FAILED", "StatusMessage": "the film could not be decoded"}
        begin = int(data.get("NextToken", "0"))
        most = min(self.page, data["MaxResults"])
        every = self.found.get(kind, [])
        answer: dict[str, Any] = {"JobStatus": "SUCCEEDED", FINDINGS[kind]: every[begin : begin + most]}
        answer["VideoMetadata"] = [FILM] if kind == "SegmentDetection" else FILM
        if begin + most < len(every):
            answer["NextToken"] = str(begin + most)
        return answer


OF_COLLECTIONS: dict[str, Callable[[Rekognition, dict[str, Any]], dict[str, Any]]] = {
    "IndexFaces": Rekognition.index,
    "ListFaces": Rekognition.listed,
    "DeleteFaces": Rekognition.delete,
    "SearchFacesByImage": Rekognition.search,
}

NOTHING_IN_IMAGES: dict[str, dict[str, Any]] = {
    "DetectLabels": {"Labels": [], "LabelModelVersion": "3.0"},
    "DetectModerationLabels": {"ModerationLabels": [], "ModerationModelVersion": "7.0"},
    "DetectFaces": {"FaceDetails": []},
    "DetectText": {"TextDetections": [], "TextModelVersion": "3.0"},
}


@contextmanager
def standing_in(change: Callable[[Rekognition], None] = lambda _service: None) -> Iterator[Rekognition]:
    """Run the service while the block runs."""
    service = Rekognition()
    change(service)
    with serving(service.visit) as origin:
        service.origin = origin
        yield service


def box(left: float, top: float, width: float = 0.2, height: float = 0.3) -> dict[str, float]:
    """A box as the service tells it."""
    return {"Left": left, "Top": top, "Width": width, "Height": height}


def label(time: float, name: str, *above: str, sure: float = 90.0, at: Any = None) -> dict[str, Any]:
    """A label in a film at a second."""
    instances = [{"BoundingBox": at, "Confidence": sure}] if at else []
    parents = [{"Name": one} for one in above]
    told = {"Name": name, "Confidence": sure, "Instances": instances, "Parents": parents}
    return {"Timestamp": round(time * 1000), "Label": told | {"Aliases": [], "Categories": []}}


def flag(start: float, end: float, name: str, above: str = "", sure: float = 90.0) -> dict[str, Any]:
    """Something unsafe in a film, by segments."""
    told = {"Name": name, "ParentName": above, "Confidence": sure, "TaxonomyLevel": 2 if above else 1}
    return {
        "Timestamp": round(start * 1000),
        "ModerationLabel": told,
        "StartTimestampMillis": round(start * 1000),
        "EndTimestampMillis": round(end * 1000),
        "DurationMillis": round((end - start) * 1000),
    }


def face(time: float, at: dict[str, float], sure: float = 99.0) -> dict[str, Any]:
    """A face in a film at a second."""
    told = {
        "BoundingBox": at,
        "Confidence": sure,
        "Landmarks": [{"Type": "eyeLeft", "X": 0.1, "Y": 0.1}],
        "Pose": {"Roll": 1.0, "Yaw": -2.345, "Pitch": 0.0},
        "Quality": {"Brightness": 80.0, "Sharpness": 90.0},
    }
    return {"Timestamp": round(time * 1000), "Face": told}


def kept_face(face_id: str, key: str) -> dict[str, Any]:
    """A face of a collection."""
    told = {"FaceId": face_id, "BoundingBox": box(0.3, 0.2), "ImageId": str(uuid4()), "Confidence": 99.0}
    return told | {"ExternalImageId": key, "IndexFacesModelVersion": "7.0"}


def matches(key: str, alike: float = 99.0) -> list[dict[str, Any]]:
    """That a face is like one of a collection."""
    return [{"Similarity": alike, "Face": kept_face(str(uuid4()), key)}]


def seen_person(
    time: float, number: int, at: dict[str, float], key: str = "", alike: float = 99.0
) -> dict[str, Any]:
    """Somebody in a film at a second, who is like a face of a collection where a key is told."""
    told = {"Index": number, "BoundingBox": box(0.0, 0.0, 0.5, 1.0), "Face": face(time, at)["Face"]}
    found: dict[str, Any] = {"Timestamp": round(time * 1000), "Person": told}
    return found | ({"FaceMatches": matches(key, alike)} if key else {})


def faces_seen(count: int, sure: float = 99.0) -> dict[str, Any]:
    """What is answered for an image with so many faces."""
    return {"FaceDetails": [face(0, box(0.1, 0.1, 0.4, 0.6), sure)["Face"]] * count}


def text(time: float, said: str, kind: str = "LINE", sure: float = 95.0) -> dict[str, Any]:
    """Text in a film at a second."""
    told = {"DetectedText": said, "Type": kind, "Id": 0, "Confidence": sure}
    return {
        "Timestamp": round(time * 1000),
        "TextDetection": told | {"Geometry": {"BoundingBox": box(0.1, 0.8)}},
    }


def shot(start: float, end: float, number: int) -> dict[str, Any]:
    """A shot of a film."""
    return {
        "Type": "SHOT",
        "StartTimestampMillis": round(start * 1000),
        "EndTimestampMillis": round(end * 1000),
        "DurationMillis": round((end - start) * 1000),
        "StartTimecodeSMPTE": "00:00:00:00",
        "EndTimecodeSMPTE": "00:00:00:00",
        "DurationSMPTE": "00:00:00:00",
        "ShotSegment": {"Index": number, "Confidence": 98.0},
    }
