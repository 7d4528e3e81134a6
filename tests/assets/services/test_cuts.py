"""While parts are taken out of a film, others have what is left of it, and by no way anything else."""

import re
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from rest_framework.test import APIClient

from analysis.services import searching
from assets import access, delivery
from assets.access import Caller, Visitor
from assets.delivery import standings, tokens
from assets.models import Asset, CutSet, Variant
from assets.services import captions, cards, links, stage
from assets.services.names import asset_folder
from assets.services.viewing import positions, reports
from mediaportal.accounts.models import User
from mediaportal.core.captions import Cue
from mediaportal.core.problems import NotFound, NotPermitted
from mediaportal.core.searchwords import terms_of
from processing.models import Job
from processing.services import status
from tests.analysis.moderating import found as find
from tests.factories import AssetFactory, ShareLinkFactory, UserFactory, VariantFactory

pytestmark = pytest.mark.django_db
PARTS = [[2.0, 4.0]]
FILES: dict[str, Any] = {
    "manifests": {"hls": "stream/master.m3u8", "dash": "stream/manifest.mpd"},
    "file": {
        "name": "files/film.mp4",
        "filename": "film_cut.mp4",
        "mime_type": "video/mp4",
        "size": 1000,
        "width": 640,
        "height": 360,
        "bit_rate": 2000,
    },
    "poster": {"webp": "stills/poster.webp", "jpg": "stills/poster.jpg", "width": 640, "height": 360},
    "storyboard": "storyboard/storyboard.vtt",
    "preview": "stills/preview.webp",
    "captions": [],
}


def cut(*, made: bool = True, **facts: Any) -> Asset:
    """A public film out of which two seconds are taken, with all sorts of files of the whole."""
    asset = AssetFactory(**({"published": True, "visibility": "public", "cut": PARTS} | facts))
    for trait in ("poster", "thumbnail", "hls", "dash", "waveform", "sidecar"):
        VariantFactory(asset=asset, **{trait: True})
    VariantFactory(asset=asset)
    if made:
        prefix = f"{asset_folder(asset.pk)}/cutting/one"
        CutSet.objects.create(asset=asset, parts=PARTS, prefix=prefix, files=FILES, duration=4.0)
    found: Asset = Asset.objects.with_poster().prefetch_related("variants").get(pk=asset.pk)
    return found


def visitor(asset: Asset, **facts: Any) -> Visitor:
    """Whoever comes by a link that the owner has made."""
    return Visitor(ShareLinkFactory(asset=asset, allow_download=True, **facts))


def others(asset: Asset) -> list[Caller]:
    """Everybody who must not have the whole."""
    return [AnonymousUser(), UserFactory(role="viewer"), UserFactory(role="contributor"), visitor(asset)]


def standing_of(asset: Asset, user: Caller) -> standings.Standing:
    """What the door of files asks."""
    share = user.link.pk if isinstance(user, Visitor) else None
    return standings.standing(
        asset_id=asset.pk, user_id=user.pk if isinstance(user, User) else None, share_id=share
    )


def opens(asset: Asset, user: Caller, url: str) -> bool:
    """Whether an address may be used now."""
    return standing_of(asset, user).admits(tokens.read(url.split("/")[2]))


def addresses(document: Any) -> list[str]:
    """Every address of a file in a document."""
    if isinstance(document, dict):
        return [one for value in document.values() for one in addresses(value)]
    if isinstance(document, list | tuple):
        return [one for value in document for one in addresses(value)]
    return [document] if isinstance(document, str) and document.startswith(tokens.PREFIX) else []


def key_of(url: str) -> str:
    """The storage key, or the folder, that an address opens."""
    link = tokens.read(url.split("/")[2])
    return f"{asset_folder(link.asset_id)}/{link.scope}"


def test_the_owner_and_who_sees_everything_have_the_whole() -> None:
    asset = cut()
    for user in (asset.uploaded_by, UserFactory(role="moderator"), UserFactory(role="administrator")):
        assert access.has_whole(user, asset) and access.can_play(user, asset)
        assert not access.can_play_cut(user, asset)
        assert opens(asset, user, delivery.original_url(asset, user=user))
    assert set(Asset.objects.whole_for(asset.uploaded_by)) == {asset}
    assert set(Asset.objects.whole_for(UserFactory(role="moderator"))) == {asset}


