"""Rekognition's collections of faces: what is kept there are numbers that a face is known by, and no picture."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from analysis.engines.aws.clients import AlreadyThere, Clients, Unable, calling, failure_of
from analysis.engines.aws.options import Options
from analysis.engines.aws.prices import prices
from analysis.engines.base import EngineAway, FaceRefused
from analysis.exceptions import NoFace, Refused, ResultGone, SeveralFaces

_PAGE = 1000
_MOST_PAGES = 1000
_AT_ONCE = 1000
_LEAST_SURE = 80.0
_NOT_THERE = "FACE_NOT_FOUND"


class AwsAlbum:
    """Keeps faces by Rekognition. A collection is made when the first face is to be kept in it."""

    def __init__(self, options: Callable[[], Options]) -> None:
        """`options` is asked at each call."""
        self._options = options
        self._clients: dict[str, Clients] = {}

    def price(self) -> Decimal:
        """Return what keeping a picture costs: its faces are counted before."""
        return prices(self._options().prices).keep()

    def keep(self, picture: bytes, *, collection: str, key: str) -> str:
        """Keep the one face of a JPEG; returns its id. With others beside it nothing is kept. Raises `EngineAway`, and
        `FaceRefused`.
        """
        with _refusing():
            count = self._count(picture)
            if count != 1:
                raise FaceRefused(failure_of(SeveralFaces if count else NoFace))
            try:
                answer = self._index(picture, collection, key)
            except Unable as error:
                if error.failure.code != ResultGone.code:
                    raise
                self._make(collection)
                answer = self._index(picture, collection, key)
        found = [str(one["Face"]["FaceId"]) for one in answer.get("FaceRecords") or ()]
        # What is kept under the key already is not kept twice, and may not be told again.
        found = found or self.faces_of(key, collection=collection)
        if not found:
            reasons = [
                reason for one in answer.get("UnindexedFaces") or () for reason in one.get("Reasons") or ()
            ]
            raise FaceRefused(failure_of(NoFace), ", ".join(reasons))
        return found[0]

    def faces_of(self, key: str, *, collection: str) -> list[str]:
        """Return the ids of what is kept under a key. Raises as `keep`."""
        with _refusing():
            return [
                str(one["FaceId"]) for one in self._listed(collection) if one.get("ExternalImageId") == key
            ]

    def forget(self, face_ids: Sequence[str], *, collection: str) -> None:
        """Remove faces. Raises as `keep`; `EngineAway` also when some of them were not removed."""
        for begin in range(0, len(face_ids), _AT_ONCE):
            with _refusing():
                try:
                    with calling():
                        answer = self._service.delete_faces(
                            CollectionId=collection, FaceIds=list(face_ids[begin : begin + _AT_ONCE])
                        )
                except Unable as error:
                    if error.failure.code == ResultGone.code:
                        return  # with the collection all of them have gone
                    raise
            left = [
                one
                for one in answer.get("UnsuccessfulFaceDeletions") or ()
                if one.get("Reasons") != [_NOT_THERE]
            ]
            if left:
                raise EngineAway(
                    f"{len(left)} faces were not removed from {collection}: {left[0].get('Reasons')}"
                )

    @property
    def _service(self) -> Any:
        region = self._options().region
        return self._clients.setdefault(region, Clients(region)).rekognition

    def _count(self, picture: bytes) -> int:
        """How many faces are in a picture, of those that are seen well enough to be somebody's."""
        with calling():
            answer = self._service.detect_faces(Image={"Bytes": picture}, Attributes=["DEFAULT"])
        return sum(one.get("Confidence", 0.0) >= _LEAST_SURE for one in answer.get("FaceDetails") or ())

    def _index(self, picture: bytes, collection: str, key: str) -> dict[str, Any]:
        with calling():
            answer: dict[str, Any] = self._service.index_faces(
                CollectionId=collection,
                Image={"Bytes": picture},
                ExternalImageId=key,
                MaxFaces=1,
                QualityFilter="AUTO",
                DetectionAttributes=["DEFAULT"],
            )
        return answer

    def _make(self, collection: str) -> None:
        try:
            with calling():
                self._service.create_collection(CollectionId=collection)
        except AlreadyThere:
            return

    def _listed(self, collection: str) -> Iterator[dict[str, Any]]:
        """Everything that is kept in a collection; nothing where there is none."""
        told: dict[str, Any] = {"CollectionId": collection, "MaxResults": _PAGE}
        for _page in range(_MOST_PAGES):
            try:
                with calling():
                    answer = self._service.list_faces(**told)
            except Unable as error:
                if error.failure.code == ResultGone.code:
                    return
                raise
            yield from answer.get("Faces") or ()
            if not answer.get("NextToken"):
                return
            told["NextToken"] = answer["NextToken"]


@contextmanager
def _refusing() -> Iterator[None]:
    """Say in the words of the interface what the service refuses."""
    try:
        yield
    except Unable as error:
        passes = error.failure.code == Refused.code
        raise FaceRefused(error.failure, error.log, passes=passes) from error
