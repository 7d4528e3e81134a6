"""Objects, and what may be unsafe to show, seen by ONNX models that the operator provides; they run in the sandbox."""

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from analysis.engines.base import Ability, Request, Result, Type
from analysis.engines.findings import Box, Finding, Flag, Label
from analysis.engines.local import cards, children
from analysis.engines.local.cards import Card
from analysis.engines.local.parts import SIGHT, Filter, Look, Notes, Picture, SoundFile
from analysis.engines.local.stills import Stills
from analysis.engines.local.tracks import Sight, Track, tracked
from analysis.exceptions import NEEDS_MODEL, NEEDS_ONNXRUNTIME

_RATE, _PIXELS = 1.0, 640
_SECONDS_FOR_ONE = 10.0


class Recognition:
    """The part that recognises objects, or what may be unsafe: by the first card of its type in `models`."""

    def __init__(self, what: Type, models: Path | None = None) -> None:
        """`what` is objects or moderation."""
        self.type = what
        self._models = models

    def ability(self) -> Ability:
        """Return what it can do now: it needs ONNX Runtime, and a model with its card."""
        missing = "" if self._card() else NEEDS_MODEL
        if not find_spec("onnxruntime"):
            missing = NEEDS_ONNXRUNTIME
        return Ability(frozenset({"video", "image"}), SIGHT, missing=missing)

    def watcher(self, request: Request, *, stop: Callable[[], bool]) -> "_Watcher":
        """Begin with a film or an image; `ability` has said that there is a card."""
        card = self._card()
        if card is None:
            raise LookupError("there is no card")
        return _Watcher(request, card, stop)

    def _card(self) -> Card | None:
        """The card of the model that is asked."""
        return next((card for card in cards.known(self._models) if card.type == self.type), None)


class _Watcher:
    """What is recognised in one medium."""

    look: Look | None = Look(_RATE, _PIXELS)
    picture_filters: Sequence[Filter] = ()
    sound_filters: Sequence[Filter] = ()
    sound_file: SoundFile | None = None

    def __init__(self, request: Request, card: Card, stop: Callable[[], bool]) -> None:
        """`request` says how long it is and where there is room."""
        self._request, self._card, self._stop = request, card, stop
        self._stills = Stills(request.folder, str(card.type), pixels=_PIXELS)

    def see(self, picture: Picture) -> None:
        """Keep a picture until all have been seen."""
        self._stills.add(picture)

    def result(self, notes: Notes) -> Result:
        """Ask the model about what has been kept. Raises `AnalysisFailed` and the errors of the sandbox."""
        found = self._found() if self._stills.files else []
        self._stills.remove()
        pictures = [(time, found[number]) for time, number in self._stills.shown]
        findings = tuple(self._finding(track) for track in tracked(pictures))
        return Result(findings, summary={"model": self._card.name, "licence": self._card.licence})

    def _found(self) -> list[list[Sight]]:
        """What is seen in each file."""
        answer = children.ask(
            "_onnx_child.py",
            {
                "pictures": self._stills.paths(),
                "model": str(self._card.model),
                "card": self._card.given,
                "threshold": max(0.01, self._request.threshold),
            },
            folder=self._request.folder,
            seconds=len(self._stills.files) * _SECONDS_FOR_ONE,
            # With its folder, as large models keep their weights in files beside them.
            reads=[self._card.model.parent],
            stop=self._stop,
        )
        return [
            [
                Sight(str(number), round(sure, 4), Box(*box) if box else None)
                for number, sure, box in seen
                if not self._card.labels[number].ignore
            ]
            for seen in answer["found"]
        ]

    def _finding(self, track: Track) -> Finding:
        """A track as what was found."""
        sight = track.surest
        label = self._card.labels[int(sight.label)]
        kind = Flag if self._card.type == Type.MODERATION else Label
        end = track.end(1.0 / _RATE, self._request.duration)
        return kind(track.start, end, sight.confidence, label.label, label.parent, sight.box)
