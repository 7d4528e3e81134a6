"""The transcript beside the player, as people read and correct it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, expect

from analysis.models import Moment, TranscriptVersion
from analysis.services import current, transcripts
from assets.models import Asset, Caption
from mediaportal.accounts.models import User
from tests.analysis.services.test_transcripts import MENDED, saved, transcribed
from tests.factories import AssetFactory, UserFactory, VariantFactory
from tests.functional.browser import LOOKS, chromium, person, sign_in, violations
from tests.media import media

pytestmark = pytest.mark.xdist_group("browser")
TIME = "document.querySelector('#stage video').currentTime"


@pytest.fixture
def user(web: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> User:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    return person("lina@example.org", settings)


@pytest.fixture
def asset(user: User) -> Asset:
    found = AssetFactory(uploaded_by=user, published=True, duration=3.0)
    VariantFactory(asset=found, content=media("plain.mp4").read_bytes())
    return found


@pytest.fixture
def page(web: str, user: User) -> Iterator[Page]:
    with chromium() as browser:
        page = browser.new_page(base_url=web, viewport={"width": 1440, "height": 900})
        sign_in(page, web, "lina@example.org")
        yield page


def opened(page: Page, asset: Asset) -> None:
    page.goto(f"/assets/{asset.pk}/")
    page.get_by_role("tab").nth(2).click()
    expect(page.locator("#pane-transcript .cue").first).to_be_visible()


def save(page: Page, asset: Asset) -> None:
    with page.expect_response(lambda answer: answer.request.method == "PUT") as answer:
        page.locator("#pane-transcript [data-save]").click()
    assert answer.value.ok, answer.value.text()
    expect(page.locator("#pane-transcript [data-save]")).to_be_disabled()


def test_words_seek_and_are_marked_and_corrected(page: Page, asset: Asset) -> None:
    analysis = transcribed(asset)
    opened(page, asset)
    page.locator(".word", has_text="cap.").click()
    assert page.evaluate(TIME) == pytest.approx(0.6, abs=0.05)
    expect(page.locator(".word.now")).to_have_text("cap.")
    first = page.locator("#pane-transcript .cue").first
    first.locator(".cue-time").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".word.now")).to_have_text("the")
    assert page.evaluate(TIME) == pytest.approx(0.4, abs=0.05)
    page.evaluate(f"{TIME} = 0.2")
    expect(page.locator(".word.now")).to_have_text("Mind")
    page.keyboard.press("Enter")
    words = page.get_by_label("What is said", exact=True).and_(page.locator("textarea"))
    words.fill("Mind the gap.")
    page.get_by_label("Who speaks").and_(page.locator("input")).fill("Lina")
    words.press("Control+s")
    expect(page.locator("[data-track-facts]").last).to_contain_text("Version 2")
    moment = Moment.objects.get(analysis=analysis, start=0.0)
    assert (moment.text, moment.speaker) == ("Mind the gap.", "Lina")
    expect(page.locator("#pane-transcript .cue").nth(1).locator(".cue-text")).to_have_css("direction", "rtl")


def test_segments_are_split_and_joined_and_speakers_are_one(page: Page, asset: Asset) -> None:
    analysis = transcribed(asset)
    opened(page, asset)
    page.locator("#pane-transcript .cue-edit").first.click()
    words = page.locator("#pane-transcript textarea")
    words.evaluate("(one) => one.setSelectionRange(5, 5)")
    words.press("Control+Enter")
    expect(page.locator("#pane-transcript .cue")).to_have_count(3)
    page.get_by_role("button", name="Speakers").click()
    dialog = page.get_by_role("dialog", name="Who speaks")
    dialog.get_by_label("A").fill("Omar")
    dialog.get_by_role("button", name="Rename").click()
    save(page, asset)
    rows = Moment.objects.filter(analysis=analysis, end__lte=1.0)
    assert [(one.end, one.text, one.speaker) for one in rows] == [
        (0.4, "Mind", "Omar"),
        (1.0, "the cap.", "Omar"),
    ]
    page.locator("#pane-transcript .cue-edit").first.click()
    page.locator("#pane-transcript textarea").press("Control+Shift+Enter")
    save(page, asset)
    assert Moment.objects.get(analysis=analysis, start=0.0).text == "Mind the cap."


def test_two_people_at_once_and_versions_that_come_back(page: Page, asset: Asset) -> None:
    analysis = transcribed(asset)
    opened(page, asset)
    page.locator("#pane-transcript .cue-edit").first.click()
    page.locator("#pane-transcript textarea").fill("Mine.")
    saved(asset, analysis, 1, MENDED)
    page.locator("#pane-transcript [data-save]").click()
    page.get_by_role("button", name="Save mine over it").click()
    expect(page.locator("#pane-transcript [data-track-facts]")).to_contain_text("Version 3")
    assert Moment.objects.get(analysis=analysis, start=0.0).text == "Mine."
    page.get_by_role("button", name="Versions").click()
    dialog = page.get_by_role("dialog", name="Versions of the transcript")
    second = dialog.locator("li").nth(1)
    second.get_by_role("button", name="Look at it").click()
    expect(second.get_by_text("Lina: Mind the gap.")).to_be_visible()
    second.get_by_role("button", name="Restore").click()
    expect(page.locator("#pane-transcript .cue-text").first).to_contain_text("Mind the gap.")
    assert TranscriptVersion.objects.get(number=4).restored == 2


def test_another_transcription_is_written_over_only_by_who_says_so(page: Page, asset: Asset) -> None:
    transcribed(asset)
    newer = transcribed(asset, is_current=False)
    opened(page, asset)
    page.locator("#pane-transcript .cue-edit").first.click()
    page.locator("#pane-transcript textarea").fill("Mine.")
    current.show(user=asset.uploaded_by, analysis=newer)
    for _time in range(2):
        with page.expect_response(lambda answer: answer.request.method == "PUT") as answer:
            page.locator("#pane-transcript [data-save]").click()
        assert answer.value.status == 409
    assert not Moment.objects.filter(text="Mine.").exists()
    page.get_by_role("button", name="Save mine over it").click()
    expect(page.locator("#pane-transcript [data-track-facts]")).to_contain_text("Version 2")
    assert Moment.objects.get(text="Mine.").analysis == newer


def test_where_nobody_has_ordered_a_transcript_nothing_is_asked_for_again(page: Page, asset: Asset) -> None:
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if one.url.endswith("/transcript") else None)
    page.clock.install()
    page.goto(f"/assets/{asset.pk}/")
    page.get_by_role("tab", name="Transcript").click()
    expect(page.get_by_text("What is said here has not been written down yet.")).to_be_visible()
    page.clock.run_for(30_000)
    assert len(asked) == 1
    transcribed(asset)
    page.evaluate("document.dispatchEvent(new CustomEvent('portal:analyses'))")
    expect(page.locator("#pane-transcript .cue")).to_have_count(2)


def test_captions_are_made_of_it(page: Page, asset: Asset, tmp_path: Path) -> None:
    transcribed(asset)
    opened(page, asset)
    page.get_by_role("button", name="Take it away").click()
    dialog = page.get_by_role("dialog", name="Take the transcript away")
    with page.expect_download() as kept:
        dialog.get_by_role("link", name="SubRip").click()
    kept.value.save_as(tmp_path / "kept.srt")
    assert "Mind the cap." in (tmp_path / "kept.srt").read_text(encoding="utf-8")
    dialog.get_by_role("button", name="Make captions of it").click()
    expect(dialog).to_be_hidden()
    assert Caption.objects.get().language == "en"


def test_who_may_only_watch_reads(page: Page, asset: Asset) -> None:
    transcribed(asset)
    Asset.objects.filter(pk=asset.pk).update(uploaded_by=UserFactory(), visibility="internal")
    opened(page, asset)
    page.locator(".cue").nth(1).click()
    assert page.evaluate(TIME) == pytest.approx(1.5, abs=0.05)
    expect(page.locator("#pane-transcript").get_by_role("button", name="Save")).to_have_count(0)
    expect(page.locator("#pane-transcript textarea")).to_have_count(0)


def test_a_newer_transcription_is_offered(page: Page, asset: Asset) -> None:
    saved(asset, transcribed(asset), 1, MENDED)
    newer = transcribed(asset, is_current=False)
    opened(page, asset)
    expect(page.locator("#pane-transcript .cue")).to_have_count(1)
    page.get_by_role("button", name="Show the newer one").click()
    expect(page.locator("#pane-transcript .cue")).to_have_count(2)
    newer.refresh_from_db()
    assert newer.is_current


def test_what_is_not_there_and_what_fails_is_told(page: Page, asset: Asset) -> None:
    page.goto(f"/assets/{asset.pk}/")
    page.get_by_role("tab", name="Transcript").click()
    expect(page.get_by_text("What is said here has not been written down yet.")).to_be_visible()
    page.route("**/transcript", lambda route: route.abort())
    page.reload()
    page.get_by_role("tab", name="Transcript").click()
    expect(page.locator("#pane-transcript [data-failed]")).to_be_visible()
    page.unroute("**/transcript")
    transcribed(asset)
    page.locator("#pane-transcript [data-again]").click()
    expect(page.locator("#pane-transcript .cue")).to_have_count(2)


@LOOKS
def test_it_stands_before_axe(
    web: str, user: User, asset: Asset, language: str, scheme: Literal["light", "dark"], width: int
) -> None:
    analysis = transcribed(asset)
    saved(asset, analysis, 1, MENDED)
    transcribed(asset, is_current=False)
    assert transcripts.read(user=user, asset=asset).newer is not None
    with chromium() as browser:
        context = browser.new_context(
            color_scheme=scheme, viewport={"width": width, "height": 844}, locale="en", base_url=web
        )
        page = context.new_page()
        sign_in(page, web, "lina@example.org")
        User.objects.filter(pk=user.pk).update(language=language)
        opened(page, asset)
        page.locator(".word").nth(1).click()
        found = violations(page)
        page.locator("#pane-transcript .cue-edit").first.click()
        found += [f"open: {line}" for line in violations(page)]
        for name in (
            "[data-opens=transcript-take]",
            "[data-speakers]",
            "[data-versions]",
            "[data-opens=transcript-keys]",
        ):
            page.locator(f"#pane-transcript {name}").click()
            found += [f"{name}: {line}" for line in violations(page)]
            page.keyboard.press("Escape")
        wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert found == []
    assert not wide
