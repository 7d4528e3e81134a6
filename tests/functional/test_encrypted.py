"""Encrypted sets in Chromium: they play with the right key and, without it or with another one, show no picture."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from playwright.sync_api import Page

from processing.ffmpeg.ladder import STANDARD, plan
from processing.ffmpeg.transcode import Encoded, transcode
from processing.packager import TextTrack, package
from processing.packager.encryption import ALL, Encryption, Scheme, StreamKey, labels_for
from tests.functional.browser import chromium
from tests.media import media
from tests.processing.ffmpeg.conftest import probed

pytestmark = pytest.mark.xdist_group("films")

SHAKA = Path(settings.NODE_MODULES) / "shaka-player" / "dist" / "shaka-player.compiled.js"
SCRIPTS = Path(settings.BASE_DIR) / "static" / "js"
NO_KEY, WRONG_KEY = 6012, 3016
PLAY = """
async ([address, keys]) => {
  shaka.polyfill.installAll();
  const video = document.querySelector("video");
  const player = new shaka.Player();
  const pause = () => new Promise((go) => setTimeout(go, 50));
  let failed = 0;
  player.addEventListener("error", (event) => { failed ||= event.detail.code; });
  await player.attach(video);
  player.configure({ drm: { clearKeys: keys }, streaming: { retryParameters: { maxAttempts: 1 } } });
  (await import("/js/playertracks.js")).wakeText(shaka, player);
  try {
    await player.load(address);
    await video.play();
  } catch (error) {
    failed ||= error.code ?? error.name;
  }
  for (let turn = 0; turn < 300 && !failed && video.currentTime < 2; turn += 1) await pause();
  const frames = video.getVideoPlaybackQuality().totalVideoFrames;
  const variants = player.getVariantTracks();
  const texts = player.getTextTracks();
  const arabic = texts.find((one) => one.language === "ar");
  const whole = () => video.buffered.length && video.buffered.end(0) > video.duration - 0.5;
  for (let turn = 0; arabic && turn < 200 && !whole(); turn += 1) await pause();
  if (arabic && whole()) player.selectTextTrack(arabic);
  const cues = () => [...video.textTracks].flatMap((one) => [...(one.cues ?? [])]).map((one) => one.text);
  for (let turn = 0; arabic && turn < 100 && !cues().length; turn += 1) await pause();
  const found = {
    failed,
    frames,
    qualities: [...new Set(variants.map((one) => one.height))].sort((a, b) => a - b),
    heard: variants.some((one) => one.audioCodec),
    texts: texts.map((one) => `${one.language} ${one.label}`).sort(),
    cues: cues(),
  };
  await player.destroy();
  return found;
}
"""


@dataclass
class _Shelf:
    """What is served: a folder of sets, the player, and keys by their ids."""

    folder: Path
    keys: dict[UUID, bytes] = field(default_factory=dict)


class _Handler(SimpleHTTPRequestHandler):
    """A set's files, a page with the player, and keys."""

    def __init__(self, *args: Any, shelf: _Shelf, **kwargs: Any) -> None:
        self._shelf = shelf
        super().__init__(*args, directory=str(shelf.folder), **kwargs)

    def do_GET(self) -> None:
        name = self.path.rpartition("/")[2]
        if self.path == "/":
            page = b"<!doctype html><script src='/shaka.js'></script><video muted></video>"
            self._answer(page, "text/html")
        elif name == "shaka.js":
            self._answer(SHAKA.read_bytes(), "text/javascript")
        elif self.path.startswith("/js/"):
            self._answer((SCRIPTS / name).read_bytes(), "text/javascript")
        elif "/keys/" in self.path:
            key = self._shelf.keys.get(UUID(name))
            self._answer(key or b"", "application/octet-stream", 200 if key else 403)
        else:
            super().do_GET()

    def _answer(self, body: bytes, kind: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


@contextmanager
def served(shelf: _Shelf) -> Iterator[str]:
    """A server of its own on the loopback address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, shelf=shelf))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """A page of a browser."""
    with chromium() as browser:
        yield browser.new_page()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Encoded:
    """A film of six seconds in two rungs of different groups, with sound."""
    probe = probed("full_1080.mp4")
    assert probe.video is not None
    rungs = plan(probe.video, STANDARD)
    return transcode(media("full_1080.mp4"), probe, rungs[1:3], tmp_path_factory.mktemp("film"))


def lock(scheme: Scheme, labels: list[str], *, video_only: bool = False) -> Encryption:
    keys = {label: StreamKey(uuid4(), uuid4().bytes) for label in labels}
    return Encryption(scheme, keys, lambda kid: f"keys/{kid}", video_only=video_only)


def played(page: Page, address: str, manifest: str, keys: dict[str, str] | None = None) -> dict[str, Any]:
    """What a player makes of a set."""
    page.goto(address)
    found: dict[str, Any] = page.evaluate(PLAY, [f"{address}/{manifest}", keys or {}])
    return found


def in_hex(encryption: Encryption) -> dict[str, str]:
    return {key.kid.hex: key.key.hex() for key in encryption.keys.values()}


@pytest.mark.parametrize("scheme", ["cbcs", "cenc"])
def test_dash_with_the_right_keys_with_others_and_with_none(
    page: Page, made: Encoded, tmp_path: Path, scheme: Scheme
) -> None:
    encryption = lock(scheme, labels_for([720, 480], sound=True))
    package(made.rungs, made.audio, tmp_path, encryption=encryption)
    right = in_hex(encryption)
    with served(_Shelf(tmp_path)) as address:
        good = played(page, address, "manifest.mpd", right)
        assert (good["failed"], good["qualities"], good["heard"]) == (0, [480, 720], True)
        assert good["frames"] > 20
        wrong = played(page, address, "manifest.mpd", {kid: uuid4().hex for kid in right})
        assert (wrong["failed"], wrong["frames"]) == (WRONG_KEY, 0)
        none = played(page, address, "manifest.mpd")
        assert (none["failed"], none["frames"]) == (NO_KEY, 0)


def test_hls_asks_for_each_key_where_its_playlist_says(page: Page, made: Encoded, tmp_path: Path) -> None:
    encryption = lock("cbcs", labels_for([720, 480], sound=True))
    package(made.rungs, made.audio, tmp_path, encryption=encryption)
    shelf = _Shelf(tmp_path, {key.kid: key.key for key in encryption.keys.values()})
    with served(shelf) as address:
        good = played(page, address, "master.m3u8")
        assert (good["failed"], good["qualities"]) == (0, [480, 720])
        assert good["frames"] > 20
        shelf.keys.clear()
        refused = played(page, address, "master.m3u8")
        assert refused["failed"] and refused["frames"] == 0


def test_one_pair_for_the_pictures_alone(page: Page, made: Encoded, tmp_path: Path) -> None:
    encryption = lock("cbcs", [ALL], video_only=True)
    package(made.rungs, made.audio, tmp_path, encryption=encryption)
    with served(_Shelf(tmp_path)) as address:
        assert played(page, address, "manifest.mpd", in_hex(encryption))["frames"] > 20
        assert played(page, address, "manifest.mpd")["frames"] == 0


@pytest.mark.parametrize("manifest", ["manifest.mpd", "master.m3u8"])
def test_packaged_text_is_shown_also_when_it_is_chosen_after_all_has_been_loaded(
    page: Page, made: Encoded, tmp_path: Path, manifest: str
) -> None:
    text = tmp_path / "a.vtt"
    text.write_text("WEBVTT\n\n00:00.000 --> 00:05.500\nمساء الخير\n", encoding="utf-8")
    folder = tmp_path / "set"
    folder.mkdir()
    tracks = [TextTrack(text, "ar", "العربية", is_default=True), TextTrack(text, "en", "English", "captions")]
    package(made.rungs, made.audio, folder, texts=tracks)
    with served(_Shelf(folder)) as address:
        found = played(page, address, manifest)
    assert (found["failed"], found["texts"]) == (0, ["ar العربية", "en English"])
    assert set(found["cues"]) == {"مساء الخير"}
