"""The cockpit of review, as moderators use it: by keys alone, with what is hard to look at covered."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Literal

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from analysis.models import Appeal, Case, CaseComment, CaseStatus, Decision, Exposure, ModeratorSetting
from analysis.rules import Band, Hit, Outcome, Sighting
from assets.models import Asset
from mediaportal.accounts.models import User
from tests.analysis.moderating import case, found
from tests.factories import AssetFactory, UserFactory, VariantFactory
from tests.functional.browser import LOOKS, chromium, person, sign_in, violations
from tests.media import media

pytestmark = pytest.mark.xdist_group("browser")
FILTER = "(one) => getComputedStyle(one).filter"
AT = "() => document.querySelector('#stage video').currentTime"
WIDTH = "document.documentElement.scrollWidth <= innerWidth"


def film_case(title: str, **facts: Any) -> Case:
    """A case of a film of three seconds: two moments of it were flagged, and something is said."""
    asset = AssetFactory(published=True, duration=3.0, title=title)
    VariantFactory(asset=asset, content=media("plain.mp4").read_bytes())
    VariantFactory(asset=asset, thumbnail=True)
    found(asset, ("", 0.9, 0.4, 1.2), kind="speech")
    asset.moments.update(text="We leave the harbour.")
    made = case(asset, **facts)
    worst = Hit("nudity", Band.BLOCK, Sighting("moderation", 0.97, 2.0, 2.6, "Explicit Nudity"))
    other = Hit("nudity", Band.REVIEW, Sighting("moderation", 0.7, 0.5, 1.0, "Partial Nudity"))
    outcome = Outcome(Band.BLOCK, frozenset(), (worst, other))
    Case.objects.filter(pk=made.pk).update(evidence=[hit.as_data() for hit in outcome.hits])
    return made


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


def colleague(page: Page, web: str) -> Page:
    """The browser of Omar, who moderates, too."""
    UserFactory(role="moderator", name="Omar", email="omar@example.org")
    assert page.context.browser is not None
    theirs = page.context.browser.new_page(base_url=web)
    sign_in(theirs, web, "omar@example.org")
    theirs.goto("/")
    return theirs


def asked(page: Page, one: Case, act: str) -> None:
    """Ask the portal for something as a page does."""
    page.evaluate(
        "async (address) => (await import('/static/js/http.js')).call('POST', address)",
        f"/api/v1/moderation/cases/{one.pk}/{act}",
    )


def opened(page: Page, one: Case) -> None:
    """Wait until a case stands on the page, and is with whoever looks."""
    expect(page.locator("#case")).to_have_attribute("data-case", str(one.pk))
    expect(page.locator("#case")).to_have_attribute("data-lease", "mine")
    expect(page.locator("#case-title")).to_be_focused()


def _looks(page: Page) -> None:
    """Go through the moments, and uncover them for as long as a key is held."""
    current = page.locator('[data-moment][aria-current="true"]')
    page.wait_for_function(f"() => Math.abs(({AT})() - 2.0) < 0.1")
    expect(current).to_contain_text("Explicit Nudity")
    page.keyboard.press("n")
    expect(current).to_contain_text("Partial Nudity")
    page.wait_for_function(f"() => Math.abs(({AT})() - 0.5) < 0.1")
    expect(page.locator('#said [aria-current="true"]')).to_contain_text("We leave the harbour.")
    page.keyboard.press("w")
    page.wait_for_function(f"() => Math.abs(({AT})() - 2.0) < 0.1")
    video = page.locator("#stage video")
    assert "blur" in video.evaluate(FILTER) and video.evaluate("(one) => one.muted")
    page.keyboard.down("v")
    assert video.evaluate(FILTER) == "none" and not video.evaluate("(one) => one.muted")
    page.keyboard.up("v")
    assert "grayscale" in video.evaluate(FILTER) and video.evaluate("(one) => one.muted")
    page.keyboard.press("k")
    page.wait_for_function("() => !document.querySelector('#stage video').paused")
    page.keyboard.press("k")


def _rejects(page: Page) -> None:
    """Reject the case, with a reason and a note whose letters are no keys."""
    page.keyboard.press("r")
    expect(page.locator('.reason input[value="sexual"]')).to_be_focused()
    page.keyboard.press("1")
    page.keyboard.press("t")
    page.keyboard.type("a rather easy note")
    page.keyboard.press("Escape")
    expect(page.locator("[data-submit]")).to_be_focused()
    page.keyboard.press("Enter")


def _restricts(page: Page) -> None:
    """Restrict the case to an age, without what is seen from one second to another."""
    page.wait_for_function(f"() => Math.abs(({AT})() - 2.0) < 0.1")
    page.keyboard.press("i")
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"() => ({AT})() > 2.5")
    page.keyboard.press("o")
    page.keyboard.press("s")
    page.keyboard.press("2")
    page.keyboard.press("Tab")
    expect(page.locator("#verdict-rating")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.press("Control+Enter")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_whole_cases_are_decided_by_keys_alone(page: Page, moderator: User, language: str) -> None:
    User.objects.filter(pk=moderator.pk).update(language=language)
    first, second = film_case("Harbour", severity=4), film_case("Deep zoom", severity=2)
    page.goto("/review/next/")
    opened(page, first)
    assert page.evaluate("document.documentElement.dir") == ("rtl" if language == "ar" else "ltr")
    _looks(page)

    _rejects(page)
    opened(page, second)
    expect(page.locator("#undo-bar")).to_be_visible()
    decision = Decision.objects.get()
    assert (decision.action, decision.reason, decision.note) == ("reject", "sexual", "a rather easy note")
    assert Asset.objects.get(pk=first.asset_id).publication == "blocked"

    # Taken back: the case is here again, and the other one waits for anybody.
    page.keyboard.press("z")
    opened(page, first)
    assert Asset.objects.get(pk=first.asset_id).publication == "published"
    assert Case.objects.get(pk=second.pk).status == CaseStatus.WAITING
    expect(page.locator("#undo-bar")).to_be_hidden()

    _restricts(page)
    opened(page, second)
    assert Asset.objects.get(pk=first.asset_id).imposed_rating == "18"
    kept = Decision.objects.filter(undone_at=None).get()
    assert kept.restriction["cut"] == [[pytest.approx(2.0, abs=0.1), pytest.approx(3.0, abs=0.1)]]
    assert kept.seconds > 0

    # The key of an act, pressed again, sends it; then nothing is left.
    for key in "a1a":
        page.keyboard.press(key)
    expect(page.locator("#case-room .empty h1")).to_be_focused()
    assert Case.objects.get(pk=second.pk).ruling == "approved"
    looks = Exposure.objects.filter(user=moderator)
    assert looks.count() >= 3 and any(look.uncovered > 0 for look in looks)


def test_a_case_is_put_back_and_the_next_one_comes(page: Page) -> None:
    first, second = film_case("Harbour", severity=4), film_case("Deep zoom", severity=2)
    page.goto("/review/next/")
    opened(page, first)
    page.keyboard.press("x")
    opened(page, second)
    assert Case.objects.get(pk=first.pk).status == CaseStatus.WAITING
    page.goto("/account/")
    expect(page.locator("main")).to_be_visible()
    page.wait_for_timeout(300)
    assert Case.objects.get(pk=second.pk).status == CaseStatus.WAITING


def test_what_is_incomplete_is_told_beside_it(page: Page) -> None:
    one = film_case("Harbour")
    page.goto("/review/next/")
    opened(page, one)
    page.keyboard.press("s")
    page.keyboard.press("Control+Enter")
    wrong = page.locator("[data-verdict-wrong]")
    expect(wrong).to_have_text("Choose a reason.")
    page.keyboard.press("1")
    page.keyboard.press("Control+Enter")
    expect(wrong).to_contain_text("Say what is restricted")
    page.locator("#verdict-regions").fill("Saudi")
    page.keyboard.press("Control+Enter")
    expect(wrong).to_contain_text("Two letters")
    assert not Decision.objects.exists()


@pytest.mark.parametrize("heard", [True, False])
def test_a_lost_lease_stops_the_decision_and_says_so(page: Page, web: str, heard: bool) -> None:
    if not heard:
        page.route_web_socket(re.compile("/ws/v1/events/"), lambda line: line.close())
        page.route("**/moderation/cases/?*", lambda route: route.abort())
    one = film_case("Harbour")
    omar = colleague(page, web)
    page.goto("/review/next/")
    opened(page, one)
    page.keyboard.press("r")
    page.keyboard.press("1")
    Case.objects.filter(pk=one.pk).update(status="waiting", assignee=None, lease_until=None, claimed_at=None)
    asked(omar, one, "claim")
    if not heard:
        page.keyboard.press("r")
    expect(page.locator("#case")).to_have_attribute("data-lease", "taken" if heard else "lost")
    expect(page.locator('[data-act="reject"]')).to_be_disabled()
    assert not Decision.objects.exists()
    expect(page.locator(".lease-notice:visible [data-claim]")).to_be_focused()
    assert violations(page) == []
    # It looks the same before the answer; what Omar does must come after it.
    with page.expect_response("**/claim"):
        page.keyboard.press("Enter")
    expect(page.locator("#case")).to_have_attribute("data-lease", "taken")
    expect(page.locator("#lease")).to_contain_text("Omar")
    asked(omar, one, "release")
    # Each state has a notice of its own; the one that is to be clicked stands once the news has come.
    expect(page.locator("#case")).to_have_attribute("data-lease", "free" if heard else "taken")
    page.locator(".lease-notice:visible [data-claim]").click()
    expect(page.locator("#case")).to_have_attribute("data-lease", "mine")
    # What was chosen before is still there.
    expect(page.locator('[data-act="reject"]')).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("r")
    expect(page.locator("#undo-bar")).to_be_visible()
    assert Decision.objects.get().action == "reject"


def test_the_lease_is_renewed_while_the_page_is_seen(page: Page) -> None:
    page.clock.install()
    one = film_case("Harbour")
    page.goto("/review/next/")
    opened(page, one)
    before = Case.objects.get(pk=one.pk).lease_until
    with page.expect_response("**/renew"):
        page.clock.run_for(41_000)
    after = Case.objects.get(pk=one.pk).lease_until
    assert before and after and after > before


def test_a_case_that_is_only_opened_is_claimed_by_a_key(page: Page) -> None:
    one = film_case("Harbour")
    page.goto(f"/review/cases/{one.pk}/")
    expect(page.locator('[data-act="reject"]')).to_be_disabled()
    page.keyboard.press("r")
    expect(page.locator("#say")).to_have_text("Claim this case first")
    page.keyboard.press("q")
    expect(page.locator("#case")).to_have_attribute("data-lease", "mine")
    expect(page.locator('[data-act="approve"]')).to_be_focused()
    # Loaded anew it is still this person's.
    page.reload()
    expect(page.locator("#case")).to_have_attribute("data-lease", "mine")


def test_everybody_covers_what_they_want_and_holds_a_button_to_see(page: Page, moderator: User) -> None:
    one = film_case("Harbour")
    page.goto("/review/next/")
    opened(page, one)
    video, still = page.locator("#stage video"), page.locator(".moment-still img").first
    assert "blur" in still.evaluate(FILTER)
    reveal = page.locator("[data-reveal]")
    reveal.hover()
    page.mouse.down()
    expect(reveal).to_have_attribute("aria-pressed", "true")
    assert video.evaluate(FILTER) == "none" and still.evaluate(FILTER) == "none"
    page.mouse.up()
    assert "blur" in video.evaluate(FILTER)
    page.evaluate("() => { document.querySelector('#case-title').focus(); }")
    page.keyboard.down("v")
    page.evaluate("() => dispatchEvent(new Event('blur'))")
    assert "blur" in video.evaluate(FILTER)
    page.keyboard.up("v")
    # A window of its own would show it as it is. What takes the ban away and opens one in spite of it finds it closed.
    assert video.evaluate("(one) => one.disablePictureInPicture")
    assert video.evaluate("""(one) => {
      let closed = 0;
      Object.defineProperty(document, "pictureInPictureElement", { configurable: true, get: () => one });
      document.exitPictureInPicture = async () => { closed += 1; };
      one.disablePictureInPicture = false;
      one.dispatchEvent(new Event("enterpictureinpicture"));
      return closed === 1 && one.disablePictureInPicture;
    }""")

    page.get_by_role("button", name="How it is shown").click()
    page.get_by_label("Blurred").uncheck()
    page.get_by_label("Cases until a break").fill("3")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#care")).to_be_hidden()
    assert video.evaluate(FILTER) == "blur(0px) grayscale(1)"
    kept = ModeratorSetting.objects.get(user=moderator)
    assert (kept.blur, kept.grey, kept.break_cases) == (False, True, 3)


def test_a_break_is_asked_for_and_can_be_put_off_once(page: Page, moderator: User) -> None:
    ModeratorSetting.objects.create(user=moderator, break_cases=1, break_minutes=0)
    cases = [film_case(f"Clip {number}", severity=4 - number) for number in range(3)]
    page.goto("/review/next/")
    opened(page, cases[0])
    page.keyboard.press("a")
    page.keyboard.press("1")
    page.keyboard.press("a")
    dialog = page.locator("#break")
    expect(dialog).to_be_visible()
    assert violations(page) == []
    assert not Case.objects.filter(status="claimed").exists()
    page.get_by_role("button", name="Once more, later").click()
    opened(page, cases[1])
    page.evaluate("""() => {
      const kept = JSON.parse(localStorage.getItem("portal.review.putoff"));
      localStorage.setItem("portal.review.putoff", JSON.stringify({ ...kept, cases: 2 }));
    }""")
    page.keyboard.press("a")
    page.keyboard.press("1")
    page.keyboard.press("a")
    expect(dialog).to_be_visible()
    expect(page.get_by_role("button", name="Once more, later")).to_be_hidden()
    page.get_by_role("button", name="Have a break").click()
    expect(page.get_by_role("heading", name="You are having a break")).to_be_focused()
    # After a break that was long enough nothing is due.
    Exposure.objects.update(at=timezone.now() - timedelta(hours=1))
    page.keyboard.press("q")
    opened(page, cases[2])
    expect(page.locator("#break-note")).to_be_hidden()


def test_a_comment_names_somebody(page: Page) -> None:
    one = film_case("Harbour")
    omar = UserFactory(role="moderator", name="Omar Said")
    page.goto("/review/next/")
    opened(page, one)
    page.keyboard.press("d")
    expect(page.locator("#comment-text")).to_be_focused()
    page.keyboard.type("Please look, @Om")
    expect(page.locator("#mention-list [role=option]")).to_have_count(1)
    page.keyboard.press("Enter")
    page.keyboard.type("and you too")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#comments .comment")).to_have_count(1)
    comment = CaseComment.objects.get()
    assert comment.text == "Please look, @Omar Said and you too"
    assert list(comment.mentioned.all()) == [omar]


def test_who_waits_is_offered_what_comes(page: Page) -> None:
    page.goto("/review/next/")
    expect(page.get_by_role("heading", name="Nothing waits for you")).to_be_focused()
    page.wait_for_function("() => document.documentElement.dataset.live === 'live'")
    assert violations(page) == []
    one = film_case("Harbour")
    expect(page.get_by_role("button", name="Look at it")).to_be_visible()
    page.keyboard.press("q")
    opened(page, one)


def test_what_cannot_be_fetched_is_said_and_asked_for_again(page: Page) -> None:
    one = film_case("Harbour")
    page.route("**/review/take/", lambda route: route.fulfill(status=503, body=""))
    page.goto("/review/next/")
    expect(page.get_by_role("heading", name="The case could not be fetched")).to_be_focused()
    assert violations(page) == []
    page.unroute("**/review/take/")
    page.keyboard.press("q")
    opened(page, one)


def _escalated() -> Case:
    """A case on which two have decided differently, whose owner appeals; an elder looks at it."""
    one = film_case("Pier", queue="senior")
    for stage, act, reason in (("first", "reject", "sexual"), ("second", "approve", "fine")):
        made = Decision.objects.create(
            case=one,
            policy=one.policy,
            version=one.version,
            stage=stage,
            action=act,
            reason=reason,
            note="ملاحظة",
            made_by=UserFactory(role="moderator", name="سارة"),
        )
    Appeal.objects.create(case=one, decision=made, made_by=one.owner, text="It is a statue.")
    return one


def _axe_of_states(page: Page) -> list[str]:
    """What axe finds in all that the page of a case may become; its looks are those of its attributes and templates."""
    found = []
    for lease in ("taken", "over", "barred", "lost"):
        page.evaluate(
            "(lease) => { for (const id of ['case', 'lease']) document.getElementById(id).dataset.lease = lease; }",
            lease,
        )
        found += [f"{lease}: {line}" for line in violations(page)]
    page.evaluate("""() => {
      for (const id of ["undo-bar", "break-note"]) document.getElementById(id).hidden = false;
      document.querySelector("[data-undo-word]").textContent = "Reject: Harbour";
      document.querySelector("[data-note-word]").textContent = "You have looked at 3 cases.";
    }""")
    for name in ("case-wait", "case-none", "case-rest", "case-wrong"):
        page.evaluate(
            """(name) => {
              const made = document.getElementById(name).content.cloneNode(true);
              document.getElementById("case-room").replaceChildren(made);
            }""",
            name,
        )
        found += [f"{name}: {line}" for line in violations(page)]
    page.evaluate("document.getElementById('break').showModal()")
    return found + [f"break: {line}" for line in violations(page)]


@LOOKS
def test_the_cockpit_passes_axe(
    web: str, moderator: User, language: str, scheme: Literal["light", "dark"], width: int
) -> None:
    one = film_case("Harbour")
    CaseComment.objects.create(
        case=one, author=UserFactory(role="moderator", name="Omar"), text="Look at the end."
    )
    elder = _escalated()
    with chromium() as browser:
        page = browser.new_page(
            color_scheme=scheme, viewport={"width": width, "height": 844}, base_url=web, locale="en"
        )
        sign_in(page, web, moderator.email)
        User.objects.filter(pk=moderator.pk).update(language=language)
        page.goto(f"/review/cases/{one.pk}/")
        expect(page.locator("#timeline .timeline-mark").first).to_be_visible()
        wrong = [f"free: {line}" for line in violations(page)]
        page.keyboard.press("q")
        expect(page.locator("#case")).to_have_attribute("data-lease", "mine")
        page.keyboard.press("i")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("o")
        page.keyboard.press("s")
        page.keyboard.press("1")
        wrong += [f"mine: {line}" for line in violations(page)]
        if not page.evaluate(WIDTH):
            wrong.append("it scrolls sideways")
        for name in ("care", "keys"):
            page.evaluate("(name) => document.getElementById(name).showModal()", name)
            wrong += [f"{name}: {line}" for line in violations(page)]
            page.keyboard.press("Escape")
        page.locator("#comment-text").press_sequentially("Please look, @Om")
        expect(page.locator("#mention-list [role=option]")).to_have_count(1)
        wrong += [f"a name: {line}" for line in violations(page)]
        page.goto(f"/review/cases/{elder.pk}/")
        expect(page.locator("#timeline")).to_be_visible()
        wrong += [f"an appeal: {line}" for line in violations(page)] + _axe_of_states(page)
    assert wrong == []
