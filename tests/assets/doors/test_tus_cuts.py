"""Chunks that break off, change on their way, or meet another request: what is acknowledged, and when."""

import asyncio
import hashlib
import os
from typing import Any

import pytest

from assets.doors import intake, tus_chunks
from assets.doors import tus as door
from assets.models import Asset
from assets.services import uploads
from assets.services.tus import hashes, leases
from mediaportal import asgi
from mediaportal.accounts.models import User
from mediaportal.core.threads import in_database
from tests.asgi import Answer, call
from tests.tus import LARGE, PATH, PICTURE, VERSION, begun, checksum, code, head, patch, row, silent_after

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("clean_cache"),
]


# --- Cuts ---------------------------------------------------------------------------------------------------------
def test_a_cut_chunk_counts_as_far_as_it_came(user: User) -> None:
    url = begun(user)
    patch(url, LARGE[:333_333], 0, disconnect=True)
    assert row(url).bytes_received == 333_333
    assert head(url).headers["upload-offset"] == "333333"
    answer = patch(url, LARGE[333_333:], 333_333)
    assert Asset.objects.get(pk=answer.headers["x-asset-id"]).sha256 == hashlib.sha256(LARGE).hexdigest()


def test_a_process_that_forgets_reads_the_beginning_back(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    url = begun(user)
    at = 0
    for size in (300_000, 100_000, len(LARGE)):
        hashes.forget(row(url).pk)
        answer = patch(url, LARGE[at : at + size], at)
        at += size
    assert Asset.objects.get(pk=answer.headers["x-asset-id"]).sha256 == hashlib.sha256(LARGE).hexdigest()


def test_what_was_never_acknowledged_is_cut_off(user: User) -> None:
    url = begun(user)
    patch(url, LARGE[:1000], 0)
    with uploads.part_path(row(url).pk).open("ab") as file:
        file.write(b"left by a process that was killed")
    answer = patch(url, LARGE[1000:], 1000)
    assert Asset.objects.get(pk=answer.headers["x-asset-id"]).sha256 == hashlib.sha256(LARGE).hexdigest()


def test_bytes_that_are_lost_end_the_upload(user: User) -> None:
    url = begun(user)
    patch(url, LARGE[:1000], 0)
    os.truncate(uploads.part_path(row(url).pk), 500)
    assert code(patch(url, LARGE[1000:], 1000)) == (410, "upload_gone")
    gone = begun(user)
    patch(gone, LARGE[:1000], 0)
    uploads.part_path(row(gone).pk).unlink()
    assert code(patch(gone, LARGE[1000:], 1000)) == (410, "upload_gone")
    assert {row(url).status, row(gone).status} == {"failed"}


def test_the_answer_comes_after_the_disk_and_the_row(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    sync, write = os.fdatasync, leases.acknowledge

    def synced(descriptor: int) -> None:
        sync(descriptor)
        order.append("disk")

    def written(*args: Any, **how: Any) -> None:
        write(*args, **how)
        order.append("row")

    monkeypatch.setattr(os, "fdatasync", synced)
    monkeypatch.setattr(leases, "acknowledge", written)
    application = asgi.application

    async def watched(scope: Any, receive: Any, send: Any) -> None:
        async def noted(message: Any) -> None:
            order.append(message["type"])
            await send(message)

        await application(scope, receive, noted)

    monkeypatch.setattr(asgi, "application", watched)
    url = row(begun(user)).pk
    order.clear()
    assert patch(f"{PATH}{url}", LARGE[:300_000], 0).status == 204
    assert order == ["disk", "row", "http.response.start", "http.response.body"]


def test_a_long_chunk_is_acknowledged_while_it_comes(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.0)
    monkeypatch.setattr(intake, "PIECE_BYTES", 65_536)
    told: list[int] = []
    write = leases.acknowledge

    def written(lease: leases.Lease, *, offset: int, release: bool = False) -> None:
        write(lease, offset=offset, release=release)
        told.append(offset)

    monkeypatch.setattr(leases, "acknowledge", written)
    url = begun(user, LARGE * 8)
    assert patch(url, LARGE * 8, 0, size=1024).status == 204
    assert told == sorted(told)
    assert len({at for at in told if 0 < at < len(LARGE) * 8}) >= 1


# --- Checksums ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "md5"])
def test_a_changed_chunk_is_thrown_away(user: User, algorithm: str) -> None:
    url = begun(user)
    assert patch(url, LARGE[:400_000], 0, checksum(LARGE[:400_000], algorithm)).status == 204
    wrong = patch(url, LARGE[400_000:], 400_000, checksum(b"other", algorithm))
    assert code(wrong) == (460, "checksum_mismatch")
    assert head(url).headers["upload-offset"] == "400000"
    good = patch(url, LARGE[400_000:], 400_000, checksum(LARGE[400_000:], algorithm))
    assert Asset.objects.get(pk=good.headers["x-asset-id"]).sha256 == hashlib.sha256(LARGE).hexdigest()


def test_a_chunk_with_a_checksum_counts_whole_or_not_at_all(user: User) -> None:
    url = begun(user)
    patch(url, LARGE[:200_000], 0, checksum(LARGE), disconnect=True)
    assert head(url).headers["upload-offset"] == "0"
    assert patch(url, LARGE, 0, checksum(LARGE)).headers["x-asset-id"]


@pytest.mark.parametrize("value", ["crc32 AAAA", "sha1 !!!!", "sha1", "sha1 AAAA"])
def test_checksums_that_cannot_be_read(user: User, value: str) -> None:
    assert code(patch(begun(user), PICTURE, 0, {"Upload-Checksum": value})) == (400, "invalid_options")


@pytest.mark.parametrize(("patience", "offset"), [(5.0, "5000"), (0.0, "0")])
def test_who_asks_is_told_what_the_last_request_brought(
    user: User, monkeypatch: pytest.MonkeyPatch, patience: float, offset: str
) -> None:
    monkeypatch.setattr(tus_chunks, "SILENT_SECONDS", 0.2)
    monkeypatch.setattr(door, "PATIENCE_SECONDS", patience)
    url = begun(user)

    async def both() -> Answer:
        first = asyncio.ensure_future(silent_after(url, LARGE[:5000]))
        while not await in_database(lambda: row(url).holder):
            await asyncio.sleep(0.01)
        told = await call(asgi.application, "HEAD", url, headers=VERSION)
        await first
        return told

    assert asyncio.run(both()).headers["upload-offset"] == offset
