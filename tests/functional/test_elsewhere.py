"""A bucket that sends the segments by itself: what a browser makes of it, with the policy of the portal's own pages."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import ConsoleMessage, Response

from assets import delivery
from mediaportal.core.buckets import BucketStorage
from processing.ffmpeg.transcode import Encoded
from tests.functional.browser import ENDED, PLAY_QUICKLY, chromium, person, sign_in
from tests.functional.conftest import portal_environment, portal_process
from tests.functional.films import begun, packaged

pytestmark = pytest.mark.xdist_group("films")
STATUS = "async (url) => (await fetch(url)).status"
REFUSED = """
async (url) => {
  for (let turn = 0; turn < 100; turn += 1) {
    if ((await fetch(url)).status === 404) return true;
    await new Promise((go) => setTimeout(go, 100));
  }
  return false;
}
"""


def test_a_film_is_played_from_the_bucket_and_stops_when_it_is_taken_back(
    bucket: BucketStorage,
    transactional_db: None,
    settings: Any,
    made: tuple[Path, Encoded],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Playwright's own loop runs in this thread; the ORM would take us for asynchronous code.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    user = person("lina@example.org", settings)
    job = begun(user)
    packaged(job, made[1], tmp_path)
    there = urlsplit(settings.S3_ENDPOINT_URL).netloc
    answers: list[tuple[str, str, int]] = []
    said: list[str] = []

    def note(answer: Response) -> None:
        parts = urlsplit(answer.url)
        answers.append((parts.netloc, parts.path, answer.status))

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            said.append(message.text)

    environment = portal_environment() | {"S3_DELIVERY": "presigned"}
    with portal_process(environment) as (_process, web), chromium() as browser:
        _let_pages_read(bucket, web)
        page = browser.new_page(base_url=web)
        sign_in(page, web, user.email)
        page.on("response", note)
        page.on("console", hear)
        page.goto(f"/assets/{job.asset_id}/")
        page.evaluate(PLAY_QUICKLY)
        page.wait_for_function(ENDED, timeout=60_000)
        segments = [one for one in answers if one[1].endswith(".m4s")]
        assert {status for host, _path, status in segments if host == there} <= {200, 206}
        assert {status for host, _path, status in segments if host != there} == {302}
        assert len({path for host, path, _status in segments if host == there}) > 3
        assert [status for host, path, status in answers if path.endswith(".mpd")] == [200]
        assert said == []

        # The same by the other manifest, for browsers that take no DASH.
        page.route("**/manifest.mpd", lambda route: route.fulfill(status=403))
        answers.clear()
        page.reload()
        page.evaluate(PLAY_QUICKLY)
        page.wait_for_function(ENDED, timeout=60_000)
        assert [status for _host, path, status in answers if path.endswith("master.m3u8")] == [200]
        assert any(path.endswith(".m4s") and host == there for host, path, _status in answers)

        segment = next(path for host, path, _status in segments if host != there)
        assert page.evaluate(STATUS, segment) == 200
        delivery.revoke_user_links(user=user)
        assert page.evaluate(REFUSED, segment), "the portal gives no more addresses"


def _let_pages_read(bucket: BucketStorage, origin: str) -> None:
    """The rule that a bucket needs which sends by itself."""
    rule = {
        "AllowedMethods": ["GET", "HEAD"],
        "AllowedOrigins": [origin],
        "AllowedHeaders": ["Range"],
        "ExposeHeaders": ["Accept-Ranges", "Content-Length", "Content-Range", "ETag"],
    }
    bucket.client.put_bucket_cors(Bucket=bucket.bucket_name, CORSConfiguration={"CORSRules": [rule]})
