"""Encrypted films in the pages' own player: they play wherever it stands, or it is said in words why they do not."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, TimeoutError, expect

from assets.models import Asset
from assets.services import sharing
from mediaportal.accounts.models import User
from processing.ffmpeg.transcode import Encoded
from processing.models import Scheme
from tests.factories import ShareLinkFactory
from tests.functional.browser import (
    ENDED,
    PLAY_QUICKLY,
    chromium,
    person,
    refuse_until_renewed,
    sign_in,
    violations,
)
from tests.functional.films import begun, packaged, shown

pytestmark = pytest.mark.xdist_group("films")
LICENCE = re.compile(r"/license$")
KEY = re.compile(r"/keys/[0-9a-f-]+$")
LATER_SEGMENTS = re.compile(r"/[2-9]\.m4s$")
VIDEO = "document.querySelector('#stage video')"
SHOWS = f"() => {VIDEO}.readyState >= 2 && {VIDEO}.getVideoPlaybackQuality().totalVideoFrames > 0"
PLAYS = f"() => {{ {VIDEO}.play().catch(() => {{}}); }}"
STANDS = f"""() => {{
  const {{ videoHeight, currentTime, paused, ended, readyState, seeking, playbackRate, buffered }} = {VIDEO};
  const parts = [...Array(buffered.length).keys()].map((one) => [buffered.start(one), buffered.end(one)]);
  return {{ videoHeight, currentTime, paused, ended, readyState, seeking, playbackRate, parts }};
}}"""
# The library asks for a system by what the browser says of its abilities.
NO_SYSTEM = """
const able = navigator.mediaCapabilities.decodingInfo.bind(navigator.mediaCapabilities);
const none = { supported: false, smooth: false, powerEfficient: false, keySystemAccess: null };
const missing = () => Promise.resolve(none);
navigator.mediaCapabilities.decodingInfo = (asked) => asked.keySystemConfiguration ? missing() : able(asked);
navigator.requestMediaKeySystemAccess = () => Promise.reject(new DOMException("", "NotSupportedError"));
"""
INSECURE = """
const able = navigator.mediaCapabilities.decodingInfo.bind(navigator.mediaCapabilities);
const refused = () => Promise.reject(new DOMException("", "SecurityError"));
navigator.mediaCapabilities.decodingInfo = (asked) => asked.keySystemConfiguration ? refused() : able(asked);
Object.defineProperty(window, "isSecureContext", { value: false });
Object.defineProperty(navigator, "requestMediaKeySystemAccess", { value: undefined });
"""


@pytest.fixture
def owner(settings: Any, web: str, monkeypatch: pytest.MonkeyPatch) -> User:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    return person("lina@example.org", settings)


@pytest.fixture
def browser(owner: User) -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, web: str) -> Page:
    """A page of the owner."""
    page = browser.new_page(base_url=web)
    sign_in(page, web, "lina@example.org")
    return page


def locked(owner: User, made: tuple[Path, Encoded], folder: Path, *formats: str) -> Asset:
    """A film that is encrypted, in these formats, or in both."""
    job = begun(owner)
    packaged(job, made[1], folder, scheme=Scheme.CBCS, formats=formats or ("hls", "dash"))
    return shown(job, title="Harbour")


def other_quality(page: Page) -> int:
    """Choose the other quality in the player's menu; returns its height."""
    height: int = page.evaluate(f"{VIDEO}.videoHeight")
    page.locator("#stage .screen").hover()
    page.locator("#stage .shaka-overflow-menu-button").click()
    page.locator("#stage .shaka-resolution-button").click()
    other = page.locator("#stage .explicit-resolution:visible").filter(has_not_text=f"{height}p").first
    wanted = int(re.sub(r"\D.*", "", other.inner_text()))
    other.click()
    return wanted


def until_shown(page: Page, height: int) -> None:
    """Wait until pictures of this height move; says how the film stands where they never do."""
    try:
        page.wait_for_function(
            f"() => {VIDEO}.videoHeight === {height} && {VIDEO}.currentTime > 1", timeout=90_000
        )
    except TimeoutError as error:
        raise AssertionError(f"{height} is never shown: {page.evaluate(STANDS)}") from error


