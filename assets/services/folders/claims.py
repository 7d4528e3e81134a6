"""The places of a watched folder, between which a file moves by rename alone.

What is taken moves from where it was laid into `.working/claiming-<id>`, which becomes `.working/<id>` once all its
pieces are there; when the portal has accepted or refused it, that becomes `.working/done-<id>` or
`.working/refused-<id>`, from where the pieces move to `done/` or `refused/` under the path that they had. `<id>` is the
upload's. So the name alone tells at any moment what is left to do, whatever was killed.

Folders are opened one after the other without following links, so that nobody leads a move astray.
"""

import errno
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal
from uuid import UUID

from assets.services.folders.copying import nobody_writes
from assets.services.folders.listing import (
    DONE,
    REFUSED,
    Facts,
    Offer,
    files_in,
    in_order,
    is_ignored,
    readable,
)
from mediaportal.core.ids import new_id

WORKING = ".working"
_CLAIMING = "claiming-"
# Why it is refused, until it stands beside the file; hidden, so that it is never taken for a part of it.
_REASON = ".reason"
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EINVAL}
_MOST_NUMBERS = 10_000

End = Literal["done", "refused"]


class Unready(Exception):
    """The file changed, went away, is being written to, or cannot be moved just now."""


@dataclass(frozen=True)
class Claim:
    """A file (or its pieces, in their order) that is being taken in under the id of its upload."""

    root: Path
    upload_id: UUID
    parts: tuple[str, ...]
    filename: str
    names: tuple[str, ...]
    state: str = ""

    @property
    def home(self) -> str:
        """The name of its folder in `.working`."""
        return f"{self.state}{self.upload_id}"

    @property
    def paths(self) -> list[Path]:
        """The files, in their order."""
        folder = self.root.joinpath(WORKING, self.home, *self.parts)
        return [folder / name for name in self.names]

    @property
    def place(self) -> str:
        """Where it was laid, for people and the database."""
        return readable("/".join((*self.parts, self.filename)))


def lay_out(root: Path) -> None:
    """Make the folder's own places; raises `OSError` when one is a link or cannot be made."""
    for name, mode in ((WORKING, 0o700), (DONE, 0o777), (REFUSED, 0o777)):
        with _opened(root, (name,), mode=mode):
            pass


def claim(root: Path, offer: Offer) -> Claim:
    """Take a file, or all its pieces, out of everybody's hands. Raises `Unready`, and then it stands where it was."""
    made = Claim(root, new_id(), offer.parts, offer.filename, offer.names, _CLAIMING)
    try:
        with _opened(root, offer.parts) as source:
            _require_unopened(source, offer)
            with _opened(root, (WORKING, made.home, *offer.parts), mode=0o700) as target:
                for name, facts in zip(offer.names, offer.facts, strict=True):
                    os.rename(name, name, src_dir_fd=source, dst_dir_fd=target)
                    _require_same(target, name, facts)
                os.fsync(target)
            os.fsync(source)
        return _turn(made, "")
    except OSError as error:
        undo(made)
        raise Unready(error.strerror or str(error)) from error
    except Unready:
        undo(made)
        raise


def _require_unopened(folder: int, offer: Offer) -> None:
    """Raise `Unready` when a piece is not the file any more that was seen (what is moved and then found to be a folder
    could not be laid back), or somebody has it open for writing, as far as the kernel can tell.
    """
    for name, facts in zip(offer.names, offer.facts, strict=True):
        _require_same(folder, name, facts)
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
        try:
            if not nobody_writes(descriptor):
                raise Unready("somebody is writing to it")
        finally:
            os.close(descriptor)


def _require_same(folder: int, name: str, facts: Facts) -> None:
    """Raise `Unready` unless the file is still the one that was seen."""
    found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    if not stat.S_ISREG(found.st_mode) or Facts(found.st_size, found.st_mtime_ns) != facts:
        raise Unready("it has changed")


def left_over(root: Path) -> list[Claim]:
    """What stands in `.working`, in whatever state, the oldest first."""
    found = []
    for home in sorted((root / WORKING).iterdir(), key=lambda path: path.name[-36:]):
        try:
            upload_id = UUID(home.name[-36:])
        except ValueError:
            continue
        parts, names = _inside(home)
        if not names:
            shutil.rmtree(home, ignore_errors=True)
            continue
        filename, ordered = in_order(names)
        found.append(Claim(root, upload_id, parts, filename, ordered, home.name[:-36]))
    return found


def _inside(home: Path) -> tuple[tuple[str, ...], list[str]]:
    """The names that lead to the files of a claim, and the files."""
    for folder, _folders, names in os.walk(home):
        if shown := sorted(name for name in names if not is_ignored(name)):
            return Path(folder).relative_to(home).parts, shown
    return (), []


