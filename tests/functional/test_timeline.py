"""The timeline under the player and search inside of a film, as people use them."""

import re
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, expect

from analysis.engines import Label, Result, Shot, Speech
from analysis.models import Analysis, Order
from analysis.services import moments, wording
from assets.models import Asset
from mediaportal.accounts.models import User
from tests.factories import AssetFactory, VariantFactory
from tests.functional.browser import LOOKS, chromium, person, sign_in, violations
from tests.media import media

pytestmark = pytest.mark.xdist_group("browser")
AT = "() => document.querySelector('#stage video').currentTime"
# How often a lane says something new while one moment of it is played.
WRITTEN_WHILE_IT_PLAYS = """async () => {
  const film = document.querySelector("#stage video");
  const lane = document.querySelector("#timeline .timeline-lane[data-kind=speech]");
  let written = 0;
  const watch = new MutationObserver((changes) => (written += changes.length));
  watch.observe(lane, { attributeFilter: ["aria-valuetext"] });
  film.muted = true;
  await film.play();
  while (film.currentTime < 2.2) await new Promise((done) => setTimeout(done, 50));
  const found = written;
  watch.disconnect();
  film.pause();
  return found;
}"""


def film_of(user: User) -> Asset:
    """A film of three seconds in which something is said, seen and cut."""
    asset: Asset = AssetFactory(uploaded_by=user, published=True, duration=3.0, title="Harbour")
    VariantFactory(asset=asset, content=media("plain.mp4").read_bytes())
    found = [
        Speech(start=0.4, end=1.0, confidence=0.95, text="We leave the harbour."),
        Speech(start=1.6, end=2.4, confidence=0.6, text="وَصَلْنا إلى المَنارة"),
        Label(start=0.0, end=2.0, confidence=0.4, label="Boat"),
        Shot(start=0.0, end=1.5, confidence=0.9),
        Shot(start=1.5, end=3.0, confidence=0.9),
    ]
    order = Order.objects.create(asset=asset, types=["transcription"])
    analysis = Analysis.objects.create(
        order=order, asset=asset, type="transcription", engine="local", status="completed", is_current=True
    )
    wording.write(moments.rows_of(analysis, asset, Result(findings=tuple(found))), analysis=analysis)
    return asset


def is_at(page: Page, second: float) -> None:
    """Wait until the film stands at a second."""
    page.wait_for_function(f"() => Math.abs(({AT})() - {second}) < 0.1")


def _goes_through_lanes(page: Page) -> None:
    """Time runs from left to right in every language; marks are clicked, and walked through by keys."""
    timeline = page.locator("#timeline")
    speech = timeline.locator(".timeline-lane[data-kind=speech]")
    boxes = [mark.bounding_box() for mark in speech.locator(".timeline-mark").all()]
    assert boxes[0] and boxes[1] and boxes[0]["x"] < boxes[1]["x"]
    speech.locator(".timeline-mark").nth(1).click()
    is_at(page, 1.6)
    expect(speech).to_have_attribute("aria-valuetext", re.compile("المَنارة"))
    page.keyboard.press("Tab")
    speech.focus()
    page.keyboard.press("ArrowLeft")
    is_at(page, 0.4)
    page.keyboard.press("ArrowRight")
    is_at(page, 1.6)
    assert page.evaluate(WRITTEN_WHILE_IT_PLAYS) == 0
    speech.locator(".timeline-mark").nth(1).click()
    is_at(page, 1.6)
    page.keyboard.press("ArrowDown")
    expect(timeline.locator(".timeline-lane[data-kind=label]")).to_be_focused()
    page.keyboard.press("+")
    assert timeline.locator(".timeline-inner").evaluate("(one) => one.style.inlineSize") == "200%"
    page.keyboard.press("-")


def _searches(page: Page) -> None:
    """What is not sure enough is not drawn, and what is said is found in another spelling."""
    timeline = page.locator("#timeline")
    speech = timeline.locator(".timeline-lane[data-kind=speech]")
    # What is less sure than asked is not drawn.
    slider = timeline.locator("[data-timeline-sure]")
    slider.fill("70")
    expect(speech.locator(".timeline-mark")).to_have_count(1)
    slider.fill("0")

    # Another spelling, without vowel signs, finds it.
    timeline.locator("#timeline-q").fill("مناره")
    page.keyboard.press("Enter")
    hits = timeline.locator(".timeline-hits button")
    expect(hits).to_have_count(1)
    slider.focus()
    timeline.locator(".timeline-lane[data-kind=shot]").press("Home")
    is_at(page, 0)
    hits.first.click()
    is_at(page, 1.6)
    assert violations(page, within="#timeline") == []
    timeline.locator("#timeline-q").fill("zebra")
    page.keyboard.press("Enter")
    expect(hits).to_have_count(0)


@LOOKS
def test_what_was_found_is_looked_through_and_gone_to(
    web: str,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    scheme: Literal["light", "dark"],
    width: int,
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    user = person("lina@example.org", settings)
    with chromium() as browser:
        page = browser.new_page(
            color_scheme=scheme, viewport={"width": width, "height": 900}, base_url=web, locale="en"
        )
        sign_in(page, web, "lina@example.org")
        User.objects.filter(pk=user.pk).update(language=language)
        asset = film_of(user)
        page.goto(f"/assets/{asset.pk}/")
        timeline = page.locator("#timeline")
        speech = timeline.locator(".timeline-lane[data-kind=speech]")
        expect(speech.locator(".timeline-mark")).to_have_count(2)
        page.wait_for_function("() => document.querySelector('#stage video').readyState >= 1")

        _goes_through_lanes(page)
        _searches(page)
        timeline.locator("[data-timeline-table]").click()
        expect(timeline.locator("tbody tr")).to_have_count(5)
        assert violations(page, within="#timeline") == []
        timeline.locator("tbody tr button").nth(2).click()
        is_at(page, 0.4)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_hit_of_the_library_opens_the_film_at_its_second(
    web: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    user = person("lina@example.org", settings)
    with chromium() as browser:
        page = browser.new_page(base_url=web)
        sign_in(page, web, "lina@example.org")
        film_of(user)
        page.goto("/?q=والمنارة")
        expect(page.locator(".card-found")).to_contain_text("المَنارة")
        page.locator(".card-link").click()
        is_at(page, 1.6)


def test_what_does_not_answer_is_asked_again(
    web: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    user = person("lina@example.org", settings)
    with chromium() as browser:
        page = browser.new_page(base_url=web)
        sign_in(page, web, "lina@example.org")
        asset = film_of(user)
        page.route("**/timeline/", lambda route: route.fulfill(status=503, body=""))
        page.goto(f"/assets/{asset.pk}/")
        panel = page.locator("#panel-timeline")
        expect(panel.get_by_role("alert")).to_be_visible()
        page.unroute("**/timeline/")
        panel.get_by_role("button", name="Try again").click()
        expect(page.locator("#timeline .timeline-mark").first).to_be_visible()
