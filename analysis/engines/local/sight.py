"""Everything that looks, over one decode: what one part does not manage is no matter for the others."""

from collections.abc import Callable, Sequence
from pathlib import Path

from analysis.engines.base import Failure, Found, Report, Request, Result, Type
from analysis.engines.local.decoding import Plan, decode
from analysis.engines.local.parts import Look, Notes, Picture, SightPart, Watcher
from processing import pictures
from processing.exceptions import MediaError

# A picture is never asked for later than at this share of the time between two.
_EARLY = 0.01


def run(
    request: Request, parts: Sequence[SightPart], *, on_progress: Report, stop: Callable[[], bool]
) -> Found:
    """Return what became of the types of these parts. Raises the errors of the sandbox and `CorruptMedia`, where
    nothing could be decoded at all.
    """
    watching = _Watching()
    for part in parts:
        watching.begin(part, request, stop)
    watchers = watching.watchers.values()
    notes: Notes = {}
    if request.kind == "image":
        _show_image(request, watching, stop)
    elif watchers and request.probe is not None and isinstance(request.source, Path):
        plan = Plan(
            [one for watcher in watchers for one in watcher.picture_filters],
            [one for watcher in watchers for one in watcher.sound_filters],
            _sharpest(watchers_looks(watching)),
            [watcher.sound_file for watcher in watchers if watcher.sound_file is not None],
        )
        notes = decode(
            request,
            request.source,
            request.probe,
            plan,
            take=watching.see,
            on_progress=on_progress,
            stop=stop,
        )
    return watching.found(notes)


def watchers_looks(watching: "_Watching") -> list[Look]:
    """Return the looks of those that want single pictures."""
    return [watcher.look for watcher in watching.watchers.values() if watcher.look is not None]


def _sharpest(looks: Sequence[Look]) -> Look | None:
    """As often and as large as any of them wants it."""
    if not looks:
        return None
    return Look(max(look.rate for look in looks), max(look.pixels for look in looks))


def _show_image(request: Request, watching: "_Watching", stop: Callable[[], bool]) -> None:
    """Let those look who want pictures: there is one."""
    look = _sharpest(watchers_looks(watching))
    if look is None or not isinstance(request.source, Path):
        return
    path, width, height = pictures.sample(
        request.source, request.folder, mime_type=request.mime_type, pixels=look.pixels, stop=stop
    )
    watching.see(Picture(0.0, width, height, path.read_bytes()))


class _Watching:
    """The parts at their work, and those that have given up."""

    def __init__(self) -> None:
        """Nobody looks yet."""
        self.watchers: dict[Type, Watcher] = {}
        self._due: dict[Type, float] = {}
        self._failures: dict[Type, Failure] = {}

    def begin(self, part: SightPart, request: Request, stop: Callable[[], bool]) -> None:
        """Let a part begin."""
        try:
            self.watchers[part.type] = part.watcher(request, stop=stop)
        except MediaError as error:
            self._fail(part.type, error)

    def see(self, picture: Picture) -> None:
        """Hand a picture to everybody for whom it is time."""
        for name, watcher in list(self.watchers.items()):
            if watcher.look is None or picture.time < self._due.get(name, 0.0):
                continue
            between = 1.0 / watcher.look.rate
            self._due[name] = picture.time + between * (1 - _EARLY)
            try:
                watcher.see(picture)
            except MediaError as error:
                self._fail(name, error)

    def found(self, notes: Notes) -> Found:
        """What each of them has come to."""
        results: dict[Type, Result] = {}
        for name, watcher in list(self.watchers.items()):
            try:
                results[name] = watcher.result(notes)
            except MediaError as error:
                self._fail(name, error)
        return Found(results, self._failures)

    def _fail(self, name: Type, error: MediaError) -> None:
        self.watchers.pop(name, None)
        self._failures[name] = Failure(error.code, error.sentence)
