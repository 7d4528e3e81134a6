"""Labelled key frames from the upload page to the document that a program fetches, by real workers."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import expect

from analysis.models import Order
from assets.models import Asset
from mediaportal.accounts.models import User
from processing.models import Preset
from script.lib.processes import EVERY_QUEUE
from tests.analysis import clips, models
from tests.analysis.test_keyframes import CARD, COLOURS
from tests.factories import CollectionFactory
from tests.functional.browser import choose, chromium, person, send, sign_in, violations
from tests.functional.conftest import worker_process
from tests.functional.test_work import Caller

pytestmark = [pytest.mark.xdist_group("workers"), pytest.mark.timeout(300)]
EMAIL = "lina@example.org"
PATIENCE = 150.0


@pytest.fixture
def labelling(
    transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> Iterator[None]:
    """Workers that have a model which tells colours apart."""
    folder = tmp_path / "models"
    folder.mkdir()
    models.classifier(folder / "colours.onnx")
    (folder / "colours.json").write_text(json.dumps(CARD))
    monkeypatch.setenv("MODEL_DIR", str(folder))
    # Playwright's own loop runs in this thread; the ORM would take us for asynchronous code.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    person(EMAIL, settings)
    # Few and small, as each picture begins a program of its own.
    preset = Preset.objects.get(slug="keyframe-labels")
    preset.recipe |= {"keyframes": {"count": 3, "width": 160}, "preview_avif": False, "per_title": False}
    preset.save()
    with worker_process(EVERY_QUEUE, threads=2):
        yield


def told(caller: Caller, job_id: str) -> dict[str, Any]:
    """The document, once the status of the film's job leads to it."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        address = caller.status(job_id)["results"]["metadata_url"]
        if address:
            status, _headers, body = caller.ask("GET", address)
            assert status == 200
            document: dict[str, Any] = json.loads(body)
            return document
        time.sleep(0.5)
    raise AssertionError("the document was not written")


def is_whole(document: dict[str, Any], caller: Caller) -> None:
    """Check that everything stands in it, and that its addresses lead to files."""
    assert document["engine"] == "local"
    assert {one["label"] for one in document["labels"]} == {"Red", "Green", "Blue"}
    assert [part["status"] for part in document["parts"].values()] == ["completed"] * 3
    status, headers, _body = caller.ask("GET", document["preview"]["url"])
    assert (status, headers["location"].startswith("/files/")) == (302, True)
    assert caller.ask("GET", headers["location"])[0] == 200


@pytest.mark.usefixtures("labelling")
def test_a_person_chooses_them_at_upload_and_a_program_fetches_them(web: str, tmp_path: Path) -> None:
    film = clips.film(tmp_path / "made", [(Image.new("RGB", (320, 180), c), s) for c, s in COLOURS])
    with chromium() as browser:
        page = browser.new_context(base_url=web).new_page()
        sign_in(page, web, EMAIL)
        page.goto("/upload/")
        page.get_by_label("Renditions of videos").select_option("keyframe-labels")
        page.get_by_text("Analyses").first.click()
        page.get_by_role("checkbox", name="Shots").check()
        page.get_by_role("textbox", name="Languages").fill("ar, en")
        objects = page.get_by_role("checkbox", name="Objects and scenes")
        expect(objects).to_be_disabled()
        expect(objects).to_have_accessible_description(re.compile("MODEL_DIR"))
        assert violations(page) == []
        page.reload()
        expect(page.get_by_role("checkbox", name="Shots")).to_be_checked()
        expect(page.get_by_role("textbox", name="Languages")).to_have_value("ar, en")
        choose(page, film)
        send(page)
        row = page.locator("#rows .row-of").filter(has_text=film.name)
        expect(row).to_have_attribute("data-state", "ready", timeout=120_000)

        asset = Asset.objects.get()
        page.goto(f"/assets/{asset.pk}/")
        panel = page.locator("#panel-keyframes")
        expect(panel.get_by_role("link", name="metadata.json")).to_be_visible(timeout=90_000)
        expect(panel.locator(".keyframe")).to_have_count(3)
        expect(panel.locator(".keyframe-labels").first).to_contain_text("Red")
        assert violations(page, within="#panel-keyframes") == []
        # How long it is seen to be done is a matter of moments.
        with page.expect_response(lambda answer: answer.url.endswith("/keyframes")) as answer:
            panel.get_by_role("button", name="Capture again").click()
        assert answer.value.status == 202
    document = told(Caller(web, User.objects.get(email=EMAIL)), str(asset.job_id))
    is_whole(document, Caller(web, User.objects.get(email=EMAIL)))
    # What was ticked has been ordered beside it.
    deadline = time.monotonic() + PATIENCE
    while not Order.objects.filter(types=["shots"], languages=["ar", "en"]).exists():
        assert time.monotonic() < deadline
        time.sleep(0.2)


@pytest.mark.usefixtures("labelling")
def test_what_is_done_in_a_collection_is_set_on_its_page(web: str) -> None:
    collection = CollectionFactory(created_by=User.objects.get(email=EMAIL))
    with chromium() as browser:
        page = browser.new_context(base_url=web).new_page()
        sign_in(page, web, EMAIL)
        page.goto(f"/?collection={collection.pk}")
        page.get_by_role("button", name="Analyses").click()
        dialog = page.get_by_role("dialog", name="Analyses")
        dialog.get_by_role("checkbox", name="Shots").check()
        dialog.get_by_label("Languages").fill("عربي")
        dialog.get_by_role("button", name="Save").click()
        expect(dialog.get_by_role("alert")).to_contain_text("at most 10 languages")
        dialog.get_by_label("Languages").fill("ar، en-GB")
        assert violations(page) == []
        dialog.get_by_role("button", name="Save").click()
        expect(dialog).to_be_hidden()
        page.reload()
        page.get_by_role("button", name="Analyses").click()
        expect(dialog.get_by_role("checkbox", name="Shots")).to_be_checked()
        expect(dialog.get_by_label("Languages")).to_have_value("ar, en-GB")
