"""Open pages of those who only watch ask whether they still may, as often as it matters and no more."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from assets.services import sharing
from tests.factories import AssetFactory, ShareLinkFactory, VariantFactory
from tests.functional.browser import chromium
from tests.media import media

pytestmark = pytest.mark.xdist_group("browser")
TEN_MINUTES = 600_000
HIDES = """(hidden) => {
  Object.defineProperty(document, "hidden", { configurable: true, value: hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture
def page(web: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """A page of nobody in particular, whose time is ours."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with chromium() as browser:
        page = browser.new_page(base_url=web)
        page.clock.install()
        yield page


@pytest.mark.parametrize("framed", [False, True])
def test_a_page_that_is_left_alone_asks_ever_less_and_one_that_nobody_sees_nothing(
    page: Page, framed: bool
) -> None:
    asset = AssetFactory(published=True, duration=30.0)
    VariantFactory(asset=asset, duration=30.0, content=media("half_minute.mp4").read_bytes())
    link = ShareLinkFactory(asset=asset)
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if one.url.endswith("/standing") else None)
    with page.expect_response("**/standing"):
        page.goto(f"/embed/{asset.pk}?share={link.pk}" if framed else sharing.path_of(link))
    page.clock.run_for(60_000)
    first = len(asked)
    assert 4 <= first <= 6, "after 0, 4, 12, 28 and 60 seconds"
    page.clock.run_for(TEN_MINUTES)
    assert 9 <= len(asked) - first <= 11, "once in a minute"

    page.evaluate(HIDES, True)
    page.clock.run_for(60_000)
    asked.clear()
    page.clock.run_for(TEN_MINUTES)
    assert asked == []
    with page.expect_response("**/standing"):
        page.evaluate(HIDES, False)

    asked.clear()
    page.evaluate("() => document.querySelector('#stage video').dispatchEvent(new Event('play'))")
    page.clock.run_for(5_000)
    assert asked, "as often again as something happens"
