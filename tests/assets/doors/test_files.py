"""Files leave only by a good link, whole or in parts, and stop when they may no longer be played."""

import email
import email.policy
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.storage import default_storage
from django.db import connection

from assets import delivery
from assets.access import Visitor
from assets.delivery import standings, tokens
from assets.delivery.tokens import Link
from assets.doors import fileheaders, files
from assets.models import Asset
from assets.services import places
from assets.services.names import asset_folder
from mediaportal.core.doors import App
from tests.asgi import Answer, request
from tests.factories import AssetFactory, ShareLinkFactory, UserFactory, VariantFactory, put_file

pytestmark = pytest.mark.django_db(transaction=True)
CONTENT = bytes(range(256)) * 40


@pytest.fixture
def app() -> App:
    """A server that remembers nothing of other tests."""
    return files.files_app()


@pytest.fixture
def asset(storage_kind: str) -> Asset:
    """A published video with its bytes, in a folder and in a bucket."""
    return AssetFactory(published=True, content=CONTENT, original_filename="فيلم film.mp4")


@pytest.fixture
def url(asset: Asset) -> str:
    """The owner's link to it, percent-decoded as a server does."""
    return plain(delivery.original_url(asset, user=asset.uploaded_by))


def plain(url: str) -> str:
    """A path as it stands in an ASGI scope."""
    return unquote(url)


def get(app: App, url: str, method: str = "GET", **headers: str) -> Answer:
    """Ask for a path."""
    return request(app, method, url, headers={k.replace("_", "-"): v for k, v in headers.items()})


def test_a_whole_file(app: App, url: str) -> None:
    answer = get(app, url)
    assert (answer.status, answer.body, answer.finished) == (200, CONTENT, True)
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["content-disposition"] == (
        "inline; filename=\"____ film.mp4\"; filename*=UTF-8''%D9%81%D9%8A%D9%84%D9%85%20film.mp4"
    )
    private, age = answer.headers["cache-control"].split(", ")
    assert private == "private"
    assert 0 < int(age.removeprefix("max-age=")) <= 900 + 6


def test_head(app: App, url: str) -> None:
    answer = get(app, url, "HEAD")
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"", str(len(CONTENT)))


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-9", 0, 9), ("bytes=10000-", 10000, 10239), ("bytes=-40", 10200, 10239)],
)
def test_parts(app: App, url: str, asked: str, first: int, last: int) -> None:
    answer = get(app, url, Range=asked)
    assert (answer.status, answer.body) == (206, CONTENT[first : last + 1])
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(CONTENT)}"
    assert answer.headers["content-length"] == str(last - first + 1)


def test_parts_outside(app: App, url: str) -> None:
    answer = get(app, url, Range="bytes=99999-")
    assert (answer.status, answer.headers["content-range"]) == (416, f"bytes */{len(CONTENT)}")


def test_conditions(app: App, url: str) -> None:
    first = get(app, url)
    etag = first.headers["etag"]
    same = get(app, url, If_None_Match=etag)
    assert (same.status, same.body, same.headers["etag"]) == (304, b"", etag)
    assert get(app, url, If_Modified_Since=first.headers["last-modified"]).status == 304
    assert get(app, url, Range="bytes=0-1", If_Range=etag).status == 206
    assert get(app, url, Range="bytes=0-1", If_Range='"other"').status == 200


def test_what_is_asked_for_must_be_this_state(app: App, url: str) -> None:
    first = get(app, url)
    assert get(app, url, If_Match=first.headers["etag"]).status == 200
    for other in ({"If_Match": '"other"'}, {"If_Unmodified_Since": "Tue, 14 Nov 2000 22:13:20 GMT"}):
        answer = get(app, url, **other)
        assert (answer.status, answer.body) == (412, b"")
    both = get(app, url, If_Match='"other"', If_None_Match=first.headers["etag"])
    assert both.status == 412


