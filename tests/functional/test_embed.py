"""The player in a page of another site: there it plays, elsewhere the browser refuses it."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import quote, unquote

import pytest
from playwright.sync_api import Frame, FrameLocator, Page, expect

from assets.models import Asset, RetentionCell, ShareLink
from tests.factories import AssetFactory, ShareLinkFactory, VariantFactory
from tests.functional.browser import chromium, violations
from tests.functional.conftest import portal_environment, portal_process
from tests.media import media

pytestmark = pytest.mark.xdist_group("browser")


class _Site(BaseHTTPRequestHandler):
    """A site of somebody else: each page holds a frame with what its query names."""

    def do_GET(self) -> None:
        address = unquote(self.path.partition("?")[2])
        body = f'<!doctype html><title>Site</title><iframe src="{address}" width="640" height="360"></iframe>'
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_args: object) -> None:
        """Nothing: the tests tell enough."""


@pytest.fixture(scope="module")
def site() -> Iterator[int]:
    """The port of the other site; by the name localhost it is a friend, by its address a stranger."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Site) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture(scope="module")
def portal(django_db_setup: None, portal_settings: None, site: int) -> Iterator[str]:
    """A portal that one site may frame."""
    environment = portal_environment() | {"EMBED_FRAME_ANCESTORS": f"http://localhost:{site}"}
    with portal_process(environment) as (_process, address):
        yield address


@pytest.fixture
def page(transactional_db: None, portal: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with chromium() as browser:
        yield browser.new_page()


def film(**traits: Any) -> Asset:
    asset = AssetFactory(published=True, duration=30.0, title="Harbour", **traits)
    VariantFactory(asset=asset, duration=30.0, content=media("half_minute.mp4").read_bytes())
    return asset


def framed(page: Page, site: str, address: str) -> FrameLocator:
    """The frame with the player in a page of another site."""
    page.goto(f"{site}/?{quote(address)}")
    return page.frame_locator("iframe")


def inside(page: Page) -> Frame:
    """The same frame, to run scripts in."""
    return page.frames[-1]


def test_a_site_that_may_frame_it_shows_what_is_public(page: Page, portal: str, site: int) -> None:
    asset = film(visibility="public")
    frame = framed(page, f"http://localhost:{site}", f"{portal}/embed/{asset.pk}?t=9")
    expect(frame.get_by_role("link", name="Harbour")).to_have_attribute(
        "href", f"{portal}/assets/{asset.pk}/"
    )
    at = "() => document.querySelector('video').currentTime"
    inside(page).wait_for_function(f"() => Math.abs(({at})() - 9) < 0.2")
    frame.locator("#main").press("2")
    inside(page).wait_for_function(f"() => Math.abs(({at})() - 6) < 0.2")
    frame.locator("#main").press("?")
    expect(frame.locator("#keys")).to_be_visible()


def test_other_sites_may_not(page: Page, portal: str, site: int) -> None:
    asset = film(visibility="public")
    with page.expect_console_message(lambda line: "frame-ancestors" in line.text):
        frame = framed(page, f"http://127.0.0.1:{site}", f"{portal}/embed/{asset.pk}")
    expect(frame.locator("video")).to_have_count(0)


def test_a_share_link_plays_and_ends_in_a_frame(page: Page, portal: str, site: int) -> None:
    link = ShareLinkFactory(asset=film(visibility="private"))
    frame = framed(page, f"http://localhost:{site}", f"{portal}/embed/{link.asset_id}?share={link.pk}")
    expect(frame.locator("video")).to_be_visible()
    inside(page).evaluate("() => document.querySelector('video').play()")
    counted = RetentionCell.objects.filter(asset=link.asset, second=0)
    for _turn in range(150):
        if counted.exists():
            break
        page.wait_for_timeout(100)
    assert counted.exists()
    ShareLink.objects.filter(pk=link.pk).update(revoked_at=link.created_at, link_epoch=1)
    trouble = frame.locator(".player-trouble")
    expect(trouble).to_contain_text("This link has been withdrawn", timeout=6_000)
    expect(trouble).to_contain_text("Whoever shared it has withdrawn it.")
    expect(trouble.get_by_role("button", name="Try again")).to_be_hidden()
    assert inside(page).evaluate("() => document.querySelector('video').paused")


def test_the_player_alone_is_accessible(page: Page, portal: str) -> None:
    asset = film(visibility="public")
    page.goto(f"{portal}/embed/{asset.pk}")
    page.wait_for_function("() => document.querySelector('video').readyState >= 1")
    assert violations(page) == []
    page.goto(f"{portal}/embed/{film(visibility='private').pk}")
    expect(page.get_by_role("heading", name="This is not shown here")).to_be_visible()
    assert violations(page) == []
