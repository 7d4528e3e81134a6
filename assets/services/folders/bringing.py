"""Bringing in what lies in folders, once: a library of many files, of which those that are here already are left out.

A file is begun, copied and accepted in one go, so whatever ends the program, the next run goes on with what is not
here yet: known by where it lay, its size and its time without reading it, or by its SHA-256.
"""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from django.utils.translation import gettext as _

from assets.exceptions import EmptyFile, UploadBroken
from assets.models import Asset, UploadSession
from assets.services import collections, ingest, limits, recognition, uploads
from assets.services.folders.copying import Changed, copy_in, digest_of, link_in
from assets.services.folders.listing import Offer, files_in, folders_below, offers, readable, waiting_for
from assets.services.names import safe_filename
from mediaportal.accounts.models import User
from mediaportal.core.ids import new_id
from mediaportal.core.problems import Problem

Outcome = Literal["taken", "known", "refused"]


@dataclass(frozen=True)
class Result:
    """What became of one file, with the code and the sentence of a refusal. Size in bytes."""

    outcome: Outcome
    place: str
    size: int
    code: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Found:
    """A file (or its pieces) below a folder that was named, or a name of which a piece is missing."""

    root: Path
    offer: Offer
    missing: int | None = None

    @property
    def paths(self) -> list[Path]:
        """The files, in their order."""
        return [self.root.joinpath(*self.offer.parts, name) for name in self.offer.names]

    @property
    def origin(self) -> str:
        """Where the whole lies."""
        return readable(str(self.root.joinpath(*self.offer.parts, self.offer.filename)))


def find(paths: Iterable[Path], *, recursive: bool) -> Iterator[Found]:
    """The files that are named, and those in the folders that are named; one folder at a time is held in memory.

    Raises `OSError` for a path that is not there.
    """
    for path in paths:
        if path.is_dir():
            root = path.resolve()
            for parts in folders_below(root) if recursive else [()]:
                yield from _in_folder(root, parts)
        else:
            file = path.resolve(strict=True)
            files = {name: facts for name, facts in files_in(file.parent).items() if name == file.name}
            yield from (Found(file.parent, offer) for offer in offers((), files))


def _in_folder(root: Path, parts: tuple[str, ...]) -> Iterator[Found]:
    """What one folder offers, in the order of the names."""
    try:
        files = files_in(root.joinpath(*parts))
    except OSError:
        if not parts:
            raise
        return
    for offer in sorted(offers(parts, files), key=lambda one: one.filename):
        yield Found(root, offer)
    for name, number in sorted(waiting_for(files).items()):
        yield Found(root, Offer(parts, name, (), ()), number)


