"""Uploads and files over real connections: slow, broken, refused, resumed."""

import http.client
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from rest_framework_simplejwt.tokens import AccessToken

from assets import delivery
from assets.models import UploadSession
from assets.services import uploads
from mediaportal.accounts.models import User
from mediaportal.core.ids import new_id
from tests.factories import AssetFactory, UserFactory
from tests.forms import CONTENT_TYPE, file_part, form, png
from tests.functional.test_connections import connections_to_this_database

PATH = "/api/v1/media/upload"
SLOW = 40


@contextmanager
def opened(web: str) -> Iterator[socket.socket]:
    """A bare connection to the portal."""
    parts = urlsplit(web)
    with socket.create_connection((str(parts.hostname), parts.port or 80), timeout=30) as connection:
        yield connection


def head(web: str, user: User, length: int, path: str = PATH, **more: str) -> bytes:
    """The head of an upload's request."""
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: {urlsplit(web).netloc}",
        f"Authorization: Bearer {AccessToken.for_user(user)}",
        f"Content-Type: {CONTENT_TYPE}",
        f"Content-Length: {length}",
        *(f"{name}: {value}" for name, value in more.items()),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def answer(connection: socket.socket) -> tuple[int, dict[str, str]]:
    """Status and JSON of what comes back."""
    response = http.client.HTTPResponse(connection)
    response.begin()
    return response.status, json.loads(response.read())


def get(
    web: str, path: str, user: User | None = None, *, headers: dict[str, str] | None = None
) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Ask for something."""
    parts = urlsplit(web)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)
    try:
        given = {"Authorization": f"Bearer {AccessToken.for_user(user)}"} if user else {}
        connection.request("GET", path, headers=given | (headers or {}))
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def wait_for(condition: Callable[[], bool], *, seconds: float = 60.0) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def test_many_slow_uploads_leave_the_pages_alone(web: str) -> None:
    people = [UserFactory() for _ in range(4)]
    picture = png()
    body = form(file_part(picture, "slow.png"))
    with ExitStack() as stack:
        slow = []
        for number in range(SLOW):
            connection = stack.enter_context(opened(web))
            connection.sendall(head(web, people[number % 4], len(body)) + body[:200])
            slow.append(connection)
        wait_for(lambda: UploadSession.objects.count() == SLOW)
        assert UploadSession.objects.filter(status="uploading").count() == SLOW
        began = time.monotonic()
        for _ in range(20):
            assert get(web, "/api/v1/me/", people[0])[0] == 200
        assert time.monotonic() - began < 5
        assert connections_to_this_database() <= 12
        for connection in slow:
            connection.sendall(body[200:])
        assert [answer(connection)[0] for connection in slow] == [202] * SLOW
    left = {path.stem for path in Path(settings.INCOMING_ROOT).glob("*.part")}
    assert not left & {str(pk) for pk in UploadSession.objects.values_list("pk", flat=True)}


def test_progress_can_be_watched_while_bytes_flow(web: str) -> None:
    user, chosen = UserFactory(), new_id()
    body = form(file_part(png() + bytes(600_000), "film.png"))

    def progress() -> dict[str, Any]:
        status, _headers, found = get(web, f"{PATH}/{chosen}/progress", user)
        return dict(json.loads(found)) if status == 200 else {"status": None}

    with opened(web) as connection:
        connection.sendall(head(web, user, len(body), f"{PATH}?upload_id={chosen}") + body[:400_000])
        wait_for(lambda: progress()["status"] == "uploading")
        document = progress()
        assert document["bytes_total"] == len(png()) + 600_000
        connection.sendall(body[400_000:])
        assert answer(connection)[0] == 202


def test_a_broken_connection_leaves_nothing(web: str) -> None:
    with opened(web) as connection:
        connection.sendall(head(web, UserFactory(), 100_000) + form(file_part(png()))[:150])
        wait_for(UploadSession.objects.exists)
    wait_for(lambda: UploadSession.objects.get().status != "uploading")
    session = UploadSession.objects.get()
    assert (session.status, session.error_code) == ("failed", "upload_incomplete")
    assert not uploads.part_path(session.pk).exists()


@pytest.mark.parametrize("expect", [False, True])
def test_a_file_that_is_too_large_is_refused_before_it_is_sent(web: str, expect: bool) -> None:
    more = {"Expect": "100-continue"} if expect else {}
    with opened(web) as connection:
        connection.sendall(head(web, UserFactory(), 6 * 1024**3, **more))
        status, document = answer(connection)
        assert (status, document["code"]) == (413, "file_too_large")


def test_a_refused_client_that_goes_on_sending_sees_the_answer(web: str) -> None:
    with opened(web) as connection:
        connection.sendall(head(web, UserFactory(role="viewer"), 4_000_000))
        for _ in range(4):
            connection.sendall(bytes(1_000_000))
        assert answer(connection)[0] == 403


def test_files_and_parts_of_them(web: str) -> None:
    content = bytes(range(256)) * 10_000
    asset = AssetFactory(published=True, content=content)
    url = delivery.original_url(asset, user=asset.uploaded_by)
    status, headers, body = get(web, url)
    assert (status, body) == (200, content)
    part = {"Range": "bytes=1000000-1000999", "If-Range": str(headers["ETag"])}
    status, headers, body = get(web, url, headers=part)
    assert (status, body) == (206, content[1_000_000:1_001_000])
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert get(web, url[:-1])[0] == 404
    for path in ("/media/", f"/{asset.storage_key}", f"/media/{asset.storage_key}", "/files/"):
        assert get(web, path)[0] in {302, 404}


def test_health(web: str) -> None:
    assert get(web, "/health/live")[0] == 200
    ready = json.loads(get(web, "/health/ready")[2])
    # Which walls a machine offers is its own affair; workers may run or not.
    degraded = [one for one in ready["degraded"] if not one.startswith("queue_")]
    assert (ready["failing"], degraded) == ([], [] if ready["sandbox"] == "bubblewrap" else ["sandbox"])
