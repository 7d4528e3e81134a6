"""Strangers watch by a share link or what is public, as long and as far as they may; owners make the links."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from assets.delivery.standings import CHECK_SECONDS
from assets.models import Asset, ShareLink, Variant
from assets.services import places, sharing
from assets.services.names import asset_folder
from mediaportal.accounts.models import User
from processing.ffmpeg.transcode import Encoded
from processing.models import Job, Package
from processing.services import linksets
from tests.factories import AssetFactory, ShareLinkFactory, VariantFactory
from tests.forms import png
from tests.functional.browser import LOOKS, chromium, person, settled, sign_in, violations
from tests.functional.films import begun, packaged, shown

pytestmark = pytest.mark.xdist_group("films")
PLAYED = "() => document.querySelector('#stage video').currentTime > 1"
PLAYS = "() => { document.querySelector('#stage video').play().catch(() => {}); }"


@pytest.fixture
def browser(web: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """A browser of somebody who is not signed in."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with chromium() as browser:
        yield browser


@pytest.fixture
def owner(settings: Any) -> User:
    """Whoever shares."""
    return person("lina@example.org", settings, name="Lina Haddad")


def film(owner: User, made: Encoded, folder: Path, **facts: Any) -> Asset:
    """A published film that only its owner sees."""
    job = begun(owner)
    packaged(job, made, folder)
    return shown(job, **{"title": "Harbour at dusk"} | facts)


def watched(page: Page) -> None:
    """Wait until the film on the page plays."""
    page.evaluate(PLAYS)
    page.wait_for_function(PLAYED, timeout=30_000)


def picture(owner: User, **facts: Any) -> Asset:
    """A published picture that only its owner sees."""
    asset = AssetFactory(
        uploaded_by=owner, image=True, **{"published": True, "visibility": "private"} | facts
    )
    VariantFactory(
        asset=asset,
        format="png",
        quality="web",
        filename="web.png",
        mime_type="image/png",
        content=png(),
        bitrate=None,
        duration=None,
    )
    return asset


def test_a_stranger_watches_until_the_link_is_revoked(
    web: str, browser: Browser, owner: User, made: tuple[Path, Encoded], tmp_path: Path
) -> None:
    link = ShareLinkFactory(asset=film(owner, made[1], tmp_path))
    page = browser.new_page(base_url=web)
    page.goto(sharing.path_of(link))
    expect(page.get_by_role("heading", name="Harbour at dusk")).to_be_visible()
    expect(page.get_by_text("Lina Haddad")).to_be_visible()
    watched(page)
    assert page.get_by_text("Download", exact=True).count() == 0
    segment = next(
        name
        for name in page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
        if name.endswith(".m4s")
    )
    assert page.request.get(segment).status == 200
    sharing.revoke(user=owner, link=link)
    # Within five seconds, and the page's own asking takes a moment.
    expect(page.get_by_role("heading", name="This link has been withdrawn")).to_be_visible(timeout=6_000)
    assert page.locator("video").count() == 0
    page.wait_for_timeout(CHECK_SECONDS * 1_000)
    assert page.request.get(segment).status == 404
    assert violations(page) == []


def test_the_name_stands_over_the_film_that_was_shared_with_it(
    web: str, browser: Browser, owner: User, made: tuple[Path, Encoded], tmp_path: Path
) -> None:
    asset = film(owner, made[1], tmp_path)
    link = ShareLinkFactory(asset=asset, title="Mona & sons", watermark="overlay")
    page = browser.new_page(base_url=web)
    page.goto(sharing.path_of(link))
    watched(page)
    expect(page.locator("#stage .watermark")).to_contain_text("Mona & sons · 20")
    page.goto(sharing.path_of(ShareLinkFactory(asset=asset)))
    watched(page)
    assert page.locator("#stage .watermark").count() == 0


def test_a_password_is_asked_for_once(web: str, browser: Browser, owner: User) -> None:
    link = sharing.make(user=owner, asset=picture(owner, title="Secret harbour"), password="let me in")
    # The portal's process checks it with the real hashers.
    page = browser.new_page(base_url=web)
    page.goto(sharing.path_of(link))
    assert violations(page) == []
    expect(page.get_by_text("Secret harbour")).to_have_count(0)
    expect(page.get_by_label("Password")).to_be_focused()
    page.keyboard.type("let me out")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("This is not the password")
    page.get_by_label("Password").fill("let me in")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Secret harbour")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Secret harbour")).to_be_visible()
    assert page.evaluate("document.cookie.includes('share')") is False


