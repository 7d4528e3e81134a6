"""A film is watched while it is made: from its beginning, by its owner, and better without a jump once it is ready."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from assets.models import Asset
from processing.ffmpeg.transcode import Encoded
from processing.models import Job, Status
from tests.functional.browser import choose, chromium, person, send, sign_in
from tests.functional.films import begun, grown, packaged
from tests.media import media

pytestmark = [pytest.mark.xdist_group("workers"), pytest.mark.timeout(400)]
# So slowly that the film of six seconds is not over before a busy machine has packaged it.
SLOWLY = 0.125

# Notes the time of the film again and again, and the largest step back that it made.
WATCHED = """() => {
  const video = document.querySelector("#stage video");
  window.watched = { back: 0, at: 0, first: video.currentTime };
  setInterval(() => {
    const { currentTime: now, readyState, seeking } = document.querySelector("#stage video");
    if (readyState < 2 || seeking) return; // nothing of it is shown: the last picture stands over it
    window.watched.back = Math.max(window.watched.back, window.watched.at - now);
    window.watched.at = now;
  }, 50);
}"""
ADVANCES = """async (rate) => {
  const video = document.querySelector("#stage video");
  video.playbackRate = rate;
  await video.play();
  const from = video.currentTime;
  for (let turn = 0; turn < 300 && video.currentTime < from + 1; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { from, moved: video.currentTime - from, width: video.videoWidth };
}"""
SLOWER = "(rate) => { document.querySelector('#stage video').playbackRate = rate; }"
NOW = """() => {
  const video = document.querySelector("#stage video");
  return { at: video.currentTime, paused: video.paused, rate: video.playbackRate, width: video.videoWidth };
}"""


BETTER = """async () => {
  for (let turn = 0; turn < 2400 && !(document.querySelector("#stage video").videoWidth > 640); turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return document.querySelector("#stage video").videoWidth;
}"""
PAUSED = "() => { const v = document.querySelector('#stage video'); v.pause(); return v.currentTime; }"


def grows(page: Page) -> None:
    expect(page.locator('#stage [data-player][data-growing="1"]')).to_be_visible(timeout=90_000)
    expect(page.locator(".growing-word")).to_contain_text("still being made")


def arrived(page: Page, web: str) -> Asset:
    """Drop a film on the upload page and wait until it is worked on."""
    page.goto(f"{web}/upload/")
    choose(page, media("long_720.mp4"))
    send(page)
    expect(page.locator(".row-of")).to_have_attribute("data-state", "processing", timeout=60_000)
    return Asset.objects.get()


def nobody_else_plays(browser: Browser, web: str, asset: Asset) -> None:
    """Nobody else knows of it before it is published."""
    other = browser.new_context().new_page()
    sign_in(other, web, "omar@example.org")
    for address in (f"/assets/{asset.pk}/", f"/api/v1/assets/{asset.pk}/playback"):
        assert other.request.get(f"{web}{address}").status == 404


def test_a_film_is_watched_while_it_is_made(
    web: str, workers: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    person("lina@example.org", settings)
    person("omar@example.org", settings)
    with chromium() as browser:
        page = browser.new_page()
        sign_in(page, web, "lina@example.org")
        asset = arrived(page, web)
        page.goto(f"{web}/assets/{asset.pk}/")
        grows(page)
        first = page.evaluate(ADVANCES, 1)
        assert first["from"] < 1, "it begins at its beginning"
        assert first["moved"] >= 1 and first["width"] == 640
        assert Job.objects.get().status == Status.PROCESSING


def test_an_open_film_gets_better_without_a_jump(
    web: str,
    made: tuple[Path, Encoded],
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    folder, film = made
    job = begun(person("lina@example.org", settings))
    person("omar@example.org", settings)
    grown(job, folder)
    with chromium() as browser:
        page = browser.new_context().new_page()
        failures: list[str] = []
        page.on("pageerror", lambda error: failures.append(str(error)))
        sign_in(page, web, "lina@example.org")
        page.goto(f"{web}/assets/{job.asset_id}/")
        grows(page)
        resting = page.context.new_page()
        resting.goto(f"{web}/assets/{job.asset_id}/")
        grows(resting)
        resting.evaluate(ADVANCES, 1)
        stopped_at = resting.evaluate(PAUSED)
        first = page.evaluate(ADVANCES, 1)
        page.evaluate(SLOWER, SLOWLY)
        page.evaluate(WATCHED)
        nobody_else_plays(browser, web, job.asset)
        links = f"{web}/api/v1/assets/{job.asset_id}/playback"
        assert page.request.get(links).json()["growing"] is True

        packaged(job, film, tmp_path)
        for one in (page, resting):
            assert one.evaluate(BETTER) > 640
            expect(one.locator(".growing-word")).to_have_count(0)
        # While it loads, the player holds the speed at nothing.
        page.wait_for_function(
            "() => document.querySelector('#stage video').playbackRate > 0", timeout=30_000
        )
        watched, now = page.evaluate("window.watched"), page.evaluate(NOW)
        assert watched["back"] < 0.3, "it went on where it was"
        assert now["at"] > first["from"] + 1 and not now["paused"] and now["rate"] == SLOWLY
        rested = resting.evaluate(NOW)
        assert rested["paused"] and rested["at"] == pytest.approx(stopped_at, abs=0.3)
        assert failures == []
