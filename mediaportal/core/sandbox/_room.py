"""Whether a disk has room left: a program that finds none fails in ways that look like a fault of what it reads."""

import errno
import os
from pathlib import Path

_LEAST_BYTES = 1 << 20
_WORDS = tuple(os.strerror(number) for number in (errno.ENOSPC, errno.EDQUOT))


def says_full(stderr_tail: str) -> bool:
    """Whether a program has said that it found no room, in the system's own words."""
    return any(words in stderr_tail for words in _WORDS)


def is_full(folder: Path) -> bool:
    """Whether less than a megabyte or no name is left on the disk of a folder. Some file systems count no names."""
    try:
        left = os.statvfs(folder)
    except OSError:
        return False
    return left.f_bavail * left.f_frsize < _LEAST_BYTES or (left.f_files > 0 and left.f_favail == 0)