@pytest.mark.parametrize("keep", [True, False])
def test_keeping_a_copy_is_as_the_link_says(
    web: str, browser: Browser, owner: User, tmp_path: Path, keep: bool
) -> None:
    asset = picture(owner, content=png())
    link = ShareLinkFactory(asset=asset, allow_download=keep)
    page = browser.new_page(base_url=web)
    page.goto(sharing.path_of(link))
    expect(page.get_by_role("img", name=asset.title)).to_be_visible()
    assert page.evaluate("document.querySelector('#stage img').naturalWidth") > 0
    if keep:
        page.get_by_text("Download", exact=True).click()
        with page.expect_download() as coming:
            page.get_by_role("link", name="Original").click()
        coming.value.save_as(tmp_path / "kept.png")
        assert (tmp_path / "kept.png").read_bytes() == png()
    else:
        assert page.get_by_text("Download", exact=True).count() == 0
        assert asset.original_filename not in page.content()


def test_anybody_watches_what_is_public_until_it_is_not(
    web: str, browser: Browser, owner: User, made: tuple[Path, Encoded], tmp_path: Path
) -> None:
    asset = film(owner, made[1], tmp_path, visibility="public")
    page = browser.new_page(base_url=web)
    page.goto(f"/assets/{asset.pk}/")
    watched(page)
    assert violations(page) == []
    Asset.objects.filter(pk=asset.pk).update(visibility="private")
    page.wait_for_url(f"{web}/sign-in/?next=/assets/{asset.pk}/", timeout=6_000)


def dialog(page: Page, web: str, asset: Asset) -> Any:
    """The share dialog of an asset, opened by keyboard by its owner."""
    sign_in(page, web, "lina@example.org")
    page.goto(f"/assets/{asset.pk}/")
    page.get_by_role("button", name="Share", exact=True).press("Enter")
    return page.get_by_role("dialog", name="Share")


def test_an_owner_makes_a_link_by_keyboard(web: str, browser: Browser, owner: User) -> None:
    page = browser.new_context(base_url=web, permissions=["clipboard-read", "clipboard-write"]).new_page()
    sheet = dialog(page, web, picture(owner))
    expect(sheet.get_by_text("A link lets people without an account")).to_be_visible()
    sheet.get_by_role("button", name="New link").press("Enter")
    expect(sheet.get_by_label("For whom")).to_be_focused()
    page.keyboard.type("Mona")
    sheet.get_by_role("textbox", name="Password").fill("short")
    page.keyboard.press("Enter")
    expect(sheet.get_by_role("alert").filter(has_text="A password has")).to_be_visible()
    expect(sheet.get_by_role("textbox", name="Password")).to_be_focused()
    assert violations(page, within="#share") == []
    sheet.get_by_role("textbox", name="Password").fill("let me in")
    page.keyboard.press("Enter")
    expect(sheet.locator(".share-link")).to_contain_text("Mona")
    expect(sheet.get_by_text("The link is made and copied")).to_be_visible()
    link = ShareLink.objects.get()
    assert urlsplit(page.evaluate("navigator.clipboard.readText()")).path == sharing.path_of(link)
    assert link.title == "Mona" and link.password and not link.allow_download


