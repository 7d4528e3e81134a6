"""The page of a job in a browser: drawn whole at every width, followed live, read by everybody."""

from datetime import timedelta
from typing import Any, Literal

import pytest
from django.utils import timezone, translation
from playwright.sync_api import Route, expect

from assets.templatetags import portal
from mediaportal.accounts.models import User
from processing.models import Job, Status, Step
from tests.factories import AssetFactory
from tests.functional.browser import LOOKS, chromium, person, settled, sign_in, tell_ends
from tests.processing.conftest import cut_job

pytestmark = pytest.mark.xdist_group("browser")

# Asks for a part of the page again; settles once it stands there.
ASKED_AGAIN = """(part) => new Promise((resolve) => {
  document.addEventListener("htmx:afterSettle", resolve, { once: true });
  htmx.trigger(part, "refresh");
})"""
# For how long a piece has run, in seconds, as the page writes it.
SINCE = """() => document.querySelector("#step-transcoding_003 [data-since]").textContent
  .match(/\\d+/g).reduce((sum, number) => 60 * sum + Number(number), 0)"""


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


@LOOKS
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
        assert settled(page, f"/jobs/{running.pk}/") == []
        drawn = page.locator(".edges path")
        if width >= 1024:
            # upload–scan–probe, from there to three, the samples to the pieces, these to their join, and on to the end
            assert drawn.count() == 12
            ends = page.evaluate(
                "[...document.querySelectorAll('.edges path')].every((one) => one.getTotalLength() > 10)"
            )
            assert ends
        else:
            expect(page.locator(".edges")).to_be_hidden()
            expect(page.locator("#node-metadata .node-after")).to_be_visible()
        assert settled(page, f"/jobs/{failed.pk}/") == []
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
        other.get_by_role("button", name="Cancel").press("Enter")
        expect(page.locator("#node-transcoding_pieces")).to_have_attribute("data-status", "cancelled")
        expect(page.get_by_role("button", name="Try again")).to_be_visible()
        expect(page.locator("#say")).to_have_text("Harbour at dusk: Cancelled")
        expect(other.get_by_role("button", name="Try again")).to_be_focused()
        expect(page.locator("#pieces-transcoding")).to_have_attribute("open", "")
        page.get_by_role("button", name="Try again").click()
        expect(page.locator("#node-transcoding_pieces")).to_have_attribute("data-status", "processing")
        expect(other.get_by_role("button", name="Cancel")).to_be_visible()


