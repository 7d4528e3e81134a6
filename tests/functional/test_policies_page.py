"""The page of a policy in a real browser: a rule written by keyboard, tried, and switched on after being asked back."""

import re
from collections.abc import Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, Route, expect

from analysis.models import Policy, Replay
from analysis.services.moderation import policies, replaying
from mediaportal.accounts.models import User
from tests.analysis.moderating import NUDITY, found, judged, policy
from tests.factories import AssetFactory
from tests.functional.browser import LOOKS, chromium, person, settled, sign_in, violations

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture
def manager(transactional_db: None, settings: Any) -> User:
    return person("mona@example.org", settings, role="manager")


@pytest.fixture
def page(web: str, manager: User, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with chromium() as browser:
        page = browser.new_page(base_url=web, viewport={"width": 1280, "height": 900})
        sign_in(page, web, "mona@example.org")
        yield page


def unsafe(count: int, score: float = 0.8) -> None:
    for _place in range(count):
        found(AssetFactory(published=True, title="Harbour"), ("Weapons", score, 0.0, 1.0))


def test_a_policy_is_written_by_keyboard_alone(page: Page) -> None:
    page.goto("/review/policies/")
    page.get_by_role("link", name="New policy").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/policies/new/")
    page.get_by_label("Kind of rule").focus()
    page.get_by_label("Kind of rule").select_option("words")
    page.get_by_role("button", name="Add a rule").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-rule]")).to_be_focused()
    page.get_by_role("textbox", name="Add one, then press Enter").focus()
    for word in ("secret harbour", "منارة", "mistake"):
        page.keyboard.insert_text(word)
        page.keyboard.press("Enter")
    page.keyboard.press("Backspace")
    expect(page.locator(".rule .chip bdi")).to_have_text(["secret harbour", "منارة"])
    page.get_by_role("slider", name="Review from, in percent").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("spinbutton", name="Review from", exact=True)).to_have_value("61")
    page.get_by_role("checkbox", name="Block at once").focus()
    page.keyboard.press("Space")
    page.get_by_role("slider", name="Block from, in percent").focus()
    page.keyboard.press("Home")
    expect(page.get_by_role("spinbutton", name="Review from", exact=True)).to_have_value("1")
    page.get_by_role("textbox", name="Name", exact=True).focus()
    page.keyboard.insert_text("Secrets")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/review/policies/[0-9a-f-]{36}/$"))
    made = Policy.objects.get(name="Secrets").current
    assert made is not None
    assert made.rules == [
        {
            "key": "words",
            "kind": "words",
            "names": ["secret harbour", "منارة"],
            "places": ["speech", "text", "metadata"],
            "field": "",
            "above": 0.0,
            "review": 0.01,
            "block": 0.01,
            "overrides": [],
        }
    ]


def test_every_kind_of_rule_can_be_added_and_faults_stand_beside_their_fields(page: Page) -> None:
    bare = policy(mode="off")
    page.goto(f"/review/policies/{bare.pk}/")
    kinds = page.locator("[data-new-kind] option").evaluate_all("all => all.map((one) => one.value)")
    for kind in kinds:
        page.locator("[data-new-kind]").select_option(kind)
        page.get_by_role("button", name="Add a rule").click()
    assert violations(page) == []
    page.get_by_role("button", name="Save").click()
    wrong = page.locator("[data-rule]").nth(1).locator("[data-wrong=names]")
    expect(wrong).to_have_text("Name at least one.")
    assert bare.versions.count() == 1
    for place in (10, 9, 3, 2, 1):
        page.locator("[data-rule]").nth(place).locator("[data-remove-rule]").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Version 2")).to_be_visible()
    bare.refresh_from_db()
    assert bare.current is not None
    assert [rule["kind"] for rule in bare.current.rules] == [
        "topic",
        "hash",
        "work",
        "reports",
        "unscanned",
        "guest",
    ]


def test_what_was_tried_is_told_while_it_runs_and_changes_nothing(page: Page) -> None:
    unsafe(3)
    arms = policy("arms", NUDITY, mode="on")
    page.goto(f"/review/policies/{arms.pk}/")
    page.locator(".toggle", has_text="Weapons").click()
    answers = iter([503, 0])

    def fails(route: Route) -> None:
        """No answer, one way or the other; then answers again."""
        code = next(answers, None)
        if code is None:
            route.continue_()
        elif code:
            route.fulfill(status=code, body="")
        else:
            route.abort()

    page.get_by_role("button", name="Replay: what would be different").click()
    expect(page.locator("#replay [role=progressbar], #replay progress")).to_be_visible()
    page.route(f"**/review/policies/{arms.pk}/replays/*/", fails)
    expect(page.locator("#replay [role=status]")).to_contain_text("asked for again by itself")
    assert page.locator("#toasts .toast-line").count() == 0
    replaying.run(replay_id=Replay.objects.get().pk)
    row = page.locator("#replay tbody tr")
    expect(row).to_contain_text("Review")
    expect(row.locator(".number")).to_have_text("3")
    expect(row.get_by_role("link", name="Harbour")).to_have_count(3)
    assert arms.versions.count() == 1


