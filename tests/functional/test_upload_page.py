"""Files on their way from a real browser: chosen, paused, interrupted, lost, followed from page to page."""

import hashlib
import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, Route, expect

from assets.models import Asset, UploadSession
from tests.factories import AssetFactory, CollectionFactory
from tests.functional.browser import choose, chromium, person, send, sign_in, violations
from tests.media import media

pytestmark = pytest.mark.xdist_group("workers")

EMAIL = "lina@example.org"
PADDING = 6 * 2**20
SLOWLY = 800_000  # bytes a second
FORGET = """async () => {
  for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
  const opened = indexedDB.open("uppy-blobs");
  await new Promise((resolve) => { opened.onsuccess = resolve; });
  const change = opened.result.transaction("files", "readwrite");
  change.objectStore("files").clear();
  await new Promise((resolve) => { change.oncomplete = resolve; });
}"""

DROP = """() => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File(["quay"], "quay.png", { type: "image/png" }));
  return !document.body.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer }));
}"""


@pytest.fixture(autouse=True)
def _browser_beside_the_orm(monkeypatch: pytest.MonkeyPatch) -> None:
    # Playwright's own loop runs in this thread; the ORM would take us for asynchronous code.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture
def long_video(tmp_path: Path) -> Path:
    """A video that takes some seconds on a slow line: a short one with room left free behind it."""
    file = tmp_path / "harbour.mp4"
    free = struct.pack(">I4s", PADDING, b"free") + bytes(PADDING - 8)
    file.write_bytes(Path(media("plain.mp4")).read_bytes() + free)
    return file


@contextmanager
def _signed_in(browser: Browser, web: str, path: str = "/upload/") -> Iterator[Page]:
    """A page of somebody who may upload; errors of its scripts are errors of the test."""
    page = browser.new_context().new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    sign_in(page, web, EMAIL)
    page.goto(f"{web}{path}")
    yield page
    page.context.close()
    assert wrong == []


class _Wire:
    """What goes over the line to the uploads, and how fast."""

    def __init__(self, page: Page) -> None:
        self.begun = 0
        self.offsets: list[int] = []
        self._session = page.context.new_cdp_session(page)
        self._session.send("Network.enable")
        page.on("request", self._note)

    def _note(self, request: Request) -> None:
        if "/api/v1/uploads/" in request.url:
            self.begun += request.method == "POST"
            if request.method == "PATCH":
                self.offsets.append(int(request.headers["upload-offset"]))

    def limit(self, bytes_a_second: int) -> None:
        """Send no faster than this; -1 is as fast as it goes."""
        conditions = {"offline": False, "latency": 0, "downloadThroughput": -1}
        self._session.send(
            "Network.emulateNetworkConditions", conditions | {"uploadThroughput": bytes_a_second}
        )


def _row(page: Page, name: str) -> Locator:
    return page.locator(".row-of", has_text=name)


def _wait_for_state(row: Locator, state: str, seconds: int = 30) -> None:
    expect(row).to_have_attribute("data-state", re.compile(f"^({state})$"), timeout=seconds * 1000)


def _begin_slowly(page: Page, file: Path) -> _Wire:
    """Send a file on a slow line until the portal holds a part of it."""
    wire = _Wire(page)
    wire.limit(SLOWLY)
    choose(page, file)
    send(page)
    expect(_row(page, file.name).locator(".row-state")).to_contain_text(re.compile(r"[2-9]\d\s%"))
    return wire


def test_files_and_a_folder_are_sent_with_their_wishes_and_followed_until_ready(
    web: str, workers: None, settings: Any, tmp_path: Path
) -> None:
    user = person(EMAIL, settings)
    shelf = CollectionFactory(
        name="Harbour", created_by=user, parent=CollectionFactory(name="Coast", created_by=user)
    )
    folder = tmp_path / "shoot"
    folder.mkdir()
    (folder / "room.mp3").write_bytes(Path(media("tone.mp3")).read_bytes())
    (folder / ".hidden").write_bytes(b"x")
    with chromium() as browser, _signed_in(browser, web) as page:
        expect(page.locator("#dashboard .uppy-Dashboard-AddFiles")).to_be_visible()
        page.locator("#dashboard input[webkitdirectory]").set_input_files(folder)
        choose(page, media("picture.png"))
        page.get_by_label("Tags").fill("quay, night")
        page.get_by_label("Collection").select_option(label="Coast / Harbour")
        page.get_by_role("button", name="Edit the details of picture.png").click()
        page.locator("#uppy-Dashboard-FileCard-input-title").fill("A quay at night")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("2 files chosen")).to_be_visible()
        send(page)
        for name in ("room.mp3", "picture.png"):
            _wait_for_state(_row(page, name), "ready", seconds=90)
        link = _row(page, "picture.png").get_by_role("link", name="Open").get_attribute("href")
        expect(page.locator("#dashboard .uppy-Dashboard-AddFiles")).to_be_visible()
    picture = Asset.objects.get(original_filename="picture.png")
    assert link == f"/assets/{picture.pk}/"
    assert picture.title == "A quay at night"
    assert {tag.name for tag in picture.tags.all()} == {"quay", "night"}
    assert picture.collections.get() == shelf
    assert Asset.objects.get(original_filename="room.mp3").title == "room"


