"""The engine of this machine: ffmpeg in the sandbox, one decode for all rungs, and no encode where a copy serves."""

from collections.abc import Callable

from processing.engines.base import Order
from processing.ffmpeg import loudness
from processing.ffmpeg.transcode import Encoded, transcode


class LocalEngine:
    """Encodes on the worker that asks."""

    def encode(
        self,
        order: Order,
        *,
        on_progress: Callable[[float], None],
        stop: Callable[[], bool],
    ) -> Encoded:
        """Encode the order; raises as `Engine.encode` does."""
        corrections = {}
        if order.sound and order.loudness is not None:
            corrections = loudness.corrections(order.source, order.probe, order.loudness, stop=stop)
        return transcode(
            order.source,
            order.probe,
            order.rungs,
            order.folder,
            audio_bit_rate=order.audio_bit_rate,
            sound=order.sound,
            corrections=corrections,
            grows=order.grows,
            on_progress=on_progress,
            stop=stop,
        )