def test_nobody_loses_their_place_when_the_page_is_fetched_again(
    web: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    user = person("lina@example.org", settings)
    job = cut_job(AssetFactory(uploaded_by=user, passed_gate=True, title="Harbour at dusk"))
    with chromium() as browser:
        page = browser.new_page(base_url=web, viewport={"width": 1030, "height": 900})
        sign_in(page, web, "lina@example.org")
        page.goto(f"/jobs/{job.pk}/")
        expect(page.locator("html")).to_have_attribute("data-live", "live")
        graph, pieces = page.locator("#graph"), page.locator("#pieces-transcoding")
        page.locator("#pieces-transcoding-head").click()
        graph.evaluate("(graph) => { graph.scrollLeft = 60; }")
        for place in ("#pieces-room-transcoding", "#to-probe", "#job-act"):
            page.locator(place).focus()
            page.evaluate(ASKED_AGAIN, "#job")
            expect(page.locator(place)).to_be_focused()
        expect(pieces).to_have_attribute("open", "")
        assert graph.evaluate("(graph) => graph.scrollLeft") == 60

        # Another part of the page leaves this one as it is.
        page.locator("#pieces-transcoding-head").click()
        graph.evaluate("(graph) => { graph.scrollLeft = 20; }")
        began = page.evaluate(SINCE)
        page.wait_for_function(f"(seconds) => ({SINCE})() >= seconds", arg=began + 3)
        page.evaluate(ASKED_AGAIN, "#working")
        page.wait_for_timeout(1_200)
        assert page.evaluate(SINCE) >= began + 3
        assert graph.evaluate("(graph) => graph.scrollLeft") == 20
        expect(pieces).not_to_have_attribute("open", "")


def test_a_manager_moves_a_job_to_the_front(web: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    user = person("lina@example.org", settings, role="manager")
    job = cut_job(AssetFactory(uploaded_by=user, passed_gate=True, title="Harbour at dusk"))
    with chromium() as browser:
        page = browser.new_page(base_url=web)
        sign_in(page, web, "lina@example.org")
        page.goto(f"/jobs/{job.pk}/")
        page.get_by_role("button", name="Move to the front").click()
        expect(page.get_by_role("button", name="Back into the line")).to_be_visible()
        assert Job.objects.get(pk=job.pk).priority == 100
        page.goto("/jobs/")
        page.get_by_role("button", name="Back into the line").click()
        expect(page.get_by_role("button", name="Move to the front")).to_be_visible()
        assert Job.objects.get(pk=job.pk).priority == 0


def test_the_remaining_time_stands_there_without_a_line_for_news_too(
    web: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    user = person("lina@example.org", settings)
    job = cut_job(AssetFactory(uploaded_by=user, passed_gate=True))
    with chromium() as browser:
        page = browser.new_page(base_url=web)
        page.route_web_socket("**/ws/v1/events/", lambda line: line.close(code=1011))
        tell_ends(page, 130)
        sign_in(page, web, "lina@example.org")
        page.goto(f"/jobs/{job.pk}/")
        expect(page.locator("html")).to_have_attribute("data-live", "polling")
        expect(page.locator("[data-left]")).to_have_text("about 2 h 10 min left")


@pytest.mark.parametrize("lost", [True, False], ids=["no answer", "an error"])
def test_what_was_not_answered_is_asked_for_once_more_and_then_told(
    web: str, settings: Any, monkeypatch: pytest.MonkeyPatch, lost: bool
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    user = person("lina@example.org", settings)
    job = cut_job(AssetFactory(uploaded_by=user, passed_gate=True))
    failures = 1

    def answer(route: Route) -> None:
        nonlocal failures
        if "hx-request" not in route.request.headers or not failures:
            route.continue_()
            return
        failures -= 1
        if lost:
            route.abort()
        else:
            route.fulfill(status=503)

    with chromium() as browser:
        page = browser.new_page(base_url=web)
        sign_in(page, web, "lina@example.org")
        page.goto(f"/jobs/{job.pk}/")
        page.route(f"**/jobs/{job.pk}/", answer)
        Job.objects.filter(pk=job.pk).update(status=Status.COMPLETED, completed_at=timezone.now())
        page.evaluate("htmx.trigger('#job', 'refresh')")
        expect(page.locator("#job")).to_have_attribute("data-job-status", "completed")
        expect(page.locator(".toast-line")).to_have_count(0)
        failures = 2
        page.evaluate("htmx.trigger('#job', 'refresh')")
        expect(page.locator(".toast-line")).to_contain_text("did not answer")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_browser_writes_times_as_the_server_does(
    web: str, settings: Any, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    user = person("lina@example.org", settings)
    seconds = [0.04, 0.4, 7.2, 12, 59.7, 60, 200, 3599.6, 3600, 5400, 7800, 90_000]
    with chromium() as browser:
        page = browser.new_page(base_url=web)
        sign_in(page, web, "lina@example.org")
        User.objects.filter(pk=user.pk).update(language=language)
        page.goto("/jobs/")
        for name, write in (("span", portal.span), ("roughly", portal.roughly)):
            ask = f"async (all) => all.map((await import('/static/js/words.js')).{name})"
            with translation.override(language):
                assert page.evaluate(ask, seconds) == [str(write(one)) for one in seconds]
