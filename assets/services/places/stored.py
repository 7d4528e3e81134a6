"""What a listing of the storage says of an object."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stored:
    """An object's key, its size in bytes, and when it came to where it lies (seconds since 1970)."""

    key: str
    size: int
    since: float