@pytest.mark.parametrize("form", ["dash", "hls"])
def test_it_plays_goes_on_with_newer_links_and_changes_its_quality(
    page: Page, owner: User, made: tuple[Path, Encoded], tmp_path: Path, form: str
) -> None:
    renewed = refuse_until_renewed(page, LATER_SEGMENTS)
    page.goto(f"/assets/{locked(owner, made, tmp_path, form).pk}/")
    page.wait_for_function(SHOWS, timeout=60_000)
    page.evaluate(PLAY_QUICKLY)
    page.wait_for_function(ENDED, timeout=60_000)
    assert len(renewed) == 1
    expect(page.locator(".broken-off")).to_be_hidden()

    page.evaluate(f"() => {{ {VIDEO}.playbackRate = 1; {VIDEO}.currentTime = 1; }}")
    wanted = other_quality(page)
    page.evaluate(PLAYS)
    until_shown(page, wanted)
    page.evaluate(f"() => {{ {VIDEO}.pause(); {VIDEO}.currentTime = 5; }}")
    page.wait_for_function(f"() => !{VIDEO}.seeking && {VIDEO}.readyState >= 2", timeout=30_000)
    expect(page.locator(".player-trouble")).to_be_hidden()


@pytest.mark.parametrize("form", ["dash", "hls"])
def test_strangers_watch_it_by_a_link_on_its_page_and_in_a_frame(
    browser: Browser, web: str, owner: User, made: tuple[Path, Encoded], tmp_path: Path, form: str
) -> None:
    link = ShareLinkFactory(asset=locked(owner, made, tmp_path, form))
    page = browser.new_page(base_url=web)
    for address in (sharing.path_of(link), f"/embed/{link.asset_id}?share={link.pk}"):
        page.goto(address)
        page.wait_for_function(SHOWS, timeout=60_000)
        page.evaluate(PLAYS)
        page.wait_for_function(f"() => {VIDEO}.currentTime > 1", timeout=30_000)
    assert page.context.cookies() == [] or "sessionid" not in str(page.context.cookies())


def spoilt(route: Route) -> None:
    """A licence whose keys are others."""
    answer = route.fetch()
    licence = answer.json()
    for key in licence["keys"]:
        key["k"] = "AAAAAAAAAAAAAAAAAAAAAA"
    route.fulfill(response=answer, json=licence)


TROUBLES = {
    "refused": (lambda route: route.fulfill(status=403, json={}), "You may not have the key to this film"),
    "away": (lambda route: route.abort(), "The key to this film cannot be fetched"),
    "broken": (lambda route: route.fulfill(status=503), "The key to this film cannot be fetched"),
    "wrong": (spoilt, "The key does not open this film"),
}


@pytest.mark.parametrize("trouble", list(TROUBLES))
def test_what_is_wrong_with_its_key_is_said_and_tried_again(
    page: Page, owner: User, made: tuple[Path, Encoded], tmp_path: Path, trouble: str
) -> None:
    answer, words = TROUBLES[trouble]
    page.route(LICENCE, answer)
    page.goto(f"/assets/{locked(owner, made, tmp_path, 'dash').pk}/")
    notice = page.locator(".player-trouble")
    expect(notice.get_by_role("heading", name=words)).to_be_visible(timeout=60_000)
    expect(notice.locator("p")).not_to_be_empty()
    expect(page.locator("#say")).to_contain_text(words)
    assert violations(page, within="#stage") == []
    page.unroute_all()
    notice.get_by_role("button", name="Try again").click()
    page.wait_for_function(SHOWS, timeout=60_000)
    expect(notice).to_be_hidden()


