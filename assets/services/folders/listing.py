"""What a folder offers: files that are whole, and files that come in pieces (`name.CHUNK0`, `name.CHUNK1`, …)."""

import os
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

DONE, REFUSED = "done", "refused"
# How programs name what they have not finished; the whole file waits while such a one stands beside it.
UNFINISHED = (".part", ".crdownload", ".partial", ".download", ".filepart", ".tmp")
_CHUNK = re.compile(r"(?P<name>.+)\.CHUNK(?P<number>\d{1,6})", re.DOTALL)
_LITTER = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db"})
_DEEPEST = 40


@dataclass(frozen=True)
class Facts:
    """What tells that a file has changed: its size in bytes and when it was last written."""

    size: int
    mtime_ns: int


@dataclass(frozen=True)
class Offer:
    """One file, or the pieces of one in their order, right in the folder `parts` (names below the root)."""

    parts: tuple[str, ...]
    filename: str
    names: tuple[str, ...]
    facts: tuple[Facts, ...]

    @property
    def size(self) -> int:
        """Bytes of the whole."""
        return sum(one.size for one in self.facts)

    @property
    def place(self) -> str:
        """Where it stands, for people and the database: names that are no UTF-8 show a mark in place of a byte."""
        return readable("/".join((*self.parts, self.filename)))


def readable(name: str) -> str:
    """A name from the file system as text that can be written down anywhere."""
    return os.fsencode(name).decode(errors="replace")


def is_ignored(name: str) -> bool:
    """Whether a file or folder is none of ours: hidden, or what a desktop leaves everywhere."""
    return name.startswith((".", "~$")) or name.lower() in _LITTER


def is_unfinished(name: str) -> bool:
    """Whether a program still writes a file under this name and will rename it."""
    return name.lower().endswith(UNFINISHED)


def files_in(folder: Path | int) -> dict[str, Facts]:
    """The plain files right in a folder (or an open one), neither ignored nor unfinished nor links nor devices."""
    found = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                facts = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            if stat.S_ISREG(facts.st_mode) and not is_ignored(entry.name):
                found[entry.name] = Facts(facts.st_size, facts.st_mtime_ns)
    return found


def folders_below(root: Path, *, reserved: Iterable[str] = ()) -> Iterator[tuple[str, ...]]:
    """The names that lead to each folder, the root's (none) first. Links and what is ignored are left out, and at the
    top the `reserved` names. A folder that cannot be read is passed over.
    """
    waiting: list[tuple[str, ...]] = [()]
    kept_out = frozenset(reserved)
    while waiting:
        parts = waiting.pop()
        yield parts
        if len(parts) >= _DEEPEST:
            continue
        try:
            with os.scandir(root.joinpath(*parts)) as entries:
                inside = [
                    e.name for e in entries if e.is_dir(follow_symlinks=False) and not is_ignored(e.name)
                ]
        except OSError:
            if not parts:
                raise
            continue
        waiting += [(*parts, name) for name in sorted(inside, reverse=True) if parts or name not in kept_out]


def offers(parts: tuple[str, ...], files: dict[str, Facts]) -> list[Offer]:
    """What the files of one folder make: each whole file by itself, the pieces of one together.

    A file waits while an unfinished one or pieces of the same name stand beside it. Pieces of which one is missing
    are no offer.
    """
    pieces, whole = _sorted_out(files)
    found = []
    for name, numbered in pieces.items():
        if missing(numbered) is None:
            names = tuple(numbered[number] for number in sorted(numbered))
            found.append(Offer(parts, name, names, tuple(files[one] for one in names)))
    for name in whole:
        awaited = name in pieces or any(name + end in files for end in UNFINISHED)
        if not awaited:
            found.append(Offer(parts, name, (name,), (files[name],)))
    return found


def waiting_for(files: dict[str, Facts]) -> dict[str, int]:
    """The names that come in pieces and lack one, each with the number of the first that is missing."""
    pieces, _whole = _sorted_out(files)
    found = {name: missing(numbered) for name, numbered in pieces.items()}
    return {name: number for name, number in found.items() if number is not None}


def missing(numbered: dict[int, str]) -> int | None:
    """The first number below the highest one that is not there; None when the pieces follow each other from 0."""
    return next((number for number in range(max(numbered)) if number not in numbered), None)


def in_order(names: Iterable[str]) -> tuple[str, tuple[str, ...]]:
    """The name of the whole, and its pieces (or the file itself) in their order."""
    matches = {name: _CHUNK.fullmatch(name) for name in names}
    if any(match is None for match in matches.values()):
        first = min(matches)
        return first, (first,)
    numbered = {int(match["number"]): (match["name"], name) for name, match in matches.items() if match}
    ordered = [numbered[number] for number in sorted(numbered)]
    return ordered[0][0], tuple(name for _whole, name in ordered)


def _sorted_out(files: dict[str, Facts]) -> tuple[dict[str, dict[int, str]], list[str]]:
    """Pieces by the name of the whole and their number, and the files that are whole."""
    pieces: dict[str, dict[int, str]] = {}
    whole = []
    for name in files:
        if match := _CHUNK.fullmatch(name):
            pieces.setdefault(match["name"], {}).setdefault(int(match["number"]), name)
        elif not is_unfinished(name):
            whole.append(name)
    return pieces, whole
