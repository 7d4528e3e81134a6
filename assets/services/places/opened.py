"""A stored file that is being read in pieces, whatever storage it lies in."""

from typing import Protocol

from mediaportal.core.ranges import Validators


class Opened(Protocol):
    """An open file; its size is in bytes."""

    @property
    def size(self) -> int:
        """Its size in bytes."""
        ...

    @property
    def validators(self) -> Validators:
        """What tells this state of the file from another."""
        ...

    def read(self, at: int, count: int) -> bytes:
        """At most `count` bytes from the byte `at`; empty when the file is not any more what it was. Blocks."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...
