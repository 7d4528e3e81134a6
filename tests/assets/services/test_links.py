"""Links are made for those who may play, and for nobody else."""

import pytest
from django.contrib.auth.models import AnonymousUser

from assets.access import Caller, Visitor
from assets.models import Asset
from assets.services import links
from tests.factories import AssetFactory, ShareLinkFactory, UserFactory, VariantFactory

pytestmark = pytest.mark.django_db


def test_playback() -> None:
    asset = AssetFactory(published=True)
    for kind in ("hls", "dash", "poster"):
        VariantFactory(asset=asset, **{kind: True})
    document = links.playback(asset=asset, user=asset.uploaded_by)
    for name, end in {
        "hls": "master.m3u8",
        "dash": "manifest.mpd",
        "poster": "poster.webp",
        "original": ".mp4",
    }.items():
        assert document[f"{name}_url"].startswith("/files/")
        assert document[f"{name}_url"].endswith(end)
    assert document["preview_url"] is None
    assert document["expires_at"] is not None


def test_no_links_before_the_gate() -> None:
    asset = AssetFactory()
    VariantFactory(asset=asset, hls=True)
    document = links.playback(asset=asset, user=asset.uploaded_by)
    assert {value for name, value in document.items() if name.endswith(("_url", "_at"))} == {None}
    variant = VariantFactory(asset=asset)
    assert links.variant_url(variant=variant, user=asset.uploaded_by) is None


def test_no_links_for_those_who_may_not_see() -> None:
    asset = AssetFactory(published=True, visibility="private")
    variant = VariantFactory(asset=asset)
    assert links.variant_url(variant=variant, user=UserFactory()) is None
    assert links.variant_url(variant=variant, user=AnonymousUser()) is None
    assert links.variant_url(variant=variant, user=asset.uploaded_by)


@pytest.mark.parametrize(("keep", "kept"), [(True, True), (False, False)])
def test_files_to_keep_are_for_those_who_may_download(keep: bool, kept: bool) -> None:
    asset = AssetFactory(published=True, allow_download=keep)
    made = {
        name: VariantFactory(asset=asset, **{name: True})
        for name in ("hls", "poster", "thumbnail", "sidecar")
    }
    made["rendition"] = VariantFactory(asset=asset)

    def given(user: Caller, *, download: bool = False) -> set[str]:
        return {
            name for name, v in made.items() if links.variant_url(variant=v, user=user, download=download)
        }

    watching = {"hls", "poster", "thumbnail"}
    assert given(UserFactory()) == (set(made) if kept else watching)
    assert given(UserFactory(), download=True) == (set(made) if kept else set())
    assert given(asset.uploaded_by) == given(asset.uploaded_by, download=True) == set(made)
    document = links.playback(asset=asset, user=UserFactory())
    assert (document["original_url"] is not None, document["allow_download"]) == (kept, kept)
    assert document["hls_url"]


def test_a_visitor_is_told_what_the_link_says() -> None:
    link = ShareLinkFactory(title="Client", watermark="overlay")
    VariantFactory(asset=link.asset, hls=True)
    document = links.playback(asset=link.asset, user=Visitor(link))
    assert document["title"] == link.asset.title and document["hls_url"]
    assert document["watermark"]["text"].startswith("Client")
    assert document["original_url"] is None
    assert links.playback(asset=AssetFactory(published=True), user=Visitor(link))["hls_url"] is None


def test_the_picture_of_an_asset() -> None:
    asset = AssetFactory(published=True)

    def poster() -> str | None:
        return links.poster_url(asset=Asset.objects.with_poster().get(pk=asset.pk), user=asset.uploaded_by)

    assert poster() is None
    thumbnail = VariantFactory(asset=asset, thumbnail=True)
    assert str(poster()).endswith(thumbnail.filename)
    VariantFactory(asset=asset, poster=True)
    assert str(poster()).endswith("poster.webp")
    Asset.objects.filter(pk=asset.pk).update(scan_verdict="infected", publication="blocked")
    assert poster() is None