class Bringer:
    """Takes in one file after the other; several threads may share one. `collection_id` is where everything goes;
    folders become collections inside it.
    """

    def __init__(
        self, *, owner: User, collection_id: UUID | None, move: bool, dry_run: bool, stop: threading.Event
    ) -> None:
        self._owner, self._collection_id = owner, collection_id
        self._move, self._dry_run, self._stop = move, dry_run, stop
        self._hashes = _OneAtATime()
        self._shelves: dict[tuple[str, ...], UUID | None] = {}
        self._shelving = threading.Lock()

    def bring(self, found: Found) -> Result:
        """Take one file in, or say why not. Raises `copying.Stopped`, and what a database or a disk raises."""
        try:
            return Result(self._outcome(found), found.origin, found.offer.size)
        except Changed:
            problem: Problem = UploadBroken(_("The file changed while it was read."))
        except Problem as caught:
            problem = caught
        return Result("refused", found.origin, found.offer.size, problem.code, str(problem.detail))

    def _outcome(self, found: Found) -> Outcome:
        """Taken or known; raises the `Problem` with which it is refused."""
        if found.missing is not None:
            raise UploadBroken(_("Its piece .CHUNK%d is missing.") % found.missing)
        if not found.offer.size:
            raise EmptyFile
        limits.require_size(found.offer.size)
        if self._was_taken_from(found):
            if self._move and not self._dry_run:
                self._remove(found)
            return "known"
        return self._judge(found) if self._dry_run else self._bring_in(found)

    def _judge(self, found: Found) -> Outcome:
        """What would become of it, by the same rules."""
        if self._is_known(digest_of(found.paths, stop=self._stop)):
            return "known"
        if len(found.paths) == 1:
            recognition.of_file(found.paths[0])
        else:
            with found.paths[0].open("rb") as file:
                recognition.judge(recognition.sniff(file.read()))
        return "taken"

    def _bring_in(self, found: Found) -> Outcome:
        """Copy, and have it accepted unless its bytes are here already."""
        limits.require_room(found.offer.size)
        upload_id = new_id()
        copied = (
            link_in(found.paths[0], upload_id=upload_id, stop=self._stop) if self._may_link(found) else None
        )
        path, sha256 = copied or copy_in(found.paths, upload_id=upload_id, stop=self._stop)
        try:
            with self._hashes.of(sha256):
                if self._is_known(sha256):
                    return "known"
                session = uploads.begin(
                    user=self._owner,
                    upload_id=upload_id,
                    bytes_total=found.offer.size,
                    source=UploadSession.Source.FOLDER,
                    filename=safe_filename(readable(found.offer.filename)),
                    origin=found.origin,
                    metadata=self._wishes(found),
                )
                ingest.accept_file(session=session, path=path, sha256=sha256)
        finally:
            path.unlink(missing_ok=True)
        if self._move:
            self._remove(found)
        return "taken"

    def _may_link(self, found: Found) -> bool:
        """Whether its bytes may become the portal's without copying: one file that is to be moved."""
        return self._move and len(found.paths) == 1

    def _wishes(self, found: Found) -> dict[str, Any]:
        """Where it goes, and by what it is known again."""
        wishes: dict[str, Any] = {"source_mtime_ns": _mtime(found)}
        if shelf := self._shelf_of(found.offer.parts):
            wishes["collection"] = str(shelf)
        return wishes

    def _shelf_of(self, parts: tuple[str, ...]) -> UUID | None:
        """The collection of a folder, made when it is not there."""
        with self._shelving:
            if parts not in self._shelves:
                names = [readable(name) for name in parts]
                made = collections.reach(user=self._owner, names=names, parent_id=self._collection_id)
                self._shelves[parts] = made.pk if made else None
            return self._shelves[parts]

    def _was_taken_from(self, found: Found) -> bool:
        """Whether this very file has been taken in before and is still here; it is not read."""
        return UploadSession.objects.filter(
            source=UploadSession.Source.FOLDER,
            origin=found.origin,
            user=self._owner,
            status=UploadSession.Status.ACCEPTED,
            bytes_total=found.offer.size,
            metadata__source_mtime_ns=_mtime(found),
            asset__deleted_at=None,
        ).exists()

    def _is_known(self, sha256: str) -> bool:
        """Whether the owner sees an asset of the same bytes."""
        return Asset.objects.visible_to(self._owner).filter(sha256=sha256).exists()

    def _remove(self, found: Found) -> None:
        """Remove what the portal has now, unless it has changed since it was seen."""
        for path, facts in zip(found.paths, found.offer.facts, strict=True):
            if files_in(path.parent).get(path.name) == facts:
                path.unlink(missing_ok=True)


def _mtime(found: Found) -> int:
    """When the last of its pieces was written."""
    return max(one.mtime_ns for one in found.offer.facts)


class _OneAtATime:
    """Lets files of the same bytes through one after the other, so that the second finds the first."""

    def __init__(self) -> None:
        self._running: set[str] = set()
        self._changed = threading.Condition()

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Wait until nobody else is at this name, and hold it."""
        with self._changed:
            self._changed.wait_for(lambda: name not in self._running)
            self._running.add(name)
        try:
            yield
        finally:
            with self._changed:
                self._running.discard(name)
                self._changed.notify_all()
