"""Segments and downloads may be fetched from the bucket by an address that lives a minute; everything else may not."""

import time
import urllib.request
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from botocore.exceptions import NoCredentialsError

from assets import delivery
from assets.access import Visitor
from assets.delivery import standings, tokens
from assets.doors import elsewhere, files
from assets.models import Asset
from assets.services import sharing
from assets.services.places import bucket as buckets
from mediaportal.core.buckets import BucketStorage
from mediaportal.core.doors import App
from tests.asgi import Answer, request
from tests.buckets import signing_for_cloudfront
from tests.factories import AssetFactory, ShareLinkFactory, VariantFactory, put_file

pytestmark = pytest.mark.django_db(transaction=True)
CONTENT = bytes(range(256)) * 40
NAME = "فيلم film.mp4"


@pytest.fixture
def app(bucket: BucketStorage, settings: Any) -> App:
    """A server that remembers nothing of other tests, and lets the bucket send."""
    settings.S3_DELIVERY = "presigned"
    return files.files_app()


@pytest.fixture
def asset(app: App) -> Asset:
    return AssetFactory(published=True, visibility="internal", content=CONTENT, original_filename=NAME)


@pytest.fixture
def base(asset: Asset) -> str:
    """Where the owner plays its streaming set."""
    manifest = VariantFactory(asset=asset, hls=True, content=b"#EXTM3U\n")
    folder = manifest.storage_key.rpartition("/")[0]
    for name in ("init.mp4", "1.m4s", "sound.m4a", "sheet.jpg", "text.vtt", "tiles.webp"):
        put_file(f"{folder}/v360/{name}", CONTENT)
    return delivery.variant_url(manifest, user=asset.uploaded_by).rpartition("/")[0]


def get(app: App, url: str, method: str = "GET", **headers: str) -> Answer:
    return request(app, method, unquote(url), headers={k.replace("_", "-"): v for k, v in headers.items()})


def download_url(asset: Asset) -> str:
    return delivery.original_url(asset, user=asset.uploaded_by, download=True)


