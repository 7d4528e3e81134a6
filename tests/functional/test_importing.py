"""Import by address with everything real: another server, the web, the workers, and a browser."""

import http.client
import json
import os
import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from rest_framework_simplejwt.tokens import AccessToken

from assets.models import Asset, UploadSession
from tests.factories import UserFactory
from tests.forms import png
from tests.functional.browser import chromium, person, sign_in, violations
from tests.functional.test_uploads import get, wait_for
from tests.media import media
from tests.origins import Visit, serving

pytestmark = pytest.mark.xdist_group("workers")


@pytest.fixture(autouse=True)
def _browser_beside_the_orm(monkeypatch: pytest.MonkeyPatch) -> None:
    # Playwright's own loop runs in this thread; the ORM would take us for asynchronous code.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    assert os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def ask(web: str, user: Any, url: str) -> tuple[int, Any]:
    """Hand an address in."""
    parts = urlsplit(web)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)
    try:
        headers = {
            "Authorization": f"Bearer {AccessToken.for_user(user)}",
            "Content-Type": "application/json",
        }
        connection.request("POST", "/api/v1/uploads/import", json.dumps({"url": url}), headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def test_a_file_is_fetched_through_a_broken_line_and_processed(web: str, workers: None) -> None:
    film = media("plain.mp4").read_bytes()
    half = len(film) // 2
    user = UserFactory()

    def script(visit: Visit) -> None:
        if visit.path == "/old":
            visit.answer(302, Location="/film%20one.mp4")
        elif "Range" in visit.headers:
            start = int(visit.headers["Range"].removeprefix("bytes=").removesuffix("-"))
            span = f"bytes {start}-{len(film) - 1}/{len(film)}"
            visit.answer(206, film[start:], Content_Range=span, ETag='"1"')
        else:
            visit.head(200, Content_Length=str(len(film)), ETag='"1"')
            visit.wfile.write(film[:half])

    with serving(script) as origin:
        status, document = ask(web, user, origin.url("/old"))
        assert status == 202

        def progress() -> dict[str, Any]:
            return dict(json.loads(get(web, document["progress_url"], user)[2]))

        wait_for(lambda: progress()["status"] in {"completed", "failed"}, seconds=90)
    assert progress()["error"] is None
    asset = Asset.objects.get(pk=progress()["asset_id"])
    assert (asset.original_filename, asset.file_size) == ("film one.mp4", len(film))
    assert progress()["job_id"] == document["job_id"]
    assert sum("Range" in one for one in origin.seen) >= 1


def test_what_is_refused_at_once_and_on_the_way(web: str, workers: None) -> None:
    user = UserFactory()
    status, problem = ask(web, user, "http://169.254.169.254/latest/meta-data/")
    assert (status, problem["code"]) == (400, "url_not_allowed")
    with serving(lambda visit: visit.answer(302, Location="http://10.0.0.1/film.mp4")) as origin:
        status, document = ask(web, user, origin.url())
        assert status == 202
        wait_for(lambda: UploadSession.objects.get(pk=document["upload_id"]).status == "failed")
    shown = json.loads(get(web, document["progress_url"], user)[2])
    assert shown["error"]["code"] == "url_not_allowed"


def answer(visit: Visit) -> None:
    """A picture, a page that pretends to be one, and a film that does not come to its end."""
    if visit.path == "/picture.png":
        visit.answer(body=png(64, 48))
    elif visit.path == "/page.png":
        visit.answer(body=b"<!doctype html><title>Sign in</title>" * 20)
    else:
        visit.head(200, Content_Length="100000000")
        visit.wfile.write(media("plain.mp4").read_bytes())
        visit.rfile.read(1)  # nothing comes before the other side leaves


def hand_in(page: Page, url: str) -> None:
    """Put an address into the box and send it."""
    expect(page.locator("#dashboard .uppy-Dashboard--isInnerWrapVisible")).to_be_visible()
    page.get_by_label("From an address").fill(url)
    page.get_by_role("button", name="Fetch").click()


def test_a_person_hands_in_addresses_and_watches_them(web: str, workers: None, settings: Any) -> None:
    person("lina@example.org", settings)
    with serving(answer) as origin, chromium() as browser:
        page = browser.new_page()
        failures: list[str] = []
        page.on("pageerror", lambda error: failures.append(str(error)))
        sign_in(page, web, "lina@example.org")
        page.goto(f"{web}/upload/")
        hand_in(page, "http://169.254.169.254/latest/")
        expect(page.locator("#import-error")).to_contain_text("is not a public address")
        expect(page.locator("#import-error .copy-code")).to_have_attribute("data-copy", "url_not_allowed")
        assert violations(page) == []

        hand_in(page, origin.url("/picture.png"))
        expect(page.locator("#import-error")).to_be_hidden()
        row = page.locator("#rows .row-of")
        expect(row).to_have_attribute("data-state", "ready", timeout=60_000)
        expect(row.get_by_role("link", name="Open")).to_have_attribute("href", re.compile("/assets/"))

        hand_in(page, origin.url("/page.png"))
        refused = page.locator('#rows .row-of[data-state="failed"] .copy-code')
        expect(refused).to_have_attribute("data-copy", "unsupported_media_type")
        assert failures == []


def test_what_is_fetched_is_shown_on_every_page_and_can_be_stopped(
    web: str, workers: None, settings: Any
) -> None:
    person("lina@example.org", settings)
    with serving(answer) as origin, chromium() as browser:
        page = browser.new_page()
        sign_in(page, web, "lina@example.org")
        page.goto(f"{web}/upload/")
        hand_in(page, origin.url("/endless.mp4"))
        going = page.locator('#rows .row-of[data-state="fetching"]')
        expect(going.locator(".row-what")).to_contain_text("95.4")
        page.goto(f"{web}/")
        docked = page.locator('#dock .row-of[data-state="fetching"]')
        docked.locator('[data-act="cancel"]').click()
        expect(docked).to_be_hidden()
        session = UploadSession.objects.get(origin=origin.url("/endless.mp4"))
        wait_for(lambda: UploadSession.objects.get(pk=session.pk).error_code == "upload_terminated")
