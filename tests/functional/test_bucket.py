"""A portal that keeps its files in a bucket, as it really runs: web, workers, and a service that speaks S3."""

import hashlib
import json
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import expect

from assets.models import Asset, Variant
from assets.services import places
from assets.services.names import asset_folder
from mediaportal.core.buckets import BucketStorage
from tests.buckets import keys_in
from tests.factories import UserFactory
from tests.forms import png
from tests.functional.browser import choose, chromium, person, send, sign_in
from tests.functional.conftest import portal_process
from tests.functional.test_work import Caller
from tests.media import media

pytestmark = pytest.mark.xdist_group("workers")


@pytest.fixture
def bucket_web(bucket: BucketStorage, transactional_db: None) -> Iterator[str]:
    """A web process whose files lie in the bucket."""
    with portal_process() as (_process, address):
        yield address


def test_a_video_comes_is_made_ready_and_leaves_by_the_bucket(
    bucket: BucketStorage, bucket_web: str, workers: None
) -> None:
    caller = Caller(bucket_web, UserFactory(role="contributor"))
    content = media("plain.mp4").read_bytes()
    code, accepted = caller.upload("plain.mp4", content)
    assert code == 202, accepted
    done = caller.wait_for_end(accepted["job_id"])
    assert (done["status"], done["error"]) == ("completed", None)
    asset = Asset.objects.get(pk=accepted["asset_id"])
    assert asset.storage_bucket == bucket.bucket_name
    assert asset.sha256 == hashlib.sha256(content).hexdigest()
    assert not list(Path(settings.INCOMING_ROOT).glob(f"{accepted['upload_id']}*"))
    # Every row has its object, and the package's segments are there beside them.
    rows = {asset.storage_key, *Variant.objects.values_list("storage_key", flat=True)}
    assert rows <= set(keys_in(bucket))
    assert any(key.endswith(".m4s") for key in keys_in(bucket))

    results = done["results"]
    for url in (results["playback"]["hls_url"], results["playback"]["dash_url"]):
        code, headers, manifest = caller.ask("GET", url)
        assert code == 200 and len(manifest) == int(headers["content-length"])
    code, headers, part = caller.ask("GET", results["original_url"], Range="bytes=100-299")
    assert (code, part) == (206, content[100:300])
    assert headers["content-range"] == f"bytes 100-299/{len(content)}"
    assert headers["content-security-policy"] == "sandbox; default-src 'none'"
    code, _headers, _body = caller.ask("GET", results["original_url"], If_None_Match=headers["etag"])
    assert code == 304

    assert caller.ask("DELETE", f"/api/v1/assets/{asset.pk}/")[0] == 204
    places.remove(asset_folder(asset.pk))
    assert not keys_in(bucket)


def test_a_picture_goes_straight_to_the_bucket(bucket: BucketStorage, bucket_web: str, workers: None) -> None:
    caller = Caller(bucket_web, UserFactory(role="contributor"))

    def post(path: str, **fields: object) -> tuple[int, dict[str, str]]:
        body = json.dumps(fields).encode()
        code, _headers, answer = caller.ask("POST", path, body=body, Content_Type="application/json")
        return code, json.loads(answer)

    for announced, end in ((hashlib.sha256(png()).hexdigest(), "completed"), ("0" * 64, "failed")):
        code, begun = post(
            "/api/v1/uploads/signed-url", filename="still.png", size=len(png()), sha256=announced
        )
        assert code == 201, begun
        put = urllib.request.Request(
            begun["url"], data=png(), method="PUT", headers={"Content-Type": "image/png"}
        )
        with urllib.request.urlopen(put, timeout=60) as answer:
            assert answer.status == 200
        code, accepted = post(f"/api/v1/uploads/{begun['upload_id']}/refresh")
        assert code == 202, accepted
        done = caller.wait_for_end(accepted["job_id"])
        assert done["status"] == end, done
        assert done["error"] is None or done["error"]["code"] == "checksum_mismatch"
        known = Asset.objects.get(pk=accepted["asset_id"]).sha256
        assert known == (announced if end == "completed" else "")


def test_a_page_sends_straight_to_the_bucket(
    bucket: BucketStorage, bucket_web: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Playwright's own loop runs in this thread; the ORM would take us for asynchronous code.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    person("direct@example.org", settings, role="contributor")
    rule = {
        "AllowedMethods": ["PUT"],
        "AllowedOrigins": [bucket_web],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": ["ETag"],
    }
    bucket.client.put_bucket_cors(Bucket=bucket.bucket_name, CORSConfiguration={"CORSRules": [rule]})
    with chromium() as browser, browser.new_context() as context:
        page = context.new_page()
        sign_in(page, bucket_web, "direct@example.org")
        page.goto(f"{bucket_web}/upload/")
        choose(page, media("plain.mp4"))
        send(page)
        row = page.locator(".row-of", has_text="plain.mp4")
        expect(row).to_have_attribute(
            "data-state", re.compile("^(sent|checking|processing)$"), timeout=30_000
        )
    asset = Asset.objects.get()
    assert asset.file_size == media("plain.mp4").stat().st_size
    assert keys_in(bucket) == [asset.storage_key]
