"""The storage as a bucket of an S3-compatible service.

Objects are written once and never changed: what is made anew gets a key of its own. Files go in and come out in
parts, several at a time, so memory does not grow with their size.
"""

import contextlib
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import BotoCoreError, ClientError
from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import default_storage

from assets.exceptions import StorageUnavailable
from assets.services.places import cache
from assets.services.places.stored import Stored
from mediaportal.core.buckets import BucketStorage
from mediaportal.core.ranges import Validators
from mediaportal.core.stopping import Stop

_PART_BYTES = 16 * 1024**2
TRANSFER = TransferConfig(
    multipart_threshold=2 * _PART_BYTES, multipart_chunksize=_PART_BYTES, max_concurrency=4
)
_SMALL = TransferConfig(
    multipart_threshold=2 * _PART_BYTES, multipart_chunksize=_PART_BYTES, use_threads=False
)
_AT_ONCE = 8
_PIECE_BYTES = 8 * 1024**2
_PIECES_AT_ONCE = 4
_READS = 3
_PAGE = 1000
# Not there, or not any more what it was when it was looked at.
_GONE = {"404", "NoSuchKey", "NotFound", "412", "PreconditionFailed"}


def storage() -> BucketStorage:
    """The bucket's storage."""
    return cast("BucketStorage", default_storage)


@contextmanager
def calling(key: str = "") -> Iterator[None]:
    """Say in the portal's words what went wrong: `FileNotFoundError`, else `StorageUnavailable`."""
    try:
        yield
    except ClientError as error:
        if code_of(error) in _GONE:
            raise FileNotFoundError(key) from error
        raise StorageUnavailable from error
    except (BotoCoreError, Boto3Error) as error:
        raise StorageUnavailable from error


def code_of(error: ClientError) -> str:
    """The service's own code of an error."""
    return str(error.response.get("Error", {}).get("Code", ""))


def put(source: Path, key: str) -> int:
    """Send a local file, then remove it here."""
    size = source.stat().st_size
    copy(source, key)
    source.unlink()
    return size


def copy(source: Path, key: str) -> None:
    """Send a local file and leave it where it is."""
    place = storage()
    with calling(key):
        place.client.upload_file(str(source), place.bucket_name, place.full_key(key), Config=TRANSFER)


def put_tree(source: Path, prefix: str) -> int:
    """Send a folder's files, several at a time, then remove them here."""
    place = storage()
    client, bucket_name = place.client, place.bucket_name
    files = [path for path in sorted(source.rglob("*")) if path.is_file()]
    sizes = [path.stat().st_size for path in files]

    def send(path: Path) -> None:
        key = place.full_key(f"{prefix}/{path.relative_to(source).as_posix()}")
        client.upload_file(str(path), bucket_name, key, Config=_SMALL)

    with calling(prefix), ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="bucket") as pool:
        sent = [pool.submit(send, path) for path in files]
        try:
            for one in sent:
                one.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    shutil.rmtree(source)
    return sum(sizes)


def move(key: str, new_key: str) -> None:
    """Let the bucket copy an object, in parts where it is large, then remove the first."""
    place = storage()
    source = {"Bucket": place.bucket_name, "Key": place.full_key(key)}
    with calling(key):
        place.client.copy(source, place.bucket_name, place.full_key(new_key), Config=TRANSFER)
        place.client.delete_object(**source)


def remove(key: str) -> None:
    """Remove an object and everything below its key."""
    place = storage()
    with calling(key):
        place.client.delete_object(Bucket=place.bucket_name, Key=place.full_key(key))
        pages = place.client.get_paginator("list_objects_v2").paginate(
            Bucket=place.bucket_name,
            Prefix=f"{place.full_key(key).rstrip('/')}/",
            PaginationConfig={"PageSize": _PAGE},
        )
        for page in pages:
            _delete([entry["Key"] for entry in page.get("Contents", [])])


def _delete(full_keys: list[str]) -> None:
    """Remove objects by their full keys, at most a thousand."""
    if not full_keys:
        return
    place = storage()
    answer = place.client.delete_objects(
        Bucket=place.bucket_name, Delete={"Objects": [{"Key": key} for key in full_keys], "Quiet": True}
    )
    if answer.get("Errors"):
        raise StorageUnavailable


def size_of(key: str) -> int:
    """The size of an object in bytes; raises `FileNotFoundError`."""
    return int(head(key)["ContentLength"])


def head(key: str) -> dict[str, Any]:
    """What the bucket says of an object; raises `FileNotFoundError`."""
    place = storage()
    with calling(key):
        found: dict[str, Any] = place.client.head_object(Bucket=place.bucket_name, Key=place.full_key(key))
    return found


