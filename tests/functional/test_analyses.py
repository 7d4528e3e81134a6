"""Analyses as they really run: ordered over HTTP, carried out by a worker, read as moments."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from analysis.models import Analysis, Order
from assets.models import Asset
from mediaportal.accounts.models import User
from tests.analysis.conftest import film_of
from tests.functional.browser import chromium, person, sign_in, violations
from tests.functional.conftest import portal_environment, portal_process
from tests.functional.test_work import Caller

pytestmark = pytest.mark.xdist_group("workers")
PATIENCE = 120.0


def results_of(caller: Caller, url: str) -> dict[str, object]:
    """The results, once nothing is open any longer."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        status, _headers, body = caller.ask("GET", url)
        assert status == 200
        found: dict[str, object] = json.loads(body)
        if found["status"] not in {"pending", "processing"}:
            return found
        time.sleep(0.3)
    raise AssertionError("the analysis did not end")


@pytest.mark.usefixtures("workers")
def test_shots_and_faults_are_found_by_a_worker(web: str) -> None:
    asset: Asset = film_of("hard_cuts.mp4")
    caller = Caller(web, User.objects.get(pk=asset.uploaded_by_id))
    order = {"asset_id": str(asset.pk), "analysis_types": ["shots", "quality", "fingerprint"]}
    status, _headers, body = caller.ask(
        "POST", "/api/v1/media/analyze", body=json.dumps(order).encode(), Content_Type="application/json"
    )
    assert status == 202, body
    found = results_of(caller, json.loads(body)["results_url"])
    assert (found["status"], found["engine"], found["errors"]) == ("completed", "local", {})
    results = found["results"]
    assert isinstance(results, dict)
    assert [round(shot["start"]) for shot in results["shots"]] == [0, 3, 6]
    assert [fault["fault"] for fault in results["quality"]["faults"]] == ["freeze"]
    assert len(results["fingerprint"]["hashes"]) == 9
    _status, _headers, body = caller.ask("GET", f"/api/v1/assets/{asset.pk}/moments/?kind=shot")
    assert len(json.loads(body)["results"]) == 3


@pytest.mark.usefixtures("workers")
def test_in_a_browser_an_analysis_is_ordered_and_an_older_one_shown_again(
    web: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    person("lina@example.org", settings)
    asset = film_of("hard_cuts.mp4")
    Asset.objects.filter(pk=asset.pk).update(uploaded_by=User.objects.get(email="lina@example.org"))
    order = Order.objects.create(asset=asset, types=["quality"])
    old = Analysis.objects.create(
        order=order, asset=asset, type="quality", engine="local", status="completed", is_current=True
    )
    with chromium() as browser:
        page = browser.new_page(base_url=web)
        sign_in(page, web, "lina@example.org")
        page.goto(f"/assets/{asset.pk}/")
        panel = page.locator("#panel-analyses")
        expect(panel.get_by_text("No faults")).to_be_visible()

        panel.get_by_role("button", name="Analyse…").click()
        page.get_by_role("checkbox", name="Shots").check()
        page.get_by_role("checkbox", name="Picture and sound faults").check()
        page.get_by_role("button", name="Analyse", exact=True).click()
        expect(panel.get_by_text("3 shots")).to_be_visible(timeout=60_000)
        expect(panel.get_by_text("1 fault", exact=False).first).to_be_visible(timeout=60_000)

        panel.get_by_text("1 other").click()
        panel.get_by_role("button", name="Show this one").click()
        expect(panel.get_by_text("No faults").first).to_be_visible()
        assert violations(page) == []
    old.refresh_from_db()
    assert (old.is_current, old.chosen) == (True, True)


@pytest.fixture
def dear(transactional_db: None) -> Iterator[str]:
    """The address of a portal that has a bucket at Amazon Web Services."""
    account = {"ANALYSIS_S3_BUCKET": "staging", "ANALYSIS_AWS_REGION": "eu-central-1"}
    with portal_process(portal_environment() | account) as (_process, address):
        yield address


def test_in_a_browser_the_price_is_said_before_an_order_is_sent(
    dear: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    person("lina@example.org", settings)
    asset = film_of("hard_cuts.mp4")
    Asset.objects.filter(pk=asset.pk).update(uploaded_by=User.objects.get(email="lina@example.org"))
    with chromium() as browser:
        page = browser.new_page(base_url=dear)
        sign_in(page, dear, "lina@example.org")
        page.goto(f"/assets/{asset.pk}/")
        page.locator("#panel-analyses").get_by_role("button", name="Analyse…").click()
        price = page.locator("[data-price]")
        page.get_by_role("checkbox", name="Shots").check()
        expect(price).to_have_text("")
        page.get_by_label("Engine").select_option(label="Amazon Web Services")
        expect(price).to_have_text("May cost up to $0.01")
        page.get_by_role("checkbox", name="Text in the picture").check()
        expect(price).to_have_text("May cost up to $0.03")
        page.get_by_role("checkbox", name="Text in the picture").uncheck()
        page.get_by_role("checkbox", name="Shots").uncheck()
        expect(price).to_have_text("")
        assert violations(page) == []
