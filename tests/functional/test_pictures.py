"""In a browser: the poster is chosen, frames are captured, cards move while they are looked at, and the player finds
the storyboard in both manifests.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from assets.models import Asset, Variant
from mediaportal.accounts.models import User
from processing.ffmpeg import stills
from processing.ffmpeg.storyboard import Board
from processing.ffmpeg.transcode import Encoded
from processing.models import Job
from processing.packager import DASH_MANIFEST, HLS_MASTER, images, package
from processing.services import publishing
from processing.services.publishing import Product
from tests.factories import AssetFactory, VariantFactory
from tests.functional.browser import chromium, person, sign_in, violations
from tests.functional.films import begun
from tests.media import media
from tests.processing.ffmpeg.conftest import probed

pytestmark = pytest.mark.xdist_group("workers")

LOADED = """async (address) => {
  const shaka = window.shaka;
  const player = new shaka.Player();
  await player.attach(document.createElement("video"));
  await player.load(address);
  const tracks = player.getImageTracks();
  const tile = await player.getThumbnails(tracks[0].id, 3.2);
  const all = await player.getAllThumbnails(tracks[0].id);
  const answer = await fetch(tile.uris[0]);
  await player.destroy();
  return {
    tracks: tracks.length, tile: { x: tile.positionX, y: tile.positionY, w: tile.width, h: tile.height,
    start: tile.startTime }, status: answer.status, type: answer.headers.get("content-type"), count: all.length,
  };
}"""


@pytest.fixture
def page(web: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """A page of somebody who has signed in."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    person("lina@example.org", settings)
    with chromium() as browser:
        page = browser.new_page(base_url=web)
        sign_in(page, web, "lina@example.org")
        yield page


def film(**traits: Any) -> Asset:
    """A film that is ready, with two stills of it."""
    owner = User.objects.get()
    asset: Asset = AssetFactory(
        uploaded_by=owner,
        published=True,
        content=media("long_25.mp4").read_bytes(),
        duration=12.4,
        **traits,
    )
    asset.metadata = {"probed": True, "probe": probed("long_25.mp4").as_data()}
    asset.save()
    Job.objects.create(id=asset.job_id, asset=asset, status="completed")
    VariantFactory(asset=asset, content=media("long_25.mp4").read_bytes(), duration=12.4)
    for second in (2.0, 6.0):
        VariantFactory(
            asset=asset, thumbnail=True, timestamp=second, content=media("picture.webp").read_bytes()
        )
    return asset


def chosen(asset: Asset) -> list[float | None]:
    """When the chosen posters stand in the film."""
    found = Variant.objects.filter(asset=asset, variant_type="poster", format="webp", detail__step="poster")
    return [variant.timestamp for variant in found]


@pytest.mark.usefixtures("workers")
def test_a_poster_is_chosen_in_three_ways_and_given_up(page: Page) -> None:
    asset = film()
    page.goto(f"/assets/{asset.pk}/")
    page.locator("#pictures-head").click()
    page.get_by_role("button", name="Make the frame at 0:06 the poster").click()
    expect(page.get_by_text("The poster was chosen.")).to_be_visible(timeout=60_000)
    assert chosen(asset) == [6.0]

    page.wait_for_function("() => document.querySelector('#stage video').readyState >= 1")
    page.evaluate("() => { document.querySelector('#stage video').currentTime = 3; }")
    page.get_by_role("button", name="Take this frame as poster").click()
    expect(page.locator(".pictures-poster .at")).to_have_text("0:03", timeout=60_000)
    assert chosen(asset) == [3.0]

    page.locator("#pictures-file").set_input_files(media("picture.jpg"))
    expect(page.get_by_text("The poster was sent.")).to_be_visible(timeout=60_000)
    assert chosen(asset) == [None]
    assert violations(page) == []

    page.get_by_role("button", name="Automatic again").click()
    expect(page.get_by_text("There is no poster yet.")).to_be_visible()
    assert chosen(asset) == []


@pytest.mark.usefixtures("workers")
def test_a_frame_is_captured_and_saved(page: Page, tmp_path: Path) -> None:
    asset = film()
    page.goto(f"/assets/{asset.pk}/")
    page.wait_for_function("() => document.querySelector('#stage video').readyState >= 1")
    page.evaluate("() => { document.querySelector('#stage video').currentTime = 5; }")
    page.locator("#pictures-head").click()
    with page.expect_download(timeout=60_000) as saved:
        page.get_by_role("button", name="Capture this frame").click()
    assert saved.value.suggested_filename.endswith("_0-00-05.000_256w.png")
    expect(page.locator(".capture img")).to_have_count(1)
    page.get_by_role("button", name="Delete the frame at 0:05").click()
    expect(page.locator(".capture")).to_have_count(0)


