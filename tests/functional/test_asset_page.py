"""What a person does on the pages by hand: editing in place, keys, the trash."""

from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import expect

from assets.models import Asset
from processing.models import Job, JobType, Status
from processing.services.publishing import describe
from processing.signals import job_changed
from tests.factories import AssetFactory, VariantFactory
from tests.functional.browser import chromium, goto_listening, person, sign_in

pytestmark = pytest.mark.xdist_group("browser")


def test_a_title_is_edited_where_it_stands_and_the_file_goes_to_the_trash(
    web: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    user = person("lina@example.org", settings)
    asset = AssetFactory(uploaded_by=user, published=True, title="Untitled")
    with chromium() as browser:
        page = browser.new_page()
        sign_in(page, web, "lina@example.org")
        page.goto(f"{web}/assets/{asset.pk}/")
        title = page.get_by_label("Title")
        title.fill("")
        title.press("Enter")
        expect(page.get_by_text("A title needs at least one character.")).to_be_visible()
        title.fill("Harbour at dusk")
        with page.expect_response(lambda answer: answer.request.method == "PATCH") as saved:
            title.press("Enter")
        assert saved.value.ok
        expect(page).to_have_title("Harbour at dusk · Mediaportal")
        with page.expect_response(lambda answer: answer.request.method == "PATCH"):
            page.get_by_label("Who may see it").select_option("private")
        asset.refresh_from_db()
        assert (asset.title, asset.visibility) == ("Harbour at dusk", "private")

        page.get_by_role("button", name="Move to the trash").click()
        page.get_by_role("dialog").get_by_role("button", name="Move to the trash").click()
        page.wait_for_url(f"{web}/")
        expect(page.get_by_role("heading", name="Drop your first files here")).to_be_visible()
    assert Asset.objects.get(pk=asset.pk).deleted_at is not None


def test_what_was_measured_stands_beside_the_file_without_a_reload(
    web: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    layer = settings.CHANNEL_LAYERS["default"]
    config = {name: value for name, value in layer["CONFIG"].items() if name != "prefix"}
    settings.CHANNEL_LAYERS = {"default": layer | {"CONFIG": config}}  # those of the web process
    user = person("lina@example.org", settings, role="manager")
    asset = AssetFactory(uploaded_by=user, published=True)
    Job.objects.create(id=asset.job_id, asset=asset, status=Status.COMPLETED)
    rendition = VariantFactory(asset=asset)
    with chromium() as browser:
        page = browser.new_page()
        sign_in(page, web, "lina@example.org")
        goto_listening(page, f"{web}/assets/{asset.pk}/", f"asset:{asset.pk}")
        expect(page.locator(".work-acts a")).to_have_count(1)
        expect(page.locator("#side .files")).not_to_contain_text("VMAF")
        with transaction.atomic():
            job = Job.objects.create(asset=asset, job_type=JobType.QUALITY, status=Status.COMPLETED)
            describe(asset=asset, details={rendition.pk: {"vmaf": {"mean": 94.6}}})
            job_changed.send(sender=Job, job=job, durable=True)
        expect(page.locator("#side .files")).to_contain_text("VMAF 95")
        page.locator("#work-head").click()
        page.get_by_role("link", name="Measuring quality").click()
        page.wait_for_url(f"{web}/jobs/{job.pk}/")


def test_keys_lead_through_the_portal_and_may_be_switched_off(
    web: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    person("lina@example.org", settings)
    with chromium() as browser:
        page = browser.new_page()
        sign_in(page, web, "lina@example.org")
        page.goto(f"{web}/")
        page.keyboard.press("u")
        page.wait_for_url(f"{web}/upload/")
        page.keyboard.press("g")
        page.keyboard.press("l")
        page.wait_for_url(f"{web}/")
        page.keyboard.press("/")
        expect(page.locator("#search")).to_be_focused()
        page.keyboard.type("u?")
        expect(page.locator("#search")).to_have_value("u?")
        page.locator("main").click(position={"x": 5, "y": 5})
        page.keyboard.press("?")
        expect(page.locator("dialog#keys")).to_be_visible()
        page.get_by_label("Single keys act on this device").uncheck()
        page.keyboard.press("Escape")
        expect(page.locator("dialog#keys")).to_be_hidden()
        page.keyboard.press("?")
        expect(page.locator("dialog#keys")).to_be_hidden()
