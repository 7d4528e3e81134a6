"""Where things lie in a picture, beside each other."""

from analysis.engines.findings import Box


def lapping(one: Box, other: Box) -> float:
    """Return how much two boxes lie over each other, as a share of both together (0 to 1)."""
    width = min(one.left + one.width, other.left + other.width) - max(one.left, other.left)
    height = min(one.top + one.height, other.top + other.height) - max(one.top, other.top)
    if width <= 0 or height <= 0:
        return 0.0
    both = one.width * one.height + other.width * other.height - width * height
    return width * height / both if both > 0 else 0.0
