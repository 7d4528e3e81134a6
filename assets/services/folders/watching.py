"""The watcher of one folder: it looks, waits until files are still, and takes them in one after the other.

The kernel's notices make it quick; a look at everything now and then makes it sure, because network drives send no
notices and the kernel drops some under load.
"""

import fcntl
import logging
import os
import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from django.db import close_old_connections
from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from assets.services.folders import claims
from assets.services.folders.claims import WORKING, Claim, Unready
from assets.services.folders.copying import Stopped
from assets.services.folders.listing import DONE, REFUSED, Offer, files_in, folders_below, is_ignored
from assets.services.folders.stillness import Stillness
from assets.services.folders.taking import take
from mediaportal.accounts.models import User

log = logging.getLogger(__name__)

RESERVED = (DONE, REFUSED)
_ROUND_SECONDS = 1.0
_SHORTEST_REST, _LONGEST_REST = 2.0, 60.0
# While so many claims cannot be taken in, something else is wrong than a file: the others stay where they are.
_MOST_STUCK = 3
_NO_NEWS = {"opened", "closed_no_write"}


class AlreadyWatched(Exception):
    """Another watcher has this folder."""


class Watcher:
    """Takes in what is laid into a folder, until `stop` is set. `still` and `look_every` are in seconds."""

    def __init__(
        self, root: Path, *, owner_id: UUID, stop: threading.Event, still: float, look_every: float
    ) -> None:
        self._root, self._owner_id, self._stop = root, owner_id, stop
        self._look_every = look_every
        self._stillness = Stillness(still=still)
        self._news: queue.SimpleQueue[tuple[str, ...] | None] = queue.SimpleQueue()
        self._looked_at = float("-inf")
        # What could not be taken: when to try again, and how long the next rest will be.
        self._rests: dict[str, tuple[float, float]] = {}
        self._told: set[str] = set()

    def run(self) -> None:
        """Watch until told to stop. Raises `AlreadyWatched`, or `OSError` for a folder that cannot be used."""
        with self._alone(), self._hearing():
            log.info("Watching %s", self._root)
            for left in claims.left_over(self._root):
                claims.settle(left)
            while not self._stop.is_set():
                close_old_connections()
                try:
                    self._round()
                except OSError as error:
                    log.warning("The folder cannot be read just now: %s", error)
                self._stop.wait(_ROUND_SECONDS)
        log.info("Watching ended")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the folder for this process; the kernel lets go of it when the process ends, however it ends."""
        claims.lay_out(self._root)
        descriptor = os.open(
            self._root / WORKING / "lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
        )
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AlreadyWatched(str(self._root)) from None
            yield
        finally:
            os.close(descriptor)

    @contextmanager
    def _hearing(self) -> Iterator[None]:
        """Hear the kernel's notices, as far as there are any."""
        observer = Observer()
        observer.schedule(_Ear(self._root, self._news), str(self._root), recursive=True)
        try:
            observer.start()
        except OSError as error:
            log.warning("No notices from the kernel (%s): the folder is looked at instead", error)
            yield
            return
        try:
            yield
        finally:
            observer.stop()
            observer.join(timeout=5)

    # --- One round ------------------------------------------------------------------------------------------------
    def _round(self) -> None:
        """Look where something may have happened, and take what is ready."""
        for left in claims.left_over(self._root):
            if self._may_try(str(left.upload_id)) and (claim := claims.settle(left)) is not None:
                self._take(claim)
            if self._stop.is_set():
                return
        self._look()
        if len(claims.left_over(self._root)) < _MOST_STUCK:
            self._claim_what_is_ready()

    def _claim_what_is_ready(self) -> None:
        """Take in everything that has arrived whole."""
        now = time.monotonic()
        for parts in self._stillness.due(now=now):
            self._see(parts)
            for offer in self._stillness.ready(parts, now=now):
                if self._stop.is_set() or len(claims.left_over(self._root)) >= _MOST_STUCK:
                    return
                if self._may_try(offer.place):
                    self._claim(offer)

    def _look(self) -> None:
        """Look at the folders that notices named, or at all of them when it is time."""
        named: set[tuple[str, ...]] = set()
        everything = time.monotonic() - self._looked_at >= self._look_every
        while not self._news.empty():
            place = self._news.get()
            if place is None:
                everything = True
            else:
                named.add(place)
        if everything:
            named = set(folders_below(self._root, reserved=RESERVED))
            self._stillness.forget_others(named)
            self._looked_at = time.monotonic()
            self._rests = {
                name: rest for name, rest in self._rests.items() if rest[0] > self._looked_at - 600
            }
            self._tell_of_incomplete()
        for parts in named:
            self._see(parts)

    def _see(self, parts: tuple[str, ...]) -> None:
        """Note what stands in one folder."""
        try:
            files = files_in(self._root.joinpath(*parts))
        except OSError:
            files = {}
        self._stillness.see(parts, files, now=time.monotonic())

    def _tell_of_incomplete(self) -> None:
        """Say once of each file in pieces that it still waits for one."""
        for place, number in self._stillness.incomplete(now=time.monotonic()):
            if place not in self._told:
                self._told.add(place)
                log.warning("%s waits for its piece .CHUNK%d", place, number)

    # --- One file -------------------------------------------------------------------------------------------------
    def _claim(self, offer: Offer) -> None:
        """Claim an offer and take it; what is not ready rests for a while."""
        try:
            claim = claims.claim(self._root, offer)
        except Unready as reason:
            self._rest(offer.place, str(reason))
            return
        self._rests.pop(offer.place, None)
        self._take(claim)

    def _take(self, claim: Claim) -> None:
        """Take a claim in; what cannot be taken just now rests, and no file keeps the others from being taken."""
        name = str(claim.upload_id)
        try:
            take(claim, owner=User.objects.get(pk=self._owner_id), stop=self._stop)
        except Stopped:
            return
        except Exception as error:  # noqa: BLE001 - one file, or a database that starts anew, must not end the service
            self._rest(name, f"{type(error).__name__}: {error}", place=claim.place)
        else:
            self._rests.pop(name, None)

    def _may_try(self, name: str) -> bool:
        """Whether its rest is over."""
        return self._rests.get(name, (0.0, 0.0))[0] <= time.monotonic()

    def _rest(self, name: str, reason: str, *, place: str = "") -> None:
        """Leave it alone for a while, longer each time."""
        seconds = min(_LONGEST_REST, max(_SHORTEST_REST, 2 * self._rests.get(name, (0.0, 0.0))[1]))
        self._rests[name] = (time.monotonic() + seconds, seconds)
        log.warning("Not now, again in %d s: %s (%s)", seconds, place or name, reason)


class _Ear(FileSystemEventHandler):
    """Notes the folders in which something happened; None for a folder that came or went."""

    def __init__(self, root: Path, news: "queue.SimpleQueue[tuple[str, ...] | None]") -> None:
        self._root, self._news = os.fsencode(root), news

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Note one notice."""
        if event.event_type in _NO_NEWS:
            return
        for raw in (event.src_path, event.dest_path):
            if raw and (parts := self._parts(os.fsencode(raw))) is not None:
                self._news.put(None if event.is_directory else parts)

    def _parts(self, path: bytes) -> tuple[str, ...] | None:
        """The names that lead to the folder of a path; None for what is none of ours."""
        inside = os.path.relpath(path, self._root)
        names = tuple(os.fsdecode(name) for name in inside.split(b"/"))
        if names[0] in RESERVED or any(is_ignored(name) for name in names):
            return None
        return names[:-1]
