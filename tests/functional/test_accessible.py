"""Every page stands before axe's rules for WCAG 2.2 AA, in both languages, light and dark, wide and narrow."""

from typing import Any, Literal

import pytest

from assets.services.shelves import tag_named
from mediaportal.accounts.models import User
from processing.models import Job
from tests.factories import AssetFactory, CollectionFactory, VariantFactory
from tests.functional.browser import LOOKS, chromium, person, settled, sign_in_by_form, violations

pytestmark = pytest.mark.xdist_group("browser")


def _fill(user: User) -> dict[str, str]:
    """A library with a file in every condition; returns the addresses worth a look."""
    ready = AssetFactory(uploaded_by=user, published=True, title="Harbour at dusk")
    VariantFactory(asset=ready)
    VariantFactory(asset=ready, thumbnail=True)
    sound = AssetFactory(uploaded_by=user, published=True, audio=True, title="Room tone")
    VariantFactory(asset=sound, variant_type="audio_only", format="m4a", filename="room.m4a")
    VariantFactory(asset=sound, waveform=True, detail={"peaks": [0.5] * 96})
    image = AssetFactory(uploaded_by=user, published=True, image=True, title="Dunes")
    VariantFactory(asset=image, format="webp", quality="web", filename="web.webp")
    working = AssetFactory(uploaded_by=user, passed_gate=True, title="Deep zoom", upload_progress=43)
    failed = AssetFactory(uploaded_by=user, failed=True, title="Rule 30")
    AssetFactory(uploaded_by=user, published=True, publication="held", policy_verdict="review", title="لقاء")
    for asset, status in ((ready, "completed"), (working, "processing"), (failed, "failed")):
        error = {"error_code": "corrupt_media", "error_detail": "Cut off."} if status == "failed" else {}
        job = Job.objects.create(id=asset.job_id, asset=asset, status=status, **error)
        job.steps.create(name="upload", position=0, queue="ingest", status="completed", progress=100)
        job.steps.create(name="scan", position=1, queue="ingest")
    shelf = CollectionFactory(name="Events", created_by=user)
    CollectionFactory(name="عرس", parent=shelf, created_by=user)
    for asset in (ready, sound, image):
        asset.collections.add(shelf)
        asset.tags.add(tag_named("sea"))
    kinds = {"video": ready, "audio": sound, "image": image, "working": working, "failed": failed}
    found = {name: f"/assets/{asset.pk}/" for name, asset in kinds.items()}
    return found | {"place": f"/?collection={shelf.pk}"}


@LOOKS
def test_pages_pass_axe(
    web: str,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    scheme: Literal["light", "dark"],
    width: int,
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    user = person("lina@example.org", settings, role="manager", is_staff=True)
    with chromium() as browser:
        context = browser.new_context(
            color_scheme=scheme, viewport={"width": width, "height": 844}, locale="en", base_url=web
        )
        page = context.new_page()
        found = settled(page, "/sign-in/")
        sign_in_by_form(page, web, "lina@example.org")
        User.objects.filter(pk=user.pk).update(language=language)
        found += settled(page, "/") + settled(page, "/collections/")
        addresses = _fill(user)
        plain = [
            "/",
            "/?q=zebra",
            "/?tag=sea",
            "/presets/",
            "/presets/new/",
            "/people/",
            "/people/new/",
            "/collections/",
            "/upload/",
            "/jobs/",
            "/account/",
            "/notifications/",
        ]
        for address in [*plain, *addresses.values()]:
            found += settled(page, address)
        page.goto("/presets/new/")
        with page.expect_navigation():
            page.locator(".form-acts [value=save]").click()
        found += [f"a refused preset: {line}" for line in violations(page)]
        page.goto(addresses["place"])
        for name in ("make", "change", "drop"):
            page.locator(f"[data-opens={name}]").click()
            found += [f"the dialog {name}: {line}" for line in violations(page)]
            page.keyboard.press("Escape")
        page.goto("/")
        page.locator("button.person").click()
        # What the menu covers in part is small to a finger only for as long as it is open.
        found += [f"the person's menu: {line}" for line in violations(page, within=".person-menu")]
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        page.wait_for_selector("dialog#keys[open]")
        found += [f"the sheet of keys: {line}" for line in violations(page)]
    assert found == []


def test_an_empty_box_is_written_from_where_the_page_begins(
    web: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    user = person("lina@example.org", settings)
    with chromium() as browser:
        page = browser.new_page(locale="en")
        sign_in_by_form(page, web, "lina@example.org")
        User.objects.filter(pk=user.pk).update(language="ar")
        page.goto(f"{web}/upload/")
        direction = "(box) => getComputedStyle(box).direction"
        for name in ("#search", "#wish-title"):
            assert page.locator(name).evaluate(direction) == "rtl", name
        page.fill("#wish-title", "Harbour")
        assert page.locator("#wish-title").evaluate(direction) == "ltr"
