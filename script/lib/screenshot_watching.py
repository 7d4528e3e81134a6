"""Scenes of watching: captions, pictures, the player, what is shared and embedded, and what is encrypted."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from playwright.sync_api import Page, expect
from screenshot_portal import wait_for
from screenshot_studio import PHONE, WIDE, Studio, newest, opened, play

from assets.models import Asset, RetentionCell, ShareLink, ViewDay
from assets.services import captions as tracks
from assets.services import sharing as links
from mediaportal.accounts.models import User
from mediaportal.core.captions import Cue
from processing.models import Job, Status
from processing.services import orders
from processing.services.packages import Order

FILM, SOUND, PICTURE, SEALED = "Evening", "Podcast", "Bulb", "Rule 110"
FRAME = (640, 360)
ENGLISH = [
    Cue(500, 3200, "Good evening, and welcome to the harbour."),
    Cue(3600, 7400, "<v Layla>We are on the old pier, where the boats come in at dusk.</v>"),
    Cue(7800, 9200, "The light changes every minute here, and with it everything that can be seen."),
    Cue(11_000, 15_200, "Nobody has counted the colours."),
    Cue(15_600, 19_400, "Stay with us."),
]
ARABIC = [
    Cue(500, 3200, "مساء الخير، وأهلًا بكم في المرفأ."),
    Cue(3600, 7400, "<v ليلى>نحن على الرصيف القديم، حيث تعود القوارب عند الغروب.</v>"),
    Cue(7800, 10_600, "يتغيّر الضوء هنا كلّ دقيقة."),
    Cue(11_000, 15_200, "لم يُحصِ أحدٌ الألوان."),
    Cue(15_600, 19_400, "ابقوا معنا."),
]
CHAPTERS = [Cue(0, 7500, "Arrival"), Cue(7500, 15_500, "The light"), Cue(15_500, 20_000, "Farewell")]


def hovered(studio: Studio) -> None:
    """A card that is looked at."""
    with studio.page() as page:
        page.goto("/")
        page.locator(".card-of:has([data-preview])").first.hover()
        page.wait_for_selector(".moving.here")
        studio.shoot(page, "60-library-hovered")


# --- Captions ---------------------------------------------------------------------------------------------------
def captions(studio: Studio, owner: User) -> None:
    """Text tracks beside the player: the list, a new one, the editor."""
    asset = newest(FILM)
    tracks.write(user=owner, asset=asset, cues=ARABIC, language="ar", default=True)
    tracks.write(user=owner, asset=asset, cues=ENGLISH, language="en", label="English, for everybody")
    tracks.write(user=owner, asset=asset, cues=CHAPTERS, language="en", kind="chapters")
    with studio.page() as page:
        _beside(page)
        studio.shoot(page, "61-captions")
        page.locator("[data-track-new]").click()
        studio.shoot(page, "61-captions-new")
        page.keyboard.press("Escape")
        _edited(page, "English, for everybody")
        page.locator(".cue-end").fill("0:08")
        page.locator(".cue-end").press("Enter")
        studio.shoot(page, "61-captions-editor")
        page.locator('[data-opens="caption-keys"]').click()
        studio.shoot(page, "61-captions-keys")
        page.keyboard.press("Escape")
        page.locator("[data-editor-close]").click()
        studio.shoot(page, "61-captions-leave")
        page.locator("[data-leave=discard]").click()
    with studio.page(theme="dark", language="ar") as page:
        _beside(page)
        _edited(page, "العربية")
        page.locator('[data-tool="replace"]').click()
        studio.shoot(page, "62-captions-editor-arabic-dark")
    with studio.page(PHONE) as page:
        _beside(page)
        _edited(page, "English, for everybody")
        studio.shoot(page, "63-captions-editor-phone", whole=True)


def _beside(page: Page) -> None:
    """The tab of captions of the film."""
    opened(page, FILM)
    page.locator("#tab-captions").click()
    page.wait_for_selector(".track")


def _edited(page: Page, track: str) -> None:
    """The second cue of a track, open for writing."""
    page.locator(".track-open", has_text=track).click()
    page.locator(".cue").nth(1).locator(".cue-text").click()
    page.wait_for_selector(".cue-form")


# --- Pictures and views -----------------------------------------------------------------------------------------
def pictures(studio: Studio) -> None:
    """The film's own pictures: its poster is chosen and a frame is captured."""
    with studio.page() as page:
        opened(page, FILM)
        page.locator("#pictures-head").click()
        page.wait_for_function("() => document.querySelector('#stage video').readyState >= 1")
        page.evaluate("() => { document.querySelector('#stage video').currentTime = 9; }")
        page.locator("#pictures-take").click()
        expect(page.locator(".pictures-poster .at")).to_have_text("0:09", timeout=60_000)
        with page.expect_download(timeout=60_000):
            page.locator("#pictures-capture").click()
        expect(page.locator(".capture")).to_have_count(1)
        page.locator("#pictures").scroll_into_view_if_needed()
        studio.shoot(page, "64-pictures", whole=True)
    for size, theme, language, name in (
        (WIDE, "dark", "ar", "64-pictures-arabic-dark"),
        (PHONE, "light", "en", "64-pictures-phone"),
    ):
        with studio.page(size, theme=theme, language=language) as page:
            opened(page, FILM)
            page.locator("#pictures-head").click()
            page.locator("#pictures").scroll_into_view_if_needed()
            studio.shoot(page, name, whole=True)


