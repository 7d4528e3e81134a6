"""What Rekognition answers, in its own words, as findings: of a film, and of an image, which is seen once at 0."""

from collections.abc import Iterable, Mapping
from typing import Any

from analysis.engines.aws.spans import Spans, Tracks
from analysis.engines.base import Request, Result, Type
from analysis.engines.findings import Box, Face, Finding, Flag, Label, Shot, Text

Answer = Mapping[str, Any]
_THOUSAND = 1000.0
_PERCENT = 100.0


def labels(answers: Iterable[Answer], request: Request) -> Result:
    """Objects and scenes, each with what stands directly above it; the whole taxonomy is in the summary."""
    spans: Spans[tuple[str, Box | None]] = Spans()
    above: dict[str, list[str]] = {}
    for one in answers:
        label, confidence = one["Label"], share(one["Label"].get("Confidence"))
        name = label["Name"]
        above[name] = [parent["Name"] for parent in label.get("Parents") or ()]
        if confidence >= request.threshold:
            spans.see(name, time_of(one, request), confidence, (name, _surest(label.get("Instances") or ())))
    found = [
        Label(
            span.start,
            _end(span.end(request.duration), request),
            span.confidence,
            name,
            parent(name, above),
            box,
        )
        for span in spans.all()
        for name, box in [span.fact]
    ]
    kept = {one.label for one in found}
    return Result(tuple(found), summary={"taxonomy": {name: above[name] for name in sorted(kept)}})


def parent(name: str, above: Mapping[str, list[str]]) -> str:
    """What stands directly above a label: of all above it, what most others stand above."""
    mine = above.get(name, [])
    return max(mine, key=lambda one: len(above.get(one, ())), default="")


def flags(answers: Iterable[Answer], request: Request) -> Result:
    """What may be unsafe, from its first time to its last."""
    found = []
    for one in answers:
        label, confidence = one["ModerationLabel"], share(one["ModerationLabel"].get("Confidence"))
        if confidence < request.threshold:
            continue
        start = _within(one.get("StartTimestampMillis", one.get("Timestamp", 0)), request)
        end = _within(one.get("EndTimestampMillis", one.get("Timestamp", 0)), request)
        found.append(Flag(start, max(start, end), confidence, label["Name"], label.get("ParentName") or ""))
    return Result(tuple(_in_order(found)))


def faces(answers: Iterable[Answer], request: Request) -> Result:
    """Faces, each followed by its place; how well they can be seen is told, and nothing of whose they are."""
    spans: Spans[tuple[Box, dict[str, Any]]] = Spans()
    tracks = Tracks()
    for one in answers:
        face, confidence = one["Face"], share(one["Face"].get("Confidence"))
        box = box_of(face.get("BoundingBox"))
        if confidence < request.threshold or box is None:
            continue
        time = time_of(one, request)
        spans.see(tracks.number_of(time, box), time, confidence, (box, detail_of(face, time)))
    found = [
        Face(span.start, _end(span.end(request.duration), request), span.confidence, box, detail=detail)
        for span in spans.all()
        for box, detail in [span.fact]
    ]
    return Result(tuple(found))


def texts(answers: Iterable[Answer], request: Request) -> Result:
    """Lines of text; single words stand in them and are left out."""
    spans: Spans[tuple[str, Box | None]] = Spans()
    for one in answers:
        line, confidence = one["TextDetection"], share(one["TextDetection"].get("Confidence"))
        said = str(line.get("DetectedText", "")).strip()
        if line.get("Type") != "LINE" or not said or confidence < request.threshold:
            continue
        box = box_of((line.get("Geometry") or {}).get("BoundingBox"))
        spans.see(said, time_of(one, request), confidence, (said, box))
    found = [
        Text(span.start, _end(span.end(request.duration), request), span.confidence, text=said, box=box)
        for span in spans.all()
        for said, box in [span.fact]
    ]
    return Result(tuple(found))


def shots(answers: Iterable[Answer], request: Request) -> Result:
    """The pictures between two cuts."""
    found = []
    for one in answers:
        confidence = share((one.get("ShotSegment") or {}).get("Confidence"))
        if one.get("Type") != "SHOT" or confidence < request.threshold:
            continue
        start = _within(one.get("StartTimestampMillis", 0), request)
        end = _within(one.get("EndTimestampMillis", 0), request)
        found.append(Shot(start, max(start, end), confidence))
    return Result(tuple(_in_order(found)))


OF_FILMS = {
    Type.OBJECTS: labels,
    Type.MODERATION: flags,
    Type.FACES: faces,
    Type.TEXT: texts,
    Type.SHOTS: shots,
}
"""Who reads the answers of which type."""


def share(percent: Any) -> float:
    """A confidence in percent as a share; one that is not told is none."""
    return min(1.0, max(0.0, float(percent or 0.0) / _PERCENT))


def _surest(instances: Iterable[Answer]) -> Box | None:
    """Where an object is seen best; scenes have no place."""
    best = max(instances, key=lambda one: float(one.get("Confidence", 0.0)), default=None)
    return box_of(best.get("BoundingBox")) if best else None


def box_of(told: Answer | None) -> Box | None:
    """A box, cut off where it leaves the picture."""
    if not told:
        return None
    left, top = _inside(told["Left"]), _inside(told["Top"])
    right, bottom = _inside(told["Left"] + told["Width"]), _inside(told["Top"] + told["Height"])
    return Box(left, top, max(0.0, right - left), max(0.0, bottom - top))


def _inside(side: float) -> float:
    return min(1.0, max(0.0, float(side)))


def detail_of(face: Answer, time: float) -> dict[str, Any]:
    """How well a face is seen and where it looks, and `at` which second its box is where it is told."""
    told = {"quality": face.get("Quality"), "pose": face.get("Pose")}
    found: dict[str, Any] = {
        name: {key.lower(): round(float(value), 2) for key, value in facts.items()}
        for name, facts in told.items()
        if facts
    }
    return found | {"at": round(time, 3)}


def time_of(one: Answer, request: Request) -> float:
    """When something was seen, in seconds within the film."""
    return _within(one.get("Timestamp", 0), request)


def _within(milliseconds: float, request: Request) -> float:
    """A time of a film in seconds, within it; what is staged may be a picture longer."""
    return min(request.duration, max(0.0, milliseconds / _THOUSAND))


def _end(end: float, request: Request) -> float:
    return min(end, request.duration)


def _in_order(found: list[Any]) -> list[Finding]:
    return sorted(found, key=lambda one: one.start)
