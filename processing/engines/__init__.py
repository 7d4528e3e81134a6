"""Who encodes: the engines that stand behind one interface, and which of them this portal uses.

A step asks `chosen().encode(order, …)` and gets files; it does not know where they were made.
"""

from django.conf import settings

from processing.engines.base import Engine, Order
from processing.engines.local import LocalEngine

__all__ = ["ENGINES", "Engine", "Order", "chosen"]

ENGINES: dict[str, Engine] = {"local": LocalEngine()}
"""Every engine by the name that the setting gives it."""


def chosen() -> Engine:
    """Return the engine that `TRANSCODE_ENGINE` names; the settings refuse any other name."""
    return ENGINES[settings.TRANSCODE_ENGINE]
