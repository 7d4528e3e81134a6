"""The work as it really runs: bytes over HTTP, Celery's workers, and a status that ends well."""

import http.client
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from rest_framework_simplejwt.tokens import AccessToken

from assets import delivery
from assets.models import Asset
from assets.services.names import asset_folder
from mediaportal.accounts.models import User
from notifications.models import Notification
from tests import clamav
from tests.factories import UserFactory
from tests.media import media

pytestmark = pytest.mark.xdist_group("workers")


class Caller:
    """A program that talks to a running portal as one person."""

    def __init__(self, address: str, user: User) -> None:
        self.place = urlsplit(address)
        self.token = str(AccessToken.for_user(user))

    def ask(
        self, method: str, path: str, *, body: bytes = b"", **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(self.place.hostname or "", self.place.port, timeout=60)
        try:
            given = {"Authorization": f"Bearer {self.token}"} | {
                k.replace("_", "-"): v for k, v in headers.items()
            }
            connection.request(method, path, body=body, headers=given)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def upload(self, name: str, content: bytes) -> tuple[int, dict[str, Any]]:
        mark = uuid4().hex
        head = (
            f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        body = head.encode() + content + f"\r\n--{mark}--\r\n".encode()
        status, _headers, answer = self.ask(
            "POST", "/api/v1/media/upload", body=body, Content_Type=f"multipart/form-data; boundary={mark}"
        )
        return status, json.loads(answer)

    def status(self, job_id: str) -> dict[str, Any]:
        code, _headers, answer = self.ask("GET", f"/api/v1/media/job/{job_id}/status")
        assert code == 200
        found: dict[str, Any] = json.loads(answer)
        return found

    def wait_for_end(self, job_id: str) -> dict[str, Any]:
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            found = self.status(job_id)
            if found["status"] in {"completed", "failed", "cancelled"}:
                return found
            time.sleep(0.3)
        raise AssertionError(f"the job did not end: {found}")


def test_an_uploaded_video_is_made_ready_and_its_files_can_be_fetched(web: str, workers: None) -> None:
    caller = Caller(web, UserFactory(role="contributor"))
    code, accepted = caller.upload("plain.mp4", media("plain.mp4").read_bytes())
    assert code == 202, accepted
    done = caller.wait_for_end(accepted["job_id"])
    assert (done["status"], done["progress"], done["error"]) == ("completed", 100, None)
    assert {step["status"] for step in done["steps"]} == {"completed"}
    results = done["results"]
    assert len(results["thumbnails"]) == 10
    code, headers, master = caller.ask("GET", results["playback"]["hls_url"])
    assert code == 200 and b"#EXTM3U" in master
    rendition = next(v for v in results["variants"] if v["variant_type"] == "rendition")
    code, headers, part = caller.ask("GET", rendition["url"], Range="bytes=0-99")
    assert code == 206 and len(part) == 100
    assert headers["content-range"].endswith(f"/{rendition['file_size']}")


def test_a_broken_file_fails_with_its_reason_and_another_try_is_hopeless(web: str, workers: None) -> None:
    caller = Caller(web, UserFactory(role="contributor"))
    code, accepted = caller.upload("cut.mp4", media("cut_off.mp4").read_bytes())
    assert code == 202
    failed = caller.wait_for_end(accepted["job_id"])
    assert failed["error"]["code"] == "corrupt_media" and failed["error"]["detail"]
    assert failed["results"]["variants"] == [] and failed["results"]["original_url"] is None
    code, _headers, body = caller.ask("POST", f"/api/v1/media/job/{accepted['job_id']}/retry")
    assert (code, json.loads(body)["code"]) == (409, "retry_hopeless")


def test_what_is_not_media_is_refused_at_the_door(web: str) -> None:
    caller = Caller(web, UserFactory(role="contributor"))
    for name, code, word in [
        ("film.mp4", 415, "unsupported_media_type"),
        ("list.m3u8", 415, "unsupported_media_type"),
        ("nothing.mp4", 400, "empty_file"),
    ]:
        content = {"film.mp4": b"only words\n" * 50, "list.m3u8": media("playlist.m3u8").read_bytes()}.get(
            name, b""
        )
        status, answer = caller.upload(name, content)
        assert (status, answer["code"]) == (code, word)


@pytest.fixture
def scanned(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A clamd that the workers of this test are set to use; ask for it before them."""
    with clamav.running(tmp_path) as scanner:
        monkeypatch.setenv("CLAMD_URL", scanner.url)
        yield


def test_malware_ends_in_the_quarantine(web: str, scanned: None, workers: None) -> None:
    owner, administrator = UserFactory(role="contributor"), UserFactory(role="administrator")
    caller = Caller(web, owner)
    code, accepted = caller.upload("picture.png", media("picture.png").read_bytes() + clamav.eicar())
    assert code == 202, accepted
    failed = caller.wait_for_end(accepted["job_id"])
    assert failed["error"]["code"] == "malware_found"
    assert failed["results"]["original_url"] is None and failed["results"]["variants"] == []
    asset = Asset.objects.get(pk=accepted["asset_id"])
    assert (asset.scan_verdict, asset.publication) == ("infected", "blocked")
    assert asset.storage_key.startswith("quarantine/")
    asset.storage_key = f"{asset_folder(asset.pk)}/original/picture.png"
    for person in (owner, administrator):
        link = delivery.original_url(asset, user=person)
        assert Caller(web, person).ask("GET", link)[0] in {403, 404}
        assert Notification.objects.filter(user=person).exists()
    code, accepted = caller.upload("picture.png", media("picture.png").read_bytes())
    assert caller.wait_for_end(accepted["job_id"])["status"] == "completed"
    assert Asset.objects.get(pk=accepted["asset_id"]).scan_verdict == "clean"
