"""Whisper models from a hub, fetched once into a folder by the portal's own process: the programs that use them have no
network.

Files are checked against the sizes and hashes that the hub tells, go on where a broken fetch ended, and stand in their
folder all at once, and one alone fetches at a time.
"""

import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

from analysis.engines.base import Report
from analysis.exceptions import ModelDamaged, ModelRefused, ModelUnavailable
from mediaportal.core.sandbox import ProgramStopped

WANTED = ("config.json", "preprocessor_config.json", "model.bin", "tokenizer.json", "vocabulary.*")
_OTHER_HOMES = {
    "large": "Systran/faster-whisper-large-v3",
    "large-v3-turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
    "turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
    "distil-large-v3.5": "distil-whisper/distil-large-v3.5-ct2",
}
_COMMIT = "commit"
_SILENCE_SECONDS, _MOST_SECONDS, _WAIT_SECONDS = 30.0, 6 * 3600.0, 0.5
_AT_ONCE = 1 << 20
_LONGEST_LIST = 4 << 20
_PARTIAL = 206


@dataclass(frozen=True)
class Hub:
    """Where models are fetched: an address (without a slash at its end), and a revision, a commit at best."""

    address: str
    revision: str = "main"


@dataclass(frozen=True)
class _File:
    """A file of a model: its name, its size in bytes, and the hash that the hub tells, of the content (SHA-256) or of
    git's object (SHA-1).
    """

    name: str
    size: int
    sha256: str
    blob: str


def home_of(model: str) -> str:
    """Return the repository of a model, by its name such as `small`."""
    if model in _OTHER_HOMES:
        return _OTHER_HOMES[model]
    if model.startswith("distil-"):
        return f"Systran/faster-distil-whisper-{model.removeprefix('distil-')}"
    return f"Systran/faster-whisper-{model}"


def fetch(
    model: str,
    folder: Path,
    *,
    hub: Hub,
    on_progress: Report,
    stop: Callable[[], bool],
    waits: bool = True,
) -> None:
    """Lay a model in its folder, unless it lies there; the progress is a share of the bytes. While another one fetches
    it this one `waits`, or else `ModelUnavailable` is raised.

    Raises `ModelUnavailable`, `ModelRefused`, `ModelDamaged` and `ProgramStopped`.
    """
    until = time.monotonic() + _MOST_SECONDS

    def go_on() -> None:
        if stop():
            raise ProgramStopped("whisper")
        if time.monotonic() > until:
            raise ModelUnavailable("it took too long")

    folder.parent.mkdir(parents=True, exist_ok=True)
    with _alone(folder, go_on, waits=waits):
        if folder.exists():
            return
        part = folder.with_name(f".{folder.name}.part")
        _gather(home_of(model), part, hub=hub, on_progress=on_progress, go_on=go_on)
        part.rename(folder)


@contextmanager
def _alone(folder: Path, go_on: Callable[[], None], *, waits: bool) -> Iterator[None]:
    """Hold a model's lock, which ends with the process."""
    with folder.with_name(f".{folder.name}.lock").open("w") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if not waits:
                    raise ModelUnavailable("another one fetches it") from error
                go_on()
                time.sleep(_WAIT_SECONDS)
        yield


def _gather(home: str, part: Path, *, hub: Hub, on_progress: Report, go_on: Callable[[], None]) -> None:
    """Fetch all files of one commit into a folder. What was begun of another commit is thrown away."""
    commit, files = _listed(home, hub)
    if part.exists() and not ((part / _COMMIT).is_file() and (part / _COMMIT).read_text() == commit):
        shutil.rmtree(part)
    part.mkdir(exist_ok=True)
    (part / _COMMIT).write_text(commit, encoding="ascii")
    whole, before = sum(file.size for file in files), 0
    for file in files:
        url = f"{hub.address}/{home}/resolve/{commit}/{quote(file.name)}"

        def tell(size: int, before: int = before) -> None:
            go_on()
            on_progress(min(1.0, (before + size) / max(1, whole)))

        _fetch_file(url, part / file.name, file, tell)
        before += file.size