@pytest.mark.parametrize(
    ("status", "words"), [(403, "You may not have the key"), (503, "The key to this film cannot be fetched")]
)
def test_a_key_of_hls_that_cannot_be_had_is_told_as_one(
    page: Page, owner: User, made: tuple[Path, Encoded], tmp_path: Path, status: int, words: str
) -> None:
    page.route(KEY, lambda route: route.fulfill(status=status))
    page.goto(f"/assets/{locked(owner, made, tmp_path, 'hls').pk}/")
    notice = page.locator(".player-trouble")
    expect(notice).to_contain_text(words, timeout=60_000)
    page.unroute_all()
    notice.get_by_role("button", name="Try again").click()
    page.wait_for_function(SHOWS, timeout=60_000)


@pytest.mark.parametrize(
    ("lacks", "words", "way"),
    [
        (NO_SYSTEM, "This browser cannot open protected films of this kind", "Try another browser"),
        (INSECURE, "Protected films play only over a secure connection", "begins with https"),
    ],
    ids=["no system", "insecure"],
)
def test_a_browser_that_cannot_open_it_says_so(
    page: Page, owner: User, made: tuple[Path, Encoded], tmp_path: Path, lacks: str, words: str, way: str
) -> None:
    page.add_init_script(lacks)
    page.goto(f"/assets/{locked(owner, made, tmp_path, 'dash').pk}/")
    notice = page.locator(".player-trouble")
    expect(notice.get_by_role("heading", name=words)).to_be_visible(timeout=60_000)
    expect(notice).to_contain_text(way)
    notice.get_by_role("button", name="Try again").click()
    expect(notice.get_by_role("heading", name=words)).to_be_visible(timeout=60_000)


NETWORK, DRM, MEDIA, MANIFEST = 1, 6, 3, 4
STATUS = {"category": NETWORK, "code": 1001}
KINDS = {"segment": 1, "key": 6}
ERRORS: dict[str, list[dict[str, Any]]] = {
    "keyRefused": [
        {"category": DRM, "code": 6007, "data": [STATUS | {"data": ["", 403]}]},
        {"category": DRM, "code": 6017, "data": [STATUS | {"data": ["", 404]}]},
        {"category": DRM, "code": 6012, "data": ["org.w3.clearkey"]},
        STATUS | {"data": ["", 410, "", {}, KINDS["key"]]},
    ],
    "keyAway": [
        {"category": DRM, "code": 6007, "data": [STATUS | {"data": ["", 502]}]},
        {"category": DRM, "code": 6007, "data": [{"category": NETWORK, "code": 1002, "data": [""]}]},
        {"category": NETWORK, "code": 1002, "data": ["", None, KINDS["key"]]},
        {"category": NETWORK, "code": 1003, "data": ["", KINDS["key"]]},
    ],
    "keyWrong": [
        {"category": DRM, "code": 6008},
        {"category": MEDIA, "code": 3016},
        {"category": MANIFEST, "code": 4012, "data": [{"missingKeys": ["a"], "restrictedKeyStatuses": []}]},
    ],
    "keyExpired": [
        {"category": DRM, "code": 6014},
        {"category": MANIFEST, "code": 4012, "data": [{"restrictedKeyStatuses": ["expired"]}]},
    ],
    "noOutput": [
        {"category": DRM, "code": 6018},
        {"category": MANIFEST, "code": 4012, "data": [{"restrictedKeyStatuses": ["output-restricted"]}]},
    ],
    "noSystem": [{"category": DRM, "code": code} for code in (6000, 6001, 6002, 6010, 6020)],
    "refused": [STATUS | {"data": ["", 403, "", {}, KINDS["segment"]]}],
    "network": [{"category": NETWORK, "code": 1002, "data": ["", None, KINDS["segment"]]}],
    "unplayable": [{"category": MANIFEST, "code": 4032}],
}
WORD_OF = """async (errors) => {
  const { troubleOf } = await import("/static/js/playersays.js");
  return errors.map((error) => troubleOf(error, { locked: true }));
}"""


def test_every_code_of_the_library_that_matters_has_its_words(page: Page) -> None:
    page.goto("/")
    for word, errors in ERRORS.items():
        assert page.evaluate(WORD_OF, errors) == [word] * len(errors), word
