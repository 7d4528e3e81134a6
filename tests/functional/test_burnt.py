"""A name burnt into the pictures of a share link: it stands there, and nothing without it is to be had by the link."""

import json
import re
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from PIL import Image, ImageChops

from assets import delivery
from assets.access import Visitor
from assets.models import Asset, Leftover, ShareLink, Variant
from assets.services import leftovers, places, sharing
from processing.ffmpeg import marks
from processing.ffmpeg.marks import Mark
from processing.models import Job, Package, Preset, Status
from tests.media import media
from tests.processing.ffmpeg.test_transcode import picture_at
from tests.processing.test_pipeline import carried_out, stored

pytestmark = pytest.mark.xdist_group("films")
SOURCE = "grainy_720.mp4"
FILMS = {"rendition", "audio_only", "manifest"}


def film(**preset: Any) -> Asset:
    """A film that has been made, the whole of it."""
    row = Preset.objects.get(slug="standard")
    row.recipe = {**row.recipe, "measure_quality": False, "per_title": False} | preset
    row.save()
    job = carried_out(stored(media(SOURCE)))
    assert (job.status, job.error_code) == (Status.COMPLETED, "")
    Asset.objects.filter(pk=job.asset_id).update(allow_download=True)
    return Asset.objects.get(pk=job.asset_id)


def shared(asset: Asset) -> ShareLink:
    """A link for Mona, for whom the pictures are to bear her name."""
    return sharing.make(user=asset.uploaded_by, asset=asset, title="Mona & sons", watermark="burnt")


def asked(address: str) -> tuple[int, bytes]:
    """What the portal answers to whoever has nothing but the address."""
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, b""


def told(web: str, link: ShareLink) -> dict[str, Any]:
    """The playback document of the link."""
    status, body = asked(f"{web}{sharing.path_of(link)}playback")
    assert status == 200
    document: dict[str, Any] = json.loads(body)
    return document


def downloaded(address: str, target: Path) -> Path:
    """The largest pictures of an HLS set, as one file."""
    _status, master = asked(address)
    found = re.findall(r"#EXT-X-STREAM-INF:.*?RESOLUTION=(\d+)x.*\n(.+)", master.decode())
    _width, name = max(found, key=lambda one: int(one[0]))
    playlist = urljoin(address, name)
    _status, text = asked(playlist)
    init = re.search(r'#EXT-X-MAP:URI="([^"]+)"', text.decode())
    assert init is not None
    names = [init[1], *(line for line in text.decode().splitlines() if line and not line.startswith("#"))]
    pieces = [asked(urljoin(playlist, one)) for one in names]
    assert {status for status, _body in pieces} == {200}
    target.write_bytes(b"".join(body for _status, body in pieces))
    return target


def changed(marked: Image.Image, plain: Image.Image, box: tuple[int, int, int, int]) -> float:
    """The share of the points in a box that are clearly other ones."""
    found = ImageChops.difference(marked.crop(box), plain.crop(box)).convert("L")
    return sum(found.histogram()[48:]) / (found.width * found.height)


def test_the_name_stands_in_the_pictures_and_nothing_without_it_is_to_be_had(
    web: str, transactional_db: None, tmp_path: Path
) -> None:
    asset = film()
    link = shared(asset)
    work = Job.objects.get(asset=asset, job_type="share")
    page = f"{web}{sharing.path_of(link)}"
    assert b"This film is being prepared for you." in asked(page)[1]
    before = told(web, link)
    assert before["preparing"]
    assert not any(before[name] for name in ("hls_url", "dash_url", "original_url", "preview_url"))

    done = carried_out(work)
    assert (done.status, done.error_code) == (Status.COMPLETED, "")
    document = told(web, link)
    assert not document["preparing"] and document["original_url"] is None
    assert b"being prepared" not in asked(page)[1]

    got = downloaded(f"{web}{document['hls_url']}", tmp_path / "got.mp4")
    marked, plain = (picture_at(path, 2.0, tmp_path) for path in (got, media(SOURCE)))
    assert marked.size == plain.size == (1280, 720)
    place = marks.box(Mark(**work.parameters["named"]), *marked.size)
    # The words take a part of their box, from its left side on.
    words = (place.x, place.y, place.x + place.width // 2, place.y + place.height)
    assert changed(marked, plain, words) > 0.05
    assert changed(marked, plain, (0, 360, 1280, 720)) < 0.01
    assert asked(f"{web}{document['dash_url']}")[0] == 200
    _nothing_unmarked(web, asset, link, document)

    prefix = Package.objects.get(share=link).prefixes[0]
    sharing.revoke(user=link.created_by, link=link)
    Leftover.objects.filter(storage_key=prefix).get()
    leftovers.sweep()
    assert not places.path_of(prefix).exists()
    assert asked(page)[0] == 410
    assert asked(f"{web}{document['hls_url']}")[0] == 404
    # What everybody else plays is still there.
    assert all(places.path_of(one.storage_key).exists() for one in Variant.objects.filter(asset=asset))


def _nothing_unmarked(web: str, asset: Asset, link: ShareLink, document: dict[str, Any]) -> None:
    """Ask for every film that bears no name: in the place of the own one, and by tokens of the link's that name it."""
    _empty, _files, token, _name = str(document["hls_url"]).split("/", 3)
    link = ShareLink.objects.select_related("created_by").get(pk=link.pk)
    visitor = Visitor(link)
    films = [one for one in asset.variants.select_related("asset") if one.variant_type in FILMS]
    assert {one.variant_type for one in films} == FILMS
    for one in films:
        for rest in (
            one.filename,
            one.storage_key,
            f"../{one.storage_key}",
            f"../../packaging/{one.filename}",
        ):
            if rest not in {"master.m3u8", "manifest.mpd"}:
                assert asked(f"{web}/files/{token}/{rest}")[0] == 404, rest
        for keep in (False, True):
            assert asked(f"{web}{delivery.variant_url(one, user=visitor, download=keep)}")[0] == 404, one
    manifest = next(one for one in films if one.variant_type == "manifest")
    folder = places.path_of(manifest.storage_key).parent
    segment = next(folder.rglob("*.m4s"))
    base = delivery.variant_url(manifest, user=visitor).rpartition("/")[0]
    assert asked(f"{web}{base}/{segment.relative_to(folder)}")[0] == 404
    for keep in (False, True):
        assert asked(f"{web}{delivery.original_url(asset, user=visitor, download=keep)}")[0] == 404
    # Everybody else plays what they did.
    owner = delivery.variant_url(manifest, user=asset.uploaded_by)
    assert asked(f"{web}{owner}")[0] == 200


def test_of_what_is_encrypted_the_set_of_a_link_is_too(transactional_db: None) -> None:
    asset = film(encryption="cbcs")
    assert asset.encryption == "cbcs"
    link = shared(asset)
    done = carried_out(Job.objects.get(asset=asset, job_type="share"))
    assert (done.status, done.error_code) == (Status.COMPLETED, "")
    package = Package.objects.get(share=link)
    assert (package.scheme, bool(package.encrypted_tracks)) == ("cbcs", True)
    inits = list(places.path_of(package.prefixes[0]).glob("*/init.mp4"))
    assert inits and all(re.search(rb"enc[va]", init.read_bytes()) for init in inits)
    others = {
        kid for one in Package.objects.filter(share=None) for kid in one.keys.values_list("kid", flat=True)
    }
    assert others.isdisjoint(package.keys.values_list("kid", flat=True))
