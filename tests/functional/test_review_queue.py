"""The list of cases and the numbers: for every eye, by keyboard, and many decisions at once with a way back."""

from datetime import timedelta
from typing import Any, Literal

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from analysis.models import Batch, Case
from analysis.services.moderation import claiming
from assets.models import Asset
from mediaportal.accounts.models import User
from tests.analysis.deciding import decided
from tests.analysis.moderating import case, policy, worked
from tests.factories import AssetFactory, UserFactory, VariantFactory
from tests.functional.browser import LOOKS, chromium, person, settled, sign_in, violations

pytestmark = pytest.mark.xdist_group("browser")


def _fill() -> None:
    """Cases and decisions in every condition."""
    under = policy(name_ar="عري")
    amal, badr = UserFactory(role="moderator", name="Amal"), UserFactory(role="moderator", name="بدر")
    for score, act in ((0.9, "reject"), (0.65, "approve"), (0.95, "restrict")):
        for days in (1, 2, 9):
            decided(("first", act, amal), ("second", act, badr), of=under, score=score, days=days)
    decided(("first", "reject", amal), ("second", "approve", badr), ("senior", "approve", None), of=under)
    for severity, title in ((4, "Harbour at dusk"), (3, "لقاء"), (2, "Dunes"), (1, "A" * 90)):
        asset = AssetFactory(published=True, title=title)
        VariantFactory(asset=asset, poster=True)
        case(asset, of=under, severity=severity, due_at=timezone.now() + timedelta(hours=severity * 9 - 20))
    claiming.claim(user=amal, case_id=Case.objects.get(asset__title="Dunes").pk)


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
    user = person("lina@example.org", settings, role="manager")
    User.objects.filter(pk=user.pk).update(language=language)
    with chromium() as browser:
        context = browser.new_context(
            color_scheme=scheme, viewport={"width": width, "height": 844}, locale="en", base_url=web
        )
        page = context.new_page()
        sign_in(page, web, "lina@example.org")
        found = settled(page, "/review/") + settled(page, "/review/dashboard/")
        _fill()
        found += settled(page, "/review/?policy=nothing") + settled(page, "/review/?status=decided")
        found += settled(page, "/review/dashboard/")
        for summary in page.locator(".as-table > summary").all():
            summary.click()
        found += [f"the tables: {line}" for line in violations(page)]
        found += settled(page, "/review/")
        page.locator("#all").check()
        page.locator("#decide-many").click()
        page.locator("#many-look").click()
        page.wait_for_selector("#many-preview:not([hidden])")
        page.locator("#many-preview summary").click()
        found += [f"the dialog: {line}" for line in violations(page)]
    assert found == []


def test_many_are_decided_by_keyboard_and_taken_back(
    web: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    person("lina@example.org", settings, role="moderator")
    rows = [case(AssetFactory(published=True, title=f"Sea {n}"), severity=4 - n) for n in range(3)]
    with chromium() as browser:
        page = browser.new_page(locale="en")
        sign_in(page, web, "lina@example.org")
        page.goto(f"{web}/review/")
        expect(page.locator("#all")).to_be_enabled()
        page.keyboard.press("?")
        for word in (
            "Take the next case n",
            "Next case of the list, case before j k",
            "Choose the case, or not x",
        ):
            expect(page.locator("#keys")).to_contain_text(word, use_inner_text=True)
        expect(page.locator("#keys")).not_to_contain_text("Play or pause")
        page.keyboard.press("Escape")
        for key in ("J", "X", "j", "j", "x"):
            page.keyboard.press(key)
        expect(page.locator("#chosen")).to_have_text("2 cases chosen")
        expect(page.locator(f"#case-{rows[0].pk} .held-check")).to_be_checked()
        expect(page.locator(f"#case-{rows[1].pk} .held-check")).not_to_be_checked()
        page.locator("#decide-many").press("Enter")
        page.locator("#many [name=action][value=approve]").focus()
        page.keyboard.press("ArrowRight")
        expect(page.locator("#many-reason")).to_have_value("sexual")
        page.locator("#many-reason").select_option("spam")
        page.locator("#many-look").press("Enter")
        expect(page.locator("#many-counts")).to_contain_text("2 can be decided")
        expect(page.locator("#many-counts")).to_contain_text("2 are blocked")
        page.locator("#many-do").press("Enter")
        expect(page.locator("#batch-bar-progress")).to_be_visible()
        worked(Batch.objects.get())
        expect(page.locator("#batch-said")).to_have_text("2 cases decided.")
        expect(page.locator("#batch-undo")).to_be_focused()
        expect(page.locator("#cases > li")).to_have_count(1)
        assert Asset.objects.filter(publication="blocked").count() == 2
        page.keyboard.press("Enter")
        expect(page.locator("#batch-bar-progress")).to_be_visible()
        worked(Batch.objects.get())
        expect(page.locator("#batch-said")).to_have_text("2 decisions taken back.")
        expect(page.locator("#cases > li")).to_have_count(3)
        expect(page.locator("#chosen-bar")).to_be_hidden()
    assert not Asset.objects.exclude(publication="published").exists()
    assert set(Case.objects.values_list("status", flat=True)) == {"waiting"}
