"""The engine of this machine: ffmpeg in the sandbox, one decode for all rungs, and no encode where a copy serves."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from processing.engines.base import Order
from processing.ffmpeg import copying, loudness
from processing.ffmpeg.ladder import Rung
from processing.ffmpeg.transcode import Corrections, Encoded, EncodedRung, transcode

# Where the sound is measured after it has grown, the rest of the work is that.
_GROWING_SHARE = 0.8


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
        encoded = _made(order, copies, on_progress, stop)
        if copies and not _agree(copies, encoded, stop):
            alone = replace(order, sound=False, grows=None, rungs=_chosen(order, copies))
            again = _made(alone, {}, on_progress, stop)
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


def _made(
    order: Order,
    copies: Mapping[str, EncodedRung],
    on_progress: Callable[[float], None],
    stop: Callable[[], bool],
) -> Encoded:
    """What of an order is not copied, the sound at the loudness that is asked for.

    While people watch nothing waits for the measuring of the sound: it grows as it is, and is encoded again as it is to
    be kept.
    """
    loud = order.sound and order.loudness is not None and bool(order.probe.audio)
    if not loud:
        return _encode(order, copies, {}, on_progress, stop)
    if order.grows is None:
        return _encode(order, copies, _corrections(order, stop), on_progress, stop)
    shown = _encode(order, copies, {}, lambda fraction: on_progress(fraction * _GROWING_SHARE), stop)
    corrections = _corrections(order, stop)
    if not corrections:
        return shown
    kept = _encode(replace(order, rungs=(), grows=None), {}, corrections, _unheard, stop)
    return replace(shown, audio=kept.audio, cpu_seconds=shown.cpu_seconds + kept.cpu_seconds)


def _corrections(order: Order, stop: Callable[[], bool]) -> Corrections:
    if order.loudness is None:
        return {}
    return loudness.corrections(order.source, order.probe, order.loudness, stop=stop)


def _encode(
    order: Order,
    copies: Mapping[str, EncodedRung],
    corrections: Corrections,
    on_progress: Callable[[float], None],
    stop: Callable[[], bool],
) -> Encoded:
    """Encode the rungs of an order that are not copied, and its sound; of a copy that is to grow only that is made."""
    rungs = [rung for rung in order.rungs if rung.quality not in copies]
    grown = next(iter(copies.values()), None) if order.grows else None
    if not (rungs or grown or (order.sound and order.probe.audio)):
        return Encoded((), (), 0.0)
    return transcode(
        order.source,
        order.probe,
        rungs,
        order.folder,
        audio_bit_rate=order.audio_bit_rate,
        sound=order.sound,
        corrections=corrections,
        grows=order.grows,
        copy=grown,
        on_progress=on_progress,
        stop=stop,
    )


def _unheard(_fraction: float) -> None:
    """Hear progress that is not told."""
