"""Where viewers are asked before they are counted: once, while the film plays, and nothing is told without a yes."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from assets.models import Asset, ViewDay
from tests.factories import AssetFactory, VariantFactory
from tests.functional.browser import chromium, violations
from tests.functional.conftest import portal_environment, portal_process
from tests.media import media

pytestmark = pytest.mark.xdist_group("browser")
PLAYS = "() => document.querySelector('#stage video').play()"
PLAYED = "() => document.querySelector('#stage video').currentTime > 0.3"


@pytest.fixture(scope="module")
def portal(django_db_setup: None, portal_settings: None) -> Iterator[str]:
    """A portal that asks before it counts."""
    with portal_process(portal_environment() | {"VIEW_ANALYTICS": "consent"}) as (_process, address):
        yield address


@pytest.fixture
def page(transactional_db: None, portal: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with chromium() as browser:
        yield browser.new_page(base_url=portal, viewport={"width": 390, "height": 800})


@pytest.fixture
def film(transactional_db: None) -> Asset:
    """A film that everybody may watch."""
    asset = AssetFactory(published=True, visibility="public", duration=30.0, title="Harbour")
    VariantFactory(asset=asset, duration=30.0, content=media("half_minute.mp4").read_bytes())
    return asset


def watched(page: Page, address: str) -> list[str]:
    """Open a page and play; returns the list to which its reports are added as they go."""
    reports: list[str] = []
    page.on(
        "request", lambda one: reports.append(one.post_data or "") if one.url.endswith("/beacon") else None
    )
    page.goto(address)
    page.wait_for_function("() => document.querySelector('#stage video').readyState >= 2")
    page.evaluate(PLAYS)
    page.wait_for_function(PLAYED)
    return reports


@pytest.mark.parametrize("where", ["assets", "embed"])
def test_a_no_is_kept_and_nothing_is_told(page: Page, film: Asset, where: str) -> None:
    address = f"/{where}/{film.pk}" + ("/" if where == "assets" else "")
    reports = watched(page, address)
    question = page.get_by_role("group", name="Counting views")
    expect(question).to_contain_text("May this portal count what is watched here?")
    assert violations(page) == []
    question.get_by_role("button", name="No").click()
    expect(question).to_be_hidden()
    reports += watched(page, address)
    page.wait_for_timeout(300)
    expect(question).to_be_hidden()
    page.goto("/sign-in/")
    assert reports == [] and not ViewDay.objects.exists()


def test_a_yes_counts_from_then_on_and_is_not_asked_for_again(page: Page, film: Asset) -> None:
    reports = watched(page, f"/assets/{film.pk}/")
    assert reports == []
    with page.expect_response(lambda answer: answer.url.endswith("/beacon")) as told:
        page.get_by_role("group", name="Counting views").get_by_role("button", name="Yes").click()
    assert told.value.status == 204
    assert '"consent":true' in reports[0]
    again = watched(page, f"/assets/{film.pk}/")
    expect(page.get_by_role("group", name="Counting views")).to_be_hidden()
    page.goto("/sign-in/")
    assert again
    plays = ViewDay.objects.get(asset=film).plays
    assert plays == 2


@pytest.mark.parametrize("wish", ["globalPrivacyControl: true", 'doNotTrack: "1"'])
def test_who_is_not_to_be_tracked_is_not_even_asked(page: Page, film: Asset, wish: str) -> None:
    name, value = wish.split(": ")
    page.add_init_script(f"Object.defineProperty(navigator, '{name}', {{ value: {value} }})")
    reports = watched(page, f"/assets/{film.pk}/")
    page.wait_for_timeout(300)
    expect(page.get_by_role("group", name="Counting views")).to_be_hidden()
    assert reports == []
