"""First play: segments are published as they are written, and one row makes them known while the run holds its step.

A thread looks every quarter of a second at what ffmpeg has written. Nothing of it may harm the encoding: a storage
that does not answer ends the showing, not the step.
"""

import logging
import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from django.db import Error, connection, transaction
from django.utils import timezone

from assets.models import Kind, Variant
from assets.services import places
from assets.services.names import asset_folder
from processing.exceptions import LeaseLost
from processing.ffmpeg import growing as files
from processing.ffmpeg import silence
from processing.ffmpeg.ladder import Rung
from processing.ffmpeg.media import Probe
from processing.models import Job, JobType
from processing.packager import hls, track_names
from processing.services import growing_rows, holding
from processing.services.context import StepContext

logger = logging.getLogger(__name__)
_LOOK_SECONDS = 0.25
_JOIN_SECONDS = 120
# By so many segments a sound may lag behind the pictures: files need not hold both side by side.
_MOST_BEHIND = 3
_ROUNDED = 0.001


def may_grow(job: Job) -> bool:
    """Whether the first rendition may be watched while it is made: never of what is to be encrypted, nor where there is
    something to watch already.
    """
    return (
        job.job_type == JobType.INGEST and job.asset.kind == Kind.VIDEO and not job.parameters.get("encrypt")
    )


@dataclass
class _Stream:
    """One stream of the set: its folder there, what ffmpeg writes, what has been published of it, up to its `end` in
    seconds, and how many segments its playlist has `told` of.
    """

    name: str
    file: files.GrowingFile
    published: list[hls.Segment] = field(default_factory=list)
    codec: str = ""
    started: bool = False
    end: float = 0.0
    told: int = 0


class GrowingSet:
    """One run's set: `look` publishes what has become whole since it was last called."""

    def __init__(
        self, context: StepContext, *, folder: Path, probe: Probe, rung: Rung, bit_rate: int
    ) -> None:
        """Show what grows in `folder`: pictures of `rung` and the sound tracks of `bit_rate` bit/s each.

        Raises `ValueError` for a source without pictures.
        """
        if probe.video is None:
            raise ValueError("There are no pictures")
        run = f"{timezone.now():%Y%m%d%H%M%S}-{context.step.attempt}-{uuid4().hex[:6]}"
        self.prefix = f"{asset_folder(context.asset.pk)}/{context.step.name}/{run}"
        self.variant: Variant | None = None
        self._context = context
        self._folder = folder
        self._rung = rung
        self._bit_rate = bit_rate
        self._tracks = probe.audio
        self._names = track_names(probe.audio)
        self._longest = files.longest_segment(probe.video, rung.segment_seconds)
        self._video = _Stream(f"video_{rung.quality}", files.GrowingFile(folder / files.VIDEO))
        self._sounds = [
            _Stream(
                name.folder,
                files.GrowingFile(folder / files.audio_name(number), least=rung.segment_seconds),
            )
            for number, name in enumerate(self._names)
        ]

    def look(self, *, ended: bool = False) -> None:
        """Publish whole segments, then the playlists that name them; the first time the row as well.

        Raises `LeaseLost`, `StorageUnavailable`, `EncodingFailed`, `OSError`, and errors of the database.
        """
        streams = [self._video, *self._sounds]
        for stream in streams:
            self._publish_segments(stream, rest=ended)
        for sound in self._sounds:
            self._keep_up(sound, ended=ended)
        for stream in streams:
            if ended or len(stream.published) > stream.told:
                text = hls.media_playlist(stream.published, longest=self._longest, ended=ended)
                self._put_text(text, f"{stream.name}/{hls.PLAYLIST}")
                stream.told = len(stream.published)
        if self.variant is None and all(stream.published for stream in streams):
            self._put_text(self._master(), hls.MASTER)
            self._show()
        if ended and self.variant is not None:
            size = sum(segment.size for stream in streams for segment in stream.published)
            Variant.objects.filter(pk=self.variant.pk).update(file_size=size)

    def withdraw(self) -> None:
        """Take the set back: its row and its files go."""
        with transaction.atomic():
            growing_rows.withdraw(asset=self._context.asset, prefix=self.prefix)

    def _publish_segments(self, stream: _Stream, *, rest: bool) -> None:
        """Put the segments of a stream that are whole, with the `rest` also what is shorter."""
        fresh = stream.file.fresh(rest=rest)
        if fresh:
            self._start(stream, stream.file)
        for segment in fresh:
            if stream is not self._video:
                if segment.begin < stream.end - _ROUNDED:
                    continue  # it has been silent meanwhile
                self._be_silent(stream, round((segment.begin - stream.end) / silence.FRAME_SECONDS))
            piece = self._piece(stream)
            files.cut(stream.file.path, segment.offset, segment.size, piece)
            self._put(stream, piece, segment.end)

    def _keep_up(self, sound: _Stream, *, ended: bool) -> None:
        """Let a sound be silent that is far behind the pictures: it has ended or not begun yet. ffmpeg notices that
        only at the end of the file, and players show nothing beyond the end of any stream.
        """
        length = self._rung.segment_seconds
        allowed = 0.0 if ended else length * _MOST_BEHIND
        if self._video.end - sound.end > allowed:
            self._publish_segments(sound, rest=True)
        while self._video.end - sound.end > max(allowed, silence.FRAME_SECONDS):
            if not sound.started:
                self._start(sound, self._silence())
            missing = min(length, self._video.end - sound.end)
            self._be_silent(sound, math.ceil(missing / silence.FRAME_SECONDS))

    def _start(self, stream: _Stream, file: files.GrowingFile) -> None:
        """Put what a stream begins with."""
        if not stream.started:
            piece = self._piece(stream)
            files.cut(file.path, 0, file.init_size, piece)
            places.put(piece, f"{self.prefix}/{stream.name}/{hls.INIT}")
            stream.codec = file.codec
            stream.started = True

    def _be_silent(self, sound: _Stream, frames: int) -> None:
        """Put so many frames of silence."""
        if frames:
            piece = self._piece(sound)
            piece.write_bytes(silence.fragment(sound.end, frames))
            self._put(sound, piece, sound.end + frames * silence.FRAME_SECONDS)

    def _silence(self) -> files.GrowingFile:
        return silence.beginning(self._folder / "silence.mp4", self._bit_rate, stop=self._context.stop)

    def _piece(self, stream: _Stream) -> Path:
        return self._folder / f"{stream.name}.piece"

    def _put(self, stream: _Stream, piece: Path, end: float) -> None:
        """Put a file as the next segment of a stream."""
        name = hls.segment_name(len(stream.published) + 1)
        size = piece.stat().st_size
        places.put(piece, f"{self.prefix}/{stream.name}/{name}")
        stream.published.append(hls.Segment(name, end - stream.end, size))
        stream.end = end

    def _put_text(self, text: str, name: str) -> None:
        path = self._folder / "playlist.piece"
        path.write_text(text, encoding="utf-8")
        places.put(path, f"{self.prefix}/{name}")

    def _master(self) -> str:
        """The entry of the set; the pictures' rate is the most that they may take."""
        default = next((number for number, track in enumerate(self._tracks) if track.is_default), 0)
        sounds = [
            hls.Sound(stream.name, name.label, track.language, number == default)
            for number, (stream, name, track) in enumerate(
                zip(self._sounds, self._names, self._tracks, strict=True)
            )
        ]
        codecs = dict.fromkeys(stream.codec for stream in [self._video, *self._sounds])
        return hls.master_playlist(
            hls.Pictures(
                name=self._video.name,
                width=self._rung.width,
                height=self._rung.height,
                bandwidth=self._rung.max_rate + (self._bit_rate if self._sounds else 0),
                codecs=",".join(codecs) if all(codecs) else "",
            ),
            sounds,
        )

    def _show(self) -> None:
        """Write the row, if this run still holds the step; raises `LeaseLost`."""
        with transaction.atomic():
            job = holding.lock_job_of(step_id=self._context.step.pk)
            if not holding.holds(step=self._context.step):
                raise LeaseLost(self._context.step.name)
            self.variant = growing_rows.add(
                step=self._context.step,
                job=job,
                prefix=self.prefix,
                master=hls.MASTER,
                quality=self._rung.quality,
            )


