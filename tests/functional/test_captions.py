"""Captions as people bring, write and see them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from assets.models import Asset, Caption
from assets.services import captions
from mediaportal.accounts.models import User
from mediaportal.core.captions import Cue
from processing.ffmpeg.transcode import Encoded
from tests.factories import AssetFactory, UserFactory, VariantFactory
from tests.functional.browser import LOOKS, chromium, person, sign_in, violations
from tests.functional.films import begun, packaged
from tests.media import media

pytestmark = pytest.mark.xdist_group("browser")
SRT = """1
00:00:00,500 --> 00:00:01,500
مرحبا بكم في المحطة

2
00:00:01,500 --> 00:00:02,800
إلى أين تذهبون اليوم؟
"""
CUES = [Cue(0, 1000, "one"), Cue(1000, 2000, "two words"), Cue(2000, 2500, "three")]


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


def track_of(asset: Asset, cues: list[Cue] | None = None, **words: Any) -> Caption:
    given = {"language": "en"} | words
    return captions.write(user=asset.uploaded_by, asset=asset, cues=CUES if cues is None else cues, **given)


def opened(page: Page, asset: Asset, track: str = "English") -> None:
    """Open a track in the editor, and wait until its cues are there."""
    page.goto(f"/assets/{asset.pk}/")
    page.get_by_role("tab", name="Captions").click()
    page.locator(".track-open", has_text=track).click()
    expect(page.locator("[data-track-facts]")).to_contain_text("cue")


def said(track: Caption) -> list[tuple[int, int, str]]:
    track.refresh_from_db()
    found = captions.cues_of(user=track.asset.uploaded_by, caption=track)
    return [(cue.start, cue.end, cue.text) for cue in found]


def saved(page: Page) -> None:
    with page.expect_response(lambda answer: answer.request.method == "PUT") as answer:
        page.locator("[data-save]").click()
    assert answer.value.ok
    expect(page.locator("[data-save]")).to_be_disabled()


def test_a_file_in_arabic_letters_of_windows_is_brought_edited_and_kept(
    page: Page, asset: Asset, tmp_path: Path
) -> None:
    file = tmp_path / "film.ar.srt"
    file.write_bytes(SRT.encode("cp1256"))
    page.goto(f"/assets/{asset.pk}/")
    page.get_by_role("tab", name="Captions").click()
    expect(page.get_by_text("Nothing is said here in writing yet.")).to_be_visible()
    page.set_input_files("#caption-file", str(file))
    dialog = page.get_by_role("dialog", name="Add captions")
    expect(dialog.get_by_label("Language")).to_have_value("ar")
    dialog.get_by_label("Shown by itself to whoever plays this").check()
    dialog.get_by_role("button", name="Add").click()
    row = page.locator(".track-open")
    expect(row).to_contain_text("Arabic")
    expect(row).to_contain_text("2 cues")
    row.click()
    first = page.locator(".cue").first
    expect(first.locator(".cue-text")).to_have_text("مرحبا بكم في المحطة")
    assert first.locator(".cue-text").evaluate("(one) => getComputedStyle(one).direction") == "rtl"
    page.locator(".cue").nth(1).click()
    assert page.evaluate("document.querySelector('#stage video').currentTime") == pytest.approx(1.5, abs=0.05)
    expect(page.locator(".cue").nth(1)).to_have_attribute("aria-current", "true")
    page.get_by_label("What is said").fill("إلى أين <i>تذهبون</i>؟")
    saved(page)
    track = Caption.objects.get()
    assert (track.version, track.original_encoding, track.is_default) == (2, "cp1256", True)
    assert said(track) == [(500, 1500, "مرحبا بكم في المحطة"), (1500, 2800, "إلى أين <i>تذهبون</i>؟")]


def test_what_cannot_be_read_is_told_beside_the_form(page: Page, asset: Asset, tmp_path: Path) -> None:
    file = tmp_path / "film.srt"
    file.write_text("1\n00:00:00,500 --> 00:00:99,500\nx\n", encoding="utf-8")
    page.goto(f"/assets/{asset.pk}/")
    page.get_by_role("tab", name="Captions").click()
    page.set_input_files("#caption-file", str(file))
    dialog = page.get_by_role("dialog", name="Add captions")
    expect(dialog.get_by_label("Language")).to_have_value("en")
    dialog.get_by_role("button", name="Add").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Line 2 should say when a cue begins and ends")
    expect(dialog.get_by_role("alert")).to_contain_text("caption_unreadable")
    assert violations(page, within="#caption-track") == []


def test_cues_are_split_joined_moved_and_deleted_by_keys(page: Page, asset: Asset) -> None:
    track = track_of(asset)
    opened(page, asset)
    page.locator(".cue").nth(1).click()
    words = page.get_by_label("What is said")
    words.evaluate("(one) => one.setSelectionRange(3, 3)")
    page.evaluate("document.querySelector('#stage video').currentTime = 0")
    words.press("Control+Enter")
    expect(page.locator(".cue")).to_have_count(4)
    expect(words).to_have_value("words")
    words.press("Enter")
    expect(words).to_have_value("three")
    words.press("Alt+ArrowUp")
    words.press("Alt+ArrowUp")
    expect(words).to_have_value("two")
    words.press("Control+Shift+Enter")
    expect(page.locator(".cue")).to_have_count(3)
    expect(words).to_have_value("two\nwords")
    words.press("Alt+ArrowUp")
    words.press("Control+Alt+Backspace")
    expect(page.locator(".cue")).to_have_count(2)
    page.get_by_role("button", name="Undo").last.click()
    expect(page.locator(".cue")).to_have_count(3)
    page.get_by_role("button", name="Shift").click()
    page.get_by_label("Move every cue by seconds").fill("0.25")
    page.get_by_role("button", name="Shift all").click()
    page.get_by_role("button", name="Find").click()
    page.get_by_role("textbox", name="Find").fill("THREE")
    page.get_by_role("textbox", name="Replace with").fill("four")
    page.get_by_role("button", name="Replace all").click()
    expect(page.get_by_text("Replaced 1 time")).to_be_visible()
    saved(page)
    assert said(track) == [(250, 1250, "one"), (1250, 2250, "two\nwords"), (2250, 2750, "four")]


def test_the_list_is_one_stop_of_the_tab_key_and_cues_are_opened_by_keys(page: Page, asset: Asset) -> None:
    track = track_of(asset)
    opened(page, asset)
    expect(page.locator("[data-editor-close]")).to_be_focused()
    for _stop in range(5):  # the tools, and into the list
        page.keyboard.press("Tab")
    times = page.locator(".cue-time")
    expect(times.nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    page.keyboard.press("ArrowUp")
    expect(times.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    words = page.get_by_label("What is said")
    expect(words).to_be_focused()
    expect(words).to_have_value("two words")
    assert page.evaluate("document.querySelector('#stage video').currentTime") == pytest.approx(1.0, abs=0.05)
    page.keyboard.type(" more")
    page.keyboard.press("Escape")
    expect(times.nth(1)).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Keys of the editor")).to_be_focused()
    page.keyboard.press("Tab")
    expect(times.nth(1)).to_be_focused()
    with page.expect_response(lambda answer: answer.request.method == "PUT") as answer:
        page.keyboard.press("Control+S")
    assert answer.value.ok
    assert said(track)[1][2] == "two words more"


def test_a_line_with_a_speaker_is_written_in_its_own_direction(page: Page, asset: Asset) -> None:
    track_of(asset, [Cue(0, 1000, "<v ليلى>نحن هنا.</v>"), Cue(1000, 2000, "<v Layla>Here.</v>")])
    opened(page, asset)
    for row, direction in enumerate(("rtl", "ltr")):
        page.locator(".cue").nth(row).locator(".cue-text").click()
        words = page.get_by_label("What is said")
        assert words.evaluate("(one) => getComputedStyle(one).direction") == direction
    words.fill("<v Layla>نحن")
    assert words.evaluate("(one) => getComputedStyle(one).direction") == "rtl"


def test_what_stops_a_save_stands_beside_its_cue(page: Page, asset: Asset) -> None:
    track = track_of(asset)
    opened(page, asset)
    page.locator(".cue").nth(0).click()
    page.get_by_label("Ends at").fill("1.5")
    page.get_by_label("Ends at").press("Enter")
    expect(page.locator(".cue").nth(0)).to_contain_text("It overlaps the next one by 0.5 s.")
    page.get_by_label("Ends at").fill("0:00")
    page.get_by_label("Ends at").press("Tab")
    expect(page.locator(".cue").nth(0)).to_contain_text("It ends before it begins.")
    page.locator("[data-save]").click()
    expect(page.get_by_text("Mend this cue first; then save.")).to_be_visible()
    page.get_by_label("Ends at").fill("0:00.900")
    page.get_by_label("Ends at").press("Tab")
    saved(page)
    assert said(track)[0] == (0, 900, "one")


def test_two_who_write_are_told_and_choose(page: Page, asset: Asset) -> None:
    track = track_of(asset)
    opened(page, asset)
    page.locator(".cue").nth(0).click()
    page.get_by_label("What is said").fill("mine")
    other = Caption.objects.select_related("asset").get(pk=track.pk)
    captions.replace(user=asset.uploaded_by, caption=other, version=1, cues=[Cue(0, 1000, "theirs")])
    page.locator("[data-save]").click()
    notice = page.locator(".editor-notice")
    expect(notice).to_contain_text("version 2")
    assert said(track) == [(0, 1000, "theirs")]
    with page.expect_response(lambda answer: answer.request.method == "PUT") as answer:
        notice.get_by_role("button", name="Save mine over it").click()
    assert answer.value.ok
    assert said(track)[0] == (0, 1000, "mine") and track.version == 3


def test_what_was_not_saved_is_asked_about_and_offered_again(page: Page, asset: Asset) -> None:
    track = track_of(asset)
    opened(page, asset)
    page.locator(".cue").nth(0).click()
    page.get_by_label("What is said").fill("unsaved")
    page.get_by_role("button", name="Back to the tracks").click()
    page.get_by_role("dialog").get_by_role("button", name="Leave them here").click()
    expect(page.locator(".tracks")).to_be_visible()
    opened(page, asset)
    expect(page.locator(".cue").nth(0)).to_contain_text("one")
    page.get_by_role("button", name="Go on with them").click()
    expect(page.locator(".cue").nth(0)).to_contain_text("unsaved")
    saved(page)
    assert said(track)[0][2] == "unsaved"
    assert (
        page.evaluate("Object.keys(localStorage).filter((one) => one.startsWith('portal.captions.'))") == []
    )


def test_chapters_are_written_by_hand(page: Page, asset: Asset) -> None:
    page.goto(f"/assets/{asset.pk}/")
    page.get_by_role("tab", name="Captions").click()
    page.get_by_role("button", name="Write by hand").click()
    dialog = page.get_by_role("dialog", name="New track")
    dialog.get_by_label("Language").fill("en")
    dialog.get_by_label("Kind").select_option("chapters")
    dialog.get_by_role("button", name="Begin").click()
    expect(page.get_by_text("No cues yet.")).to_be_visible()
    page.get_by_role("button", name="Cue", exact=True).click()
    page.get_by_label("What is said").fill("Arrival")
    saved(page)
    track = Caption.objects.get()
    assert (track.kind, said(track)[0][2]) == ("chapters", "Arrival")


def test_thousands_of_cues_are_shown_and_written(page: Page, asset: Asset) -> None:
    many = [Cue(at * 2000, at * 2000 + 1500, f"cue {at}") for at in range(5_000)]
    track = track_of(asset, many)
    opened(page, asset)
    expect(page.locator(".cue")).to_have_count(5_000)
    # By their places: looking for roles goes through all the rows.
    page.locator("[data-tool=replace]").click()
    page.locator("#find-words").fill("cue 4321")
    page.locator("#tool-replace [type=submit]").click()
    row = page.locator(".cue.open")
    expect(row).to_be_in_viewport()
    row.locator(".cue-words").fill("here")
    saved(page)
    assert said(track)[4321][2] == "here"


def test_who_may_only_watch_reads_and_follows(page: Page, user: User, web: str) -> None:
    asset = AssetFactory(uploaded_by=UserFactory(), published=True, duration=3.0)
    VariantFactory(asset=asset, content=media("plain.mp4").read_bytes())
    track_of(asset)
    opened(page, asset)
    page.locator(".cue").nth(2).click()
    expect(page.locator(".cue").nth(2)).to_have_attribute("aria-current", "true")
    expect(page.get_by_label("What is said")).to_have_count(0)
    expect(page.get_by_role("button", name="Save")).to_have_count(0)


def test_the_player_shows_what_was_just_saved(
    page: Page, user: User, made: tuple[Path, Encoded], tmp_path: Path
) -> None:
    job = begun(user)
    packaged(job, made[1], tmp_path)
    asset = job.asset
    track = track_of(asset, [Cue(0, 5000, "before")], language="ar", default=True)
    page.goto(f"/assets/{asset.pk}/")
    shown = page.locator("#stage .shaka-text-container")
    expect(shown).to_contain_text("before", timeout=30_000)
    page.get_by_role("tab", name="Captions").click()
    page.locator(".track-open").click()
    page.locator(".cue").first.click()
    page.get_by_label("What is said").fill("مرحبا بكم")
    saved(page)
    expect(shown).to_contain_text("مرحبا بكم", timeout=30_000)
    assert said(track) == [(0, 5000, "مرحبا بكم")]


@LOOKS
def test_the_editor_is_accessible_and_keeps_within_the_screen(
    web: str, user: User, asset: Asset, language: str, scheme: Any, width: int
) -> None:
    track_of(asset, [*CUES, Cue(2400, 2900, "سطر بالعربية")], label="Track")
    with chromium() as browser:
        page = browser.new_page(
            base_url=web, color_scheme=scheme, viewport={"width": width, "height": 800}, locale="en"
        )
        sign_in(page, web, "lina@example.org")
        User.objects.filter(pk=user.pk).update(language=language)
        page.goto(f"/assets/{asset.pk}/")
        page.locator("#tab-captions").click()
        expect(page.locator(".track")).to_be_visible()
        assert violations(page) == []
        page.locator(".track-open").click()
        page.locator(".cue").nth(2).click()
        page.locator("[data-tool=shift]").click()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.locator("[data-editor-close]").click()
        page.locator("[data-track-details]").click()
        assert violations(page, within="#caption-track") == []
