"""A person's browser at a running portal, and the eye of axe."""

import asyncio
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.sessions.backends.db import SessionStore
from django.db import connections
from django.http import HttpRequest
from django.utils import timezone
from playwright.sync_api import Browser, Page, Playwright, Route, expect, sync_playwright

from mediaportal.accounts.models import User
from script.lib.browsers import chromium_path
from tests.factories import PASSWORD, UserFactory

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--autoplay-policy=no-user-gesture-required",
]
AXE = Path(settings.NODE_MODULES) / "axe-core" / "axe.min.js"
# Only of what is wrong it is asked where it stands: for each of the many parts that are well, too, that takes long.
_RUN_AXE = """async ([rules, within]) => {
  const wishes = { runOnly: rules, resultTypes: ["violations"] };
  return (await axe.run(within ?? document, wishes)).violations;
}"""
# For films of which only the end is looked at. It does not wait until the playing begins.
PLAY_QUICKLY = """() => {
  const video = document.querySelector("#stage video");
  video.defaultPlaybackRate = video.playbackRate = 4;
  video.play().catch(() => {});
}"""
ENDED = "() => document.querySelector('#stage video').ended"
# What a test waits for comes in a moment; on a machine that has much else to do it may take longer than the five
# seconds that Playwright waits when nobody tells it otherwise.
expect.set_options(timeout=30_000)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@cache
def _started() -> tuple[Playwright, Browser, asyncio.AbstractEventLoop]:
    """One Chromium for all tests of this process, and the loop that speaks with it; starting them takes longer than
    many tests. They end with this process, also when it is killed: then nobody holds the other end of their pipe.
    """
    playwright = sync_playwright().start()
    browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
    return playwright, browser, asyncio.get_running_loop()


def end_chromium() -> None:
    """End the browser, if one was started."""
    if not _started.cache_info().currsize:
        return
    playwright, _browser, loop = _started()
    _started.cache_clear()
    asyncio._set_running_loop(loop)
    playwright.stop()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a window; what was opened in it is closed. After a test that failed it begins anew."""
    _playwright, browser, loop = _started()
    # Only within this block does the loop count as running: Django and other tests ask whether one does.
    asyncio._set_running_loop(loop)
    well = False
    try:
        yield browser
        for context in browser.contexts:
            context.close()
        well = browser.is_connected()
    finally:
        close_connections()
        if not well:
            end_chromium()
        asyncio._set_running_loop(None)


def close_connections() -> None:
    """Close those that Django keeps apart for Playwright's loop, which still runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        connections.close_all()


@cache
def _hashed() -> str:
    """The password of the tests as a portal in another process knows it: to hash it takes a third of a second."""
    return PBKDF2PasswordHasher().encode(PASSWORD, "not a secret")


def person(email: str, hashers: Any, **traits: Any) -> User:
    """Somebody who can sign in at a portal in another process, which knows the real password hashers only."""
    user = UserFactory(email=email, **traits)
    user.password = _hashed()
    user.save(update_fields=["password"])
    hashers.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    return user


def sign_in(page: Page, address: str, email: str) -> None:
    """Be signed in, with the cookies that the form would have set; the portal takes a while over a password, and over
    the page that the form leads to.
    """
    with pytest.MonkeyPatch.context() as patch:
        # Playwright's own loop runs in this thread.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        user = User.objects.get(email=email)
        asked = HttpRequest()
        asked.session = SessionStore()
        login(asked, user)
        asked.session.save()
    cookies = {
        settings.SESSION_COOKIE_NAME: asked.session.session_key,
        settings.LANGUAGE_COOKIE_NAME: user.language,
    }
    page.context.add_cookies(
        [{"name": name, "value": value, "url": address} for name, value in cookies.items() if value]
    )


def sign_in_by_form(page: Page, address: str, email: str) -> None:
    """Sign in as a person does."""
    page.goto(f"{address}/sign-in/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{address}/")


def goto_listening(page: Page, address: str, topic: str, seconds: float = 60) -> None:
    """Open a page and wait until it was answered on a topic of live events: what is told before that, passes it by."""
    heard: list[str] = []
    page.on("websocket", lambda line: line.on("framereceived", lambda frame: heard.append(str(frame))))
    page.goto(address)
    deadline = time.monotonic() + seconds
    while not any(f'"{topic}"' in frame for frame in heard):
        assert time.monotonic() < deadline, heard
        page.wait_for_timeout(50)


def refuse_until_renewed(page: Page, segments: re.Pattern[str]) -> list[str]:
    """Refuse these segments, as if their links had run out, until newer ones are asked for; returns where they were."""
    renewed: list[str] = []

    def segment(route: Route) -> None:
        if renewed:
            route.continue_()
        else:
            route.fulfill(status=403, json={"code": "link_expired"})

    page.route(segments, segment)
    page.on("request", lambda asked: renewed.append(asked.url) if asked.url.endswith("/playback") else None)
    return renewed


def tell_ends(page: Page, *minutes: float | None) -> None:
    """Let the status of jobs tell ends so far from now, or none, one after the other; the last of them from then on."""
    left = list(minutes)

    def answer(route: Route) -> None:
        asked = {name: value for name, value in route.request.headers.items() if name != "if-none-match"}
        found = route.fetch(headers=asked)
        wait = left.pop(0) if len(left) > 1 else left[0]
        end = None if wait is None else (timezone.now() + timedelta(minutes=wait)).isoformat()
        route.fulfill(response=found, json=found.json() | {"estimated_completion": end})

    page.route("**/api/v1/media/job/*/status", answer)


def choose(page: Page, *paths: Path | str) -> None:
    """Choose files on the upload page, once it is ready to take them."""
    expect(page.locator("#dashboard .uppy-Dashboard--isInnerWrapVisible")).to_be_visible()
    page.set_input_files("#files", [str(path) for path in paths])


def send(page: Page) -> None:
    """Send what is chosen."""
    page.get_by_role("button", name=re.compile(r"^(Upload|رفع) .*\d|^رفع ملف")).click()


LOOKS = pytest.mark.parametrize(
    ("language", "scheme", "width"),
    [("en", "light", 1440), ("ar", "dark", 1440), ("ar", "light", 320)],
)
"""Both languages, light and dark, wide and narrow."""


def settled(page: Page, address: str) -> list[str]:
    """What is wrong with a page once it stands still: what axe finds, and whether it scrolls sideways."""
    page.goto(address)
    page.wait_for_load_state("load")
    page.wait_for_timeout(250)
    found = violations(page)
    if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
        found.append("it scrolls sideways")
    return [f"{address}: {line}" for line in found]


def violations(page: Page, *, within: str | None = None) -> list[str]:
    """What axe finds wrong with the page as it stands, or with what lies within a selector, one line for each kind.

    A second look decides: what is only fading in is not wrong.
    """
    found = _look(page, within)
    if found:
        page.wait_for_timeout(700)
        found = _look(page, within)
    return found


def _look(page: Page, within: str | None) -> list[str]:
    page.evaluate("document.getAnimations().forEach((one) => { try { one.finish(); } catch {} })")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(_RUN_AXE, [RULES, within])
    return [f"{one['id']}: {one['nodes'][0]['target']} {one['nodes'][0]['failureSummary']}" for one in found]