def _listed(home: str, hub: Hub) -> tuple[str, list[_File]]:
    """The commit of the revision, and the files of it that are wanted."""
    url = f"{hub.address}/api/models/{home}/revision/{quote(hub.revision, safe='')}?blobs=true"
    try:
        with _opened(url) as answer:
            told: dict[str, Any] = json.loads(answer.read(_LONGEST_LIST))
        files = [_file_of(row) for row in told["siblings"] if _is_wanted(row["rfilename"])]
        commit = str(told["sha"])
    except (ValueError, KeyError, TypeError) as error:
        raise ModelDamaged(f"the hub's list cannot be read: {error}") from error
    if not commit.isalnum() or not {"config.json", "model.bin"} <= {file.name for file in files}:
        raise ModelDamaged("the hub's list has no model")
    return commit, files


def _file_of(row: dict[str, Any]) -> _File:
    large = row.get("lfs") or {}
    return _File(row["rfilename"], int(row["size"]), str(large.get("sha256", "")), str(row.get("blobId", "")))


def _is_wanted(name: str) -> bool:
    return "/" not in name and any(fnmatch(name, pattern) for pattern in WANTED)


def _fetch_file(url: str, path: Path, file: _File, tell: Callable[[int], None]) -> None:
    """Fetch what is missing of one file, and prove it. What is not what the hub told is thrown away."""
    had = path.stat().st_size if path.exists() else 0
    if had > file.size:
        path.unlink()
        had = 0
    if had < file.size or not path.exists():
        _write(url, path, had, file.size, tell)
    tell(file.size)
    if path.stat().st_size < file.size:
        raise ModelUnavailable("the hub broke off")
    if not _is_whole(path, file):
        path.unlink()
        raise ModelDamaged(f"{file.name} is not what the hub told")


def _write(url: str, path: Path, had: int, size: int, tell: Callable[[int], None]) -> None:
    """Append what comes to a file, from the start where the hub cannot go on."""
    with _opened(url, had) as answer, path.open("ab") as target:
        if answer.status != _PARTIAL:
            target.truncate(0)
            had = 0
        while had <= size:
            try:
                some = answer.read(_AT_ONCE)
            except (OSError, HTTPException) as error:
                raise ModelUnavailable(str(error)) from error
            if not some:
                break
            target.write(some)
            had += len(some)
            tell(min(had, size))
        target.flush()
        os.fsync(target.fileno())


def _is_whole(path: Path, file: _File) -> bool:
    """Whether a file has the size and the hash that the hub told."""
    if path.stat().st_size != file.size:
        return False
    # Git's name for a file's content is no secret that anybody could forge with profit: large files have SHA-256.
    git = hashlib.sha1(f"blob {file.size}\0".encode(), usedforsecurity=False)
    known = hashlib.sha256() if file.sha256 else git
    with path.open("rb") as source:
        while some := source.read(_AT_ONCE):
            known.update(some)
    return known.hexdigest() == (file.sha256 or file.blob)


def _opened(url: str, had: int = 0) -> Any:
    """An answer of the hub. Raises `ModelUnavailable` and `ModelRefused`."""
    headers = {"User-Agent": "Mediaportal"} | ({"Range": f"bytes={had}-"} if had else {})
    try:
        return urlopen(Request(url, headers=headers), timeout=_SILENCE_SECONDS)  # noqa: S310 - of the settings
    except HTTPError as error:
        error.close()
        if error.code >= 500 or error.code == 429:  # noqa: PLR2004 - as HTTP has it
            raise ModelUnavailable(f"the hub answers {error.code}") from error
        raise ModelRefused(f"the hub answers {error.code}") from error
    except (OSError, HTTPException) as error:
        raise ModelUnavailable(str(error)) from error