def test_what_is_against_most_of_the_library_is_asked_back(page: Page) -> None:
    unsafe(2)
    arms = policy("arms", NUDITY | {"names": ["weapons"]}, mode="off")
    page.goto(f"/review/policies/{arms.pk}/")
    for answer in ("Leave it as it is", "Yes, do it"):
        page.get_by_role("group", name="What it does").get_by_role("button", name="On").click()
        page.get_by_label("Everything: what stands as well, bit by bit").check()
        page.get_by_role("button", name="Switch it on").click()
        asked = page.get_by_role("dialog", name="Against most of the library?")
        expect(asked).to_contain_text("It would be against 2 of 2 files.")
        assert violations(page) == []
        asked.get_by_role("button", name=answer).click()
        expect(asked).to_be_hidden()
    expect(page.get_by_text("Everything that stands is being asked about")).to_be_visible()
    arms.refresh_from_db()
    assert (arms.mode, arms.applied_until is not None) == ("on", True)


def test_suggested_thresholds_are_filled_in_to_be_saved(page: Page) -> None:
    arms = policy("arms", NUDITY, mode="off")
    page.goto(f"/review/policies/{arms.pk}/?rule={NUDITY['key']}&review=0.72&block=0.98")
    expect(page.locator("[data-rule]")).to_be_focused()
    expect(page.get_by_text("The suggested thresholds are filled in")).to_be_visible()
    expect(page.get_by_role("spinbutton", name="Review from", exact=True)).to_have_value("72")
    assert page.url.endswith(f"/{arms.pk}/")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Version 2")).to_be_visible()
    arms.refresh_from_db()
    assert arms.current is not None
    assert (arms.current.rules[0]["review"], arms.current.rules[0]["block"]) == (0.72, 0.98)


def test_what_is_not_saved_is_not_thrown_away_by_switching(page: Page) -> None:
    arms = policy("arms", NUDITY, mode="off")
    page.goto(f"/review/policies/{arms.pk}/")
    page.get_by_label("Hours until it has to be decided").fill("4")
    page.get_by_role("group", name="What it does").get_by_role("button", name="Shadow").click()
    expect(page.get_by_text("Save the changes first")).to_be_visible()
    expect(page.locator("#mode-sheet")).to_be_hidden()
    expect(page.get_by_label("Hours until it has to be decided")).to_have_value("4")
    arms.refresh_from_db()
    assert arms.mode == "off"


def test_somebody_elses_newer_version_is_not_written_over(page: Page, manager: User) -> None:
    bare = policy()
    page.goto(f"/review/policies/{bare.pk}/")
    policies.change(user=manager, policy=bare, given={"deadline": 3}, seen=1)
    page.get_by_label("Hours until it has to be decided").fill("4")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Load the newest version")).to_be_visible()
    assert bare.versions.count() == 2


@LOOKS
def test_pages_of_policies_pass_axe(
    web: str,
    manager: User,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    scheme: Literal["light", "dark"],
    width: int,
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    User.objects.filter(pk=manager.pk).update(language=language)
    unsafe(2)
    over = [{"region": "SA", "review": 0.3, "block": 0.8}, {"rating": "18"}]
    on, shade = policy("arms", NUDITY | {"overrides": over}), policy("shade", mode="shadow")
    judged(AssetFactory(published=True))
    policies.change(user=manager, policy=on, given={"deadline": 3, "note": "why"}, seen=1)
    done = replaying.start(user=manager, policy=on, rules=[NUDITY | {"names": ["weapons"], "review": 0.1}])
    replaying.run(replay_id=done.pk)
    with chromium() as browser:
        context = browser.new_context(
            color_scheme=scheme, viewport={"width": width, "height": 844}, base_url=web
        )
        page = context.new_page()
        sign_in(page, web, "mona@example.org")
        found_ = settled(page, "/review/policies/") + settled(page, "/review/policies/new/")
        found_ += settled(page, f"/review/policies/{on.pk}/") + settled(page, f"/review/policies/{shade.pk}/")
        page.locator("[data-mode=on]").click()
        found_ += violations(page)
    assert found_ == []
