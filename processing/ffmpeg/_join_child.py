"""Runs alone in the sandbox: puts the chunks of a rung one behind the other, packet by packet, at exact times.

Reads one request as JSON and prints one answer. It imports nothing of the project.
"""

import json
import sys
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

Request = dict[str, Any]
Answer = dict[str, Any]


class Refused(Exception):
    """The chunks are not pieces of one encode: what is wrong with the first one that does not fit."""

    def __init__(self, part: Request, why: str) -> None:
        super().__init__(f"chunk {part['number']} {why}")


def rounded(value: Fraction) -> int:
    """Round to the nearest whole number, halves away from zero, as ffmpeg rounds times."""
    return int(value + Fraction(1, 2)) if value >= 0 else -int(-value + Fraction(1, 2))


def opened(path: str) -> InputContainer:
    """Open one chunk as nothing but an MP4."""
    return av.open(path, format="mp4")


def packets(container: InputContainer) -> Iterator[tuple["Packet[VideoStream]", int, int]]:
    """Yield the packets of the pictures in their order, with the ticks of when each is shown and decoded."""
    stream = container.streams.video[0]
    for packet in container.demux(stream):
        if packet.size and packet.pts is not None and packet.dts is not None:
            yield packet, packet.pts, packet.dts


def shown(part: Request, ticks: int) -> list[int]:
    """Return when the pictures of a chunk are shown, in ticks and in order."""
    with opened(part["path"]) as container:
        if container.streams.video[0].time_base != Fraction(1, ticks):
            raise Refused(part, f"has a clock of {container.streams.video[0].time_base}")
        times = sorted(pts for _packet, pts, _dts in packets(container))
    if len(times) != part["frames"]:
        raise Refused(part, f"has {len(times)} frames instead of {part['frames']}")
    return times


def ahead(part: Request) -> int:
    """Return how many packets of a chunk are decoded before its first picture is shown."""
    with opened(part["path"]) as container:
        first: int | None = None
        for number, (packet, pts, dts) in enumerate(packets(container)):
            if first is None:
                if not packet.is_keyframe:
                    raise Refused(part, "does not begin with a key frame")
                first = pts
            if dts >= first:
                return number
    return 0


def last(part: Request, begins: int) -> int:
    """Return for how many ticks the last picture of the last chunk stands; 0 where its file does not tell."""
    with opened(part["path"]) as container:
        stream = container.streams.video[0]
        return max(0, (stream.start_time or 0) + (stream.duration or 0) - begins)


def clock(rung: Request, ticks: int, length: Fraction | None) -> list[int]:
    """Return when each picture of a rung is shown, in ticks; `length` is that of a frame where all are alike."""
    times: list[int] = []
    for part in rung["parts"]:
        found = shown(part, ticks)
        if length is not None:
            exact = [rounded((len(times) + number) * length) for number in range(len(found))]
            if part["first"] != len(times) or found != exact:
                raise Refused(part, f"has not the frames from {part['first']} on")
        if times and found and found[0] <= times[-1]:
            raise Refused(part, "begins before the one before has ended")
        times += found
    return times


def decoded(times: list[int], delay: int, length: Fraction | None) -> list[int]:
    """Return when each packet is decoded: as many pictures ahead as the encoder looks back and forth."""
    if length is not None:
        return [rounded((number - delay) * length) for number in range(len(times))]
    delay = min(delay, len(times) - 1)
    lead = times[delay] - times[0]
    return [times[n - delay] if n >= delay else times[n] - lead for n in range(len(times))]


def looks(stream: VideoStream) -> tuple[Any, ...]:
    """Return what must be the same in all chunks."""
    codec = stream.codec_context
    return codec.name, codec.width, codec.height, codec.pix_fmt, codec.extradata


def join(rung: Request) -> Answer:
    """Write one rung of all its chunks."""
    ticks = rung["ticks"]
    length = ticks / Fraction(rung["rate"]) if rung["rate"] else None
    times = clock(rung, ticks, length)
    decode = decoded(times, max(ahead(part) for part in rung["parts"]), length)
    lasts = rounded(length) if length is not None else last(rung["parts"][-1], times[-1])
    written = 0
    with av.open(rung["target"], "w", format="mp4", options={"video_track_timescale": str(ticks)}) as output:
        stream, same = None, None
        for part in rung["parts"]:
            with opened(part["path"]) as container:
                source = container.streams.video[0]
                if stream is None:
                    stream, same = output.add_stream_from_template(source, opaque=True), looks(source)
                    stream.time_base = Fraction(1, ticks)
                if looks(source) != same:
                    raise Refused(part, "was encoded in another way than the first one")
                for packet, pts, _dts in packets(container):
                    packet.stream = stream
                    packet.time_base = Fraction(1, ticks)
                    packet.pts, packet.dts, packet.duration = pts, decode[written], lasts
                    if packet.dts > packet.pts:
                        raise Refused(part, "shows a picture before that is decoded")
                    written += 1
                    output.mux_one(packet)
    return {"frames": written}


def answer(request: Request) -> Answer:
    """Join a rung, or tell which chunk does not fit."""
    try:
        return join(request)
    except Refused as error:
        return {"refused": str(error)}


if __name__ == "__main__":
    json.dump(answer(json.load(sys.stdin)), sys.stdout)
