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
    """What it was asked, what it finds by kinds of jobs, and what goes wrong: refusals are given once each, in turn."""

    found: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    in_images: dict[str, dict[str, Any]] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    refusals: dict[str, list[Refusal]] = field(default_factory=dict)
    polls: int = 0
    page: int = 1000
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)
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

    def _answer(self, name: str, data: dict[str, Any]) -> dict[str, Any]:
        if name.startswith("Start"):
            return self._begin(name.removeprefix("Start"), data)
        if name.startswith("Get"):
            return self._standing(name.removeprefix("Get"), data)
        return self.in_images.get(name, NOTHING_IN_IMAGES[name])

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
