"""The one thing that must stay true: sign in, drop a video, watch the work advance, play the result."""

import os
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from assets.models import Asset
from tests.functional.browser import choose, chromium, person, send, sign_in_by_form
from tests.media import media

pytestmark = pytest.mark.xdist_group("workers")

PLAYED = """async () => {
  const video = document.querySelector("#stage video");
  for (let turn = 0; turn < 200 && video.readyState < 2; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await video.play();
  const from = video.currentTime;
  for (let turn = 0; turn < 100 && video.currentTime < from + 0.5; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const streams = !video.src || video.src.startsWith("blob:");
  return { moved: video.currentTime - from, width: video.videoWidth, streams };
}"""


@pytest.fixture(autouse=True)
def _browser_beside_the_orm(monkeypatch: pytest.MonkeyPatch) -> None:
    # Playwright's own loop runs in this thread; the ORM would take us for asynchronous code.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    assert os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def _drop(page: Page, *names: str) -> None:
    """Give files to the page and send them."""
    choose(page, *(media(name) for name in names))
    send(page)


def test_a_dropped_video_is_watched_into_being_and_played(web: str, workers: None, settings: Any) -> None:
    person("lina@example.org", settings)
    with chromium() as browser:
        page = browser.new_page()
        failures: list[str] = []
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.on("console", lambda line: failures.append(line.text) if line.type == "error" else None)
        sign_in_by_form(page, web, "lina@example.org")
        expect(page.get_by_role("heading", name="Drop your first files here")).to_be_visible()

        page.goto(f"{web}/upload/")
        _drop(page, "plain.mp4")
        row = page.locator(".row-of")
        expect(row).to_have_attribute("data-state", re.compile("checking|processing"))
        row.get_by_role("link", name="Open", include_hidden=True).evaluate("(link) => window.open(link.href)")
        expect(row).to_have_attribute("data-state", "ready", timeout=90_000)

        # The asset page was open all the while: the player has come by itself, without a reload.
        watching = page.context.pages[-1]
        assert watching is not page
        expect(watching.locator("#stage")).to_have_attribute("data-mode", "video")
        expect(watching.locator(".asset-line .state")).to_have_attribute("data-state", "ready")
        played = watching.evaluate(PLAYED)
        assert played["moved"] >= 0.5
        assert played["width"] > 0
        assert played["streams"], "the adaptive stream plays, not a single file"
        assert failures == []


def test_what_cannot_be_read_fails_in_words_beside_its_row(web: str, workers: None, settings: Any) -> None:
    person("lina@example.org", settings)
    with chromium() as browser:
        page = browser.new_page()
        sign_in_by_form(page, web, "lina@example.org")
        page.goto(f"{web}/upload/")
        _drop(page, "text.mp4", "cut_off.mp4")
        for row in page.locator(".row-of").all():
            expect(row).to_have_attribute("data-state", "failed", timeout=60_000)
            expect(row.locator(".row-error")).to_be_visible()
            expect(row.locator(".row-error .copy-code")).to_have_attribute(
                "data-copy", re.compile("unsupported_media_type|corrupt_media")
            )
    assert not Asset.objects.filter(publication="published").exists()
