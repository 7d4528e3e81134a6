"""Two films that are alike, side by side: they are sought and played together, and the page stands before axe."""

from typing import Any

import pytest
from playwright.sync_api import expect

from analysis.models import Match
from mediaportal.accounts.models import User
from tests.factories import AssetFactory, VariantFactory
from tests.functional.browser import chromium, person, settled, sign_in
from tests.media import media

pytestmark = pytest.mark.xdist_group("browser")
READY = "() => [...document.querySelectorAll('#pair video')].every((one) => one.readyState >= 2)"
TIMES = "() => [...document.querySelectorAll('#pair video')].map((one) => one.currentTime)"
PLAYED = (
    "() => [...document.querySelectorAll('#pair video')].every((one) => one.currentTime > 0 && !one.paused)"
)


def matched(user: User, *, offset: float = 2.0) -> Match:
    """Two films of half a minute; what the one has, the other has two seconds later."""
    films = []
    for title in ("Harbour", "Harbour again"):
        film = AssetFactory(uploaded_by=user, published=True, duration=30.0, title=title)
        VariantFactory(asset=film, duration=30.0, content=media("half_minute.mp4").read_bytes())
        films.append(film)
    return Match.objects.create(
        asset=films[0],
        other=films[1],
        kind="picture",
        start=4.0,
        end=20.0,
        other_start=6.0,
        other_end=22.0,
        offset=offset,
        score=0.93,
        spans=[[4.0, 8.0, 6.0, 10.0], [12.0, 20.0, 14.0, 22.0]],
    )


def test_both_are_played_and_sought_together(
    web: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    user = person("lina@example.org", settings)
    match = matched(user)
    with chromium() as browser:
        page = browser.new_page(locale="en")
        sign_in(page, web, "lina@example.org")
        page.goto(f"{web}/assets/{match.asset_id}/")
        page.locator("#matches").get_by_role("link", name="Harbour again").click()
        page.wait_for_url(f"{web}/matches/{match.pk}/")
        page.wait_for_function(READY)
        page.get_by_role("button", name="Go to 0:12").click()
        page.wait_for_function(READY)
        assert page.evaluate(TIMES) == pytest.approx([12.0, 14.0], abs=0.05)
        page.get_by_role("button", name="Play both").click()
        page.wait_for_function(PLAYED)
        expect(page.get_by_role("button", name="Play both")).to_have_attribute("aria-pressed", "true")
        page.get_by_role("button", name="Play both").click()
        expect(page.get_by_role("button", name="Play both")).to_have_attribute("aria-pressed", "false")
        assert page.locator("#pair-wrong").is_hidden()
        found = settled(page, f"{web}/matches/{match.pk}/")
        User.objects.filter(pk=user.pk).update(language="ar")
        page.emulate_media(color_scheme="dark")
        page.set_viewport_size({"width": 320, "height": 844})
        found += settled(page, f"{web}/matches/{match.pk}/")
    assert found == []


def test_the_other_one_waits_until_it_begins(
    web: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    match = matched(person("lina@example.org", settings), offset=-3.0)
    with chromium() as browser:
        page = browser.new_page(locale="en")
        sign_in(page, web, "lina@example.org")
        page.goto(f"{web}/matches/{match.pk}/")
        page.wait_for_function(READY)
        page.evaluate(
            """() => {
              const range = document.getElementById("pair-position");
              range.value = 0;
              range.dispatchEvent(new Event("input"));
              window.sought = 0;
              document.querySelector('[data-side="other"]').addEventListener("seeking", () => (window.sought += 1));
            }"""
        )
        page.wait_for_function("() => document.querySelector('[data-side=\"one\"]').currentTime === 0")
        page.get_by_role("button", name="Play both").click()
        page.wait_for_function("() => document.querySelector('[data-side=\"one\"]').currentTime > 2")
        assert page.evaluate("() => document.querySelector('[data-side=\"other\"]').paused")
        assert page.evaluate("() => window.sought") <= 2
        page.wait_for_function(PLAYED)
