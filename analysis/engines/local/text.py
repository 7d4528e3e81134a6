"""Text on the screen, read by Tesseract in the sandbox: of the pictures whose writing has changed."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from pathlib import Path
from shutil import which
from threading import Event

from PIL import Image

from analysis.engines.base import Ability, Request, Result, Type
from analysis.engines.findings import Box, Text
from analysis.engines.local import children
from analysis.engines.local.lines import Reading, ReadWord, merged
from analysis.engines.local.parts import SIGHT, Filter, Look, Notes, Picture, SoundFile
from analysis.engines.local.screens import Screens
from analysis.exceptions import NEEDS_TESSERACT, AnalysisFailed
from mediaportal.core.sandbox import Limits, ProgramFailed, ProgramStopped, ProgramTimedOut, run

LANGUAGES = {"ar": "ara", "en": "eng"}
"""What Tesseract calls the languages that are read."""

_TRAINED = ("/usr/share/tesseract-ocr/*/tessdata", "/usr/share/tesseract/tessdata", "/usr/share/tessdata")
_RATE, _PIXELS = 2.0, 1280
# Smaller pictures are read better when they are drawn larger.
_LEAST_PIXELS = 1000
_SECONDS_FOR_ONE, _BEGIN_SECONDS = 20, 60
_MOST_PICTURES = 3000
_WORD_LEVEL, _COLUMNS = "5", 12


class ScreenText:
    """The part that reads. `languages` by their tags; None: those that Tesseract has here."""

    type = Type.TEXT

    def __init__(self, languages: Sequence[str] | None = None, program: str | None = None) -> None:
        """`program` is Tesseract's path; None: it is looked for."""
        self._program = which("tesseract") or "" if program is None else program
        self._languages = installed() if languages is None else list(languages)

    def ability(self) -> Ability:
        """Return what it can do now: it needs Tesseract and one of the languages."""
        missing = "" if self._program and self._languages else NEEDS_TESSERACT
        return Ability(frozenset({"video", "image"}), SIGHT, frozenset(self._languages), missing=missing)

    def watcher(self, request: Request, *, stop: Callable[[], bool]) -> "_Watcher":
        """Begin with a film or an image."""
        wanted = [tag for tag in self._languages if tag in _bases(request.languages)]
        return _Watcher(self._program, wanted or self._languages, request, stop)


def installed() -> list[str]:
    """Return the languages, by their tags, for which Tesseract has been trained here."""
    folders = [folder for pattern in _TRAINED for folder in Path("/").glob(pattern[1:])]
    return [
        tag
        for tag, name in LANGUAGES.items()
        if any((folder / f"{name}.traineddata").exists() for folder in folders)
    ]


