"""`static/js/live.js` in a real browser, against the real portal."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocketRoute

from assets.models import Asset
from assets.services import library
from mediaportal.accounts.models import User
from notifications.services import news
from processing.models import Job
from tests.factories import AssetFactory, UserFactory
from tests.functional.browser import chromium, tell_ends
from tests.notifications.conftest import job_of, session_of

START = """async () => {
  const { subscribe } = await import("/static/js/live.js");
  window.heard = [];
  window.hear = (topic) => { window.leave = subscribe(topic, (event) => window.heard.push(event)); };
}"""

SignedIn = Callable[[User], Page]


@pytest.fixture
def signed_in(web: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[SignedIn]:
    """A browser in which a user is signed in, with the module and nothing else."""
    # The server is another process, so it listens under the plain prefix.
    layer = settings.CHANNEL_LAYERS["default"]
    settings.CHANNEL_LAYERS = {"default": layer | {"CONFIG": {"hosts": layer["CONFIG"]["hosts"]}}}
    # Playwright's own loop runs in this thread; the ORM would take us for asynchronous code.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with chromium() as browser:

        def open_page(user: User) -> Page:
            context = browser.new_context()
            context.add_cookies([{"name": "sessionid", "value": session_of(user), "url": web}])
            page = context.new_page()
            page.goto(f"{web}/api/v1/me/")  # a plain document under the portal's own content security policy
            page.evaluate(START)
            return page

        yield open_page


def hear(page: Page, topic: str) -> None:
    page.evaluate("(topic) => window.hear(topic)", topic)


def wait_for(page: Page, event_type: str, seconds: float = 60) -> dict[str, Any]:
    """The first event of a type that the page has heard."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        heard: list[dict[str, Any]] = page.evaluate("window.heard")
        for event in heard:
            if event["type"] == event_type:
                return event
        page.wait_for_timeout(50)
    raise AssertionError(f"no {event_type} within {seconds} s, only {heard}")


def live_state(page: Page) -> str:
    return str(page.evaluate("document.documentElement.dataset.live"))


def ended(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(status="completed", progress=100)
    job.refresh_from_db()
    news.tell_of_job(job=job, durable=True)


def test_events_arrive_and_the_line_heals_itself_without_losing_any(signed_in: SignedIn) -> None:
    asset: Asset = AssetFactory()
    job = job_of(asset)
    page = signed_in(asset.uploaded_by)
    lines: list[WebSocketRoute] = []

    def through(line: WebSocketRoute) -> None:
        line.connect_to_server()
        lines.append(line)

    page.route_web_socket("**/ws/v1/events/", through)
    hear(page, f"asset:{asset.pk}")
    assert wait_for(page, "snapshot")["data"]["title"] == asset.title
    assert live_state(page) == "live"
    news.tell_of_job(job=job, durable=False)
    wait_for(page, "job.progress")
    lines[0].close(code=1012)
    news.tell_of_asset(event_type="asset.held", asset=asset)
    wait_for(page, "asset.held")
    assert len(lines) == 2
    page.wait_for_timeout(300)
    types = page.evaluate("window.heard.map((event) => event.type)")
    assert types.count("snapshot") == 2
    assert types.count("asset.held") == 1


def test_without_a_socket_the_job_is_polled_to_its_end(signed_in: SignedIn) -> None:
    asset: Asset = AssetFactory()
    job = job_of(asset)
    page = signed_in(asset.uploaded_by)
    page.route_web_socket("**/ws/v1/events/", lambda line: line.close(code=1011))
    hear(page, f"job:{job.pk}")
    assert wait_for(page, "snapshot")["data"]["status"] == "processing"
    assert live_state(page) == "polling"
    ended(job)
    assert wait_for(page, "job.completed")["data"]["progress"] == 100


def test_polling_tells_how_long_a_job_will_take(signed_in: SignedIn) -> None:
    asset: Asset = AssetFactory()
    job = job_of(asset)
    page = signed_in(asset.uploaded_by)
    page.route_web_socket("**/ws/v1/events/", lambda line: line.close(code=1011))
    tell_ends(page, 10, None)
    hear(page, f"job:{job.pk}")
    assert wait_for(page, "snapshot")["data"]["eta_seconds"] == pytest.approx(600, abs=30)
    assert wait_for(page, "job.progress")["data"]["eta_seconds"] is None


def test_what_may_not_be_seen_is_told_once(signed_in: SignedIn) -> None:
    asset: Asset = AssetFactory()
    page = signed_in(AssetFactory().uploaded_by)
    hear(page, f"asset:{asset.pk}")
    assert wait_for(page, "error")["code"] == "not_permitted"
    assert len(page.evaluate("window.heard")) == 1


def test_leaving_a_topic(signed_in: SignedIn) -> None:
    asset: Asset = AssetFactory()
    page = signed_in(asset.uploaded_by)
    hear(page, "library")
    wait_for(page, "snapshot")
    page.evaluate("window.leave()")
    page.wait_for_timeout(200)
    news.tell_of_asset(event_type="asset.stored", asset=asset)
    page.wait_for_timeout(300)
    assert len(page.evaluate("window.heard")) == 1


def test_a_session_that_has_ended_stops_asking(signed_in: SignedIn) -> None:
    page = signed_in(AssetFactory().uploaded_by)
    page.context.clear_cookies()
    hear(page, "library")
    page.wait_for_timeout(1_500)
    assert live_state(page) == "signed-out"


def test_a_card_leaves_the_library_when_its_asset_is_hidden(signed_in: SignedIn, web: str) -> None:
    asset: Asset = AssetFactory(published=True)
    news.tell_of_asset(event_type="asset.published", asset=asset)
    page = signed_in(UserFactory(role="viewer"))
    page.goto(f"{web}/")
    card = page.locator(f"#card-{asset.pk}")
    card.wait_for()
    while live_state(page) != "live":
        page.wait_for_timeout(50)
    page.wait_for_timeout(500)
    library.edit(user=asset.uploaded_by, asset=asset, visibility="private")
    card.wait_for(state="detached")


def test_the_bell_rings_on_the_page_and_opens(signed_in: SignedIn, web: str) -> None:
    asset: Asset = AssetFactory(published=True, title="Harbour")
    page = signed_in(asset.uploaded_by)
    page.goto(f"{web}/")
    while live_state(page) != "live":
        page.wait_for_timeout(50)
    page.wait_for_timeout(500)
    news.tell_of_asset(event_type="asset.published", asset=asset)
    count = page.locator("#bell-count")
    count.wait_for(state="visible")
    assert count.inner_text() == "1"
    page.locator(".bell button").first.click()
    page.locator("#bell-list .bell-line a").wait_for()
    page.locator("#bell-list .bell-line a").click()
    page.wait_for_url(f"**/assets/{asset.pk}/")
    assert page.locator("#bell-count").is_hidden()
