"""Faces that are known: what Rekognition answers when those of a film or an image are looked for in a collection."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from analysis.engines.aws.clients import Clients, Unable, calling
from analysis.engines.aws.prices import MOST_SEARCHED
from analysis.engines.aws.seen import Answer, box_of, detail_of, share, time_of
from analysis.engines.aws.spans import STEP, Span, Spans
from analysis.engines.base import People, Request, Result
from analysis.engines.findings import Box, Face
from analysis.exceptions import NotTaken
from processing import pictures

logger = logging.getLogger(__name__)

# A face is found again with something of what is around it.
_AROUND = 0.4
_PERCENT = 100

Matches = dict[int, list[tuple[float, float, str]]]


def faces(answers: Iterable[Answer], request: Request) -> Result:
    """The faces of a film, each followed by the number that the service gives it. Whose one is, the look says in which
    it is most alike to one of the collection.
    """
    spans: Spans[tuple[int, Box, dict[str, Any]]] = Spans()
    matches: Matches = {}
    for one in answers:
        person = one["Person"]
        face = person.get("Face") or {}
        confidence, box = share(face.get("Confidence")), box_of(face.get("BoundingBox"))
        if confidence < request.threshold or box is None:
            continue
        number, time = int(person.get("Index", 0)), time_of(one, request)
        spans.see(number, time, confidence, (number, box, detail_of(face, time)))
        similarity, who = surest(one.get("FaceMatches") or ())
        if who:
            matches.setdefault(number, []).append((time, similarity, who))
    return Result(tuple(_face(span, matches, request) for span in spans.all()))


def _face(span: Span[tuple[int, Box, dict[str, Any]]], matches: Matches, request: Request) -> Face:
    """One face, as long as it was seen."""
    number, box, detail = span.fact
    inside = [
        (similarity, who)
        for time, similarity, who in matches.get(number, ())
        if span.start <= time <= span.last + STEP / 2
    ]
    found = Face(span.start, span.end(request.duration), span.confidence, box, detail=detail)
    return with_match(found, *max(inside, default=(0.0, "")))


def with_match(face: Face, similarity: float, who: str) -> Face:
    """A face with whose it is and how alike; as it is where nobody's is like it."""
    if not who:
        return face
    return replace(face, who=who, detail={**face.detail, "similarity": round(similarity, 4)})


def surest(found: Iterable[Answer]) -> tuple[float, str]:
    """The face of a collection that is most alike, by its key, and how much; none: 0 and nothing."""
    told = [(share(one.get("Similarity")), str(one["Face"].get("ExternalImageId", ""))) for one in found]
    return max((one for one in told if one[1]), default=(0.0, ""))


def in_image(
    result: Result, request: Request, people: People, *, clients: Clients, stop: Callable[[], bool]
) -> tuple[Result, int]:
    """The faces of an image with whose they are, and how many were looked for. Raises `EngineAway`, and `MediaError`
    and the errors of the sandbox while parts are cut out. A collection that is gone, or may not be asked, knows nobody.
    """
    found = [one for one in result.findings if isinstance(one, Face)]
    largest = sorted((one for one in found if one.box), key=_size, reverse=True)[:MOST_SEARCHED]
    if not largest or not isinstance(request.source, Path):
        return result, 0
    made = pictures.parts(
        request.source,
        request.folder,
        mime_type=request.mime_type,
        boxes=[one.box.with_around(_AROUND) for one in largest if one.box],
        stop=stop,
    )
    matched: dict[int, tuple[float, str]] = {}
    for count, (face, path) in enumerate(zip(largest, made, strict=True), start=1):
        try:
            matched[id(face)] = _searched(path.read_bytes(), people, clients)
        except Unable as error:
            # In a part that is cut out no face may be found. Those of the image were found and are paid for, anyhow.
            if error.failure.code != NotTaken.code:
                logger.warning("nobody is looked for in %s: %s", people.collection, error.log)
                return result, count
    named = tuple(with_match(one, *matched.get(id(one), (0.0, ""))) for one in found)
    return replace(result, findings=named), len(largest)


def _searched(picture: bytes, people: People, clients: Clients) -> tuple[float, str]:
    """Whose the face in a picture is."""
    with calling():
        told: Mapping[str, Any] = clients.rekognition.search_faces_by_image(
            CollectionId=people.collection,
            Image={"Bytes": picture},
            MaxFaces=1,
            FaceMatchThreshold=people.similarity * _PERCENT,
        )
    return surest(told.get("FaceMatches") or ())


def _size(face: Face) -> float:
    return face.box.width * face.box.height if face.box else 0.0
