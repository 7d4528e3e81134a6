"""The page of a job in a browser: drawn whole at every width, followed live, read by everybody."""

from datetime import timedelta
from typing import Any, Literal

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from mediaportal.accounts.models import User
from processing.models import Job, Status, Step
from tests.factories import AssetFactory
from tests.functional.browser import chromium, person, sign_in, violations
from tests.processing.conftest import cut_job

pytestmark = pytest.mark.xdist_group("browser")


def failed_job(user: User) -> Job:
    """A job whose renditions failed, with the program's last words."""
    job = cut_job(AssetFactory(uploaded_by=user, passed_gate=True, failed=True, title="مقابلة في المرفأ"))
    now = timezone.now()
    job.steps.filter(name__startswith="transcoding_").delete()
    Step.objects.filter(job=job, name="transcoding").update(
        status=Status.FAILED,
        depends_on=["probe"],
        started_at=now - timedelta(seconds=30),
        completed_at=now - timedelta(seconds=4),
        ready_at=now - timedelta(seconds=31),
        worker="edge-worker-07.example:4711:140222",
        attempt=3,
        error_code="processing_failed",
        error_detail="A program that works on the file failed.",
        log="[h264 @ 0x55] Invalid NAL unit size\nConversion failed!\n" * 12,
    )
    job.steps.filter(status=Status.PENDING).update(status=Status.CANCELLED)
    Job.objects.filter(pk=job.pk).update(
        status=Status.FAILED,
        completed_at=now,
        error_code="processing_failed",
        error_detail="A program that works on the file failed.",
    )
    return job


def _stands(page: Page, address: str) -> list[str]:
    page.goto(address)
    page.wait_for_load_state("load")
    page.wait_for_timeout(250)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{address} scrolls sideways"
    return violations(page)


@pytest.mark.parametrize(
    ("language", "scheme", "width"),
    [("en", "light", 1440), ("ar", "dark", 1440), ("en", "dark", 800), ("ar", "light", 320)],
)
def test_it_stands_and_passes_axe(
    web: str,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    scheme: Literal["light", "dark"],
    width: int,
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    user = person("lina@example.org", settings, role="manager")
    running = cut_job(AssetFactory(uploaded_by=user, passed_gate=True, title="Harbour at dusk"))
    failed = failed_job(user)
    with chromium() as browser:
        context = browser.new_context(
            color_scheme=scheme, viewport={"width": width, "height": 900}, base_url=web
        )
        page = context.new_page()
        sign_in(page, web, "lina@example.org")
        User.objects.filter(pk=user.pk).update(language=language)
        assert _stands(page, f"/jobs/{running.pk}/") == []
        drawn = page.locator(".edges path")
        if width >= 1024:
            # upload–scan–probe, from there to three, the samples to the pieces, to their join, and on to the end
            assert drawn.count() == 11
            ends = page.evaluate(
                "[...document.querySelectorAll('.edges path')].every((one) => one.getTotalLength() > 10)"
            )
            assert ends
        else:
            expect(page.locator(".edges")).to_be_hidden()
            expect(page.locator("#node-metadata .node-after")).to_be_visible()
        assert _stands(page, f"/jobs/{failed.pk}/") == []
        expect(page.locator("#log-transcoding pre")).to_contain_text("Invalid NAL unit size")


def test_a_page_follows_what_another_one_does(
    web: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    user = person("lina@example.org", settings)
    job = cut_job(AssetFactory(uploaded_by=user, passed_gate=True, title="Harbour at dusk"))
    with chromium() as browser:
        context = browser.new_context(base_url=web, viewport={"width": 1280, "height": 900})
        page, other = context.new_page(), context.new_page()
        sign_in(page, web, "lina@example.org")
        page.goto("/jobs/")
        page.get_by_role("link", name="Steps of Harbour at dusk").click()
        page.wait_for_url(f"{web}/jobs/{job.pk}/")
        expect(page.locator("html")).to_have_attribute("data-live", "live")
        # By key to a box, and from it to the row of the step.
        page.locator("#node-transcoding_pieces a").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#pieces-transcoding")).to_have_attribute("open", "")
        expect(page.locator("#step-transcoding_003")).to_be_visible()
        # What runs grows older by itself.
        ran = page.locator("#step-transcoding_003 [data-since]")
        before = ran.inner_text()
        expect(ran).not_to_have_text(before)
        # A plain owner is told no machine and no program.
        expect(page.get_by_role("columnheader", name="Worker")).to_have_count(0)

        other.goto(f"/jobs/{job.pk}/")
        other.get_by_role("button", name="Cancel").click()
        expect(page.locator("#node-transcoding_pieces")).to_have_attribute("data-status", "cancelled")
        expect(page.get_by_role("button", name="Try again")).to_be_visible()
        expect(page.locator("#pieces-transcoding")).to_have_attribute("open", "")
        page.get_by_role("button", name="Try again").click()
        expect(page.locator("#node-transcoding_pieces")).to_have_attribute("data-status", "processing")
        expect(other.get_by_role("button", name="Cancel")).to_be_visible()
