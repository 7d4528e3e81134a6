"""What viewers do: go to a second, go on where they left off, use keys, be counted, and be told why it ends."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import BrowserContext, Page, expect

from assets.models import Asset, RetentionCell, ViewDay, WatchPosition
from assets.services import library
from assets.signals import asset_published
from mediaportal.accounts.models import User
from tests.factories import AssetFactory, VariantFactory
from tests.functional.browser import chromium, person, sign_in, violations
from tests.media import media

pytestmark = pytest.mark.xdist_group("browser")
READY = "() => document.querySelector('#stage video').readyState >= 2"
AT = "document.querySelector('#stage video').currentTime"


@pytest.fixture
def viewer(web: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> User:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    layer = settings.CHANNEL_LAYERS["default"]
    config = {name: value for name, value in layer["CONFIG"].items() if name != "prefix"}
    settings.CHANNEL_LAYERS = {"default": layer | {"CONFIG": config}}  # those of the web process
    return person("lina@example.org", settings)


@pytest.fixture
def film(viewer: User) -> Asset:
    """A film of half a minute in one file, which somebody else has published."""
    asset = AssetFactory(published=True, duration=30.0, title="Harbour")
    VariantFactory(asset=asset, duration=30.0, content=media("half_minute.mp4").read_bytes())
    with transaction.atomic():
        asset_published.send(sender=Asset, asset=asset)
    return asset


@pytest.fixture
def sound(viewer: User) -> Asset:
    """Half a minute of sound."""
    asset = AssetFactory(audio=True, published=True, duration=30.0)
    VariantFactory(
        asset=asset,
        variant_type="audio_only",
        mime_type="audio/mp4",
        format="m4a",
        folder="sound",
        filename="sound.m4a",
        duration=30.0,
        content=media("half_minute.m4a").read_bytes(),
    )
    return asset


@pytest.fixture
def context(web: str, viewer: User) -> Iterator[BrowserContext]:
    with chromium() as browser:
        context = browser.new_context(base_url=web)
        sign_in(context.new_page(), web, viewer.email)
        yield context


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.pages[0]


def opened(page: Page, film: Asset, query: str = "") -> None:
    page.goto(f"/assets/{film.pk}/{query}")
    page.wait_for_function(READY)


@pytest.mark.parametrize(("query", "second"), [("?t=12", 12), ("?t=0m7s", 7), ("#t=0:09", 9), ("?t=soon", 0)])
def test_a_film_begins_at_the_second_of_its_address(
    page: Page, film: Asset, query: str, second: float
) -> None:
    opened(page, film, query)
    page.wait_for_function(f"() => Math.abs({AT} - {second}) < 0.2")


def test_the_address_of_a_second_is_copied(
    context: BrowserContext, page: Page, sound: Asset, web: str
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=web)
    page.goto(f"/assets/{sound.pk}/?t=8")
    expect(page.locator("[data-now]")).to_have_text("0:08")
    page.get_by_role("button", name="Copy the link at this second").click()
    expect(page.locator("#toasts")).to_contain_text("The link at 0:08 is copied")
    assert page.evaluate("navigator.clipboard.readText()") == f"{web}/assets/{sound.pk}/?t=8"
    page.get_by_label("Speed").select_option("1.5")
    page.keyboard.press("Escape")
    page.locator("#main").focus()
    page.keyboard.press(">")
    expect(page.get_by_label("Speed")).to_have_value("1.75")
    assert violations(page, within="#stage") == []


def test_a_person_goes_on_where_they_left_off(page: Page, film: Asset, viewer: User) -> None:
    opened(page, film)
    expect(page.locator(".resume")).to_be_hidden()
    play(page, 14, 15)
    with page.expect_response(lambda answer: answer.request.method == "PUT") as kept:
        page.evaluate("() => document.querySelector('#stage video').pause()")
    assert kept.value.status == 204
    left = WatchPosition.objects.get(user=viewer, asset=film).seconds
    assert 15 <= left < 17

    opened(page, film)
    offer = page.locator(".resume")
    expect(offer).to_contain_text("Resume at 0:15")
    assert violations(page, within="#stage") == []
    offer.get_by_role("button", name="Resume").click()
    page.wait_for_function(f"() => {AT} >= {left}")
    expect(offer).to_be_hidden()

    opened(page, film, "?t=3")
    expect(page.locator(".resume")).to_be_hidden()
    play(page, 28.5, 29.2)
    page.goto("/")
    page.wait_for_timeout(300)
    opened(page, film)
    expect(page.locator(".resume")).to_be_hidden()
    assert not WatchPosition.objects.exists(), "at its end it has been seen"


def play(page: Page, start: float, end: float, rate: float = 2) -> None:
    """Play from one second to another one, and leave it playing."""
    page.evaluate(
        f"""async () => {{
            const video = document.querySelector("#stage video");
            video.playbackRate = {rate};
            video.currentTime = {start};
            await video.play();
        }}"""
    )
    page.wait_for_function(
        f"() => {AT} >= {end} || document.querySelector('#stage video').ended", timeout=60_000
    )


def test_keys_act_wherever_they_are_of_no_other_use(page: Page, film: Asset) -> None:
    opened(page, film)
    video = "document.querySelector('#stage video')"

    def pressed(key: str, expected: str) -> None:
        page.keyboard.press(key)
        page.wait_for_function(f"() => {expected}")

    pressed("5", f"Math.abs({AT} - 15) < 0.1")
    pressed("ArrowRight", f"Math.abs({AT} - 20) < 0.1")
    pressed("j", f"Math.abs({AT} - 10) < 0.1")
    pressed("l", f"Math.abs({AT} - 20) < 0.1")
    pressed("ArrowLeft", f"Math.abs({AT} - 15) < 0.1")
    pressed("m", f"{video}.muted")
    expect(page.locator("#say")).to_have_text("Sound off")
    pressed(">", f"{video}.playbackRate === 1.25")
    pressed("<", f"{video}.playbackRate === 1")
    pressed("k", f"!{video}.paused")
    pressed(" ", f"{video}.paused")
    before = page.evaluate(AT)
    page.keyboard.press("/")
    page.keyboard.type("j5k")
    expect(page.locator("#search")).to_have_value("j5k")
    assert page.evaluate(AT) == before
    page.locator("#main").focus()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_contain_text("10 seconds back or on")
    page.keyboard.press("Escape")
    # A browser without a window never says that it has left the full screen.
    pressed("f", "document.fullscreenElement !== null")
    page.evaluate("localStorage.setItem('portal.keys', 'off')")
    page.keyboard.press("j")
    assert page.evaluate(AT) == before


def test_the_curve_of_what_is_watched_equals_what_was_played(page: Page, film: Asset) -> None:
    opened(page, film)
    play(page, 0, 8)
    play(page, 20, 26)
    play(page, 0, 5.2)
    page.evaluate("() => document.querySelector('#stage video').pause()")
    page.goto("/")
    for _turn in range(50):
        curve = dict(RetentionCell.objects.filter(asset=film).values_list("second", "views"))
        if curve.get(0) == 2:
            break
        page.wait_for_timeout(100)
    assert curve == {0: 2, 5: 1, 20: 1}
    day = ViewDay.objects.get(asset=film)
    assert (day.plays, day.errors) == (1, 0)
    assert day.seconds == pytest.approx(8 + 6 + 5.2, abs=2)


def test_who_is_not_to_be_tracked_reports_nothing(page: Page, film: Asset) -> None:
    page.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    opened(page, film)
    play(page, 0, 3)
    page.goto("/")
    assert [url for url in asked if url.endswith("/beacon")] == []
    assert not ViewDay.objects.exists()


def test_what_is_taken_back_stops_and_says_why(page: Page, film: Asset) -> None:
    opened(page, film)
    expect(page.locator("html")).to_have_attribute("data-live", "live")
    play(page, 0, 1, rate=1)
    library.edit(user=film.uploaded_by, asset=film, visibility="private")
    trouble = page.locator(".player-trouble")
    expect(trouble).to_contain_text("You may not watch this any longer")
    expect(trouble).to_contain_text("refused (not_found)")
    assert page.evaluate("document.querySelector('#stage video').paused")
    page.wait_for_function("() => document.querySelector('#stage video').readyState === 0")


TIMES = {
    "83": 83,
    "83.5s": 83.5,
    "1m23s": 83,
    "1h2m3s": 3723,
    "2m": 120,
    "1:23": 83,
    "1:02:03": 3723,
    "": None,
    "soon": None,
    "-3": None,
    "1:2:3:4": None,
}


def told(page: Page, module: str, name: str, texts: list[str]) -> list[Any]:
    """What a function of a module of ours makes of each text."""
    ask = "async ([module, name, texts]) => texts.map((await import(`/static/js/${module}.js`))[name])"
    found: list[Any] = page.evaluate(ask, [module, name, texts])
    return found


def test_the_modules_read_times_cues_and_directions(page: Page, film: Asset) -> None:
    opened(page, film)
    assert told(page, "playertime", "secondsOf", list(TIMES)) == list(TIMES.values())
    lines = ["- Hello مرحبا", "- 12: مرحبا HTML", "שלום", "123 …", ""]
    assert told(page, "playertracks", "runsLeft", lines) == [False, True, True, False, False]
    blocks = (
        "WEBVTT",
        "NOTE no cue",
        "one\r\n01:00:02.500 --> 01:00:03.000 line:0\r\n<b>A</b> &amp; b\r\nmore",
    )
    cue = {"start": 3602.5, "end": 3603, "text": "A & b more"}
    assert told(page, "chapters", "cuesOf", ["\r\n\r\n".join(blocks)]) == [[cue]]