def test_a_paused_upload_goes_on_where_it_stood(web: str, settings: Any, long_video: Path) -> None:
    person(EMAIL, settings)
    with chromium() as browser, _signed_in(browser, web) as page:
        wire = _begin_slowly(page, long_video)
        row = _row(page, long_video.name)
        row.get_by_role("button", name="Pause").click()
        _wait_for_state(row, "paused")
        go_on = row.get_by_role("button", name="Go on")
        expect(go_on).to_be_focused()
        wire.limit(-1)
        go_on.click()
        _wait_for_state(row, "checking|processing")
    assert wire.begun == 1
    assert wire.offsets[0] == 0
    assert wire.offsets[-1] > 0
    assert Asset.objects.get().file_size == long_video.stat().st_size


def test_a_reload_goes_on_at_its_offset_without_choosing_again(
    web: str, settings: Any, long_video: Path
) -> None:
    person(EMAIL, settings)
    with chromium() as browser, _signed_in(browser, web) as page:
        wire = _begin_slowly(page, long_video)
        page.reload()
        wire.limit(-1)
        _wait_for_state(_row(page, long_video.name), "checking|processing")
    assert wire.begun == 1
    assert wire.offsets[0] == 0
    assert wire.offsets[-1] > 0
    asset = Asset.objects.get()
    assert asset.sha256 == hashlib.sha256(long_video.read_bytes()).hexdigest()


def test_a_file_that_the_browser_lost_is_asked_for_once_and_goes_on(
    web: str, settings: Any, long_video: Path, tmp_path: Path
) -> None:
    person(EMAIL, settings)
    with chromium() as browser, _signed_in(browser, web) as page:
        wire = _begin_slowly(page, long_video)
        row = _row(page, long_video.name)
        page.evaluate(FORGET)
        page.reload()
        _wait_for_state(row, "asking")
        wire.limit(-1)
        other = tmp_path / "other.mp4"
        other.write_bytes(b"another file")
        for file in (other, long_video):
            with page.expect_file_chooser() as chooser:
                row.get_by_role("button", name="Choose the file").click()
            chooser.value.set_files(file)
            if file == other:
                expect(page.get_by_text("This is another file. Choose harbour.mp4.")).to_be_visible()
        _wait_for_state(row, "checking|processing")
    assert wire.begun == 1
    assert wire.offsets[-1] > 0
    assert Asset.objects.get().sha256 == hashlib.sha256(long_video.read_bytes()).hexdigest()


def test_the_dock_goes_on_over_every_page_until_ready(
    web: str, workers: None, settings: Any, long_video: Path
) -> None:
    person(EMAIL, settings)
    with chromium() as browser, _signed_in(browser, web) as page:
        wire = _begin_slowly(page, long_video)
        page.goto(f"{web}/jobs/")
        dock = page.locator("#dock")
        row = dock.locator(".row-of")
        _wait_for_state(row, "uploading")
        dock.get_by_role("button", name="Pause all").click()
        _wait_for_state(row, "paused")
        page.wait_for_timeout(700)  # the browser's store writes down at most every half second
        page.goto(f"{web}/")
        _wait_for_state(row, "paused")
        wire.limit(-1)
        dock.get_by_role("button", name="Go on with all").click()
        _wait_for_state(row, "ready", seconds=90)
        assert violations(page) == []
        address = f"/assets/{Asset.objects.get().pk}/"
        expect(row.get_by_role("link", name="Open")).to_have_attribute("href", address)
        dock.get_by_role("button", name="Clear what is done").click()
        expect(dock).to_be_hidden()
    assert wire.begun == 1


