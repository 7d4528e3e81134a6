"""The file that an upload is written to while it comes: appended to, hashed as bytes pass, made durable.

Every method blocks: call them in `core.threads.on_disk`.
"""

import errno
import fcntl
import hashlib
import os
from pathlib import Path
from typing import Self

from django.conf import settings

from assets.exceptions import StorageFull, UploadGone, UploadLocked

_READ_BYTES = 1024 * 1024
_JOINED_BYTES = 256 * 1024 * 1024
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class PartFile:
    """A new file at a path. Without a path bytes are only hashed. `position` counts the bytes that are in it."""

    def __init__(self, path: Path | None) -> None:
        self.position = 0
        self.digests = [hashlib.sha256()]
        self._descriptor = -1
        if path is not None:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
            self._descriptor = os.open(path, flags, 0o600)

    def write(self, piece: memoryview) -> None:
        """Append and hash a piece, and let go of it. Raises `StorageFull`; what was written until then counts."""
        with piece:
            before = self.position
            try:
                self._append(piece)
            finally:
                written = piece[: self.position - before]
                for digest in self.digests:
                    digest.update(written)
                written.release()

    def _append(self, piece: memoryview) -> None:
        """Write every byte of a piece; raises `StorageFull`."""
        if self._descriptor < 0:
            self.position += len(piece)
            return
        self._require_room(len(piece))
        at = 0
        try:
            while at < len(piece):
                written = os.write(self._descriptor, piece[at:])
                at += written
                self.position += written
        except OSError as error:
            raise _told(error) from error

    def _require_room(self, size: int) -> None:
        """Raise `StorageFull` when so many bytes would leave less than `MIN_FREE_SPACE`: nobody's announcement keeps
        room free for what others write meanwhile, and some announce nothing.
        """
        disk = os.fstatvfs(self._descriptor)
        if disk.f_bavail * disk.f_frsize < size + settings.MIN_FREE_SPACE:
            raise StorageFull

    def sync(self) -> None:
        """Make sure that every byte is on the disk; raises `StorageFull`."""
        if self._descriptor >= 0:
            try:
                os.fdatasync(self._descriptor)
            except OSError as error:
                raise _told(error) from error

    def finish(self) -> str:
        """Make sure that the bytes are on the disk, close, and return their SHA-256 in hex."""
        self.sync()
        self.close()
        return self.digests[0].hexdigest()

    def close(self) -> None:
        """Close the file; more than once does no harm."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


class ResumedFile(PartFile):
    """A file that is gone on with. It is locked for this process by the kernel, so that nobody who was taken for
    dead can write into it later, and so that the lock of a process that was killed is gone with it.

    Raises `UploadLocked` while somebody else has it, `FileNotFoundError` when it is not there (without `create`).
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        super().__init__(None)
        self._path = path
        self.digests = []
        flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | (os.O_CREAT if create else 0)
        self._descriptor = os.open(path, flags, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise UploadLocked from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def stand_at(self, offset: int) -> None:
        """Go on at an offset: what lies behind it was never acknowledged and is cut off.

        Raises `UploadGone` when the file has lost bytes that were acknowledged.
        """
        size = os.fstat(self._descriptor).st_size
        if size < offset:
            raise UploadGone
        if size > offset:
            os.ftruncate(self._descriptor, offset)
        os.lseek(self._descriptor, offset, os.SEEK_SET)
        self.position = offset
        if not offset:
            self._sync_name()

    def head(self, size: int) -> bytes:
        """The first bytes, at most so many."""
        return os.pread(self._descriptor, size, 0)

    def read_into(self, digest: "hashlib._Hash", *, start: int, end: int) -> None:
        """Hash the bytes from `start` to before `end`; raises `UploadGone` when they are not there."""
        buffer = bytearray(_READ_BYTES)
        with memoryview(buffer) as view:
            while start < end:
                size = os.preadv(self._descriptor, [view[: min(_READ_BYTES, end - start)]], start)
                if not size:
                    raise UploadGone
                digest.update(view[:size])
                start += size

    def append_file(self, path: Path, size: int) -> None:
        """Append another file's first `size` bytes inside the kernel. They are not hashed.

        Raises `StorageFull`, and `UploadGone` when that file is shorter or not there.
        """
        try:
            source = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:
            raise UploadGone from None
        try:
            left = size
            while left:
                most = min(left, _JOINED_BYTES)
                self._require_room(most)
                copied = os.copy_file_range(source, self._descriptor, most)
                if not copied:
                    raise UploadGone
                left -= copied
                self.position += copied
        except OSError as error:
            raise _told(error) from error
        finally:
            os.close(source)

    def _sync_name(self) -> None:
        """Make sure that the folder remembers the file."""
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _told(error: OSError) -> Exception:
    """A full disk as the problem that callers know; any other error as it is."""
    return StorageFull() if error.errno in _NO_ROOM else error
