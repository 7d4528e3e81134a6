"""What comes on the page of a case, and when: the next one, what is taken back, a break; in every order of answers."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from analysis.models import Case, CaseStatus, Decision, Exposure, ModeratorSetting
from mediaportal.accounts.models import User
from tests.functional.browser import chromium, person, sign_in
from tests.functional.test_review import asked, colleague, film_case, opened

pytestmark = pytest.mark.xdist_group("browser")
TAKE, UNDO = "**/review/take/", "**/decisions/*/undo"


@pytest.fixture
def moderator(web: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> User:
    """Somebody who moderates, and may sign in."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    return person("lina@example.org", settings, role="moderator", name="Lina")


@pytest.fixture
def page(web: str, moderator: User) -> Iterator[Page]:
    """Their browser."""
    with chromium() as browser:
        page = browser.new_page(base_url=web, viewport={"width": 1440, "height": 900}, locale="en")
        sign_in(page, web, moderator.email)
        yield page


def approves(page: Page) -> None:
    """Approve the case on the page by keys, Caps Lock being on: then they are capital letters without Shift."""
    for key in "A1A":
        page.keyboard.press(key)


def status(one: Case) -> str:
    return str(Case.objects.get(pk=one.pk).status)


def hold(page: Page, place: str, held: list[Route]) -> None:
    """Keep what is asked for there without an answer."""
    page.route(place, lambda route: held.append(route))  # noqa: PLW0108 - a built-in function is no handler


def released(page: Page) -> Any:
    """Wait until a case has been put back."""
    return page.expect_response("**/release")


def _next_is_late(page: Page) -> None:
    """The next case is claimed before the undoing, and answered after it."""
    held: list[Route] = []
    hold(page, TAKE, held)
    approves(page)
    expect(page.locator("#undo-bar")).to_be_visible()
    expect(page.locator(".case-skeleton")).to_be_visible()
    page.keyboard.press("z")
    expect(page.locator("#case")).to_have_attribute("data-lease", "mine")
    with released(page):
        held.pop().continue_()


def _undoing_is_late(page: Page, second: Case) -> None:
    """The next case is there before the undoing is answered: no key can be in the way of it."""
    held: list[Route] = []
    approves(page)
    opened(page, second)
    hold(page, UNDO, held)
    page.keyboard.press("z")
    approves(page)
    page.keyboard.press("x")
    with released(page):
        held.pop().continue_()


def _both_are_late(page: Page) -> None:
    """Both are under way; the next case is answered first."""
    held: list[Route] = []
    for place in (TAKE, UNDO):
        hold(page, place, held)
    with page.expect_request(TAKE):
        approves(page)
    with page.expect_request(UNDO):
        page.keyboard.press("z")
    with released(page):
        held.pop(0).continue_()
    held.pop().continue_()


def test_an_undone_case_comes_back_whatever_is_on_its_way(page: Page) -> None:
    first, second = film_case("Harbour", severity=4), film_case("Deep zoom", severity=2)
    with page.expect_response("**/review/ahead/"):
        page.goto("/review/next/")
    opened(page, first)
    assert status(second) == CaseStatus.WAITING
    for orders in (_next_is_late, lambda shown: _undoing_is_late(shown, second), _both_are_late):
        orders(page)
        opened(page, first)
        assert (status(first), status(second)) == (CaseStatus.CLAIMED, CaseStatus.WAITING)
        assert not Decision.objects.filter(undone_at=None).exists()
        for place in (TAKE, UNDO):
            page.unroute(place)


def test_what_cannot_be_undone_leaves_the_way_to_the_next(page: Page) -> None:
    first, second = film_case("Harbour", severity=4), film_case("Deep zoom", severity=2)
    page.goto("/review/next/")
    opened(page, first)
    held: list[Route] = []
    page.route(
        UNDO, lambda route: route.fulfill(status=409, json={"code": "too_late", "detail": "Too late."})
    )
    hold(page, TAKE, held)
    with page.expect_request(TAKE):
        approves(page)
    page.keyboard.press("z")
    expect(page.locator("#toasts")).to_contain_text("Too late.")
    page.unroute(TAKE)
    # The next one is asked for when the one that was on its way has been put back.
    assert len(held) == 1
    with released(page):
        held.pop().continue_()
    opened(page, second)
    assert Decision.objects.filter(undone_at=None).count() == 1


def test_an_undoing_without_an_answer_leaves_the_keys_alive(page: Page) -> None:
    first, second = film_case("Harbour", severity=4), film_case("Deep zoom", severity=2)
    page.goto("/review/next/")
    opened(page, first)
    approves(page)
    opened(page, second)
    held: list[Route] = []
    hold(page, UNDO, held)
    page.evaluate("""() => {
      const had = AbortSignal.timeout;
      AbortSignal.timeout = () => {
        AbortSignal.timeout = had;
        return had.call(AbortSignal, 50);
      };
    }""")
    page.keyboard.press("z")
    expect(page.locator("#toasts")).to_contain_text("The portal did not answer")
    approves(page)
    expect(page.locator("#case-room .empty h1")).to_be_focused()
    assert (status(first), status(second)) == (CaseStatus.DECIDED, CaseStatus.DECIDED)


