"""Runs alone in the sandbox: finds single frames of a foreign video by seeking, and writes them as raw pictures.

Reads one request as JSON and prints one answer. It imports nothing of the project.
"""

import json
import math
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import av
from av.error import FFmpegError
from av.filter import Graph
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

Request = dict[str, Any]
Answer = dict[str, Any]

# Half of a thousandth: times come rounded to thousandths.
SAME = 0.0005
# A seek may land behind the key frame that it should have found: then it is begun so much earlier.
EARLIER = (0.0, 5.0, 30.0, math.inf)
# By so much a seek goes beyond a key frame, whose place the index tells by when it is decoded.
BEYOND = 0.1
BEFORE_ALL = 10.0
# Where no index tells of key frames, what lies so near is decoded rather than sought.
NEAR = 2.0
# So many packets are thrown away while none of them is told to be a key frame.
PATIENCE = 600
# No stream shows its pictures so many seconds later than it decodes them.
LATEST = 2.0
TROUBLES = (FFmpegError, OSError, ValueError, RuntimeError)


class Film:
    """One opening of the video, with a decoder of its own. Times are seconds from the beginning."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.begins = float(request["begins"])
        self.interlaced = bool(request["interlaced"])
        # What that demuxer keeps of the places that it has met calls every picture a key frame.
        self.indexed = request["format"] != "mpegts"
        self.running: Iterator[VideoFrame] | None = None
        self.last: VideoFrame | None = None
        self.ahead: VideoFrame | None = None
        self.open()
        self.base = float(self.stream.time_base or 0) or 1e-6
        try:
            self.container.seek(
                0, stream=self.stream
            )  # some formats read only now where their key frames are
            self.seeks = True
            self.delay = self.reordering()
        except FFmpegError:
            self.seeks, self.delay = False, 0.0
            self.open()

    def open(self) -> None:
        """Open the file as nothing but its own type."""
        self.container = av.open(
            self.request["source"],
            format=self.request["format"],
            options={"protocol_whitelist": "file"},
            metadata_errors="replace",
        )
        stream = self.container.streams[self.request["stream"]]
        if not isinstance(stream, VideoStream):
            raise ValueError("the stream has no pictures")
        self.stream, self.decoder = stream, stream.codec_context
        self.decoder.thread_count = 1

    def stamp(self, seconds: float) -> int:
        """The stream's own time."""
        return round((seconds + self.begins) / self.base)

    def time_of(self, frame: VideoFrame) -> float:
        """When a frame is shown."""
        stamp = frame.dts if frame.pts is None else frame.pts
        return 0.0 if stamp is None else stamp * self.base - self.begins

    def reordering(self) -> float:
        """Return by how much key frames are shown later than the index says, which may tell when they are decoded."""
        for packet in self.container.demux(self.stream):
            if packet.size and packet.is_keyframe and packet.pts is not None:
                number = self.stream.index_entries.search_timestamp(packet.pts, backward=True)
                later = 0 if number < 0 else packet.pts - self.stream.index_entries[number].timestamp
                return later * self.base if 0 < later * self.base < LATEST else 0.0
        return 0.0

    def key_at(self, seconds: float, *, backward: bool) -> float | None:
        """Return when the key frame is shown that is the last until a time, or the first from then on, by the index."""
        if not self.indexed:
            return None
        entries = self.stream.index_entries
        number = entries.search_timestamp(self.stamp(seconds - self.delay), backward=backward)
        return None if number < 0 else entries[number].timestamp * self.base - self.begins + self.delay

    def found(self, want: Request, beside: Callable[[], "Film"]) -> tuple["Film", list[VideoFrame]]:
        """Return the frame that is wanted, and the one behind it where that is known, with the opening that stands at
        it; no frame where there is none. Key frames are looked for `beside` what is being decoded in a row, which
        otherwise would begin anew.
        """
        film = self if self.running is None else beside()
        if frames := film.key_found(want):
            return film, frames
        self.sets_out(want)
        return self, self.exact(want["time"])

    def sets_out(self, want: Request) -> None:
        """Leave out what no other frame needs, where that may be."""
        self.decoder.skip_frame = "DEFAULT" if want["must"] or want["count"] > 1 else "NONREF"

    def key_found(self, want: Request) -> list[VideoFrame]:
        """Return the key frame that may stand for what is wanted; empty where there is none."""
        if not self.seeks or want["low"] >= want["high"]:
            return []
        self.sets_out(want)
        key = self.key_near(want)
        if key is not None and (want["count"] > 1 or self.interlaced):
            return self.exact(key + BEYOND, from_key=True)
        if want["count"] > 1 or (key is None and not self.is_blind(want["time"])):
            return []
        frames = self.key_picture(want["time"] if key is None else key + BEYOND)
        # The index may tell the time of a key frame a little wrong.
        slack = -SAME if key is None else BEYOND
        if frames and want["low"] - SAME <= self.time_of(frames[0]) < want["high"] + slack:
            return frames
        return []

    def key_near(self, want: Request) -> float | None:
        """Return when the key frame is shown that is nearest to a want, if one may stand for it."""
        keys = [self.key_at(want["time"], backward=backward) for backward in (True, False)]
        near = [key for key in keys if key is not None and want["low"] - SAME <= key < want["high"]]
        return min(near, key=lambda key: abs(key - want["time"]), default=None)

    def is_blind(self, seconds: float) -> bool:
        """Whether the index says nothing of what lies behind a time."""
        return self.key_at(seconds, backward=False) is None

    def key_picture(self, seconds: float) -> list[VideoFrame]:
        """Return the key frame before a time, or the first one that comes there; nothing else is decoded."""
        self.stand(seconds)
        for packet in self.container.demux(self.stream):
            if packet.size and packet.is_keyframe:
                frames = self.decoder.decode(packet) or self.decoder.decode(None)
                self.running = None
                return frames[:1]
        return []

    def exact(self, seconds: float, *, from_key: bool = False) -> list[VideoFrame]:
        """Return the frame that is shown at a time and the one behind it; with `from_key` the first that comes."""
        if not from_key and self.goes_on(seconds) and (frames := self.shown(seconds)):
            return frames
        for earlier in EARLIER:
            begin = max(0.0, seconds - earlier)
            self.stand(begin)
            if from_key:
                return self.first()
            frames = self.shown(seconds)
            if frames and (begin == 0.0 or self.time_of(frames[0]) <= seconds + SAME):
                return frames
        return []

    def goes_on(self, seconds: float) -> bool:
        """Whether decoding on is the shortest way to a time: no key frame lies between."""
        if self.running is None or self.last is None or self.time_of(self.last) > seconds:
            return False
        begun = self.time_of(self.last)
        key = self.key_at(seconds, backward=True)
        near = seconds - begun < NEAR if key is None else key <= begun + SAME
        return near or not self.seeks

    def stand(self, seconds: float) -> None:
        """Go to a time; where the file cannot be sought in, to its beginning."""
        self.last = self.ahead = None
        # What is sought by bytes lands before the first picture only if that is asked for.
        place = self.stamp(seconds if seconds > 0 else -BEFORE_ALL)
        try:
            if self.seeks:
                self.container.seek(place, stream=self.stream, backward=True)
        except FFmpegError:
            self.seeks = False
        if not self.seeks:
            self.open()
        self.running = self.frames()

    def first(self) -> list[VideoFrame]:
        """The next two frames."""
        self.last = self.following()
        self.ahead = self.following()
        return [frame for frame in (self.last, self.ahead) if frame is not None]

    def shown(self, seconds: float) -> list[VideoFrame]:
        """Decode on to the last frame that has begun at a time; returns it and the one behind it, where it ends."""
        if self.last is None:
            self.last = self.following()
        while self.last is not None:
            if self.ahead is None:
                self.ahead = self.following()
            if self.ahead is None or self.time_of(self.ahead) > seconds + SAME:
                return [self.last] if self.ahead is None else [self.last, self.ahead]
            self.last, self.ahead = self.ahead, None
        return []

    def following(self) -> VideoFrame | None:
        """The next frame of those that are decoded in a row."""
        return None if self.running is None else next(self.running, None)

    def frames(self) -> Iterator[VideoFrame]:
        """Decode on from where the file stands; what is damaged is passed over."""
        waits = PATIENCE
        packets = self.container.demux(self.stream)
        while True:
            try:
                packet = next(packets, None)
            except FFmpegError:
                packet = None
            if packet is None:
                return
            if waits and packet.size and not packet.is_keyframe:
                waits -= 1
                continue
            waits = 0
            try:
                yield from self.decoder.decode(packet if packet.size else None)
            except FFmpegError:
                continue