def test_an_owner_changes_and_revokes_a_link_by_keyboard(web: str, browser: Browser, owner: User) -> None:
    asset, page = picture(owner), browser.new_page(base_url=web)
    link = sharing.make(user=owner, asset=asset, title="Mona", password="let me in")
    sheet = dialog(page, web, asset)
    sheet.get_by_role("button", name="Change Mona").press("Enter")
    expect(sheet.get_by_label("For whom")).to_have_value("Mona")
    sheet.get_by_label("Take the password away").check()
    sheet.get_by_label("May be downloaded").check()
    sheet.get_by_role("button", name="Save").press("Enter")
    expect(sheet.get_by_role("button", name="Change Mona")).to_be_focused()
    link.refresh_from_db()
    assert link.allow_download and not link.password

    revoke = sheet.get_by_role("button", name="Revoke Mona")
    revoke.press("Enter")
    expect(sheet.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Escape")
    expect(revoke).to_be_focused()
    revoke.press("Enter")
    sheet.get_by_role("button", name="Revoke", exact=True).press("Enter")
    expect(sheet.locator(".share-link")).to_have_attribute("data-state", "revoked")
    assert violations(page, within="#share") == []
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(page.get_by_role("button", name="Share", exact=True)).to_be_focused()


def test_a_name_is_burnt_in_and_both_see_how_far_it_is(
    web: str, browser: Browser, owner: User, made: tuple[Path, Encoded], tmp_path: Path
) -> None:
    asset, page = film(owner, made[1], tmp_path), browser.new_page(base_url=web)
    sheet = dialog(page, web, asset)
    sheet.get_by_role("button", name="New link").press("Enter")
    page.keyboard.type("Mona")
    sheet.get_by_label("Watermark", exact=True).select_option("burnt")
    expect(sheet.get_by_text("Burnt into the pictures with the time")).to_be_visible()
    assert violations(page, within="#share") == []
    sheet.get_by_role("button", name="Make the link").press("Enter")
    making = sheet.get_by_text("The name is being burnt in")
    expect(making).to_be_visible()
    assert violations(page, within="#share") == []
    link = ShareLink.objects.get()
    visitor = browser.new_page(base_url=web)
    visitor.goto(sharing.path_of(link))
    expect(visitor.get_by_text("This film is being prepared for you.")).to_be_visible()
    assert violations(visitor) == []

    work = Job.objects.filter(asset=asset, job_type="share")
    work.update(status="failed", error_code="worker_trouble", error_detail="It broke.")
    again = sheet.get_by_role("button", name="Try again")
    expect(again).to_be_visible()
    expect(visitor.get_by_text("could not be prepared")).to_be_visible()
    again.press("Enter")
    expect(making).to_be_visible()

    # What everybody plays stands for what the work makes.
    everybodys = Variant.objects.get(asset=asset, format="hls").detail["prefix"]
    prefix = f"{asset_folder(asset.pk)}/marked/one"
    shutil.copytree(places.path_of(everybodys), places.path_of(prefix))
    package = Package.objects.get(share=link)
    linksets.place(prefix, package_id=package.pk, formats=["dash", "hls"], encrypted_tracks=[])
    expect(sheet.locator(".share-making")).to_have_count(0)
    expect(visitor.locator("#stage video")).to_be_visible()
    visitor.bring_to_front()
    visitor.goto(sharing.path_of(link))
    watched(visitor)


def test_downloads_are_switched_off_for_others(web: str, browser: Browser, owner: User) -> None:
    asset = picture(owner)
    page = browser.new_page(base_url=web)
    sign_in(page, web, "lina@example.org")
    page.goto(f"/assets/{asset.pk}/")
    page.get_by_role("button", name="Share", exact=True).click()
    box = page.get_by_label("Those who may watch this file may download it")
    expect(box).to_be_checked()
    box.uncheck()
    expect(page.locator("#side")).to_contain_text("Others who may watch it may not download it.")
    asset.refresh_from_db()
    assert not asset.allow_download


def test_a_dialog_that_cannot_be_filled_says_so_and_tries_again(
    web: str, browser: Browser, owner: User
) -> None:
    asset = picture(owner)
    page = browser.new_page(base_url=web)
    sign_in(page, web, "lina@example.org")
    page.goto(f"/assets/{asset.pk}/")
    page.route("**/share/", lambda route: route.abort())
    page.get_by_role("button", name="Share", exact=True).click()
    again = page.get_by_role("dialog").get_by_role("button", name="Try again")
    expect(again).to_be_visible()
    assert violations(page, within="#share") == []
    page.unroute("**/share/")
    again.click()
    expect(page.get_by_role("button", name="New link")).to_be_visible()


@LOOKS
def test_the_pages_in_every_look(
    web: str, browser: Browser, owner: User, language: str, scheme: Any, width: int
) -> None:
    asset = picture(owner, visibility="public")
    links = [
        ShareLinkFactory(asset=asset, allow_download=True),
        sharing.make(user=owner, asset=asset, password="let me in"),
        ShareLinkFactory(asset=asset, revoked=True),
    ]
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, locale=language, base_url=web
    )
    page = context.new_page()
    addresses = [sharing.path_of(link) for link in links] + [f"/assets/{asset.pk}/"]
    assert [line for address in addresses for line in settled(page, address)] == []
