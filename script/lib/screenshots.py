"""Drives a real portal in Debian's Chromium and takes its pictures; every page must pass axe."""

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mediaportal.settings")
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in this thread beside the ORM

import django

django.setup()

from django.core.management import call_command
from PIL import Image
from playwright.sync_api import expect, sync_playwright
from screenshot_arrivals import (
    collections,
    guest_links,
    guests,
    held,
    on_the_way,
    rooms,
)
from screenshot_engine import jobs, presets, running
from screenshot_media import BROKEN, IMAGES, LONG, SOUNDS, VIDEOS, make
from screenshot_owners import owners
from screenshot_people import people
from screenshot_policies import moderating
from screenshot_portal import portal, wait_for
from screenshot_review import review
from screenshot_studio import CINEMA, EMAIL, OUT, PASSWORD, PHONE, WIDE, Studio, opened, play, say
from screenshot_understanding import understanding
from screenshot_watching import captions, encrypted, hovered, pictures, sharing, watching

from assets.models import Asset
from mediaportal.accounts.models import User
from script.lib.browsers import chromium_path
from tests.functional.browser import choose, send

CHOSEN = ROOT / "docs" / "images" / "library.png"
Scene = Callable[[Studio, User, dict[str, Path]], None]
SLOW = {"offline": False, "latency": 20, "downloadThroughput": -1, "uploadThroughput": 900_000}


def in_work() -> bool:
    """Whether any file is still in work."""
    return Asset.objects.filter(upload_status="processing").exists()


# --- The scenes -------------------------------------------------------------------------------------------------
def beginning(studio: Studio) -> None:
    """Signing in, and a library with nothing in it."""
    with studio.page() as page:
        page.goto("/sign-in/")
        studio.shoot(page, "01-sign-in")
        page.fill("[name=username]", EMAIL)
        page.fill("[name=password]", PASSWORD)
        page.click("button.main")
        page.wait_for_url("**/")
        studio.state = page.context.storage_state()
        studio.shoot(page, "02-library-empty")
    with studio.page(language="ar", theme="dark") as page:
        page.context.clear_cookies()
        page.goto("/sign-in/")
        studio.shoot(page, "03-sign-in-arabic-dark")


def uploading(studio: Studio, files: dict[str, Path]) -> None:
    """Files on their way in, and one in work."""
    names = [*VIDEOS, *SOUNDS, *IMAGES, BROKEN]
    with studio.page() as page:
        page.goto("/upload/")
        studio.shoot(page, "04-upload")
        line = page.context.new_cdp_session(page)
        line.send("Network.enable")
        line.send("Network.emulateNetworkConditions", SLOW)
        page.select_option("#wish-visibility", "internal")
        choose(page, *(files[name] for name in reversed(names)))
        page.wait_for_timeout(1500)
        studio.shoot(page, "04-upload-chosen")
        send(page)
        expect(page.locator('.row-of[data-state="ready"]').first).to_be_visible(timeout=120_000)
        expect(page.locator('.row-of[data-state="uploading"]').first).to_be_visible(timeout=60_000)
        page.wait_for_timeout(1500)
        studio.shoot(page, "05-upload-in-progress", whole=True)
        line.send("Network.emulateNetworkConditions", SLOW | {"uploadThroughput": -1})
        expect(page.locator('.row-of:is([data-state="uploading"], [data-state="waiting"])')).to_have_count(
            0, timeout=240_000
        )
    wait_for(lambda: not in_work(), "the work on the first files")
    with studio.page() as page:
        page.goto("/upload/")
        choose(page, files[LONG])
        send(page)
        expect(page.locator('.row-of[data-state="processing"]')).to_be_visible(timeout=60_000)
        opened(page, "Evening")
        expect(page.locator('[data-step="transcoding"][data-status="processing"]')).to_be_visible(
            timeout=60_000
        )
        page.wait_for_timeout(5000)
        studio.shoot(page, "06-asset-in-work")
        page.goto("/jobs/")
        studio.shoot(page, "07-jobs")
        page.goto("/")
        page.locator(".dock-fold").click()
        studio.shoot(page, "08-library")
    with studio.page(theme="dark", language="ar") as page:
        page.goto("/jobs/")
        studio.shoot(page, "09-jobs-arabic-dark")
    running(studio)
    wait_for(lambda: not in_work(), "the work on the long file")


def libraries(studio: Studio) -> None:
    """The library in every dress."""
    with studio.page(theme="dark") as page:
        page.goto("/")
        studio.shoot(page, "10-library-dark")
        page.click("button.person")
        studio.shoot(page, "11-person-menu-dark")
        page.goto("/")
        page.click("[title=List]")
        studio.shoot(page, "12-library-list-dark")
        page.keyboard.press("?")
        page.wait_for_selector("dialog#keys[open]", timeout=3000)
        studio.shoot(page, "13-keys-dark")
    with studio.page(language="ar") as page:
        page.goto("/")
        studio.shoot(page, "14-library-arabic")
    with studio.page(PHONE) as page:
        page.goto("/")
        studio.shoot(page, "15-library-phone")
    with studio.page(CINEMA, theme="dark") as page:
        page.goto("/")
        studio.shoot(page, "16-library-wide-dark")
    with studio.page() as page:
        page.goto("/?q=zebra")
        studio.shoot(page, "17-nothing-found")
        page.click("[data-bs-toggle=dropdown][title=Notifications]")
        page.wait_for_selector(".bell-line")
        studio.shoot(page, "18-bell")