def told(answer: Answer) -> dict[str, str]:
    """What the address says to which an answer leads."""
    assert answer.status == 302, answer.body
    return {name: found[0] for name, found in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def fetched(answer: Answer, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """What is there: status, headers in small letters, body."""
    asked = urllib.request.Request(answer.headers["location"], headers=headers)
    with urllib.request.urlopen(asked, timeout=60) as found:
        return found.status, {name.lower(): value for name, value in found.headers.items()}, found.read()


# --- What leaves ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "mime_type"),
    [("1.m4s", "video/iso.segment"), ("init.mp4", "video/mp4"), ("sound.m4a", "audio/mp4")],
)
def test_a_segment_comes_from_the_bucket(app: App, base: str, name: str, mime_type: str) -> None:
    answer = get(app, f"{base}/v360/{name}", Range="bytes=256-511")
    assert told(answer)["X-Amz-Expires"] == "60"
    assert (answer.body, answer.finished) == (b"", True)
    status, headers, body = fetched(answer, Range="bytes=256-511")
    assert (status, body) == (206, CONTENT[256:512])
    assert headers["content-range"] == f"bytes 256-511/{len(CONTENT)}"
    assert headers["content-type"] == mime_type
    assert fetched(answer)[::2] == (200, CONTENT)


def test_a_download_comes_from_the_bucket_under_its_name(app: App, asset: Asset) -> None:
    answer = get(app, download_url(asset))
    assert told(answer)["X-Amz-Expires"] == "60"
    status, headers, body = fetched(answer)
    assert (status, body, headers["content-type"]) == (200, CONTENT, "video/mp4")
    assert headers["content-disposition"] == (
        "attachment; filename=\"____ film.mp4\"; filename*=UTF-8''%D9%81%D9%8A%D9%84%D9%85%20film.mp4"
    )


def test_nobody_keeps_the_answer_and_nobody_there_hears_of_the_token(app: App, base: str) -> None:
    answer = get(app, f"{base}/v360/1.m4s")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert base.split("/")[2] not in answer.headers["location"]


def test_an_address_there_ends_with_the_link_that_it_was_asked_for_by(app: App, base: str) -> None:
    _empty, _files, token, rest = f"{base}/v360/1.m4s".split("/", 3)
    link = replace(tokens.read(token), expires=int(time.time()) + 10)
    answer = get(app, f"/files/{tokens.sign(link)}/{rest}")
    assert 1 <= int(told(answer)["X-Amz-Expires"]) <= 10


def test_pages_of_other_origins_may_follow_where_they_are_named(app: App, base: str, settings: Any) -> None:
    settings.MEDIA_ORIGINS = ("https://a.example",)
    answer = get(app, f"{base}/v360/1.m4s", Origin="https://a.example")
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (302, "https://a.example")
    other = get(app, f"{base}/v360/1.m4s", Origin="https://b.example")
    assert "access-control-allow-origin" not in other.headers


def test_browsers_are_told_the_address_that_they_reach(app: App, base: str, settings: Any) -> None:
    options = settings.STORAGES["default"]["OPTIONS"] | {"public_endpoint_url": "https://files.example.org"}
    settings.STORAGES = settings.STORAGES | {"default": settings.STORAGES["default"] | {"OPTIONS": options}}
    answer = get(app, f"{base}/v360/1.m4s")
    assert answer.headers["location"].startswith("https://files.example.org/")


# --- What stays -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["master.m3u8", "v360/sheet.jpg", "v360/text.vtt", "v360/tiles.webp"])
def test_what_names_other_files_and_what_browsers_keep_is_answered_here(
    app: App, base: str, name: str
) -> None:
    answer = get(app, f"{base}/{name}")
    assert (answer.status, len(answer.body)) == (200, 8 if name == "master.m3u8" else len(CONTENT))


def test_what_is_played_piece_by_piece_is_answered_here(app: App, asset: Asset) -> None:
    rendition = VariantFactory(asset=asset, content=CONTENT)
    for url in (
        delivery.original_url(asset, user=asset.uploaded_by),
        delivery.variant_url(rendition, user=asset.uploaded_by),
    ):
        assert get(app, url, Range="bytes=0-9").status == 206
    assert get(app, delivery.variant_url(rendition, user=asset.uploaded_by, download=True)).status == 302


@pytest.mark.parametrize("mime_type", ["image/svg+xml", "text/html", "application/octet-stream", "text/vtt"])
def test_what_could_act_never_leaves(app: App, asset: Asset, mime_type: str) -> None:
    Asset.objects.filter(pk=asset.pk).update(mime_type=mime_type)
    asset.refresh_from_db()
    answer = get(app, download_url(asset))
    assert (answer.status, answer.body) == (200, CONTENT)
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If_None_Match": "{etag}"}, 304),
        ({"If_None_Match": '"other"'}, 200),
        ({"If_Match": '"other"'}, 412),
        ({"If_Modified_Since": "{date}"}, 304),
        ({"If_Unmodified_Since": "Tue, 14 Nov 2000 22:13:20 GMT"}, 412),
        ({"Range": "bytes=0-9", "If_Range": "{etag}"}, 206),
        ({"Range": "bytes=0-9", "If_Range": '"other"'}, 200),
        ({"Range": "bytes=0-9,20-29"}, 206),
    ],
)
def test_questions_that_a_bucket_may_not_understand_alike_are_answered_here(
    app: App, base: str, headers: dict[str, str], status: int
) -> None:
    url = f"{base}/v360/1.m4s"
    known = get(app, url, "HEAD")
    assert (known.status, known.headers["content-length"]) == (200, str(len(CONTENT)))
    facts = {"etag": known.headers["etag"], "date": known.headers["last-modified"]}
    assert get(app, url, **{k: v.format(**facts) for k, v in headers.items()}).status == status
    assert known.headers["etag"] == fetched(get(app, url))[1]["etag"], "both name the same state"


def test_a_link_that_is_bound_to_an_address_does_not_leave(app: App, asset: Asset, settings: Any) -> None:
    settings.LINKS_BOUND_TO_ADDRESS = True
    asked = tokens.asked_from.set("192.0.2.1")
    try:
        assert get(app, download_url(asset)).status == 200
    finally:
        tokens.asked_from.reset(asked)


def test_where_nothing_says_so_nothing_leaves(app: App, base: str, settings: Any) -> None:
    settings.S3_DELIVERY = "proxy"
    assert get(app, f"{base}/v360/1.m4s").status == 200


