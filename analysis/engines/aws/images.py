"""Rekognition's calls for images, which answer at once: a JPEG of our own making goes with the call, and none stays."""

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from analysis.engines.aws import known, seen
from analysis.engines.aws.clients import Clients, Unable, calling, reason_of
from analysis.engines.aws.prices import Prices
from analysis.engines.aws.work import Work
from analysis.engines.base import Found, Request, Result, Type
from mediaportal.core.sandbox import ProgramFailed, ProgramTimedOut
from processing import pictures
from processing.exceptions import CorruptMedia, MediaError

logger = logging.getLogger(__name__)

# The service takes 5 MB in a call; it looks at no more than about so many pixels anyhow.
_PIXELS = 1920
_MOST_LABELS = 100
_PERCENT = 100


def picture(request: Request, *, stop: Callable[[], bool]) -> bytes:
    """The image as a JPEG without what cameras write beside the pixels. Raises `CorruptMedia` and its kind, and the
    errors of the sandbox.
    """
    if not isinstance(request.source, Path):
        raise CorruptMedia("there is no local file")
    made = pictures.poster(
        request.source, request.folder, mime_type=request.mime_type, pixels=_PIXELS, stop=stop
    )
    return next(one.path for one in made if one.format == "jpg").read_bytes()


def found(work: Work, request: Request, table: Prices, clients: Clients) -> Found:
    """What the calls for an image answer, type by type. Raises `EngineAway`."""
    results: dict[Type, Result] = {}
    failures = work.failures()
    if not work.waiting:
        return Found(results, failures)
    try:
        data = picture(request, stop=lambda: False)
    except (MediaError, ProgramFailed, ProgramTimedOut) as error:
        reason = reason_of(error)
        return Found({}, failures | {Type(name): reason for name in work.waiting})
    for name in work.waiting:
        try:
            one, searched = result(Type(name), data, request, clients=clients), 0
            if name == Type.FACES and request.people is not None:
                one, searched = known.in_image(
                    one, request, request.people, clients=clients, stop=lambda: False
                )
            results[Type(name)] = replace(one, cost=table.of(Type(name), request, searched=searched))
        except (MediaError, ProgramFailed, ProgramTimedOut) as error:
            failures[Type(name)] = reason_of(error)
        except Unable as error:
            logger.warning("%s of an image failed: %s", name, error.log)
            failures[Type(name)] = error.failure
    return Found(results, failures)


def result(name: Type, data: bytes, request: Request, *, clients: Clients) -> Result:
    """What is found of one type. Raises `EngineAway` and `Unable`."""
    image = {"Bytes": data}
    least = request.threshold * _PERCENT
    service = clients.rekognition
    with calling():
        match name:
            case Type.OBJECTS:
                told = service.detect_labels(Image=image, MinConfidence=least, MaxLabels=_MOST_LABELS)
                return seen.labels(_each("Label", told["Labels"]), request)
            case Type.MODERATION:
                told = service.detect_moderation_labels(Image=image, MinConfidence=least)
                return seen.flags(_each("ModerationLabel", told["ModerationLabels"]), request)
            case Type.FACES:
                told = service.detect_faces(Image=image, Attributes=["DEFAULT"])
                return seen.faces(_each("Face", told["FaceDetails"]), request)
            case _:
                filters = {"WordFilter": {"MinConfidence": least}}
                told = service.detect_text(Image=image, Filters=filters)
                return seen.texts(_each("TextDetection", told["TextDetections"]), request)


def _each(name: str, found: list[Any]) -> list[dict[str, Any]]:
    """What is found in an image, in the form in which it is found in films."""
    return [{"Timestamp": 0, name: one} for one in found]