class Chain:
    """The filters of one size; built anew where what is decoded changes its looks, or where they remember."""

    def __init__(self, filters: Sequence[Sequence[str]], *, remembers: bool) -> None:
        self.filters, self.remembers = filters, remembers
        self.graph: Graph | None = None
        self.looks: tuple[Any, ...] = ()

    def picture(self, frames: Sequence[VideoFrame]) -> VideoFrame:
        """Return the first of the frames as it comes out; the one behind it helps where lines are woven."""
        looks = looks_of(frames[0])
        alike = [frame for frame in frames[: 2 if self.remembers else 1] if looks_of(frame) == looks]
        if self.graph is None or self.remembers or looks != self.looks:
            self.graph, self.looks = self.built(looks), looks
        for frame in alike:
            self.graph.vpush(frame)
        if self.remembers:
            self.graph.vpush(None)
        return self.graph.vpull()

    def built(self, looks: tuple[Any, ...]) -> Graph:
        """Return the filters in a row."""
        width, height, pixels, space, extent = looks
        graph = Graph()
        buffer = graph.add(
            "buffer",
            video_size=f"{width}x{height}",
            pix_fmt=pixels,
            time_base="1/1000000",
            pixel_aspect="1/1",
            colorspace=str(space),
            range=str(extent),
        )
        row = [graph.add(name, arguments or None) for name, arguments in self.filters]
        graph.link_nodes(buffer, *row, graph.add("buffersink")).configure()
        return graph