def test_what_is_not_a_picture_is_refused_in_words(page: Page, tmp_path: Path) -> None:
    asset = film()
    words = tmp_path / "words.png"
    words.write_text("no picture at all")
    page.goto(f"/assets/{asset.pk}/")
    page.locator("#pictures-head").click()
    page.locator("#pictures-file").set_input_files(words)
    expect(page.locator("#pictures .wrong-word")).to_contain_text("By its bytes this is")


def preview(asset: Asset, form: str, content: bytes) -> None:
    """A moving preview in a format."""
    VariantFactory(
        asset=asset,
        variant_type="preview",
        format=form,
        filename=f"preview.{form}",
        mime_type=f"image/{form}",
        content=content,
    )


def test_a_card_moves_as_avif_where_there_is_one(page: Page) -> None:
    asset = film()
    preview(asset, "webp", media("animated.webp").read_bytes())
    preview(asset, "avif", media("picture.avif").read_bytes())
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "/preview." in one.url else None)
    page.goto("/")
    card = page.locator(f"#card-{asset.pk}")
    card.hover()
    expect(card.locator(".moving.here")).to_be_visible()
    assert [url.rpartition("/")[2] for url in asked] == ["preview.avif"]
    page.mouse.move(0, 0)
    expect(card.locator("picture")).to_have_count(1)


def test_a_card_moves_while_it_is_looked_at_and_is_quiet_otherwise(page: Page) -> None:
    asset = film()
    preview(asset, "webp", media("animated.webp").read_bytes())
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if one.url.endswith("/preview.webp") else None)
    page.goto("/")
    card = page.locator(f"#card-{asset.pk}")
    expect(card).to_be_visible()
    assert not asked
    card.hover()
    expect(card.locator(".moving.here")).to_be_visible()
    expect(card.get_by_text("360p")).to_be_visible()
    page.mouse.move(0, 0)
    expect(card.locator(".moving")).to_have_count(0)
    assert len(asked) == 1

    page.emulate_media(reduced_motion="reduce")
    page.reload()
    asked.clear()
    card.hover()
    card.locator("a").focus()
    page.wait_for_timeout(600)
    expect(card.locator(".moving")).to_have_count(0)
    assert not asked


@pytest.fixture(scope="module")
def with_storyboard(made: tuple[Path, Encoded], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A packaged set of a film of six seconds with its storyboard in it."""
    film_of, folder = made[1], tmp_path_factory.mktemp("storyboard")
    pictures = folder / "stills"
    pictures.mkdir()
    taken = stills.take(media("full_1080.mp4"), probed("full_1080.mp4"), pictures)
    assert taken.storyboard is not None
    target = folder / "package"
    target.mkdir()
    package(film_of.rungs, film_of.audio, target)
    board: Board = taken.storyboard.board
    images.add(target, board, taken.storyboard.folder)
    return target


def test_the_player_finds_the_storyboard_in_both_manifests(page: Page, with_storyboard: Path) -> None:
    owner = User.objects.get()
    job = begun(owner)
    product = Product(
        with_storyboard, "manifest", "hls", HLS_MASTER, entries={"hls": HLS_MASTER, "dash": DASH_MANIFEST}
    )
    step = job.steps.get(name="packaging")
    prepared = publishing.prepare(step=step, asset=job.asset, products=[product])
    with transaction.atomic():
        publishing.publish(step=step, job=job, asset=job.asset, prepared=prepared)
    page.goto(f"/assets/{job.asset_id}/")
    page.wait_for_function("() => window.shaka?.Player")
    links = page.evaluate(f"async () => (await fetch('/api/v1/assets/{job.asset_id}/playback')).json()")
    for name in ("hls_url", "dash_url"):
        found = page.evaluate(LOADED, links[name])
        assert found == {
            "tracks": 1,
            "tile": {"x": 480, "y": 0, "w": 160, "h": 90, "start": 3},
            "status": 200,
            "type": "image/jpeg",
            "count": 6,
        }, name