def test_no_link_of_others_opens_anything_of_the_whole() -> None:
    asset = cut()
    whole = [*Variant.objects.filter(asset=asset).select_related("asset")]
    assert len(whole) == 7
    for user in others(asset):
        assert not access.can_play(user, asset)
        made = [
            delivery.original_url(asset, user=user),
            delivery.original_url(asset, user=user, download=True),
        ]
        made += [
            delivery.variant_url(one, user=user, download=kept) for one in whole for kept in (False, True)
        ]
        made.append(delivery.place_url(asset, "packages/", "license", user=user, seconds=1))
        assert not any(opens(asset, user, url) for url in made)


def test_everything_that_others_are_given_lies_in_the_folder_of_what_is_left() -> None:
    asset = cut()
    inside = f"{asset_folder(asset.pk)}/cutting/one/"
    for user in others(asset):
        document = links.playback(asset=asset, user=user)
        shown = stage.stage_of(asset, user=user)
        told = addresses(
            [
                document,
                vars(shown),
                vars(shown.poster),
                [vars(one) for one in stage.files_of(asset, user=user)],
            ]
        )
        assert len(told) == 5 + 2 + 2 + 1
        assert all(key_of(url).startswith(inside) for url in told)
        assert all(opens(asset, user, url) for url in told)
        assert (document["duration"], document["license_url"]) == (4.0, None)
        assert links.poster_url(asset=asset, user=user) is None
        assert links.preview_url(asset=asset, user=user) is None
        assert cards.card_of(asset, user=user).picture is None
        assert stage.stills_of(asset, user=user) == []


def test_while_nothing_is_left_yet_there_is_nothing_for_others() -> None:
    asset = cut(made=False)
    CutSet.objects.create(asset=asset, parts=[[1.0, 2.0]], prefix="other", files=FILES, duration=5.0)
    for user in others(asset):
        assert not standing_of(asset, user).may_play
        assert addresses(links.playback(asset=asset, user=user)) == []
        assert stage.stage_of(asset, user=user).mode == "waiting"
        assert stage.files_of(asset, user=user) == []


def test_a_set_that_is_not_encrypted_does_not_stand_for_what_is() -> None:
    asset = cut(encryption="cbcs")
    for user in others(asset):
        assert not standing_of(asset, user).may_play
        assert addresses(links.playback(asset=asset, user=user)) == []


def test_who_came_by_a_link_with_a_burnt_name_has_nothing() -> None:
    asset = cut()
    user = visitor(asset, watermark="burnt", watermark_text="Mona")
    assert not standing_of(asset, user).may_play
    assert addresses(links.playback(asset=asset, user=user)) == []


def test_who_may_only_watch_keeps_nothing() -> None:
    asset = cut(allow_download=False)
    viewer = UserFactory(role="viewer")
    assert stage.files_of(asset, user=viewer) == []
    found = CutSet.objects.get()
    key = f"{found.prefix}/files/film.mp4"
    url = delivery.file_url(asset, key, user=viewer, mime_type="video/mp4", download=True)
    assert not opens(asset, viewer, url)


def test_links_from_before_end_with_the_decision() -> None:
    asset = cut()
    viewer = UserFactory(role="viewer")
    url = delivery.place_url(asset, "cutting/one/stream/", "master.m3u8", user=viewer, seconds=1)
    assert opens(asset, viewer, url)
    delivery.revoke_asset_links(asset=asset)
    assert not opens(asset, viewer, url)


def test_a_folder_that_only_begins_alike_is_not_inside() -> None:
    asset = cut()
    viewer = UserFactory(role="viewer")
    link = tokens.read(
        delivery.place_url(asset, "cutting/one/stream/", "a", user=viewer, seconds=1).split("/")[2]
    )
    assert standing_of(asset, viewer).admits(link)
    for scope in ("cutting/one", "cutting/onetwo/stream/", "cutting/", "original/film.mp4", ""):
        assert not standing_of(asset, viewer).admits(replace(link, scope=scope))


