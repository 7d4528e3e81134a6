"""Two analyses beside each other: reached from the asset's panel, and standing before axe."""

from typing import Any, Literal

import pytest

from analysis.engines import Speech
from mediaportal.accounts.models import User
from tests.analysis.services.test_comparing import found
from tests.factories import AssetFactory, VariantFactory
from tests.functional.browser import LOOKS, chromium, person, settled, sign_in

pytestmark = pytest.mark.xdist_group("browser")
HEARD = ["In the name of the harbour", "وصلت السفينة إلى الميناء فجرًا", "and the gulls came back"]
MISHEARD = ["In the name of the harbor", "وصلت السفينه الى المينا فجرا", ""]


@LOOKS
def test_it_is_reached_from_the_panel(
    web: str,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    scheme: Literal["light", "dark"],
    width: int,
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    user = person("lina@example.org", settings)
    asset = AssetFactory(uploaded_by=user, published=True, title="Harbour at dawn")
    VariantFactory(asset=asset)
    for engine, texts in (("aws", MISHEARD), ("local", HEARD)):
        spoken = [
            Speech(place * 5.0, place * 5.0 + 4, 0.9, text=text) for place, text in enumerate(texts) if text
        ]
        found(asset, "transcription", *spoken, engine=engine, is_current=engine == "local")
    with chromium() as browser:
        page = browser.new_page(
            color_scheme=scheme, viewport={"width": width, "height": 844}, locale="en", base_url=web
        )
        sign_in(page, web, "lina@example.org")
        User.objects.filter(pk=user.pk).update(language=language)
        page.goto(f"/assets/{asset.pk}/")
        panel = page.locator("#panel-analyses")
        panel.locator("summary").click()
        link = panel.locator("a[href*='/beside/']")
        address = link.get_attribute("href")
        assert address is not None
        link.click()
        page.wait_for_url(f"**{address}")
        assert page.locator(".compared tbody tr").count() == 3
        assert page.locator(".compared tr[data-alone]").count() == 1
        assert settled(page, address) == []