def looks_of(frame: VideoFrame) -> tuple[Any, ...]:
    """What the filters must know of frames."""
    return frame.width, frame.height, frame.format.name, int(frame.colorspace), int(frame.color_range)


def write(frame: VideoFrame, path: str) -> None:
    """Write a picture in red, green and blue as PPM."""
    plane = frame.planes[0]
    view, row = memoryview(plane), frame.width * 3
    with open(path, "wb") as file:  # noqa: PTH123 - this script keeps to plain strings
        file.write(b"P6 %d %d 255\n" % (frame.width, frame.height))
        if plane.line_size == row:
            file.write(view[: row * frame.height])
            return
        for line in range(frame.height):
            file.write(view[line * plane.line_size : line * plane.line_size + row])


def taken(row: Film, beside: Callable[[], Film], want: Request, chain: Chain, folder: str) -> list[Answer]:
    """Write the pictures of one want; returns their files with their times."""
    film, frames = row.found(want, beside)
    made: list[Answer] = []
    while frames:
        path = f"{folder}/{want['name']}_{len(made):03}.ppm"
        shown = max(0.0, film.time_of(frames[0]))
        write(chain.picture(frames), path)
        made.append({"name": want["name"], "path": path, "time": round(shown, 3)})
        if len(made) >= want["count"]:
            break
        begun = made[0]["time"]
        frames = film.shown(begun + len(made) * want["step"])
        if frames and film.ahead is None and film.time_of(frames[0]) < begun + (len(made) - 1) * want["step"]:
            break  # the film has ended
    return made


def worked(request: Request, wants: Sequence[Request], until: float) -> tuple[list[Answer], list[str]]:
    """Take a part of the pictures; returns what came, and what went wrong."""
    row = Film(request)
    beside = cache(lambda: Film(request))
    chains = {size: Chain(filters, remembers=row.interlaced) for size, filters in request["chains"].items()}
    made: list[Answer] = []
    log: list[str] = []
    for want in wants:
        if not want["must"] and time.monotonic() > until:
            continue
        try:
            made += taken(row, beside, want, chains[want["size"]], request["folder"])
        except TROUBLES as error:
            row.running = None
            log.append(f"{want['name']}: {error}")
    return made, log


def answer(request: Request) -> Answer:
    """Take all pictures, several parts of the film at once."""
    until = time.monotonic() + request["seconds"]
    wants, several = request["wants"], max(1, request["workers"])
    share = math.ceil(len(wants) / several)
    parts = [wants[first : first + share] for first in range(0, len(wants), share)]
    try:
        with ThreadPoolExecutor(max_workers=several) as pool:  # decoders let others run
            done = list(pool.map(lambda part: worked(request, part, until), parts))
    except TROUBLES as error:
        return {"pictures": [], "log": str(error)}
    return {
        "pictures": [picture for made, _log in done for picture in made],
        "log": "\n".join(line for _made, log in done for line in log)[-4000:],
    }


if __name__ == "__main__":
    json.dump(answer(json.load(sys.stdin)), sys.stdout)