def test_a_break_that_ends_at_once_leaves_the_case_with_whom_it_was(page: Page, moderator: User) -> None:
    page.clock.install()
    ModeratorSetting.objects.create(user=moderator, break_cases=0, break_minutes=1)
    one = film_case("Harbour")
    page.goto("/review/next/")
    opened(page, one)
    page.clock.run_for(71_000)
    held: list[Route] = []
    hold(page, "**/release", held)
    with page.expect_request("**/release"):
        page.get_by_role("button", name="Have a break").click()
    page.keyboard.press("q")
    expect(page.locator("#case-title")).to_be_focused()
    with page.expect_response("**/claim"):
        held.pop().continue_()
    expect(page.locator("#case")).to_have_attribute("data-lease", "mine")
    assert status(one) == CaseStatus.CLAIMED
    page.keyboard.press("a")
    expect(page.locator('[data-act="approve"]')).to_have_attribute("aria-pressed", "true")


def test_what_happens_before_the_page_hears_of_it_is_asked_for(page: Page, web: str) -> None:
    one, omar = film_case("Harbour"), colleague(page, web)
    asks: list[Callable[[], None]] = []

    def deaf(line: WebSocketRoute) -> None:
        portal = line.connect_to_server()
        line.on_message(lambda said: asks.append(lambda: portal.send(said)))

    page.route_web_socket("**/ws/v1/events/", deaf)
    page.goto("/review/next/")
    opened(page, one)
    page.wait_for_function("() => document.documentElement.dataset.live === 'live'")
    Case.objects.filter(pk=one.pk).update(status="waiting", assignee=None, lease_until=None, claimed_at=None)
    asked(omar, one, "claim")
    expect(page.locator("#case")).to_have_attribute("data-lease", "mine")
    assert asks
    for ask in asks:
        ask()
    expect(page.locator("#case")).to_have_attribute("data-lease", "taken")


def test_who_looks_for_long_is_reminded_and_loses_nothing(page: Page, moderator: User) -> None:
    page.clock.install()
    ModeratorSetting.objects.create(user=moderator, break_cases=0, break_minutes=1)
    one, other = film_case("Harbour", severity=4), film_case("Deep zoom", severity=2)
    Exposure.objects.create(user=moderator, case=other, severity=2, seconds=40, uncovered=0)
    page.goto("/review/next/")
    opened(page, one)
    note = page.locator("#break-note")
    expect(note).to_be_hidden()
    page.keyboard.press("r")
    page.keyboard.press("1")
    page.locator("#verdict-note").fill("As far as the pier")
    page.clock.run_for(31_000)
    expect(note).to_be_visible()
    expect(note).to_contain_text("Time for a break")
    page.get_by_role("button", name="Once more, later").click()
    expect(note).to_be_hidden()
    page.clock.run_for(650_000)
    expect(note).to_be_visible()
    expect(page.get_by_role("button", name="Once more, later")).to_be_hidden()
    page.get_by_role("button", name="Have a break").click()
    expect(page.get_by_role("heading", name="You are having a break")).to_be_focused()
    expect(page.locator("#case")).to_have_attribute("data-lease", "free")
    assert status(one) == CaseStatus.WAITING
    page.keyboard.press("R")
    page.keyboard.press("q")
    expect(page.locator("#case")).to_have_attribute("data-lease", "mine")
    expect(page.locator("#verdict-note")).to_have_value("As far as the pier")
    expect(page.locator('[data-act="reject"]')).to_have_attribute("aria-pressed", "true")
    assert not Decision.objects.exists()

    # Who puts one case back after the other is asked, too.
    page.keyboard.press("x")
    expect(page.locator("#break")).to_be_visible()
    assert not Case.objects.filter(status=CaseStatus.CLAIMED).exists()
    page.get_by_role("button", name="Have a break").click()
    page.goto("/review/next/")
    expect(page.locator("#break")).to_be_visible()


def test_keys_act_with_caps_lock_and_v_with_shift(page: Page) -> None:
    one = film_case("Harbour")
    page.goto("/review/next/")
    opened(page, one)
    reveal, bar = page.locator("[data-reveal]"), page.locator("[data-act=reject]")
    for keys in (["V"], ["Shift", "v"]):
        for key in keys:
            page.keyboard.down(key)
        expect(reveal).to_have_attribute("aria-pressed", "true")
        for key in keys:
            page.keyboard.up(key)
        expect(reveal).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Shift+R")
    expect(bar).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("R")
    expect(bar).to_have_attribute("aria-pressed", "true")


def test_without_a_line_the_list_and_the_case_ask_by_themselves(page: Page, web: str) -> None:
    one = film_case("Harbour", severity=4)
    listing = colleague(page, web)
    omar = User.objects.get(name="Omar")
    for tab in (listing, page):
        tab.route_web_socket("**/ws/v1/events/", lambda line: line.close())
    listing.goto("/review/")
    page.goto(f"/review/cases/{one.pk}/")
    for tab in (listing, page):
        tab.wait_for_function("() => document.documentElement.dataset.live === 'polling'")
        tab.wait_for_event("response", lambda answer: "/moderation/cases/?" in answer.url)
    film_case("Deep zoom", severity=2)
    Case.objects.filter(pk=one.pk).update(
        status="claimed", assignee=omar, lease_until="2099-01-01T00:00:00Z", claimed_at="2026-01-01T00:00:00Z"
    )
    expect(page.locator("#case")).to_have_attribute("data-lease", "taken")
    expect(page.locator("#lease")).to_contain_text("Omar")
    expect(listing.locator("#cases > li")).to_have_count(2)
    expect(listing.locator(f"#case-{one.pk}")).to_contain_text("With you")
    Case.objects.filter(pk=one.pk).update(
        status="decided",
        assignee=None,
        lease_until=None,
        claimed_at=None,
        ruling="approved",
        decided_at="2026-01-01T00:00:00Z",
    )
    expect(page.locator("#case")).to_have_attribute("data-lease", "over")
    expect(listing.locator("#cases > li")).to_have_count(1)