class _Watcher:
    """Text in one medium. Pictures that are to be read wait in the scratch folder until all have been seen."""

    look: Look | None = Look(_RATE, _PIXELS)
    picture_filters: Sequence[Filter] = ()
    sound_filters: Sequence[Filter] = ()
    sound_file: SoundFile | None = None

    def __init__(
        self, program: str, languages: Sequence[str], request: Request, stop: Callable[[], bool]
    ) -> None:
        """`request` says how long it is and where there is room."""
        self._program, self._languages, self._request, self._stop = program, languages, request, stop
        self._screens = Screens()
        # The time of each change, and the number of its picture; None where nothing is read.
        self._changes: list[tuple[float, int | None]] = []
        self._files: list[Path] = []
        self._skipped = 0

    def see(self, picture: Picture) -> None:
        """Keep a picture when there is something new to read in it."""
        whole = Image.frombytes("RGB", (picture.width, picture.height), picture.pixels)
        grey = whole.convert("L")
        is_image = self._request.kind == "image"
        if not self._screens.is_new(picture, grey) and not is_image:
            if self._screens.skipped:
                self._skip(picture.time)
            return
        if self._screens.nothing_there and not is_image:
            self._changes.append((picture.time, None))
        elif len(self._files) < _MOST_PICTURES:
            self._changes.append((picture.time, len(self._files)))
            self._files.append(self._kept(grey))
        else:
            self._skip(picture.time)

    def _skip(self, time: float) -> None:
        """Leave a picture unread: what stood there before has ended, and nobody knows what stands there now."""
        self._skipped += 1
        if self._changes and self._changes[-1][1] is not None:
            self._changes.append((time, None))

    def result(self, notes: Notes) -> Result:
        """Read what has been kept. Raises `AnalysisFailed` and the errors of the sandbox that are not the file's
        fault.
        """
        pages = self._read() if self._files else {}
        for file in self._files:
            file.unlink(missing_ok=True)
        found = merged(self._readings(pages), threshold=self._request.threshold)
        return Result(found, language=_most(found), summary=self._summary())

    def _summary(self) -> dict[str, int]:
        """How many pictures were read, and how many with other writing were left unread as there were too many."""
        return {"pictures_read": len(self._files), "pictures_skipped": self._skipped}

    def _kept(self, grey: Image.Image) -> Path:
        """A picture in a file of its own."""
        larger = -(-_LEAST_PIXELS // max(grey.size))
        if larger > 1:
            grey = grey.resize((grey.width * larger, grey.height * larger), Image.Resampling.BICUBIC)
        path = self._request.folder / f"text{len(self._files)}.png"
        grey.save(path, compress_level=1)
        return path

    def _readings(self, pages: dict[int, list[ReadWord]]) -> list[Reading]:
        """Each change with its words, standing until the next one."""
        ends = [*(time for time, _number in self._changes[1:]), self._request.duration]
        # A film that is too short for a single picture has no changes, and one end.
        return [
            Reading(time, max(time, end), () if number is None else pages.get(number, ()))
            for (time, number), end in zip(self._changes, ends, strict=False)
        ]

    def _read(self) -> dict[int, list[ReadWord]]:
        """The words of all kept pictures by their numbers, read by as many Tesseracts as there are processors."""
        pages: dict[int, list[ReadWord]] = {}
        count = min(children.threads(), len(self._files))
        broken = Event()

        def read(first: int) -> None:
            try:
                self._read_some(first, count, pages, broken)
            except BaseException:
                broken.set()
                raise

        with ThreadPoolExecutor(count, thread_name_prefix="reading") as readers:
            # Programs are counted, and yield to others, as those that this thread starts itself.
            begun = [readers.submit(copy_context().run, read, first) for first in range(count)]
        # The first error is the one that broke the others off.
        errors = [error for one in begun if (error := one.exception()) is not None]
        if errors:
            raise min(errors, key=lambda error: isinstance(error, ProgramStopped))
        return pages

    def _read_some(self, first: int, every: int, pages: dict[int, list[ReadWord]], broken: Event) -> None:
        """Read every so manieth picture from the first on, until it is done or another one has broken down."""
        mine = self._files[first::every]
        listed = self._request.folder / f"text{first}.txt"
        listed.write_text("".join(f"{file}\n" for file in mine), encoding="utf-8")
        reader = _Lines(pages, first, every)
        names = "+".join(LANGUAGES[tag] for tag in self._languages)
        seconds = _BEGIN_SECONDS + len(mine) * _SECONDS_FOR_ONE
        # Several threads for one picture take more of the processors, and hardly less time.
        single = ["env", "OMP_THREAD_LIMIT=1", self._program]
        try:
            run(
                [*single, listed, "-", "-l", names, "--psm", "11", "tsv"],
                writes=[self._request.folder],
                reads=[] if self._program.startswith("/usr/") else [Path(self._program)],
                limits=Limits(seconds * (os.cpu_count() or 1), seconds),
                on_line=reader.take,
                stop=lambda: broken.is_set() or self._stop(),
            )
        except (ProgramFailed, ProgramTimedOut) as error:
            raise AnalysisFailed(str(error)) from error
        finally:
            listed.unlink(missing_ok=True)


class _Lines:
    """Takes Tesseract's table in, line by line."""

    def __init__(self, pages: dict[int, list[ReadWord]], first: int, every: int) -> None:
        """`pages` is filled; the first page that is read has the number `first`, each further one `every` more."""
        self._pages, self._first, self._every = pages, first, every
        self._size = (1.0, 1.0)

    def take(self, line: str) -> None:
        """Take one line in: that of a page tells its size, that of a word is kept."""
        columns = line.split("\t")
        if len(columns) != _COLUMNS or not columns[0].isdigit():
            return
        left, top, width, height = (float(value) for value in columns[6:10])
        if columns[0] == "1":
            self._size = (max(1.0, width), max(1.0, height))
        elif columns[0] == _WORD_LEVEL and columns[11].strip():
            across = partial(_share, whole=self._size[0])
            down = partial(_share, whole=self._size[1])
            word = ReadWord(
                tuple(int(number) for number in columns[1:5]),
                columns[11].strip().strip("\u200e\u200f"),
                max(0.0, min(1.0, float(columns[10]) / 100)),
                Box(across(left), down(top), across(width), down(height)),
            )
            number = self._first + (int(columns[1]) - 1) * self._every
            self._pages.setdefault(number, []).append(word)


def _share(length: float, *, whole: float) -> float:
    """A length in pixels as a share of the picture."""
    return round(max(0.0, min(1.0, length / whole)), 5)


def _bases(tags: Sequence[str]) -> set[str]:
    """Languages without their countries."""
    return {tag.partition("-")[0].lower() for tag in tags}


def _most(found: Sequence[Text]) -> str:
    """The language of most lines."""
    tags = [line.language for line in found]
    return max(sorted(set(tags)), key=tags.count) if tags else ""
