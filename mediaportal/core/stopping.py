"""Long work that may be stopped: it asks now and then whether it should end."""

from collections.abc import Callable

Stop = Callable[[], bool]


def never() -> bool:
    """Go on to the end."""
    return False