def test_several_parts_come_in_one_body(app: App, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "PIECE_BYTES", 7)
    monkeypatch.setattr(files, "BUCKET_PIECE_BYTES", 7)
    answer = get(app, url, Range="bytes=0-9,100-119,-5")
    kind, _semicolon, boundary = answer.headers["content-type"].partition("; boundary=")
    assert (answer.status, kind, answer.finished) == (206, "multipart/byteranges", True)
    assert answer.headers["content-length"] == str(len(answer.body))
    assert "content-range" not in answer.headers
    head = f"Content-Type: {answer.headers['content-type']}\r\n\r\n".encode()
    whole = email.message_from_bytes(head + answer.body, policy=email.policy.HTTP)
    parts = [
        (part["Content-Type"], part["Content-Range"], part.get_payload(decode=True))
        for part in whole.walk()
        if not part.is_multipart()
    ]
    assert boundary and parts == [
        ("video/mp4", "bytes 0-9/10240", CONTENT[:10]),
        ("video/mp4", "bytes 100-119/10240", CONTENT[100:120]),
        ("video/mp4", "bytes 10235-10239/10240", CONTENT[-5:]),
    ]
    assert get(app, url, "HEAD", Range="bytes=0-9").status == 200


def test_large_files_come_in_pieces(app: App, asset: Asset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "PIECE_BYTES", 1000)
    monkeypatch.setattr(files, "BUCKET_PIECE_BYTES", 3000)
    url = plain(delivery.original_url(asset, user=asset.uploaded_by))
    assert get(app, url).body == CONTENT


def test_downloads_are_attachments(app: App, asset: Asset) -> None:
    url = plain(delivery.original_url(asset, user=asset.uploaded_by, download=True))
    assert get(app, url).headers["content-disposition"].startswith("attachment; ")


@pytest.mark.parametrize(
    "mime_type", ["text/html", "image/svg+xml", "application/octet-stream", "text/javascript"]
)
def test_what_could_act_is_never_shown(mime_type: str) -> None:
    link = Link(asset_id=uuid4(), scope="x/a", expires=1, mime_type=mime_type)
    assert fileheaders.disposition(link, "a", mime_type).startswith("attachment")


def test_packages(app: App, asset: Asset) -> None:
    manifest = VariantFactory(asset=asset, hls=True, content=b"#EXTM3U\n")
    folder = manifest.storage_key.rsplit("/", 1)[0]
    put_file(f"{folder}/v360/init.mp4", b"init")
    put_file(f"{folder}/v360/1.m4s", b"segment")
    url = delivery.variant_url(manifest, user=asset.uploaded_by)
    answer = get(app, url)
    assert (answer.body, answer.headers["content-type"]) == (b"#EXTM3U\n", "application/vnd.apple.mpegurl")
    assert answer.headers["cache-control"] == "private, no-cache"
    base = url.rsplit("/", 1)[0]
    segment = get(app, f"{base}/v360/1.m4s")
    assert (segment.body, segment.headers["content-type"]) == (b"segment", "video/iso.segment")
    assert segment.headers["cache-control"].endswith("immutable")
    for other in (
        "../original/" + asset.original_filename,
        "v360",
        "v360/",
        "v360/../../original/x",
        ".",
        "nothing",
    ):
        assert get(app, f"{base}/{other}").status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/files/",
        "/files/x",
        "/files/x/y",
        "/files//",
        "/files/" + "A" * 150 + "/film.mp4",
        "/files/../manage.py",
    ],
)
def test_without_a_good_token_there_is_nothing(app: App, path: str) -> None:
    answer = get(app, path)
    assert (answer.status, answer.json()["code"]) == (404, "not_found")


def test_expired_links_say_so(app: App, asset: Asset) -> None:
    link = Link(asset_id=asset.pk, scope="original/" + asset.original_filename, expires=1)
    answer = get(app, f"/files/{tokens.sign(link)}/{asset.original_filename}")
    assert (answer.status, answer.json()["code"]) == (403, "link_expired")


