"""The state of a file's SHA-256 between two requests.

hashlib cannot write its state down, so it is kept in the process that has it, for the uploads that were gone on with
last. Another process, or this one after it has forgotten, reads what was acknowledged back from the file; one that
knows an earlier state reads only what came since. Acknowledged bytes never change, so no state is ever wrong.
"""

import hashlib
from collections import OrderedDict
from threading import Lock
from uuid import UUID

_MOST = 512
_kept: OrderedDict[UUID, tuple[int, "hashlib._Hash"]] = OrderedDict()
_lock = Lock()


def remember(upload_id: UUID, offset: int, state: "hashlib._Hash") -> None:
    """Keep a copy of the state after the first `offset` bytes, which must have been acknowledged."""
    with _lock:
        _kept[upload_id] = (offset, state.copy())
        _kept.move_to_end(upload_id)
        while len(_kept) > _MOST:
            _kept.popitem(last=False)


def recall(upload_id: UUID, offset: int) -> tuple[int, "hashlib._Hash"]:
    """A state of at most the first `offset` bytes, and of how many it is; a fresh one where none is known."""
    with _lock:
        known = _kept.get(upload_id)
        if known is None or known[0] > offset:
            return 0, hashlib.sha256()
        return known[0], known[1].copy()


def forget(upload_id: UUID) -> None:
    """The upload has ended."""
    with _lock:
        _kept.pop(upload_id, None)
