"""A decision reaches whoever watches: open players stop, say so and show nothing, however somebody came to them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from analysis.models import Case
from analysis.services.moderation import byhand, claiming, deciding
from analysis.services.moderation.verdicts import Restriction, Verdict
from assets.models import Asset, ShareLink
from assets.services import sharing
from mediaportal.accounts.models import User
from processing.ffmpeg.transcode import Encoded
from processing.models import Scheme
from tests.factories import AssetFactory, ShareLinkFactory, VariantFactory
from tests.forms import png
from tests.functional.browser import chromium, goto_listening, person, sign_in
from tests.functional.films import begun, packaged, shown
from tests.media import media

pytestmark = pytest.mark.xdist_group("films")
# It goes round and round, so that it plays whenever the decision comes.
PLAYS = "() => { const one = document.querySelector('#stage video'); one.loop = true; one.muted = true; one.play(); }"
PLAYED = "() => document.querySelector('#stage video').currentTime > 0.5"
EMPTY = "() => [...document.querySelectorAll('#stage video')].every((one) => one.paused && !one.readyState)"
# From the decision until nothing plays any more, in milliseconds.
WITHIN = 5_000
REJECT = Verdict("reject", "copyright")


@pytest.fixture
def browser(web: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    layer = settings.CHANNEL_LAYERS["default"]
    config = {name: value for name, value in layer["CONFIG"].items() if name != "prefix"}
    settings.CHANNEL_LAYERS = {"default": layer | {"CONFIG": config}}  # those of the web process
    with chromium() as browser:
        yield browser


@pytest.fixture
def moderator(settings: Any) -> User:
    """Whoever decides."""
    return person("mona@example.org", settings, role="moderator")


def decided(moderator: User, asset: Asset, verdict: Verdict) -> None:
    """Somebody who moderates opens a case of an asset and decides on it."""
    one: Case = byhand.open_by_hand(user=moderator, asset_id=asset.pk, policy="house-rules")
    claiming.claim(user=moderator, case_id=one.pk)
    deciding.decide(user=moderator, case_id=one.pk, verdict=verdict)


def opened(browser: Browser, web: str, address: str, *, as_: str = "") -> Page:
    """A page of somebody, where the film plays."""
    page = browser.new_context(base_url=web, locale="en").new_page()
    if as_:
        sign_in(page, web, as_)
    page.goto(address)
    page.evaluate(PLAYS)
    page.wait_for_function(PLAYED, timeout=30_000)
    return page


@pytest.mark.parametrize("scheme", [Scheme.CLEAR, Scheme.CBCS])
def test_what_is_rejected_stops_for_everybody_who_watches(
    web: str,
    browser: Browser,
    moderator: User,
    settings: Any,
    made: tuple[Path, Encoded],
    tmp_path: Path,
    scheme: Scheme,
) -> None:
    owner, viewer = person("lina@example.org", settings), person("vera@example.org", settings, role="viewer")
    job = begun(owner)
    packaged(job, made[1], tmp_path, scheme=scheme)
    encryption = "" if scheme == Scheme.CLEAR else scheme
    asset = shown(job, title="Harbour", visibility="public", encryption=encryption)
    link: ShareLink = ShareLinkFactory(asset=asset)
    signed_in = opened(browser, web, f"/assets/{asset.pk}/", as_=viewer.email)
    expect(signed_in.locator("html")).to_have_attribute("data-live", "live")
    shared = opened(browser, web, sharing.path_of(link))
    framed = opened(browser, web, f"/embed/{asset.pk}")
    decided(moderator, asset, REJECT)
    signed_in.wait_for_function(EMPTY, timeout=WITHIN)
    expect(signed_in.locator(".player-trouble")).to_contain_text("This file was blocked")
    framed.wait_for_function(EMPTY, timeout=WITHIN)
    expect(framed.locator(".player-trouble")).to_contain_text("You may not watch this any longer")
    expect(shared.get_by_role("heading", name="This link has ended")).to_be_visible(timeout=WITHIN)
    assert shared.locator("video").count() == 0
    answer = signed_in.request.get(f"/api/v1/assets/{asset.pk}/playback")
    assert answer.status == 404


def test_what_is_for_older_people_stops_for_the_younger_alone(
    web: str, browser: Browser, moderator: User, settings: Any
) -> None:
    young = person("vera@example.org", settings, role="viewer", age_limit="12")
    grown = person("omar@example.org", settings, role="viewer")
    asset = AssetFactory(published=True, duration=30.0, title="Harbour")
    VariantFactory(asset=asset, duration=30.0, content=media("half_minute.mp4").read_bytes())
    pages = [opened(browser, web, f"/assets/{asset.pk}/", as_=one.email) for one in (young, grown)]
    for page in pages:
        expect(page.locator("html")).to_have_attribute("data-live", "live")
    decided(moderator, asset, Verdict("restrict", "violence", restriction=Restriction(rating="18")))
    pages[0].wait_for_function(EMPTY, timeout=WITHIN)
    expect(pages[0].locator(".player-trouble")).to_contain_text("You may not watch this any longer")
    at = pages[1].evaluate("document.querySelector('#stage video').currentTime")
    pages[1].wait_for_function(f"() => document.querySelector('#stage video').currentTime !== {at}")
    assert pages[1].locator(".player-trouble").is_hidden()


def test_a_picture_does_not_stay_on_the_page(
    web: str, browser: Browser, moderator: User, settings: Any
) -> None:
    viewer = person("vera@example.org", settings, role="viewer")
    asset = AssetFactory(image=True, published=True, title="Harbour")
    VariantFactory(
        asset=asset,
        format="png",
        quality="web",
        filename="web.png",
        mime_type="image/png",
        content=png(),
        bitrate=None,
        duration=None,
    )
    page = browser.new_context(base_url=web, locale="en").new_page()
    sign_in(page, web, viewer.email)
    goto_listening(page, f"/assets/{asset.pk}/", f"asset:{asset.pk}")
    expect(page.locator("#stage img")).to_be_visible()
    decided(moderator, asset, REJECT)
    expect(page.locator("#stage img")).to_have_count(0, timeout=WITHIN)