class Showing:
    """A set that a thread shows while the caller's thread encodes."""

    def __init__(self, growing: GrowingSet) -> None:
        """Nothing happens before `begin`."""
        self._set = growing
        self._done = threading.Event()
        self._broken = False
        self._thread = threading.Thread(target=self._follow, name="first-play", daemon=True)

    def begin(self) -> None:
        """Start to look."""
        self._thread.start()

    def finish(self) -> None:
        """Publish the rest and say that nothing more will come. What was made must have been found good before."""
        self._rest()
        if not self._broken:
            self._try(ended=True)
        if self._broken or self._set.variant is None:
            self.give_up()

    def give_up(self) -> None:
        """Take everything back."""
        self._rest()
        try:
            self._set.withdraw()
        except Error as error:
            logger.warning("%s may be left in the storage", self._set.prefix, exc_info=error)

    def _rest(self) -> None:
        self._done.set()
        self._thread.join(timeout=_JOIN_SECONDS)
        if self._thread.is_alive():
            self._broken = True
            logger.warning("%s is still being sent and is taken back", self._set.prefix)

    def _follow(self) -> None:
        try:
            while not self._broken and not self._done.wait(_LOOK_SECONDS):
                self._try()
        finally:
            connection.close()

    def _try(self, *, ended: bool = False) -> None:
        try:
            self._set.look(ended=ended)
        except LeaseLost:
            self._broken = True
        except Exception:
            # Whatever it is, it harms nobody but those who watch.
            self._broken = True
            logger.warning("%s is not shown any longer while it grows", self._set.prefix, exc_info=True)


@contextmanager
def shown(growing: GrowingSet) -> Iterator[Showing]:
    """Show a set while the block runs; unless the block ends well and has called `finish`, nothing of it stays."""
    showing = Showing(growing)
    showing.begin()
    done = False
    try:
        yield showing
        done = True
    finally:
        if not done:
            showing.give_up()
