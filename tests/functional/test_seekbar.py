"""The bar of a film that has really been made: each place on it shows the picture that lies there."""

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.functional.browser import choose, chromium, person, send, sign_in
from tests.media import media

pytestmark = pytest.mark.xdist_group("workers")
TRACKS = "() => document.querySelector('#stage video').ui.getControls().getPlayer().getImageTracks().length"
LOADED = """() => {
  const picture = document.querySelector(".shaka-player-ui-thumbnail-image");
  return picture.complete && picture.naturalWidth > 0;
}"""


@pytest.fixture
def page(web: str, workers: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """A page of somebody who has signed in."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    person("lina@example.org", settings)
    with chromium() as browser:
        page = browser.new_page(base_url=web)
        sign_in(page, web, "lina@example.org")
        yield page


def shown_at(page: Page, share: float) -> str:
    """The colour of the picture that the bar shows at a share of its length."""
    bar = page.locator("#stage .shaka-seek-bar").bounding_box()
    assert bar is not None
    page.mouse.move(bar["x"] + bar["width"] * share, bar["y"] + bar["height"] / 2)
    holder = page.locator("#stage .shaka-player-ui-thumbnail-image-container")
    expect(holder).to_be_visible()
    page.wait_for_function(LOADED)
    page.wait_for_timeout(200)  # the picture of the place before fades
    with Image.open(io.BytesIO(holder.screenshot())) as picture:
        pixel = picture.convert("RGB").getpixel((picture.width // 2, picture.height // 2))
    assert isinstance(pixel, tuple)
    return ("red", "green", "blue")[max(range(3), key=lambda part: pixel[part])]


def test_each_place_shows_the_picture_that_lies_there(page: Page) -> None:
    page.goto("/upload/")
    choose(page, media("three_colours.mp4"))
    send(page)
    row = page.locator(".row-of")
    expect(row).to_have_attribute("data-state", "ready", timeout=120_000)
    address = row.get_by_role("link", name="Open", include_hidden=True).get_attribute("href")
    page.goto(str(address))
    page.wait_for_function("() => document.querySelector('#stage video').readyState >= 2", timeout=30_000)
    assert page.evaluate(TRACKS) == 1, "the package itself has the pictures"
    page.locator("#stage .screen").hover()
    assert [shown_at(page, share) for share in (0.15, 0.5, 0.85, 0.2)] == ["red", "green", "blue", "red"]
    expect(page.locator("#stage .shaka-player-ui-thumbnail-time")).to_have_text(re.compile(r"^0:02"))
