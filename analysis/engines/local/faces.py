"""Faces, found by OpenCV in the sandbox and followed from picture to picture. Nobody is recognised."""

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from analysis.engines.base import Ability, Request, Result, Type
from analysis.engines.findings import Box, Face
from analysis.engines.local import children
from analysis.engines.local.parts import SIGHT, Filter, Look, Notes, Picture, SoundFile
from analysis.engines.local.stills import Stills
from analysis.engines.local.tracks import Sight, Track, tracked
from analysis.exceptions import NEEDS_OPENCV

YUNET = "face_detection_yunet*.onnx"
"""By which name the model of YuNet is known in the folder of models."""

_RATE, _PIXELS = 1.0, 640
_SECONDS_FOR_ONE = 2.0
_PLACES_KEPT = 600


class Faces:
    """The part that finds faces. `models` is the folder in which YuNet is looked for; None: there is none."""

    type = Type.FACES

    def __init__(self, models: Path | None = None) -> None:
        """Without the model a cascade of OpenCV's own does it, which sees less."""
        self._models = models

    def ability(self) -> Ability:
        """Return what it can do now: it needs OpenCV."""
        missing = "" if find_spec("cv2") else NEEDS_OPENCV
        return Ability(frozenset({"video", "image"}), SIGHT, missing=missing)

    def watcher(self, request: Request, *, stop: Callable[[], bool]) -> "_Watcher":
        """Begin with a film or an image."""
        return _Watcher(request, yunet(self._models), stop)


def yunet(models: Path | None) -> Path | None:
    """Return the newest model of YuNet in a folder, as their names sort."""
    return max(models.glob(YUNET), default=None) if models is not None and models.is_dir() else None


class _Watcher:
    """Faces in one medium."""

    look: Look | None = Look(_RATE, _PIXELS)
    picture_filters: Sequence[Filter] = ()
    sound_filters: Sequence[Filter] = ()
    sound_file: SoundFile | None = None

    def __init__(self, request: Request, model: Path | None, stop: Callable[[], bool]) -> None:
        """`request` says how long it is and where there is room."""
        self._request, self._model, self._stop = request, model, stop
        self._stills = Stills(request.folder, "faces", pixels=_PIXELS)

    def see(self, picture: Picture) -> None:
        """Keep a picture until all have been seen."""
        self._stills.add(picture)

    def result(self, notes: Notes) -> Result:
        """Look for faces in what has been kept. Raises `AnalysisFailed` and the errors of the sandbox."""
        found = self._found() if self._stills.files else []
        self._stills.remove()
        pictures = [(time, found[number]) for time, number in self._stills.shown]
        faces = tuple(self._face(track) for track in tracked(pictures))
        method = "yunet" if self._model else "haar"
        return Result(faces, summary={"faces": len(faces), "method": method})

    def _found(self) -> list[list[Sight]]:
        """The faces of each file."""
        answer = children.ask(
            "_faces_child.py",
            {
                "pictures": self._stills.paths(),
                "model": str(self._model or ""),
                "threshold": max(0.1, self._request.threshold),
            },
            folder=self._request.folder,
            seconds=len(self._stills.files) * _SECONDS_FOR_ONE,
            reads=[self._model] if self._model else [],
            stop=self._stop,
        )
        return [
            [
                Sight("", round(float(sure), 4), Box(*sides))
                for *sides, sure in faces
                if sure >= self._request.threshold
            ]
            for faces in answer["faces"]
        ]

    def _face(self, track: Track) -> Face:
        """A track as what was found."""
        sight = track.surest
        places = [
            [round(time, 2), one.box.left, one.box.top, one.box.width, one.box.height]
            for time, one in track.sights[:_PLACES_KEPT]
            if one.box is not None
        ]
        end = track.end(1.0 / _RATE, self._request.duration)
        return Face(track.start, end, sight.confidence, sight.box, detail={"places": places})
