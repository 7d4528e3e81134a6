"""Scenes in which files arrive: what is on its way, collections, guests, what is held, and the room that is left."""

from pathlib import Path
from typing import Any

from django.utils import timezone
from playwright.sync_api import Page, expect
from screenshot_studio import PHONE, WIDE, Studio

from assets.models import Asset
from assets.services import gate
from assets.services import guests as links
from mediaportal.accounts.models import User
from tests.factories import CollectionFactory, GuestLinkFactory
from tests.functional.browser import choose, send

ASKED = "Footage of the harbour fair"
MESSAGE = "Please send what you filmed on Saturday.\nأرسلوا ما صوّرتموه يوم السبت."


def on_the_way(studio: Studio, files: dict[str, Path], slow: dict[str, Any]) -> None:
    """Files in the middle of being sent, on the upload page and in the dock."""
    again = [files[name] for name in ("Deep zoom, take two.mov", "Cell cultures, day 14.mkv")]
    fresh = files["Harbour at dusk.mp4"].with_name("Harbour, second evening.mp4")
    fresh.write_bytes(files["Harbour at dusk.mp4"].read_bytes() + b"\0" * 8_000_000)
    for number, (size, theme, language) in {
        "30": (WIDE, "dark", "ar"),
        "31": (PHONE, "light", "en"),
    }.items():
        with studio.page(size, theme=theme, language=language) as page:
            page.goto("/upload/")
            line = page.context.new_cdp_session(page)
            line.send("Network.enable")
            line.send("Network.emulateNetworkConditions", slow | {"uploadThroughput": 150_000})
            choose(page, fresh, *again)
            page.wait_for_timeout(1500)
            send(page)
            expect(page.locator('.row-of[data-state="uploading"]').first).to_be_visible(timeout=60_000)
            page.wait_for_timeout(2500)
            studio.shoot(page, f"{number}-upload-sending-{language}-{theme}", whole=True)
            page.goto("/collections/")
            expect(page.locator(".dock .row-of").first).to_be_attached(timeout=60_000)
            if size == PHONE:
                page.locator(".dock-fold").click()
            studio.shoot(page, f"{number}-dock-{language}-{theme}")
            page.locator('.dock [data-act="cancel"]').first.click()


def collections(studio: Studio, owner: User) -> None:
    """Places for files, and one inside another."""
    coast = CollectionFactory(name="Coastal archive", created_by=owner)
    inner = CollectionFactory(name="صور المرفأ 2026", parent=coast, created_by=owner)
    CollectionFactory(name="Nothing in it yet", created_by=owner)
    assets = list(Asset.objects.filter(publication="published").order_by("created_at")[:9])
    coast.assets.add(*assets[:6])
    inner.assets.add(*assets[5:9])
    place = f"/?collection={coast.pk}"
    with studio.page() as page:
        page.goto("/collections/")
        studio.shoot(page, "32-collections")
        page.goto(place)
        studio.shoot(page, "33-collection")
        page.get_by_role("button", name="New collection inside").click()
        studio.shoot(page, "34-collection-new")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Delete the collection").click()
        studio.shoot(page, "34-collection-delete")
        page.keyboard.press("Escape")
        page.locator('[data-opens="change"]').click()
        studio.shoot(page, "34-collection-change")
    with studio.page(theme="dark", language="ar") as page:
        page.goto(place)
        studio.shoot(page, "35-collection-arabic-dark")
        page.locator('[data-opens="change"]').click()
        studio.shoot(page, "35-collection-change-arabic-dark")
    with studio.page(PHONE) as page:
        page.goto("/collections/")
        studio.shoot(page, "36-collections-phone")


def guests(studio: Studio, owner: User, files: dict[str, Path]) -> None:
    """What somebody sees who was given a link, on a phone and on a desk."""
    link = GuestLinkFactory(title=ASKED, message=MESSAGE, created_by=owner, kinds=["video", "image"])
    address = links.path_of(link)
    with studio.page(PHONE, known=False) as page:
        page.goto(address)
        studio.shoot(page, "37-guest-phone")
        named = ("Station clock, portrait.mp4", "Poster, portrait.jpg", "Room tone, hall B.flac")
        page.set_input_files("#files", [str(files[name]) for name in named])
        expect(page.locator('.row-of[data-state="sent"]')).to_have_count(2, timeout=60_000)
        expect(page.locator('.row-of[data-state="failed"]')).to_have_count(1, timeout=60_000)
        studio.shoot(page, "37-guest-phone-sent", whole=True)
    with studio.page(theme="dark", language="ar", known=False) as page:
        page.goto(address + "?language=ar")
        studio.shoot(page, "38-guest-arabic-dark")
    over = GuestLinkFactory(title="Rehearsals", created_by=owner, ended_at=timezone.now())
    with studio.page(PHONE, known=False) as page:
        page.goto(links.path_of(over))
        studio.shoot(page, "39-guest-link-ended")


def held(studio: Studio) -> None:
    """What waits for a decision: what guests sent, and what could not be scanned."""
    sound = Asset.objects.filter(title__startswith="Room tone").latest("created_at")
    Asset.objects.filter(pk=sound.pk).update(
        scan_verdict="unscannable", scan_detail=gate.LIMITS, publication="held"
    )
    with studio.page() as page:
        page.goto("/held/")
        studio.shoot(page, "40-held")
        page.locator(".held-check").first.check()
        studio.shoot(page, "40-held-chosen")
        page.locator(f'[data-asset="{sound.pk}"] [data-act="release"]').click()
        studio.shoot(page, "40-held-release")
        opened(page, sound)
        studio.shoot(page, "41-unscanned")
        page.get_by_role("button", name="Release").click()
        studio.shoot(page, "41-unscanned-release")
    with studio.page(PHONE, language="ar", theme="dark") as page:
        page.goto("/held/")
        studio.shoot(page, "40-held-phone-arabic-dark")


def opened(page: Page, asset: Asset) -> None:
    """Open an asset's page, and wait until its side is there."""
    page.goto(f"/assets/{asset.pk}/")
    page.wait_for_selector(".panel")


def guest_links(studio: Studio) -> None:
    """The links that were made, and the form that makes one."""
    with studio.page() as page:
        page.goto("/guest-links/")
        studio.shoot(page, "42-guest-links")
        page.locator("[data-end]").first.click()
        studio.shoot(page, "42-guest-link-end")
        page.goto("/guest-links/new/")
        studio.shoot(page, "42-guest-link-new")
    with studio.page(PHONE, theme="dark", language="ar") as page:
        page.goto("/guest-links/")
        studio.shoot(page, "42-guest-links-phone-arabic-dark")


def rooms(studio: Studio) -> None:
    """How much room is left, on the account page."""
    User.objects.filter(is_superuser=True).update(quota_bytes=200 * 1024**2)
    with studio.page() as page:
        page.goto("/account/")
        page.locator("#room-title").scroll_into_view_if_needed()
        studio.shoot(page, "43-account-room", whole=True)
    with studio.page(PHONE, theme="dark", language="ar") as page:
        page.goto("/account/")
        studio.shoot(page, "43-account-room-phone-arabic-dark", whole=True)
    User.objects.filter(is_superuser=True).update(quota_bytes=None)