def test_on_local_storage_nothing_leaves(settings: Any) -> None:
    settings.S3_DELIVERY = "presigned"
    asset = AssetFactory(published=True, content=CONTENT)
    assert get(files.files_app(), download_url(asset)).status == 200


# --- Who may not ----------------------------------------------------------------------------------------------------
def _end_asset(asset: Asset) -> None:
    delivery.revoke_asset_links(asset=asset)


def _end_person(asset: Asset) -> None:
    delivery.revoke_user_links(user=asset.uploaded_by)


def _trash(asset: Asset) -> None:
    Asset.objects.filter(pk=asset.pk).update(deleted_at="2026-01-01T00:00:00Z")


@pytest.mark.parametrize("end", [_end_asset, _end_person, _trash])
def test_what_is_taken_back_gives_no_more_addresses(
    app: App, base: str, asset: Asset, monkeypatch: pytest.MonkeyPatch, end: Any
) -> None:
    urls = [f"{base}/v360/1.m4s", download_url(asset)]
    assert [get(app, url).status for url in urls] == [302, 302]
    end(asset)
    monkeypatch.setattr(standings, "CHECK_SECONDS", 0.0)
    for url in urls:
        answer = get(app, url)
        assert (answer.status, "location" in answer.headers) == (404, False)


def test_a_visitor_of_a_revoked_link_is_sent_nowhere(
    app: App, asset: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = ShareLinkFactory(asset=asset, created_by=asset.uploaded_by, allow_download=True)
    url = delivery.original_url(asset, user=Visitor(share), download=True)
    assert get(app, url).status == 302
    sharing.revoke(user=asset.uploaded_by, link=share)
    monkeypatch.setattr(standings, "CHECK_SECONDS", 0.0)
    assert get(app, url).status == 404


def test_who_may_watch_but_not_keep_is_sent_nowhere(app: App, asset: Asset) -> None:
    share = ShareLinkFactory(asset=asset, created_by=asset.uploaded_by)
    assert get(app, delivery.original_url(asset, user=Visitor(share), download=True)).status == 404


def test_a_token_leads_to_nothing_outside_its_folder(app: App, base: str, asset: Asset) -> None:
    other = AssetFactory(published=True, visibility="private", content=CONTENT)
    for rest in (
        f"../original/{NAME}",
        "v360/../../original/1.m4s",
        f"../../{other.pk}/original/{other.original_filename}",
        "//1.m4s",
    ):
        assert get(app, f"{base}/{rest}").status == 404
    moved = replace(tokens.read(base.split("/")[2]), asset_id=other.pk)
    assert get(app, f"/files/{tokens.sign(moved)}/v360/1.m4s").status == 404


def test_where_nothing_can_be_signed_the_storage_is_away(
    app: App, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unable(*_args: Any, **_facts: Any) -> str:
        raise NoCredentialsError

    monkeypatch.setattr(BucketStorage, "sending_url", unable)
    answer = get(app, f"{base}/v360/1.m4s")
    assert (answer.status, answer.json()["code"]) == (503, "storage_unavailable")


# --- CloudFront -----------------------------------------------------------------------------------------------------
def test_cloudfront_sends_what_it_finds_signed(app: App, base: str, asset: Asset, settings: Any) -> None:
    settings.S3_DELIVERY = "cloudfront"
    verify = signing_for_cloudfront(settings)
    for url, mime_type in ((f"{base}/v360/1.m4s", "video/iso.segment"), (download_url(asset), "video/mp4")):
        answer = get(app, url)
        said = told(answer)
        signed, _mark, _own = answer.headers["location"].partition("&Expires=")
        verify(signed, said)
        assert elsewhere.SECONDS - 5 <= int(said["Expires"]) - time.time() <= elsewhere.SECONDS
        assert said["response-content-type"] == mime_type
        parts = urlsplit(signed)
        assert (parts.scheme, parts.netloc, "+" in signed) == ("https", "d1.cloudfront.example", False)
        # The very object, with the prefix that the portal keeps to in the bucket.
        key = unquote(parts.path).removeprefix("/")
        assert buckets.storage().client.head_object(Bucket=settings.S3_BUCKET, Key=key)["ContentLength"]
    assert told(get(app, download_url(asset)))["response-content-disposition"].startswith("attachment; ")
