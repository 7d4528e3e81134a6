"""A guest sends a file from a phone, and a manager finds it; a link that has ended takes nothing."""

from pathlib import Path
from typing import Any

import pytest

from assets.models import Asset, UploadSession
from assets.services import guests
from tests.factories import AssetFactory, GuestLinkFactory
from tests.forms import png
from tests.functional.browser import chromium, person, sign_in, violations

pytestmark = pytest.mark.xdist_group("browser")


def test_a_guest_sends_a_file_and_a_manager_decides(
    web: str, settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    manager = person("mona@example.org", settings, role="manager")
    link = GuestLinkFactory(created_by=manager, title="Film days", most_files=2, kinds=["image"])
    picture, text = tmp_path / "Wave.png", tmp_path / "notes.png"
    picture.write_bytes(png())
    text.write_bytes(b"only words " * 400)
    with chromium() as browser:
        phone = browser.new_context(viewport={"width": 320, "height": 700}, base_url=web, locale="en")
        page = phone.new_page()
        page.goto(guests.path_of(link))
        page.wait_for_selector("#guest[data-ready]")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.set_input_files("#files", [str(picture), str(text)])
        sent = page.locator('.row-of[data-state="sent"]')
        sent.wait_for()
        assert "Received, thank you" in sent.inner_text()
        assert "Open" not in sent.inner_text()
        page.wait_for_selector('.row-of[data-state="failed"]')
        asset = Asset.objects.get()
        film = tmp_path / "film.mkv"
        film.write_bytes(b"not a single byte is sent")
        page.set_input_files("#files", str(film))
        page.locator(".row-of", has_text="film.mkv").get_by_text(
            "Through this link you may send only: Image."
        ).wait_for()
        assert not UploadSession.objects.filter(filename="film.mkv").exists()
        assert (asset.title, asset.guest_link, asset.publication) == ("Wave", link, "held")

        desk = browser.new_page(base_url=web, locale="en")
        sign_in(desk, web, "mona@example.org")
        desk.goto("/")
        desk.locator('.rail a[href="/review/"]').click()
        desk.locator('main a[href="/held/"]').click()
        desk.locator(f'[data-asset="{asset.pk}"] [data-act="release"]').click()
        desk.locator(".toast-line").get_by_role("button", name="Undo").wait_for()
        asset.refresh_from_db()
        assert asset.policy_verdict == "pass"

        guestless = type(link).objects.filter(pk=link.pk)
        guestless.update(ended_at=asset.created_at)
        answer = page.reload()
        assert answer is not None and answer.status == 410
        assert violations(page) == []


def test_what_no_scanner_has_read_is_let_through_only_after_a_question(
    web: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    person("mona@example.org", settings, role="manager")
    with chromium() as browser:
        desk = browser.new_page(base_url=web, locale="en")
        sign_in(desk, web, "mona@example.org")
        unscanned = AssetFactory(scan_verdict="unscannable", publication="held")
        desk.goto(f"{web}/held/")
        line = desk.locator(f'[data-asset="{unscanned.pk}"]')
        line.locator('[data-act="release"]').click()
        desk.get_by_role("button", name="Keep it held").click()
        unscanned.refresh_from_db()
        assert unscanned.scan_released_at is None
        line.locator('[data-act="release"]').click()
        desk.get_by_role("button", name="Release it").click()
        desk.locator(".toast-line").get_by_role("button", name="Undo").wait_for()
        unscanned.refresh_from_db()
        assert unscanned.scan_released_at is not None