def test_two_tabs_never_send_the_same_file(web: str, settings: Any, long_video: Path) -> None:
    person(EMAIL, settings)
    with chromium() as browser, _signed_in(browser, web) as page:
        wire = _begin_slowly(page, long_video)
        other = page.context.new_page()
        theirs = _Wire(other)
        other.goto(f"{web}/upload/")
        choose(other, media("picture.png"))
        expect(other.get_by_text("1 file chosen")).to_be_visible()
        expect(_row(other, long_video.name)).to_have_count(0)
        send(other)
        _wait_for_state(_row(other, "picture.png"), "checking|processing")
        wire.limit(-1)
        _wait_for_state(_row(page, long_video.name), "checking|processing")
        # What became of it is told in every tab.
        expect(_row(other, long_video.name)).to_have_count(1)
    assert (wire.begun, theirs.begun) == (1, 1)


def test_drafts_wait_over_a_reload_and_are_named_on_other_pages(web: str, settings: Any) -> None:
    person(EMAIL, settings)
    with chromium() as browser, _signed_in(browser, web) as page:
        choose(page, media("picture.png"))
        expect(page.get_by_text("1 file chosen")).to_be_visible()
        page.wait_for_timeout(700)  # the browser's store writes down at most every half second
        page.goto(f"{web}/")
        dock = page.get_by_role("complementary", name="1 file not sent yet")
        dock.get_by_role("link", name="Go on with them").click()
        expect(page.get_by_text("1 file chosen")).to_be_visible()
    assert not UploadSession.objects.exists()


def test_what_is_refused_says_why_with_its_code(web: str, settings: Any, tmp_path: Path) -> None:
    person(EMAIL, settings)
    empty = tmp_path / "empty.mov"
    empty.touch()
    with chromium() as browser, _signed_in(browser, web) as page:
        choose(page, empty, media("text.mp4"))
        row = _row(page, "empty.mov")
        _wait_for_state(row, "failed")
        expect(row).to_contain_text("This file is empty.")
        expect(row.locator(".copy-code")).to_have_attribute("data-copy", "empty_file")
        assert not UploadSession.objects.exists(), "an empty file is not sent at all"
        send(page)
        row = _row(page, "text.mp4")
        _wait_for_state(row, "failed")
        expect(row.locator(".copy-code")).to_have_attribute("data-copy", "unsupported_media_type")
        expect(row.get_by_role("button", name="Try again")).to_be_hidden()


def test_what_is_here_already_is_pointed_out_before_it_is_sent(web: str, settings: Any) -> None:
    user = person(EMAIL, settings)
    sha256 = hashlib.sha256(Path(media("picture.png")).read_bytes()).hexdigest()
    here = AssetFactory(uploaded_by=user, published=True, image=True, title="Quay", sha256=sha256)
    with chromium() as browser, _signed_in(browser, web) as page:
        choose(page, media("picture.png"))
        row = _row(page, "picture.png")
        _wait_for_state(row, "known")
        expect(row.get_by_role("link", name="Quay")).to_have_attribute("href", f"/assets/{here.pk}/")
        assert violations(page) == []
        page.reload()
        _wait_for_state(row, "known")
        expect(row).to_contain_text("choose the file again")
        expect(row.get_by_role("link", name="Quay")).to_be_visible()
        with page.expect_file_chooser() as chooser:
            row.get_by_role("button", name="Choose the file").click()
        chooser.value.set_files(media("text.mp4"))
        expect(page.locator(".toast-line")).to_contain_text("This is another file.")
        with page.expect_file_chooser() as chooser:
            row.get_by_role("button", name="Choose the file").click()
        chooser.value.set_files(media("picture.png"))
        _wait_for_state(row, "checking|processing")
        choose(page, media("picture.png"))
        row = page.locator('.row-of[data-state="known"]')
        row.get_by_role("button", name="Send anyway").click()
        expect(page.locator('.row-of:is([data-state="checking"], [data-state="processing"])')).to_have_count(
            2
        )
    assert Asset.objects.filter(sha256=sha256).count() == 3


def test_what_is_dropped_while_the_page_still_loads_is_taken(web: str, settings: Any) -> None:
    person(EMAIL, settings)
    with chromium() as browser, _signed_in(browser, web, "/") as page:
        held: list[Route] = []

        def hold(route: Route) -> None:
            held.append(route)

        page.route(re.compile(r"/js/upload(\.[0-9a-f]+)?\.js"), hold)
        page.goto(f"{web}/upload/", wait_until="commit")
        page.locator("#dashboard").wait_for(state="attached")
        assert page.evaluate(DROP), "the browser would have opened the file"
        held[0].continue_()
        expect(page.get_by_text("quay.png")).to_be_visible()