def test_the_api_gives_others_nothing_of_the_whole() -> None:
    asset = cut()
    viewer = UserFactory(role="viewer")
    program = APIClient()
    program.force_authenticate(viewer)
    base = f"/api/v1/assets/{asset.pk}"
    assert program.get(f"{base}/variants/").json()["results"] == []
    variant = asset.variants.filter(variant_type="rendition").get()
    assert program.get(f"{base}/variants/{variant.pk}/file").status_code in {403, 404}
    assert program.get(f"{base}/moments/").status_code == 404
    inside = f"{asset_folder(asset.pk)}/cutting/one/"
    told = addresses([program.get(f"{base}/").json(), program.get(f"{base}/playback").json()])
    assert told and all(key_of(url).startswith(inside) for url in told)
    job = Job.objects.create(asset=asset, status="completed")
    assert addresses(status.job_document(job=Job.objects.with_steps().get(pk=job.pk), user=viewer)) == []


def test_pages_and_frames_of_others_show_what_is_left(client: Client, settings: Any) -> None:
    settings.EMBED_FRAME_ANCESTORS = ["*"]
    asset = cut()
    link = ShareLinkFactory(asset=asset)
    inside = f"{asset_folder(asset.pk)}/cutting/one/"
    for page in (f"/assets/{asset.pk}/", f"/embed/{asset.pk}", f"/s/{link.pk}/"):
        answer = client.get(page, follow=True)
        assert answer.status_code == 200, page
        told = re.findall(r"/files/[\w-]+/[\w.]+", answer.content.decode())
        assert {url.rpartition("/")[2] for url in told} >= {"master.m3u8", "poster.webp"}
        assert all(key_of(url).startswith(inside) for url in told)


def test_what_was_said_and_found_is_not_told() -> None:
    asset = cut()
    find(asset, ("Explicit Nudity", 0.9, 2.5, 3.0))
    captions.write(user=asset.uploaded_by, asset=asset, cues=[Cue(2_500, 3_000, "secret")], language="en")
    viewer = UserFactory(role="viewer")
    assert not captions.tracks_of(user=viewer, asset=asset).exists()
    assert links.playback(asset=asset, user=viewer)["captions"] == []
    terms = list(terms_of("nudity"))
    assert asset.pk not in searching.find(terms, viewer)
    assert not Asset.objects.whole_for(viewer).exists()
    assert not Asset.objects.whole_for(AnonymousUser()).exists()


def test_captions_of_what_is_left_are_shown_as_long_as_they_are_those_of_the_whole() -> None:
    asset = cut(made=False)
    owner, viewer = asset.uploaded_by, UserFactory(role="viewer")
    track = captions.write(user=owner, asset=asset, cues=[Cue(0, 500, "kept")], language="en")
    told = [{"id": str(track.pk), "version": track.version, "name": f"texts/{track.pk}.vtt"}]
    prefix = f"{asset_folder(asset.pk)}/cutting/one"
    CutSet.objects.create(
        asset=asset, parts=PARTS, prefix=prefix, files={**FILES, "captions": told}, duration=4.0
    )
    (shown,) = links.playback(asset=asset, user=viewer)["captions"]
    assert (UUID(shown["id"]), shown["language"]) == (track.pk, "en")
    assert key_of(shown["url"]) == f"{prefix}/texts/{track.pk}.vtt"
    assert opens(asset, viewer, shown["url"])
    captions.replace(user=owner, caption=track, version=track.version, cues=[Cue(0, 500, "new")])
    assert links.playback(asset=asset, user=viewer)["captions"] == []


def test_where_others_left_off_is_neither_kept_nor_counted() -> None:
    asset = cut()
    viewer = UserFactory(role="viewer")
    with pytest.raises(NotPermitted):
        positions.keep(user=viewer, asset=asset, seconds=3.0)
    with pytest.raises(NotFound):
        reports.take(user=viewer, asset=asset, report=reports.Report(session="a" * 22, seq=1))