def watching(studio: Studio, owner: User) -> None:
    """The player with captions and chapters, its menu, and what is told of views."""
    asset = newest(FILM)
    _views(asset)
    for theme, language, name in (("light", "en", ""), ("dark", "ar", "-arabic-dark")):
        with studio.page(theme=theme, language=language) as page:
            opened(page, FILM)
            play(page)
            page.evaluate("() => { document.querySelector('#stage video').currentTime = 5; }")
            expect(page.locator("#stage .shaka-text-container")).to_contain_text("القوارب", timeout=20_000)
            page.locator("#stage video").hover(force=True)
            studio.shoot(page, f"65-watching{name}")
            page.locator(".shaka-overflow-menu-button").click()
            studio.shoot(page, f"65-watching-menu{name}")
            page.keyboard.press("Escape")
            page.locator("#panel-views .views").scroll_into_view_if_needed()
            studio.shoot(page, f"66-views{name}")


def _views(asset: Asset) -> None:
    """A month of views, as players would have reported them."""
    today = timezone.now().date()
    ViewDay.objects.bulk_create(
        ViewDay(asset=asset, day=today - timedelta(days=ago), plays=3 + (ago * 7) % 11, seconds=90.0 + ago)
        for ago in range(0, 30, 2)
    )
    RetentionCell.objects.bulk_create(
        RetentionCell(asset=asset, second=second, views=views)
        for second, views in ((0, 118), (5, 131), (10, 84), (15, 52))
    )


# --- What is shared ---------------------------------------------------------------------------------------------
def sharing(studio: Studio, owner: User) -> None:
    """Links to a film: made, looked through and revoked, and what those see who hold one."""
    film = newest(FILM)
    made = {
        title: links.make(user=owner, asset=film, title=title, **wanted)
        for title, wanted in _wanted().items()
    }
    links.revoke(user=owner, link=made["Jury 2025"])
    _dialog(studio)
    _shared(studio, made)
    sound, picture = (
        links.make(user=owner, asset=newest(title), allow_download=True) for title in (SOUND, PICTURE)
    )
    with studio.page(known=False) as page:
        page.goto(links.path_of(sound))
        page.locator(".seek").press("PageUp")
        page.locator(".shared-files summary").click()
        studio.shoot(page, "68-shared-sound")
        page.goto(links.path_of(picture))
        studio.shoot(page, "68-shared-picture")
    _embedded(studio, film, newest(SOUND))


def _wanted() -> dict[str, dict[str, Any]]:
    """The links by their titles."""
    soon = timezone.now() + timedelta(days=10)
    return {
        "Jury 2025": {},
        "Press office, Beirut": {"password": "let me in", "expires_at": soon},
        "منى خليل": {"watermark": "overlay", "watermark_text": "منى خليل"},
    }


