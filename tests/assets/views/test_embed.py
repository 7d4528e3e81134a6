"""The player for other sites: who may frame it, what it shows, and what oEmbed says of it."""

import html
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from assets.models import Asset
from tests.factories import AssetFactory, ShareLinkFactory, VariantFactory

pytestmark = pytest.mark.django_db
SITE = "https://www.example.org"


@pytest.fixture
def public() -> Asset:
    asset = AssetFactory(published=True, visibility="public", title="Sea & sky", width=1920, height=1080)
    VariantFactory(asset=asset, hls=True)
    VariantFactory(asset=asset, poster=True)
    return asset


def test_no_site_frames_it_unless_the_setting_says_so(public: Asset, settings: Any) -> None:
    address = f"/embed/{public.pk}"
    assert "frame-ancestors 'none'" in Client().get(address).headers["Content-Security-Policy"]
    settings.EMBED_FRAME_ANCESTORS = [SITE, "'self'"]
    answer = Client().get(address)
    assert f"frame-ancestors {SITE} 'self'" in answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer.headers
    other = Client().get("/sign-in/")
    assert "frame-ancestors 'none'" in other.headers["Content-Security-Policy"]
    assert other.headers["X-Frame-Options"] == "DENY"


def test_strangers_are_shown_what_is_public(public: Asset) -> None:
    page = Client().get(f"/embed/{public.pk}").content.decode()
    assert "data-player" in page and "master.m3u8" in page
    assert 'data-position=""' in page
    assert f'data-link="/assets/{public.pk}/"' in page


def test_what_is_not_public_is_watched_on_its_page() -> None:
    hidden = AssetFactory(published=True)
    for asset_id in (hidden.pk, uuid4()):
        answer = Client().get(f"/embed/{asset_id}")
        assert answer.status_code == 401
        assert f"/assets/{asset_id}/" in answer.content.decode()
    signed_in = Client()
    signed_in.force_login(hidden.uploaded_by)
    assert signed_in.get(f"/embed/{hidden.pk}").status_code == 200
    assert signed_in.get(f"/embed/{uuid4()}").status_code == 404


def test_a_share_link_opens_its_asset_and_ends_with_it() -> None:
    link = ShareLinkFactory()
    VariantFactory(asset=link.asset, hls=True)
    address = f"/embed/{link.asset_id}?share={link.pk}"
    page = Client().get(address).content.decode()
    assert f'data-playback="/s/{link.pk}/playback"' in page
    assert f'data-link="/s/{link.pk}/"' in page
    link.password = make_password("quiet harbour")
    link.save()
    answer = Client().get(address)
    assert answer.status_code == 401
    assert f"/s/{link.pk}/" in answer.content.decode()
    link.delete()
    assert Client().get(address).status_code == 404


def oembed(**asked: Any) -> Any:
    return Client().get("/oembed", asked)


def test_oembed_tells_of_what_is_public(public: Asset, settings: Any) -> None:
    settings.EMBED_FRAME_ANCESTORS = [SITE]
    url = f"http://testserver/assets/{public.pk}/"
    answer = oembed(url=url, format="json", maxwidth="480")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    document = answer.json()
    assert {name: document[name] for name in ("version", "type", "title", "width", "height")} == {
        "version": "1.0",
        "type": "video",
        "title": "Sea & sky",
        "width": 480,
        "height": 270,
    }
    assert f'src="http://testserver/embed/{public.pk}"' in document["html"]
    assert 'width="480" height="270"' in document["html"]
    link = ShareLinkFactory()
    shared = oembed(url=f"http://testserver/s/{link.pk}/").json()
    assert f"/embed/{link.asset_id}?share={link.pk}" in html.unescape(shared["html"])


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"url": "http://testserver/assets/{public}/", "format": "xml"}, 501),
        ({"url": "http://testserver/assets/{hidden}/"}, 401),
        ({"url": "http://testserver/assets/{nothing}/"}, 401),
        ({"url": "http://elsewhere/assets/{public}/"}, 404),
        ({"url": "http://testserver/trash/"}, 404),
        ({}, 404),
    ],
)
def test_oembed_refuses_as_the_specification_says(
    public: Asset, settings: Any, asked: dict[str, str], status: int
) -> None:
    settings.EMBED_FRAME_ANCESTORS = [SITE]
    ids = {"public": public.pk, "hidden": AssetFactory(published=True).pk, "nothing": uuid4()}
    answer = oembed(**{name: value.format(**ids) for name, value in asked.items()})
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_public_pages_tell_other_sites_of_themselves(public: Asset, settings: Any) -> None:
    address = f"/assets/{public.pk}/"
    page = Client().get(address).content.decode()
    assert f'<meta property="og:url" content="http://testserver{address}">' in page
    assert '<meta property="og:title" content="Sea &amp; sky">' in page
    assert '<meta property="og:image" content="http://testserver/files/' in page
    assert "oembed" not in page and "og:video" not in page
    settings.EMBED_FRAME_ANCESTORS = [SITE]
    page = Client().get(address).content.decode()
    assert 'type="application/json+oembed"' in page
    assert f'<meta property="og:video:url" content="http://testserver/embed/{public.pk}">' in page
    link = ShareLinkFactory()
    assert f'content="http://testserver/s/{link.pk}/"' in Client().get(f"/s/{link.pk}/").content.decode()