@contextmanager
def local_file(key: str, *, stop: Stop) -> Iterator[Path]:
    """The object in this machine's cache, fetched when it is not there."""
    place = storage()

    def fetch(target: Path) -> None:
        _download(_opened(key, place.full_key(key)), target, stop=stop)

    name = f"{place.bucket_name}/{place.full_key(key)}"
    with cache.held(name, size=lambda: size_of(key), fetch=fetch, stop=stop) as path:
        yield path


def listed(prefix: str, *, after: str) -> Iterator[Stored]:
    """Every object below a prefix, a page at a time, in the bucket's order."""
    place = storage()
    home = place.full_key("").rstrip("/")
    further = {"StartAfter": place.full_key(after)} if after else {}
    with calling(prefix):
        pages = place.client.get_paginator("list_objects_v2").paginate(
            Bucket=place.bucket_name,
            Prefix=f"{place.full_key(prefix).rstrip('/')}/",
            PaginationConfig={"PageSize": _PAGE},
            **further,
        )
        for page in pages:
            for entry in page.get("Contents", []):
                key = str(entry["Key"]).removeprefix(f"{home}/" if home else "")
                yield Stored(key, int(entry["Size"]), entry["LastModified"].timestamp())


def ask(*, seconds: float) -> None:
    """Raise unless the bucket is there and lets itself be asked."""
    place = storage()
    place.asker(seconds=seconds).head_bucket(Bucket=place.bucket_name)


@dataclass(frozen=True)
class _OpenObject:
    """An object that is read by ranges. Nothing is held open between two pieces."""

    client: Any
    bucket_name: str
    full_key: str
    etag: str
    size: int
    validators: Validators

    def read(self, at: int, count: int) -> bytes:
        """A piece of the object as it was when it was opened; empty when it has been replaced or removed."""
        try:
            with calling(self.full_key):
                answer = self.client.get_object(
                    Bucket=self.bucket_name,
                    Key=self.full_key,
                    Range=f"bytes={at}-{at + count - 1}",
                    IfMatch=self.etag,
                )
                piece: bytes = answer["Body"].read()
        except FileNotFoundError:
            return b""
        return piece

    def close(self) -> None:
        """Nothing is held."""


def open_file(key: str, *, within: str) -> _OpenObject:
    """Look at an object for reading by ranges."""
    return _opened(key, _full_key(key, within=within))


def signed_url(key: str, *, within: str, seconds: int, mime_type: str, disposition: str) -> str:
    """An address for an object; nobody is asked whether it is there."""
    full_key = _full_key(key, within=within)
    with calling(key):
        return storage().sending_url(full_key, seconds=seconds, mime_type=mime_type, disposition=disposition)


def _full_key(key: str, *, within: str) -> str:
    """The key in the bucket of an object below a folder; raises `FileNotFoundError` for any other. Keys have no links
    to follow, so their words decide.
    """
    place = storage()
    try:
        full_key, home = place.full_key(key), place.full_key(within)
    except SuspiciousOperation:
        raise FileNotFoundError(key) from None
    if not full_key.startswith(f"{home.rstrip('/')}/"):
        raise FileNotFoundError(key)
    return full_key


def _opened(key: str, full_key: str) -> _OpenObject:
    """An object as it is now; raises `FileNotFoundError`."""
    place = storage()
    facts = head(key)
    # Quoted and strong, as the service gives it.
    etag = str(facts["ETag"])
    return _OpenObject(
        client=place.client,
        bucket_name=place.bucket_name,
        full_key=full_key,
        etag=etag,
        size=int(facts["ContentLength"]),
        validators=Validators(etag, facts["LastModified"].timestamp()),
    )


def _download(opened: _OpenObject, target: Path, *, stop: Stop) -> None:
    """Write an object to a local file, several pieces at a time, each read to its end.

    Not by `download_file`, which when it is stopped leaves what it was reading, and its connection, to the garbage
    collector. Raises `Stopped`, `FileNotFoundError` when the object was replaced meanwhile, and `StorageUnavailable`.
    """

    def piece(at: int) -> None:
        if stop():
            raise cache.Stopped
        wanted = min(_PIECE_BYTES, opened.size - at)
        found = _read_surely(opened, at, wanted)
        if len(found) != wanted:
            raise FileNotFoundError(opened.full_key)
        os.pwrite(file.fileno(), found, at)

    with target.open("wb") as file, ThreadPoolExecutor(_PIECES_AT_ONCE, thread_name_prefix="bucket") as pool:
        read = [pool.submit(piece, at) for at in range(0, opened.size, _PIECE_BYTES)]
        try:
            for one in read:
                one.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _read_surely(opened: _OpenObject, at: int, count: int) -> bytes:
    """A piece; asked for again when the connection breaks in its middle."""
    for _again in range(_READS - 1):
        with contextlib.suppress(StorageUnavailable):
            return opened.read(at, count)
    return opened.read(at, count)
