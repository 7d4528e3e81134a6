"""Reporting, a decision about one's own file, and the appeal against it, in a browser and before the eye of axe."""

from datetime import timedelta
from typing import Any, Literal

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from analysis.models import Appeal, Decision, Report
from analysis.services.moderation import claiming, deciding, settling
from analysis.services.moderation.verdicts import Verdict
from assets.models import Asset
from mediaportal.accounts.models import User
from tests.analysis import moderating
from tests.factories import AssetFactory, UserFactory
from tests.functional.browser import LOOKS, chromium, person, settled, sign_in, violations

pytestmark = pytest.mark.xdist_group("browser")


def _rejected(owner: User, title: str) -> Decision:
    """A decision that holds against a file of somebody's."""
    case = moderating.case(AssetFactory(published=True, uploaded_by=owner, title=title))
    who = UserFactory(role="manager")
    claiming.claim(user=who, case_id=case.pk)
    made = deciding.decide(user=who, case_id=case.pk, verdict=Verdict("reject", "violence"))
    Decision.objects.filter(pk=made.pk).update(made_at=timezone.now() - timedelta(minutes=2))
    settling.sweep()
    return made


def _report(page: Page, asset: Asset) -> list[str]:
    """Report a file by its dialog; what axe found on the way."""
    page.goto(f"/assets/{asset.pk}/")
    page.locator('[data-opens="report"]').click()
    page.locator('#report [value="hate"]').check()
    found = violations(page, within="#report")
    page.locator("#report-note").fill("See for yourself.")
    page.locator("#report [type=submit]").click()
    expect(page.locator("#report-sent")).to_be_focused()
    found += violations(page, within="#report")
    page.locator("#report .sheet-acts [data-closes]").click()
    return found


def _reports_again(page: Page) -> None:
    """Opened again the dialog says that there is a report; what was begun and left, or refused, is gone."""
    opener = page.locator('[data-opens="report"]')
    expect(opener).to_be_focused()
    expect(page.locator("#report form .notice")).to_be_attached()
    page.route(
        "**/reports/of/**",
        lambda route: route.abort() if route.request.method == "POST" else route.continue_(),
    )
    page.keyboard.press("Enter")
    expect(page.locator("#report form .notice")).to_be_visible()
    page.locator("#report-note").fill("Never mind.")
    page.locator("#report [value=spam]").check()
    page.locator("#report [type=submit]").click()
    expect(page.locator("#toasts .toast-line")).to_be_visible()
    expect(page.locator("#report [type=submit]")).to_be_enabled()
    page.unroute("**/reports/of/**")
    page.locator("#report-note").evaluate(
        "(field) => { field.removeAttribute('maxlength'); field.value = 'a'.repeat(5000); }"
    )
    page.locator("#report [type=submit]").click()
    expect(page.locator("#report-wrong")).to_be_focused()
    late: list[Route] = []
    page.route("**/reports/of/**", lambda route: late.append(route))  # noqa: PLW0108 - a built-in function is no handler
    with page.expect_request("**/reports/of/**"):
        page.keyboard.press("Escape")
    expect(opener).to_be_focused()

    # The new form is on its way still, and somebody writes: it is theirs that stays.
    page.keyboard.press("Enter")
    page.locator("#report-note").fill("In a hurry.")
    page.evaluate(
        "() => document.addEventListener('htmx:afterRequest', () => { document.body.id = 'answered'; }, { once: true })"
    )
    late.pop().continue_()
    expect(page.locator("body#answered")).to_be_attached()
    page.unroute("**/reports/of/**")
    assert not late
    expect(page.locator("#report-note")).to_have_value("In a hurry.")
    with page.expect_response("**/reports/of/**"):
        page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#report-note")).to_have_value("See for yourself.")
    expect(page.locator("#report [value=hate]")).to_be_checked()
    expect(page.locator("#report-wrong")).to_have_count(0)
    page.keyboard.press("Escape")


@LOOKS
def test_people_report_read_and_appeal(
    web: str,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    scheme: Literal["light", "dark"],
    width: int,
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    owner = person("amal@example.org", settings, language=language, role="contributor")
    made = _rejected(owner, "Street theatre")
    theirs = AssetFactory(published=True, title="Somebody else's")
    with chromium() as browser:
        context = browser.new_context(
            color_scheme=scheme, viewport={"width": width, "height": 844}, locale="en", base_url=web
        )
        page = context.new_page()
        sign_in(page, web, "amal@example.org")
        found = _report(page, theirs)
        if (language, width) == ("en", 1440):
            _reports_again(page)
        found += settled(page, "/review/reports/mine/") + settled(page, f"/review/decisions/{made.pk}/")
        page.locator("#appeal-text").fill("It is a play; the blood is paint.")
        page.locator("form[action$='/appeal/'] button").click()
        expect(page.locator("blockquote")).to_contain_text("paint")
        found += [f"an appeal: {line}" for line in violations(page)]
        page.goto("/account/")
        expect(page.locator(".own-strikes")).to_contain_text("Street theatre")
        found += [f"the account: {line}" for line in violations(page)]
        page.goto(f"/assets/{made.case.asset_id}/")
        page.locator(".own-why a").click()
        expect(page).to_have_url(f"{web}/review/decisions/{made.pk}/")
        context.close()
        assert (Appeal.objects.count(), Report.objects.get(asset=theirs).note) == (1, "See for yourself.")
    assert found == []
