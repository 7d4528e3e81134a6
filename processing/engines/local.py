"""The engine of this machine: ffmpeg in the sandbox, one decode for all rungs, and no encode where a copy serves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from processing.engines.base import Order
from processing.ffmpeg import copying, loudness
from processing.ffmpeg.ladder import Rung
from processing.ffmpeg.transcode import Corrections, Encoded, EncodedRung, transcode


class LocalEngine:
    """Encodes on the worker that asks."""

    def encode(
        self,
        order: Order,
        *,
        on_progress: Callable[[float], None],
        stop: Callable[[], bool],
    ) -> Encoded:
        """Encode what cannot be copied; raises as `Engine.encode` does."""
        copies = _copies(order, stop)
        rest = [rung for rung in order.rungs if rung.quality not in copies]
        encoded = Encoded((), (), 0.0)
        if rest or (order.sound and order.probe.audio):
            encoded = _encode(order, rest, on_progress, stop)
        if copies and not _agree(copies, encoded, stop):
            again = _encode(
                replace(order, sound=False, grows=None), _chosen(order, copies), on_progress, stop
            )
            encoded = replace(
                encoded,
                rungs=(*encoded.rungs, *again.rungs),
                cpu_seconds=encoded.cpu_seconds + again.cpu_seconds,
            )
            copies = {}
        made = {rung.rung.quality: rung for rung in encoded.rungs} | copies
        return replace(encoded, rungs=tuple(made[rung.quality] for rung in order.rungs), copied=tuple(copies))


def _copies(order: Order, stop: Callable[[], bool]) -> dict[str, EncodedRung]:
    """The rungs that the source's own pictures are, by their names."""
    tried = (copying.copied(order.source, order.probe, rung, order.folder, stop=stop) for rung in order.rungs)
    return {copy.rung.quality: copy for copy in tried if copy is not None}


def _chosen(order: Order, copies: Mapping[str, EncodedRung]) -> list[Rung]:
    return [rung for rung in order.rungs if rung.quality in copies]


def _agree(copies: Mapping[str, EncodedRung], encoded: Encoded, stop: Callable[[], bool]) -> bool:
    """Whether copies have the pictures that a decoder finds: those of the encoded rungs, or it is asked."""
    frames = {rung.frames for rung in encoded.rungs}
    if frames:
        return frames == {copy.frames for copy in copies.values()}
    return all(copying.plays(copy, stop=stop) for copy in copies.values())


def _encode(
    order: Order, rungs: Sequence[Rung], on_progress: Callable[[float], None], stop: Callable[[], bool]
) -> Encoded:
    corrections: Corrections = {}
    if order.sound and order.loudness is not None:
        corrections = loudness.corrections(order.source, order.probe, order.loudness, stop=stop)
    return transcode(
        order.source,
        order.probe,
        rungs,
        order.folder,
        audio_bit_rate=order.audio_bit_rate,
        sound=order.sound,
        corrections=corrections,
        # Where the pictures are copied nothing grows: all is there before anybody could watch a part of it.
        grows=order.grows if rungs else None,
        on_progress=on_progress,
        stop=stop,
    )