def test_without_a_websocket_the_work_is_followed_all_the_same(
    web: str, workers: None, settings: Any
) -> None:
    person(EMAIL, settings)
    with chromium() as browser, _signed_in(browser, web, "/") as page:
        page.route_web_socket(re.compile("/ws/"), lambda line: line.close())
        page.goto(f"{web}/upload/")
        choose(page, media("picture.png"))
        send(page)
        _wait_for_state(_row(page, "picture.png"), "ready", seconds=90)
        assert page.locator("html").get_attribute("data-live") == "polling"


class _Bucket:
    """The portal's signing and a bucket as the browser sees them, with parts of one MiB."""

    PART = 2**20

    def __init__(self, page: Page) -> None:
        self.parts: dict[int, bytes] = {}
        self.calls: list[str] = []
        self.told: Any = None
        self.failing = {2}
        self.full = True
        page.route("**/upload/", self._page)
        page.route("**/api/v1/uploads/s3-multipart**", self._portal)
        page.route("**/api/v1/uploads/s3-multipart/**", self._portal)
        page.route("**/bucket/*", self._bucket)

    def _page(self, route: Route) -> None:
        answer = route.fetch()
        text = answer.text().replace('data-direct=""', 'data-direct="/api/v1/uploads/s3-multipart"')
        route.fulfill(response=answer, body=text)

    def _portal(self, route: Route) -> None:
        path = route.request.url.split("/s3-multipart")[1]
        self.calls.append(f"{route.request.method} {path}")
        if not path:
            self.told = route.request.post_data_json
            route.fulfill(status=201, json={"upload_id": "u1", "key": "k", "part_size": self.PART})
        elif path.endswith("/complete"):
            sent = [part["PartNumber"] for part in (route.request.post_data_json or {})["parts"]]
            assert sent == sorted(self.parts)
            if self.full:
                self.full = False
                route.fulfill(status=413, json={"code": "quota_exceeded", "detail": "There is no room."})
            else:
                route.fulfill(status=202, json={"upload_id": "u1", "asset_id": str(uuid4())})
        elif path == "/u1":
            found = [{"PartNumber": number, "ETag": f'"{number}"'} for number in self.parts]
            route.fulfill(json=found)
        else:
            number = path.rsplit("/", 1)[1]
            route.fulfill(json={"url": f"/bucket/{number}", "method": "PUT", "headers": {"X-Part": number}})

    def _bucket(self, route: Route) -> None:
        number = int(route.request.headers["x-part"])
        if number in self.failing:
            self.failing.discard(number)
            route.fulfill(status=503)
            return
        self.parts[number] = route.request.post_data_buffer or b""
        route.fulfill(status=200, headers={"ETag": f'"{number}"'})


def test_parts_go_to_the_bucket_where_the_page_says_so(web: str, settings: Any, long_video: Path) -> None:
    person(EMAIL, settings)
    with chromium() as browser, _signed_in(browser, web, "/") as page:
        bucket = _Bucket(page)
        page.goto(f"{web}/upload/")
        choose(page, long_video)
        send(page)
        row = _row(page, long_video.name)
        _wait_for_state(row, "failed")
        expect(row.locator(".copy-code")).to_have_attribute("data-copy", "quota_exceeded")
        whole = b"".join(piece for _number, piece in sorted(bucket.parts.items()))
        assert whole == long_video.read_bytes()
        assert bucket.told["size"] == len(whole)
        assert bucket.told["sha256"] == hashlib.sha256(whole).hexdigest()
        bucket.calls.clear()
        row.get_by_role("button", name="Try again").click()
        _wait_for_state(row, "sent")
        assert bucket.calls == ["GET /u1", "POST /u1/complete"], "nothing is sent twice"


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
def test_chosen_files_and_their_details_pass_axe(web: str, settings: Any, scheme: Any, width: int) -> None:
    person(EMAIL, settings)
    with chromium() as browser:
        page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 800})
        sign_in(page, web, EMAIL)
        page.goto(f"{web}/upload/")
        choose(page, media("picture.png"), media("plain.mp4"))
        expect(page.get_by_text("2 files chosen")).to_be_visible()
        found = violations(page)
        page.get_by_role("button", name="Edit the details of plain.mp4").click()
        expect(page.get_by_role("button", name="Save")).to_be_visible()
        found += violations(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert found == []
