"""A film goes on after the network has failed it, by itself or when a person says so; what goes with it is shown."""

import json
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from mediaportal.accounts.models import User
from processing.ffmpeg.transcode import Encoded
from processing.packager import TextTrack
from tests.functional.browser import (
    ENDED,
    PLAY_QUICKLY,
    chromium,
    person,
    refuse_until_renewed,
    sign_in,
    violations,
)
from tests.functional.films import begun, grown, packaged

pytestmark = pytest.mark.xdist_group("films")
# Of every stream its first segment comes, and nothing after it.
LATER_SEGMENTS = re.compile(r"/[2-9]\.m4s$")
LINKS = re.compile(r"/api/v1/assets/[^/]+/playback$")
STAGE_OR_MANIFEST = re.compile(r"/(stage/|master\.m3u8|manifest\.mpd)$")
VIDEO = "document.querySelector('#stage video')"
SHOWS = "() => document.querySelector('#stage video').readyState >= 2"
BETTER = "() => document.querySelector('#stage video').videoWidth > 640"


@pytest.fixture
def page(web: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """A page of somebody who has signed in."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    person("lina@example.org", settings)
    with chromium() as browser:
        page = browser.new_page(base_url=web)
        sign_in(page, web, "lina@example.org")
        yield page


def finished(page: Page, made: tuple[Path, Encoded], folder: Path) -> None:
    """Open the page of a finished film."""
    job = begun(User.objects.get())
    packaged(job, made[1], folder)
    page.goto(f"/assets/{job.asset_id}/")
    expect(page.locator('#stage [data-player][data-growing="0"]')).to_be_visible()


def test_a_finished_film_goes_on_by_itself_when_its_links_had_run_out(
    page: Page, made: tuple[Path, Encoded], tmp_path: Path
) -> None:
    renewed = refuse_until_renewed(page, LATER_SEGMENTS)
    finished(page, made, tmp_path)
    page.evaluate(PLAY_QUICKLY)
    page.wait_for_function(ENDED, timeout=60_000)
    assert len(renewed) == 1
    expect(page.locator(".broken-off")).to_be_hidden()


def test_who_presses_play_while_the_film_is_loaded_need_not_press_it_again(
    page: Page, made: tuple[Path, Encoded], tmp_path: Path
) -> None:
    # The page's own scripts have run by then, and the player is being fetched.
    page.add_init_script(f"addEventListener('DOMContentLoaded', {PLAY_QUICKLY})")
    finished(page, made, tmp_path)
    page.wait_for_function(ENDED, timeout=60_000)


def test_who_waits_for_the_network_is_told_and_may_try_again(
    page: Page, made: tuple[Path, Encoded], tmp_path: Path
) -> None:
    for address in (LATER_SEGMENTS, LINKS):
        page.route(address, lambda route: route.abort())
    finished(page, made, tmp_path)
    page.evaluate(PLAY_QUICKLY)
    again = page.locator(".broken-off").get_by_role("button", name="Try again")
    expect(again).to_be_visible(timeout=60_000)
    expect(page.locator("#say")).to_contain_text("Nothing more of this film arrives")
    assert violations(page, within="#stage") == []
    # Once another try has failed, the next one by itself is six seconds away.
    with page.expect_event("requestfailed", lambda asked: bool(LINKS.search(asked.url)), timeout=60_000):
        pass
    page.unroute_all()
    again.focus()
    with page.expect_request(LINKS, timeout=5_000):
        page.keyboard.press("Enter")
    page.wait_for_function(ENDED, timeout=30_000)
    expect(again).to_be_hidden()
    assert page.evaluate("document.activeElement.closest('#stage') !== null"), "the focus stays in the player"


def test_a_growing_film_is_loaded_again_until_it_is_there_and_goes_on_where_it_was(
    page: Page, made: tuple[Path, Encoded], tmp_path: Path
) -> None:
    refused = {"master.m3u8": 2, "stage": 1, "manifest.mpd": 0}

    def sometimes(route: Route) -> None:
        name = route.request.url.rstrip("/").rpartition("/")[2]
        if refused[name]:
            refused[name] -= 1
            route.fulfill(status=503)
        else:
            route.continue_()

    folder, film = made
    job = begun(User.objects.get())
    grown(job, folder)
    page.route(STAGE_OR_MANIFEST, sometimes)
    page.goto(f"/assets/{job.asset_id}/")
    expect(page.locator('#stage [data-player][data-growing="1"]')).to_be_visible()
    page.wait_for_function(SHOWS, timeout=60_000)
    assert not refused["master.m3u8"] and not refused["stage"]

    page.evaluate("() => { document.querySelector('#stage video').currentTime = 3; }")
    refused |= {"master.m3u8": 2, "manifest.mpd": 2}
    packaged(job, film, tmp_path)
    page.wait_for_function(BETTER, timeout=60_000)
    assert not refused["manifest.mpd"]
    assert page.evaluate("document.querySelector('#stage video').currentTime") == pytest.approx(3, abs=0.2)


ENGLISH = "WEBVTT\n\n00:00.000 --> 00:06.000 align:start\nHello!\n"
ARABIC = "WEBVTT\n\n00:00.000 --> 00:06.000 align:start\nمرحبًا بكم في HTML!\n"
CHAPTERS = "WEBVTT\n\n00:00.000 --> 00:03.000\nBegin &amp; go\n\n00:03.000 --> 00:06.000\nالنهاية\n"
TRACKS = {
    "en.vtt": ("captions", "en", "English", ENGLISH),
    "ar.vtt": ("captions", "ar", "العربية", ARABIC),
    "chapters.vtt": ("chapters", "en", "", CHAPTERS),
}


def with_tracks(page: Page) -> None:
    """Let the document in the page name text tracks, as if somebody had added them."""
    named = [
        {
            "id": name,
            "kind": kind,
            "language": language,
            "label": label,
            "url": f"/tracks/{name}",
            "default": False,
        }
        for name, (kind, language, label, _text) in TRACKS.items()
    ]

    def add(route: Route) -> None:
        found = route.fetch()
        none, some = (escape(f'"captions": {json.dumps(tracks)}') for tracks in ([], named))
        assert none in found.text()
        route.fulfill(response=found, body=found.text().replace(none, some))

    def text(route: Route) -> None:
        name = route.request.url.rpartition("/")[2]
        route.fulfill(body=TRACKS[name][-1], content_type="text/vtt; charset=utf-8")

    page.route(re.compile(r"(?<!/api/v1)/assets/[^/]+/$"), add)
    page.route("**/tracks/*", text)


def test_captions_run_as_they_are_written_and_chapters_lead(
    page: Page, made: tuple[Path, Encoded], tmp_path: Path
) -> None:
    with_tracks(page)
    finished(page, made, tmp_path)
    page.wait_for_function(SHOWS, timeout=60_000)
    second = page.locator(".chapters button").nth(1)
    expect(page.locator(".chapters button")).to_have_text(["0:00Begin & go", "0:03النهاية"])
    second.click()
    expect(second).to_have_attribute("aria-current", "true")
    assert page.evaluate("document.querySelector('#stage video').currentTime") == pytest.approx(3, abs=0.1)

    page.keyboard.press("c")
    cue = page.locator(".shaka-text-container")
    expect(cue).to_contain_text("Hello!")
    runs = "() => getComputedStyle(document.querySelector('.shaka-text-container span')).direction"
    assert page.evaluate(runs) == "ltr"
    page.locator("#stage .shaka-captions-button, #stage .shaka-caption-button").first.click()
    page.get_by_role("menuitemradio", name="العربية").click()
    expect(cue).to_contain_text("مرحبًا بكم في HTML!")
    assert page.evaluate(runs) == "rtl"
    page.keyboard.press("Escape")
    expect(page.locator(".shaka-settings-menu:visible")).to_have_count(0)
    assert violations(page, within="#stage") == []
    page.keyboard.press("c")
    expect(page.locator("#stage")).not_to_contain_text("مرحبًا")


def test_packaged_captions_of_a_short_film_are_shown_also_where_only_hls_is_made(
    page: Page, made: tuple[Path, Encoded], tmp_path: Path
) -> None:
    words = tmp_path / "words.vtt"
    words.write_text("WEBVTT\n\n00:00.000 --> 00:06.000\nمساء الخير\n", encoding="utf-8")
    job = begun(User.objects.get())
    packaged(job, made[1], tmp_path, formats=["hls"], texts=[TextTrack(words, "ar", "العربية")])
    page.goto(f"/assets/{job.asset_id}/")
    page.wait_for_function(SHOWS, timeout=60_000)
    page.wait_for_function(f"() => {VIDEO}.buffered.end(0) > {VIDEO}.duration - 0.5", timeout=30_000)
    screen = page.locator("#stage .screen")
    expect(screen).not_to_contain_text("مساء")
    page.keyboard.press("c")
    expect(screen).to_contain_text("مساء الخير")
    page.keyboard.press("c")
    expect(screen).not_to_contain_text("مساء")


MENUS = [
    [".shaka-caption-button"],
    [".shaka-overflow-menu-button"],
    [".shaka-overflow-menu-button", ".shaka-resolution-button"],
    [".shaka-overflow-menu-button", ".shaka-playbackrate-button"],
    [".shaka-overflow-menu-button", ".shaka-chapter-button"],
]


def test_every_menu_of_the_player_is_what_it_says_to_be(
    page: Page, made: tuple[Path, Encoded], tmp_path: Path
) -> None:
    with_tracks(page)
    finished(page, made, tmp_path)
    page.wait_for_function(SHOWS, timeout=60_000)
    page.keyboard.press("c")
    screen = page.locator("#stage .screen")
    for buttons in MENUS:
        screen.hover()
        for button in buttons:
            screen.locator(button).click()
        assert violations(page, within="#stage") == [], buttons
        page.mouse.move(0, 0)
        page.keyboard.press("Escape")
        expect(screen.locator("[class*='-menu']:not(.shaka-overflow-menu-button):visible")).to_have_count(0)
    screen.click(button="right", position={"x": 200, "y": 100})
    expect(screen.locator(".shaka-context-menu")).to_be_visible()
    assert violations(page, within="#stage") == []


def test_a_player_that_could_not_be_fetched_says_so_and_comes_when_it_is_asked_for_again(
    page: Page, made: tuple[Path, Encoded], tmp_path: Path
) -> None:
    page.route("**/vendor/shaka-*", lambda route: route.abort())
    finished(page, made, tmp_path)
    notice = page.locator(".player-trouble")
    expect(notice.get_by_role("heading", name="The film cannot be fetched")).to_be_visible(timeout=30_000)
    assert violations(page, within="#stage") == []
    page.unroute_all()
    notice.get_by_role("button", name="Try again").click()
    page.wait_for_function(SHOWS, timeout=60_000)
    expect(notice).to_be_hidden()
