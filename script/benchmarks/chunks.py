"""Chunks: a clip cut in time and made by two workers, against one pass; by its numbers it is off on a single machine.

Both make the rungs below the source's own of the same clip, in the sandbox. A worker here is a thread that takes the
next chunk and waits for its ffmpeg, as a worker's thread does.
"""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.ladder import clip
from benchmarks.report import Row
from processing.ffmpeg import chunks, join, ladder, probe, transcode, vmaf
from processing.ffmpeg.chunks_bounds import Chunk, plan
from processing.ffmpeg.filters import even_rate
from processing.ffmpeg.ladder import SEGMENT_SECONDS, Rung
from processing.ffmpeg.media import Probe
from processing.ffmpeg.transcode import EncodedRung

_SECONDS = 32
_CHUNK_SECONDS = 8
_WORKERS = 2


def in_chunks(source: Path, facts: Probe, rungs: Sequence[Rung], folder: Path) -> dict[Rung, list[join.Part]]:
    """Let two workers make all chunks of the clip."""
    video = facts.video
    if video is None:
        raise ValueError("the clip has no pictures")
    pieces = plan(
        video.duration or facts.duration, even_rate(video), seconds=_CHUNK_SECONDS, segment=SEGMENT_SECONDS
    )

    def make(chunk: Chunk) -> chunks.EncodedChunks:
        place = folder / f"{chunk.number}"
        place.mkdir()
        return chunks.encode(source, facts, rungs, chunk, place, on_progress=lambda _fraction: None)

    with ThreadPoolExecutor(_WORKERS) as workers:
        made = list(workers.map(make, pieces))
    return {
        rung: [
            join.Part(chunk, done.rungs[place].path, done.rungs[place].frames)
            for chunk, done in zip(pieces, made, strict=True)
        ]
        for place, rung in enumerate(rungs)
    }


def measure(folder: Path) -> Iterator[Row]:
    """Yield what cutting changes: frames, VMAF, bytes and time."""
    source = clip(folder, _SECONDS)
    facts = probe.examine(source, mime_type="video/mp4")
    if facts.video is None:
        raise ValueError("the clip has no pictures")
    rungs = ladder.plan(facts.video)[:-1]
    for name in ("one", "parts", "joined"):
        (folder / name).mkdir()
    start = time.monotonic()
    one = transcode.transcode(source, facts, rungs, folder / "one", sound=False).rungs
    begun = time.monotonic()
    parts = in_chunks(source, facts, rungs, folder / "parts")
    cut = time.monotonic()
    joined = join.join(parts, folder / "joined", duration=facts.duration)
    ended = time.monotonic()
    frames = max(abs(a.frames - b.frames) for a, b in zip(one, joined, strict=True))
    yield Row("Chunks joined, frames more or fewer than in one pass", frames, "", most=0)
    yield Row(
        "Chunks, VMAF below one pass in the worst rung",
        _lost(source, facts, one, joined, folder),
        "",
        most=0.5,
    )
    yield Row("Chunks / one pass, bytes", _bytes(joined) / _bytes(one), "×")
    yield Row(
        f"Two workers on chunks of {_CHUNK_SECONDS} s / one pass, wall",
        (ended - begun) / (begun - start),
        "×",
    )
    yield Row(f"Joining {_SECONDS} s of {len(rungs)} rungs, wall", ended - cut, "s")


def _lost(
    source: Path, facts: Probe, one: Sequence[EncodedRung], joined: Sequence[EncodedRung], folder: Path
) -> float:
    """By how much the chunks of any rung are worse than the same rung of one pass."""
    scores = [
        vmaf.measure(source, facts, [(rung.rung, rung.path) for rung in made], folder)
        for made in (one, joined)
    ]
    return max(before.mean - after.mean for before, after in zip(*scores, strict=True))


def _bytes(rungs: Sequence[EncodedRung]) -> int:
    return sum(rung.size for rung in rungs)