def settle(made: Claim) -> Claim | None:
    """Bring a claim out of a state that a crash left it in; the claim if it is still to be taken in."""
    if made.state == _CLAIMING:
        undo(made)
    elif made.state == f"{DONE}-":
        _empty(made, DONE)
    elif made.state == f"{REFUSED}-":
        _empty(made, REFUSED)
    elif not made.state:
        return made
    return None


def undo(made: Claim) -> None:
    """Lay what was claimed back to where it was, beside what may have been laid there since."""
    with suppress(FileNotFoundError):
        _empty(made, "")


def renew(made: Claim) -> Claim:
    """The same claim under the id of a new upload."""
    return _turn(made, "", upload_id=new_id())


def finish(made: Claim) -> None:
    """The portal has it: move it to `done/`."""
    _empty(_turn(made, f"{DONE}-"), DONE)


def refuse(made: Claim, *, reason: str) -> None:
    """The portal does not take it: move it to `refused/`, and beside it a text that says why."""
    with _opened(made.root, (WORKING, made.home, *made.parts)) as folder:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(_REASON, flags, 0o666, dir_fd=folder), "w", encoding="utf-8") as note:
            note.write(reason)
    _empty(_turn(made, f"{REFUSED}-"), REFUSED)


def _note(filename: str) -> str:
    """The name of the text that tells why, which must fit a file system's 255 bytes."""
    return _cut(filename, 240) + ".txt"


def _cut(name: str, most: int) -> str:
    """At most so many bytes of a name, without half a letter at its end."""
    whole = os.fsencode(name)
    return name if len(whole) <= most else whole[:most].decode(errors="ignore")


def _turn(made: Claim, state: str, *, upload_id: UUID | None = None) -> Claim:
    """Give a claim another state (or another upload) by one rename, and make sure that the disk knows."""
    turned = replace(made, state=state, upload_id=upload_id or made.upload_id)
    with _opened(made.root, (WORKING,)) as working:
        os.rename(made.home, turned.home, src_dir_fd=working, dst_dir_fd=working)
        os.fsync(working)
    return turned


def _empty(made: Claim, end: str) -> None:
    """Move every file of a claim below the folder `end` (the root itself when it is empty), and remove the claim."""
    top = (end,) if end else ()
    with (
        _opened(made.root, (WORKING, made.home, *made.parts)) as source,
        _opened(made.root, (*top, *made.parts), mode=0o777) as target,
    ):
        moves = {name: name for name in sorted(files_in(source))}
        if end == REFUSED and _REASON in os.listdir(source):  # noqa: PTH208 - a descriptor, no path
            # First: a claim without files is swept away.
            moves = {_REASON: _note(made.filename)} | moves
        number = _free_number(target, source, moves)
        for name, wanted in moves.items():
            _move(name, numbered(wanted, number), source=source, target=target)
        os.fsync(target)
    shutil.rmtree(made.root / WORKING / made.home, ignore_errors=True)


def numbered(name: str, number: int) -> str:
    """A name that tells itself apart from others: "a.mp4", "a (2).mp4", …; within a file system's 255 bytes."""
    if number == 1:
        return name
    stem, dot, end = name.rpartition(".")
    if not stem:
        stem, dot, end = name, "", ""
    mark = f" ({number}){dot}{end}"
    return _cut(stem, 255 - len(os.fsencode(mark))) + mark


def _free_number(target: int, source: int, moves: dict[str, str]) -> int:
    """The first number under which nothing is in the way of any move; the same file does not count."""
    for number in range(1, _MOST_NUMBERS):
        if all(_is_free(target, numbered(wanted, number), source, name) for name, wanted in moves.items()):
            return number
    raise FileExistsError(errno.EEXIST, "too many files of this name")


def _is_free(target: int, name: str, source: int, original: str) -> bool:
    """Whether nothing stands there, or only the file itself, which a crash had linked but not removed yet."""
    try:
        there = os.stat(name, dir_fd=target, follow_symlinks=False)
    except FileNotFoundError:
        return True
    return os.path.samestat(there, os.stat(original, dir_fd=source, follow_symlinks=False))


def _move(name: str, wanted: str, *, source: int, target: int) -> None:
    """Move a file without ever writing over another one, where the file system has hard links."""
    try:
        os.link(name, wanted, src_dir_fd=source, dst_dir_fd=target, follow_symlinks=False)
    except FileExistsError:
        os.unlink(name, dir_fd=source)  # itself: `_free_number` has looked
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        os.rename(name, wanted, src_dir_fd=source, dst_dir_fd=target)
    else:
        os.unlink(name, dir_fd=source)


@contextmanager
def _opened(root: Path, parts: tuple[str, ...], *, mode: int | None = None) -> Iterator[int]:
    """A folder below the root as a descriptor, reached without following a link; made on the way when `mode` says
    with which permissions.
    """
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts:
            if mode is not None:
                with suppress(FileExistsError):
                    os.mkdir(part, mode, dir_fd=descriptor)
            inner = os.open(part, _FOLDER, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
        yield descriptor
    finally:
        os.close(descriptor)