def _dialog(studio: Studio) -> None:
    """The dialog on the film's page."""
    with studio.page() as page:
        opened(page, FILM)
        _shares(page)
        studio.shoot(page, "67-share")
        page.locator("[data-share-end]").first.click()
        studio.shoot(page, "67-share-revoke")
        page.locator("[data-share-keep]").first.click()
        page.locator("[data-share-new]").click()
        page.fill("#share-for", "Harbour museum")
        page.select_option("#share-watermark", index=1)
        studio.shoot(page, "67-share-new")
    with studio.page(PHONE, theme="dark", language="ar") as page:
        opened(page, FILM)
        _shares(page)
        studio.shoot(page, "67-share-phone-arabic-dark")
        page.locator("[data-share-new]").click()
        studio.shoot(page, "67-share-new-phone-arabic-dark")


def _shares(page: Page) -> None:
    """Open the dialog of the links."""
    page.locator('[data-opens="share"]').click()
    page.wait_for_selector(".share-link")


def _shared(studio: Studio, made: dict[str, ShareLink]) -> None:
    """The page of a link: with a name over the film, behind a password, and when it is over."""
    marked, secret, over = (
        links.path_of(made[title]) for title in ("منى خليل", "Press office, Beirut", "Jury 2025")
    )
    for size, theme, language, name in (
        (WIDE, "light", "en", "68-shared"),
        (WIDE, "dark", "ar", "68-shared-arabic-dark"),
        (PHONE, "light", "en", "68-shared-phone"),
    ):
        with studio.page(size, theme=theme, language=language, known=False) as page:
            page.goto(marked)
            play(page)
            page.wait_for_selector("#stage .watermark")
            studio.shoot(page, name)
    with studio.page(known=False) as page:
        page.goto(secret)
        studio.shoot(page, "69-shared-password")
    with studio.page(PHONE, theme="dark", language="ar", known=False) as page:
        page.goto(secret)
        page.locator("input[type=password]").fill("let me out")
        page.keyboard.press("Enter")
        page.wait_for_selector("#wrong")
        studio.shoot(page, "69-shared-password-wrong-phone-arabic-dark")
        page.goto(over)
        studio.shoot(page, "70-shared-over-phone-arabic-dark")


def _embedded(studio: Studio, film: Asset, sound: Asset) -> None:
    """The player as it stands in other pages."""
    Asset.objects.filter(pk__in=[film.pk, sound.pk]).update(visibility="public")
    with studio.page(FRAME, known=False) as page:
        page.goto(f"/embed/{film.pk}")
        play(page)
        studio.shoot(page, "71-embed")
        page.goto(f"/embed/{sound.pk}")
        studio.shoot(page, "71-embed-sound")
        page.goto(f"/embed/{newest(PICTURE).pk}")
        studio.shoot(page, "71-embed-over")
    with studio.page(PHONE, theme="dark", language="ar", known=False) as page:
        page.goto(f"/embed/{film.pk}")
        studio.shoot(page, "71-embed-phone-arabic-dark")
    with studio.page() as page:
        opened(page, FILM)
        _shares(page)
        studio.shoot(page, "67-share-public")


# --- What is encrypted ------------------------------------------------------------------------------------------
def encrypted(studio: Studio, owner: User) -> None:
    """A film that is packaged anew, encrypted; its job, and the film afterwards."""
    asset = newest(SEALED)
    for size, theme, language, name in (
        (WIDE, "light", "en", "72-package"),
        (PHONE, "dark", "ar", "72-package-phone-arabic-dark"),
    ):
        with studio.page(size, theme=theme, language=language) as page:
            opened(page, SEALED)
            page.locator("#package-open").click()
            page.locator("#package-sheet summary").click()
            studio.shoot(page, name)
    job = orders.package(user=owner, asset=asset, order=Order("cbcs"))
    wait_for(lambda: Job.objects.filter(pk=job.pk, status=Status.COMPLETED).exists(), "the encrypted set")
    with studio.page() as page:
        opened(page, SEALED)
        play(page)
        studio.shoot(page, "73-encrypted", whole=True)
        page.goto(f"/jobs/{job.pk}/")
        studio.shoot(page, "73-job-package", whole=True)
    with studio.page(theme="dark", language="ar") as page:
        opened(page, SEALED)
        page.locator("#streaming").scroll_into_view_if_needed()
        studio.shoot(page, "73-encrypted-arabic-dark")
