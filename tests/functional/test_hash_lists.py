"""Hash lists, and a file that is kept and restricted, in a browser: axe finds nothing, and the acts work."""

from typing import Any, Literal

import pytest

from analysis.models import HashEntry, HashList
from assets.models import DeletionHold
from mediaportal.accounts.models import User
from tests.factories import AssetFactory
from tests.functional.browser import LOOKS, chromium, person, settled, sign_in_by_form, violations

pytestmark = pytest.mark.xdist_group("browser")


@LOOKS
def test_the_pages_pass_axe(
    web: str,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    scheme: Literal["light", "dark"],
    width: int,
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    user = person("lina@example.org", settings, role="administrator")
    asset = AssetFactory(
        uploaded_by=user,
        published=True,
        imposed_rating="16",
        blocked_regions=["SA"],
        visibility_cap="internal",
    )
    with chromium() as browser:
        context = browser.new_context(
            color_scheme=scheme, viewport={"width": width, "height": 844}, locale="en", base_url=web
        )
        page = context.new_page()
        sign_in_by_form(page, web, "lina@example.org")
        User.objects.filter(pk=user.pk).update(language=language)
        found = settled(page, "/review/hash-lists/")
        kept = HashList.objects.create(name="Known abroad", source="a partner", is_active=False)
        HashEntry.objects.create(hash_list=kept, kind="sha256", value="ab" * 32, note="one")
        HashEntry.objects.create(hash_list=kept, kind="picture", value="0f" * 8)
        for address in ("/review/hash-lists/", f"/review/hash-lists/{kept.pk}/", f"/assets/{asset.pk}/"):
            found += settled(page, address)
        page.locator("#side-keep").click()
        found += [f"the dialog: {line}" for line in violations(page)]
        page.fill("#keep-reason", "A law suit")
        page.locator("#keep .button.main").click()
        page.wait_for_selector("[data-unkeep]")
        found += [f"kept: {line}" for line in violations(page)]
        assert DeletionHold.objects.get().reason == "A law suit"
        page.locator("[data-unkeep]").click()
        page.wait_for_selector("#side-keep")
        assert DeletionHold.objects.get().lifted_at is not None
        page.select_option("[data-field=age_rating]", "18")
        page.wait_for_function("() => document.querySelector('#side .notice').textContent.includes('18')")
    assert found == []