def test_other_verbs(app: App, url: str) -> None:
    answer = get(app, url, "POST")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


def test_other_origins_read_nothing_unless_they_are_named(app: App, url: str, settings: Any) -> None:
    assert "access-control-allow-origin" not in get(app, url, Origin="https://a.example").headers
    assert get(app, url, "OPTIONS", Origin="https://a.example").status == 405
    settings.MEDIA_ORIGINS = ("https://a.example",)
    other = get(app, url, Origin="https://b.example")
    assert (other.headers["vary"], other.headers["cross-origin-resource-policy"]) == ("Origin", "same-origin")
    assert "access-control-allow-origin" not in other.headers
    assert get(app, url, "OPTIONS", Origin="https://b.example").status == 405
    named = get(app, url, Origin="https://a.example", Range="bytes=0-1")
    assert named.headers["access-control-allow-origin"] == "https://a.example"
    assert named.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "access-control-allow-credentials" not in named.headers
    assert "Content-Range" in named.headers["access-control-expose-headers"]
    asked = get(app, url, "OPTIONS", Origin="https://a.example", Access_Control_Request_Headers="range")
    assert (asked.status, asked.headers["access-control-allow-methods"]) == (204, "GET, HEAD, POST")
    assert "Range" in asked.headers["access-control-allow-headers"]
    refused = get(app, "/files/x/y", Origin="https://a.example")
    assert (refused.status, refused.headers["access-control-allow-origin"]) == (404, "https://a.example")
    assert get(app, f"{url}x", Range="bytes=99999-", Origin="https://a.example").headers["vary"] == "Origin"
    settings.MEDIA_ORIGINS = ("*",)
    assert get(app, url, Origin="https://b.example").headers["access-control-allow-origin"] == "*"


def test_nginx_is_told_what_it_may_send(app: App, asset: Asset, url: str, settings: Any) -> None:
    settings.X_ACCEL_LOCATION = "/stored/"
    answer = get(app, url, Range="bytes=0-1")
    if settings.STORAGE == "s3":
        assert (answer.status, answer.body) == (206, CONTENT[:2]), "a bucket's objects nginx does not have"
        return
    assert (answer.status, answer.body, answer.finished) == (200, b"", True)
    assert unquote(answer.headers["x-accel-redirect"]) == f"/stored/{asset.storage_key}"
    assert answer.headers["x-accel-redirect"].isascii()
    assert answer.headers["content-type"] == "video/mp4"
    assert "etag" not in answer.headers
    Asset.objects.filter(pk=asset.pk).update(deleted_at="2026-01-01T00:00:00Z")
    refused = get(files.files_app(), url)
    assert refused.status == 404
    assert "x-accel-redirect" not in refused.headers


def test_what_may_not_be_kept_is_played_and_not_saved(app: App, asset: Asset) -> None:
    Asset.objects.filter(pk=asset.pk).update(allow_download=False, visibility="internal")
    asset.refresh_from_db()
    for user, status in ((asset.uploaded_by, 200), (UserFactory(role="viewer"), 404)):
        assert get(app, plain(delivery.original_url(asset, user=user, download=True))).status == status
        assert get(app, plain(delivery.original_url(asset, user=user))).status == 200


def test_visitors_may_have_what_their_link_says(app: App, asset: Asset) -> None:
    share = ShareLinkFactory(asset=asset, created_by=asset.uploaded_by)
    visitor = Visitor(share)
    url = plain(delivery.original_url(asset, user=visitor))
    assert get(app, url).status == 200
    other = AssetFactory(published=True, content=CONTENT)
    assert get(app, plain(delivery.original_url(other, user=visitor))).status == 404
    assert get(app, plain(delivery.original_url(asset, user=visitor, download=True))).status == 404
    share.__class__.objects.filter(pk=share.pk).update(revoked_at="2026-01-01T00:00:00Z")
    assert get(files.files_app(), url).status == 404