def assets(studio: Studio) -> None:
    """Watching, hearing, seeing, and what failed."""
    for number, (size, theme, language) in enumerate(
        [(WIDE, "light", "en"), (WIDE, "dark", "ar"), (PHONE, "dark", "en"), (CINEMA, "light", "en")],
        start=19,
    ):
        with studio.page(size, theme=theme, language=language) as page:
            opened(page, "Deep zoom" if number != 22 else "Aurora")  # noqa: PLR2004 - the last scene
            play(page)
            place = {WIDE: "", PHONE: "-phone", CINEMA: "-wide"}[size]
            spoken = "-arabic" if language == "ar" else ""
            studio.shoot(page, f"{number}-asset-playing{place}{spoken}-{theme}", whole=size == PHONE)
    with studio.page() as page:
        opened(page, "Podcast")
        page.locator(".seek").press("PageUp")
        studio.shoot(page, "23-audio")
        opened(page, "Bulb")
        studio.shoot(page, "24-image")
        opened(page, "Interview")
        studio.shoot(page, "25-asset-failed")
        page.goto("/account/")
        studio.shoot(page, "26-account")
    with studio.page(PHONE, language="ar") as page:
        opened(page, "لقاء")
        studio.shoot(page, "27-asset-phone-arabic", whole=True)
        page.goto("/upload/")
        studio.shoot(page, "28-upload-phone-arabic")


def refused(studio: Studio) -> None:
    """Pages that cannot be shown."""
    with studio.page() as page:
        page.goto("/assets/00000000-0000-7000-8000-000000000000/")
        studio.shoot(page, "29-not-found")
        page.goto("/guest/nowhere/")
        studio.shoot(page, "44-guest-link-forged")


def arrivals(studio: Studio, owner: User, files: dict[str, Path]) -> None:
    """What comes in by other ways, and from others."""
    on_the_way(studio, files, SLOW)
    collections(studio, owner)
    guests(studio, owner, files)
    wait_for(lambda: not in_work(), "the work on what guests sent")
    held(studio)
    guest_links(studio)
    rooms(studio)


def all_of_watching(studio: Studio, owner: User) -> None:
    """Everything of playing and sharing."""
    hovered(studio)
    captions(studio, owner)
    pictures(studio)
    watching(studio, owner)
    sharing(studio, owner)
    encrypted(studio, owner)


# By their names, in the order in which one builds on what the ones before it have left behind.
SCENES: dict[str, Scene] = {
    "beginning": lambda studio, _owner, _files: beginning(studio),
    "uploading": lambda studio, _owner, files: uploading(studio, files),
    "libraries": lambda studio, _owner, _files: libraries(studio),
    "assets": lambda studio, _owner, _files: assets(studio),
    "arrivals": arrivals,
    "jobs": lambda studio, _owner, _files: jobs(studio),
    "presets": lambda studio, _owner, _files: presets(studio),
    "watching": lambda studio, owner, _files: all_of_watching(studio, owner),
    "understanding": lambda studio, owner, _files: understanding(studio, owner),
    "people": lambda studio, owner, _files: people(studio, owner),
    "review": lambda studio, owner, _files: review(studio, owner),
    "moderating": lambda studio, owner, _files: moderating(studio, owner),
    "owners": lambda studio, owner, _files: owners(studio, owner),
    "refused": lambda studio, _owner, _files: refused(studio),
}
# What all others need: somebody who is signed in, and files.
FOUNDATION = ("beginning", "uploading")


def main(wanted: list[str]) -> int:
    """Take the pictures; returns 1 when axe or a script found something wrong."""
    OUT.mkdir(exist_ok=True)
    call_command("migrate", verbosity=0)
    owner = User.objects.create_superuser(EMAIL, PASSWORD, name="Lina Haddad")
    with tempfile.TemporaryDirectory() as folder, portal() as address, sync_playwright() as playwright:
        files = make(Path(folder))
        browser = playwright.chromium.launch(
            executable_path=chromium_path(),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        studio = Studio(browser, address, [word for word in wanted if word not in SCENES])
        for name, scene in SCENES.items():
            studio.whole = not wanted or name in wanted
            if studio.whole or studio.wanted or name in FOUNDATION:
                scene(studio, owner, files)
        studio.forgive_intended()
        browser.close()
    keep_chosen()
    for line in studio.wrong:
        sys.stderr.write(f"error: {line}\n")
    say(f"{studio.taken} pictures in {OUT.name}/, {len(studio.wrong)} complaints")
    return 1 if studio.wrong else 0


def keep_chosen() -> None:
    """Keep the library's picture for the README, in few colours so that it stays small."""
    source = OUT / "08-library.png"
    if not source.is_file():
        return
    CHOSEN.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(source) as picture:
        picture.convert("RGB").quantize(256, dither=Image.Dither.FLOYDSTEINBERG).save(CHOSEN, optimize=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
