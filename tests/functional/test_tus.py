"""Resumable uploads over real connections: other people's clients, killed processes, two processes, a full disk."""

import hashlib
import http.client
import json
import os
import resource
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from rest_framework_simplejwt.tokens import AccessToken
from tusclient.client import TusClient

from assets.models import Asset, UploadSession
from mediaportal.accounts.models import User
from mediaportal.core.ids import new_id
from tests.factories import UserFactory
from tests.forms import png
from tests.functional.conftest import portal_process
from tests.functional.test_uploads import wait_for
from tests.tus import CHUNK, PATH, VERSION, bearer

CONTENT = png() + os.urandom(5_000_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def ask(
    web: str, method: str, path: str, headers: dict[str, str], body: bytes | None = None
) -> tuple[int, http.client.HTTPMessage, bytes]:
    """One request of a tus client."""
    parts = urlsplit(web)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)
    try:
        connection.request(method, path, body=body, headers=VERSION | headers)
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def begun(web: str, user: User, content: bytes = CONTENT) -> str:
    """An upload that waits for its bytes."""
    _status, headers, _body = ask(web, "POST", PATH, bearer(user) | {"Upload-Length": str(len(content))})
    return str(headers["Location"])


def patch(web: str, url: str, data: bytes, offset: int) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Send a chunk."""
    return ask(web, "PATCH", url, {"Content-Type": CHUNK, "Upload-Offset": str(offset)}, data)


@contextmanager
def patching(web: str, url: str, length: int, offset: int = 0) -> Iterator[socket.socket]:
    """A chunk of so many bytes whose bytes are still to be sent."""
    parts = urlsplit(web)
    lines = [f"PATCH {url} HTTP/1.1", f"Host: {parts.netloc}", "Tus-Resumable: 1.0.0"]
    lines += [f"Content-Type: {CHUNK}", f"Upload-Offset: {offset}", f"Content-Length: {length}"]
    with socket.create_connection((str(parts.hostname), parts.port or 80), timeout=30) as connection:
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        yield connection


def answer(connection: socket.socket) -> tuple[int, http.client.HTTPMessage]:
    """Status and headers of what comes back."""
    response = http.client.HTTPResponse(connection)
    response.begin()
    response.read()
    return response.status, response.headers


def row(url: str) -> UploadSession:
    """The upload's row."""
    return UploadSession.objects.get(pk=url.rsplit("/", 1)[-1])


def arrived(asset_id: str | None) -> bool:
    """Whether an asset has the right bytes."""
    return Asset.objects.filter(pk=asset_id or new_id(), sha256=SHA256).exists()


# --- Other people's clients ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("with_checksum", [False, True])
def test_tuspy(web: str, with_checksum: bool) -> None:
    client = TusClient(f"{web}{PATH}", headers=bearer(UserFactory()))
    uploader = client.uploader(
        file_stream=BytesIO(CONTENT),
        chunk_size=1_500_000,
        metadata={"filename": "tür.png", "title": "Tür"},
        upload_checksum=with_checksum,
        retries=2,
        retry_delay=1,
    )
    uploader.upload(stop_at=1_500_000)
    # A new one for the same address, as after a crash: it asks where the upload stands.
    again = client.uploader(file_stream=BytesIO(CONTENT), url=uploader.url, chunk_size=1_500_000)
    assert again.offset == 1_500_000
    again.upload()
    asset = Asset.objects.get()
    assert (asset.sha256, asset.title, asset.original_filename) == (SHA256, "Tür", "tür.png")


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"chunkSize": 1_200_000},
        {"chunkSize": 1_200_000, "uploadDataDuringCreation": True},
        {"parallelUploads": 3},
        {"chunkSize": 900_000, "streamed": True},
        {"chunkSize": 900_000, "overridePatchMethod": True},
        {"chunkSize": 500_000, "breakAfter": 2_000_000},
    ],
)
def test_tus_js_client(web: str, tmp_path: Path, options: dict[str, Any]) -> None:
    file = tmp_path / "file.png"
    file.write_bytes(CONTENT)
    script = Path(__file__).with_name("tus_client.cjs")
    token = str(AccessToken.for_user(UserFactory()))
    command = [str(shutil.which("node")), str(script), f"{web}{PATH}", token, str(file), json.dumps(options)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert arrived(told["asset_id"])
    assert Asset.objects.count() == 1


# --- What breaks --------------------------------------------------------------------------------------------------
def test_a_broken_connection_costs_nothing(web: str) -> None:
    url = begun(web, UserFactory())
    with patching(web, url, len(CONTENT)) as connection:
        connection.sendall(CONTENT[:3_000_000])
    wait_for(lambda: row(url).bytes_received == 3_000_000)
    status, headers, _body = patch(web, url, CONTENT[3_000_000:], 3_000_000)
    assert status == 204
    assert arrived(headers["X-Asset-Id"])


def test_a_killed_process_loses_little_and_blocks_nobody(web: str) -> None:
    with portal_process() as (process, doomed):
        url = begun(doomed, UserFactory())
        with patching(doomed, url, len(CONTENT)) as connection:
            connection.sendall(CONTENT[:3_000_000])
            wait_for(lambda: row(url).bytes_received > 0)
            process.send_signal(signal.SIGKILL)
            process.wait(timeout=10)
    assert row(url).holder
    _status, headers, _body = ask(web, "HEAD", url, {})
    offset = int(headers["Upload-Offset"])
    assert 0 < offset <= 3_000_000
    status, headers, _body = patch(web, url, CONTENT[offset:], offset)
    assert status == 204
    assert arrived(headers["X-Asset-Id"])


def test_two_processes_take_turns(web: str) -> None:
    with portal_process() as (_process, other):
        url = begun(web, UserFactory())
        at = 0
        for turn in range(6):
            size = 900_000
            status, headers, _body = patch((web, other)[turn % 2], url, CONTENT[at : at + size], at)
            at = min(at + size, len(CONTENT))
            assert (status, headers["Upload-Offset"]) == (204, str(at))
    assert arrived(headers["X-Asset-Id"])


def test_two_processes_at_the_same_time(web: str) -> None:
    with portal_process() as (_process, other):
        url = begun(web, UserFactory())
        with patching(web, url, len(CONTENT)) as connection:
            connection.sendall(CONTENT[:2_000_000])
            wait_for(lambda: bool(row(url).holder))
            for elsewhere in (other, web):
                status, _headers, body = patch(elsewhere, url, CONTENT, 0)
                assert (status, json.loads(body)["code"]) == (423, "upload_locked")
            connection.sendall(CONTENT[2_000_000:])
            status, headers = answer(connection)
    assert status == 204
    assert arrived(headers["X-Asset-Id"])


@pytest.mark.django_db(transaction=True)
def test_a_full_disk_keeps_what_was_acknowledged() -> None:
    with portal_process() as (process, web):
        url = begun(web, UserFactory())
        _soft, hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        # The kernel refuses to let any file grow beyond this, for root too.
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (2_000_000, hard))
        status, _headers, body = patch(web, url, CONTENT, 0)
        assert (status, json.loads(body)["code"]) == (507, "storage_full")
        _status, headers, _body = ask(web, "HEAD", url, {})
        assert headers["Upload-Offset"] == "2000000"
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (hard, hard))
        status, headers, _body = patch(web, url, CONTENT[2_000_000:], 2_000_000)
        assert status == 204
        assert arrived(headers["X-Asset-Id"])