def test_a_link_without_a_person_opens_public_files_only(app: App) -> None:
    url = delivery.original_url(_made(visibility="internal"), user=AnonymousUser())
    assert get(app, url).status == 404
    url = delivery.original_url(_made(visibility="public"), user=AnonymousUser())
    assert get(app, url).status == 200


def _made(**traits: Any) -> Asset:
    """An asset made in this test's own thread."""
    return AssetFactory(published=True, content=CONTENT, **traits)


def test_links_stop_when_the_asset_is_gone(app: App, asset: Asset, url: str, clock: "Clock") -> None:
    assert get(app, url).status == 200
    Asset.objects.filter(pk=asset.pk).update(publication="blocked", deleted_at="2026-01-01T00:00:00Z")
    assert get(app, url).status == 200, "the answer of a moment ago still counts"
    clock.pass_seconds(standings.CHECK_SECONDS)
    assert get(app, url).status == 404


def test_a_running_download_stops_too(
    app: App, asset: Asset, url: str, clock: "Clock", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "PIECE_BYTES", 1000)
    monkeypatch.setattr(files, "BUCKET_PIECE_BYTES", 1000)
    open_file = places.open_file

    def slowly(key: str, *, within: str) -> "SlowFile":
        return SlowFile(open_file(key, within=within), asset, clock)

    monkeypatch.setattr(places, "open_file", slowly)
    answer = get(app, url)
    assert not answer.finished
    assert 3000 < len(answer.body) < 8000


def test_the_database_is_not_asked_for_every_segment(
    app: App, url: str, clock: "Clock", monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    real = standings.standing

    def counted(**who: Any) -> standings.Standing:
        asked.append(who)
        return real(**who)

    monkeypatch.setattr(standings, "standing", counted)
    for _ in range(20):
        assert get(app, url).status == 200
    assert len(asked) == 1


def test_symbolic_links_lead_nowhere(app: App, tmp_path: Path) -> None:
    asset = AssetFactory(published=True)
    manifest = VariantFactory(asset=asset, hls=True, content=b"#EXTM3U\n")
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    folder = Path(default_storage.path(f"{asset_folder(asset.pk)}/cmaf"))
    (folder / "file").symlink_to(secret)
    (folder / "inside").symlink_to(folder / "master.m3u8")
    (folder / "way").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe")
    base = delivery.variant_url(manifest, user=asset.uploaded_by).rsplit("/", 1)[0]
    for name in ("file", "inside", "way/secret", "pipe"):
        assert get(app, f"{base}/{name}").status == 404


def test_a_client_that_leaves_ends_the_reading(app: App, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "PIECE_BYTES", 10)
    monkeypatch.setattr(files, "BUCKET_PIECE_BYTES", 10)
    answer = request(app, "GET", url, disconnect=True)
    assert not answer.finished
    assert len(answer.body) < len(CONTENT)


class SlowFile:
    """A file of which each piece takes two seconds; with the fourth its asset goes into the trash."""

    def __init__(self, opened: places.Opened, asset: Asset, clock: "Clock") -> None:
        self.opened, self.asset, self.clock = opened, asset, clock
        self.size, self.validators, self.close = opened.size, opened.validators, opened.close

    def read(self, at: int, count: int) -> bytes:
        """A piece."""
        if at == 3000:
            Asset.objects.filter(pk=self.asset.pk).update(deleted_at="2026-01-01T00:00:00Z")
            connection.close()  # of the thread that reads
        self.clock.pass_seconds(2)
        return self.opened.read(at, count)


class Clock:
    """Monotonic time that the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def pass_seconds(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds

    def monotonic(self) -> float:
        """Stands in for `time.monotonic`."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    """Let the two modules that ask for the time ask this clock."""
    made = Clock()

    class Time:
        monotonic = staticmethod(made.monotonic)
        time = staticmethod(time.time)

    monkeypatch.setattr(standings, "time", Time)
    monkeypatch.setattr(files, "time", Time)
    yield made
