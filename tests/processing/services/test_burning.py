"""Names of share links are burnt in when a link asks for it and the asset is ready, and go with the link."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from assets import registry
from assets.access import Visitor
from assets.models import Asset, Leftover, ShareLink
from assets.services import library, links, orphans, sharing
from assets.services.names import asset_folder
from mediaportal.core.problems import InvalidInput
from processing.ffmpeg.ladder import EFFICIENT, Ladder, Level
from processing.ffmpeg.marks import Mark
from processing.models import Job, JobType, Package, Status
from processing.services import burning, jobs, linksets, orders, packages
from processing.services.presets import NAMED
from tests.factories import AssetFactory, ShareLinkFactory, VariantFactory
from tests.processing.ffmpeg.conftest import probed

pytestmark = pytest.mark.django_db


def film(**facts: Any) -> Asset:
    """A film that has been made, and read."""
    asset = AssetFactory(**({"published": True, "visibility": "private"} | facts))
    Asset.objects.filter(pk=asset.pk).update(
        metadata={"probed": True, "probe": probed("plain.mp4").as_data()}
    )
    asset.refresh_from_db()
    return asset


def made(asset: Asset, **words: Any) -> ShareLink:
    """A link with a name that is to be burnt in."""
    wanted = {"title": "Mona & sons", "watermark": "burnt"} | words
    return sharing.make(user=asset.uploaded_by, asset=asset, **wanted)


def work(asset: Asset) -> Job:
    """The newest job for a link."""
    found = Job.objects.filter(asset=asset, job_type=JobType.SHARE).order_by("created_at").last()
    assert found is not None
    return found


def finished(link: ShareLink, run: str = "one") -> Package:
    """The set of a link, as if it had been made."""
    package = Package.objects.get(share=link)
    assert package.job is not None
    Job.objects.filter(pk=package.job.pk).update(status=Status.COMPLETED, progress=100)
    prefix = f"{asset_folder(link.asset_id)}/marked/{run}"
    linksets.place(prefix, package_id=package.pk, formats=["dash", "hls"], encrypted_tracks=[])
    package.refresh_from_db()
    return package


def state(link: ShareLink) -> registry.BurntState:
    """How far the set of a link is."""
    return burning.states([link])[link.pk]


def test_a_link_with_a_name_in_its_pictures_has_them_made() -> None:
    asset = film()
    link = made(asset, watermark_text="Mona")
    job = work(asset)
    assert list(job.steps.values_list("name", flat=True)) == ["marking", "marked"]
    named = Mark(**job.parameters[NAMED])
    assert named.text.startswith(f"Mona · {timezone.now():%Y-%m-%d}") and named.text.endswith(" UTC")
    levels = Ladder.from_data(job.parameters["recipe"]).levels
    assert {level.name for level in levels} == {"720p", "480p", "360p"}
    package = Package.objects.get(share=link)
    assert (package.asset, package.job, package.scheme, package.prefixes) == (asset, job, "clear", [])
    # The link's id is a secret: whoever sees the work must not learn it.
    assert str(link.pk) not in str(job.parameters)


def test_work_on_one_links_pictures_keeps_nobody_from_the_asset() -> None:
    asset = film()
    VariantFactory(asset=asset)
    link = made(asset)
    job = orders.package(user=asset.uploaded_by, asset=asset, order=None)
    assert {job.status, work(asset).status} == {Status.PENDING}
    assert packages.current(asset) is None and Package.objects.get(share=link).job == work(asset)


def test_codecs_that_not_everybody_has_and_large_rungs_are_left_out() -> None:
    asset = film()
    recipe = EFFICIENT.as_data()
    parameters = {"recipe": recipe}
    Job.objects.create(asset=asset, status=Status.COMPLETED, parameters=parameters)
    made(asset)
    names = [level.name for level in Ladder.from_data(work(asset).parameters["recipe"]).levels]
    assert names == ["720p", "480p", "360p"]
    large = Ladder((Level("1080p", 1920, 1080, 6_000_000, 9_000_000),), watermark=Mark(text="House"))
    Job.objects.filter(job_type=JobType.INGEST).update(parameters={"recipe": large.as_data()})
    made(asset)
    kept = Ladder.from_data(work(asset).parameters["recipe"])
    assert [level.name for level in kept.levels] == ["1080p"]
    assert kept.watermark == Mark(text="House")


@pytest.mark.parametrize(
    ("own", "place"), [("bottom-right", "top-left"), ("top-left", "bottom-left"), ("top", "bottom-left")]
)
def test_the_name_does_not_lie_on_the_mark_of_the_recipe(own: str, place: str) -> None:
    asset = film()
    recipe = Ladder((Level("360p", 640, 360, 1, 1),), watermark=Mark(text="House", position=own))
    Job.objects.create(asset=asset, status=Status.COMPLETED, parameters={"recipe": recipe.as_data()})
    made(asset)
    assert work(asset).parameters[NAMED]["position"] == place


def test_what_is_not_ready_waits_until_its_job_is_done(django_capture_on_commit_callbacks: Any) -> None:
    asset = film(upload_status="processing")
    link = made(asset)
    assert not Job.objects.filter(job_type=JobType.SHARE).exists()
    assert state(link) == registry.BurntState("pending")
    job = Job.objects.create(asset=asset, status=Status.COMPLETED)
    Asset.objects.filter(pk=asset.pk).update(upload_status="completed")
    with django_capture_on_commit_callbacks(execute=True):
        burning.follow(job=job)
    assert work(asset).status == Status.PENDING
    with django_capture_on_commit_callbacks(execute=True):
        burning.follow(job=job)
    assert Job.objects.filter(job_type=JobType.SHARE).count() == 1


def test_a_job_of_its_own_brings_nothing_about(django_capture_on_commit_callbacks: Any) -> None:
    asset = film()
    made(asset)
    with django_capture_on_commit_callbacks() as callbacks:
        burning.follow(job=work(asset))
    assert callbacks == []


@pytest.mark.parametrize(
    ("change", "anew"),
    [
        ({"title": "Somebody else"}, True),
        ({"watermark_text": "Mona"}, True),
        ({"password": "another one"}, False),
        ({"expires_at": timezone.now() + timedelta(days=9)}, False),
    ],
)
def test_another_name_is_burnt_in_anew(change: dict[str, Any], anew: bool) -> None:
    asset = film()
    link = made(asset)
    package = finished(link)
    sharing.change(user=link.created_by, link=link, **change)
    now = Package.objects.get(share=link)
    assert (now != package) == anew
    assert Leftover.objects.filter(storage_key=package.prefixes[0]).exists() == anew
    assert state(link).state == ("pending" if anew else "ready")


@pytest.mark.parametrize(
    "change", [{"watermark": "overlay"}, {"watermark": "none"}, {"revoked_at": timezone.now()}]
)
def test_what_a_link_does_not_ask_for_any_more_is_removed(change: dict[str, Any]) -> None:
    link = made(film())
    package = finished(link)
    if "revoked_at" in change:
        sharing.revoke(user=link.created_by, link=link)
    else:
        sharing.change(user=link.created_by, link=link, **change)
    assert not Package.objects.filter(share=link).exists()
    assert Leftover.objects.filter(storage_key=package.prefixes[0]).exists()


def test_revoking_ends_the_work() -> None:
    link = made(film())
    sharing.revoke(user=link.created_by, link=link)
    assert work(link.asset).status == Status.CANCELLED
    assert not Package.objects.exists()


def test_sets_of_links_that_have_ended_are_swept() -> None:
    expired, orphaned, kept = (made(film()) for _ in range(3))
    gone = [finished(expired), finished(orphaned)]
    finished(kept)
    ShareLink.objects.filter(pk=expired.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    orphaned.created_by.is_active = False
    orphaned.created_by.save()
    assert burning.settle_all() == 2
    assert list(Package.objects.values_list("share", flat=True)) == [kept.pk]
    assert set(Leftover.objects.values_list("storage_key", flat=True)) == {one.prefixes[0] for one in gone}
    assert burning.settle_all() == 0


def test_what_nobody_has_ordered_is_ordered_by_the_sweep() -> None:
    link = ShareLinkFactory(asset=film(), watermark="burnt")
    ShareLinkFactory(asset=film(upload_status="processing"), watermark="burnt")
    ShareLinkFactory(asset=film(), watermark="overlay")
    assert burning.settle_all() == 1
    assert Package.objects.get().share == link


def test_an_asset_that_becomes_encrypted_has_its_sets_made_anew() -> None:
    link = made(film())
    clear = finished(link)
    assert linksets.played(link) == clear
    Asset.objects.filter(pk=link.asset_id).update(encryption="cbcs")
    assert linksets.played(link) is None and state(link).state == "pending"
    burning.catch_up(asset_id=link.asset_id)
    now = Package.objects.get(share=link)
    assert (now.scheme, now.job and now.job.parameters["encrypt"]) == ("cbcs", "cbcs")


def test_how_far_it_is() -> None:
    link = made(film())
    job = work(link.asset)
    assert state(link) == registry.BurntState("pending", 0, job.pk)
    Job.objects.filter(pk=job.pk).update(
        status=Status.FAILED,
        error_code="worker_trouble",
        error_detail="The machine could not carry out this step.",
    )
    found = state(link)
    assert (found.state, found.job_id, found.mendable) == ("failed", job.pk, True)
    assert found.error == "The machine could not carry out this step."
    job.steps.filter(name="marking").update(status=Status.FAILED)
    jobs.retry(job=Job.objects.get(pk=job.pk), user=link.created_by)
    assert state(link).state == "pending"
    finished(link)
    assert state(link) == registry.BurntState("ready", 100, job.pk)


def test_a_visitor_has_the_set_with_the_name_and_no_other() -> None:
    link = made(film())
    for form in ("hls", "dash"):
        VariantFactory(asset=link.asset, **{form: True})
    VariantFactory(asset=link.asset)
    Asset.objects.filter(pk=link.asset_id).update(allow_download=True)
    link.asset.refresh_from_db()
    before = links.playback(asset=link.asset, user=Visitor(link))
    assert before["preparing"] and before["watermark"] is None
    assert not any(
        before[name] for name in ("hls_url", "dash_url", "original_url", "preview_url", "allow_download")
    )
    finished(link)
    after = links.playback(asset=link.asset, user=Visitor(link))
    assert not after["preparing"]
    assert after["hls_url"].endswith("/master.m3u8") and after["dash_url"].endswith("/manifest.mpd")
    assert after["original_url"] is None


def test_what_lies_there_for_a_link_is_no_orphan() -> None:
    link = made(film())
    package = finished(link)
    named = registry.storage_claims([link.asset_id])
    assert package.prefixes[0] in named[link.asset_id]
    assert not orphans._names_of([link.asset_id])[link.asset_id].leave_free(
        f"{package.prefixes[0]}/video/1.m4s"
    )


def test_a_set_goes_with_its_asset() -> None:
    link = made(film())
    finished(link)
    Asset.objects.filter(pk=link.asset_id).delete()
    assert not Package.objects.exists() and not ShareLink.objects.exists()


def test_in_the_trash_nothing_is_made() -> None:
    link = made(film())
    library.trash(user=link.created_by, asset=link.asset)
    assert work(link.asset).status == Status.CANCELLED
    assert state(link).state == "failed"


@pytest.mark.parametrize("name", ["名前", "x" * 90])
def test_a_name_that_cannot_be_drawn_is_refused(name: str) -> None:
    asset = film()
    with pytest.raises(InvalidInput) as caught:
        made(asset, title=name)
    assert [error.field for error in caught.value.errors] == ["watermark_text"]
    assert burning.refuses("Mona & sons") == burning.refuses("منى") == ""


def test_only_films_have_pictures_to_burn_a_name_into() -> None:
    with pytest.raises(InvalidInput) as caught:
        made(AssetFactory(published=True, image=True))
    assert [error.field for error in caught.value.errors] == ["watermark"]


def test_a_list_of_links_asks_once_how_far_all_are(django_assert_max_num_queries: Any) -> None:
    asset = film()
    links_of = [made(asset, title=f"Client {number}") for number in range(4)]
    with django_assert_max_num_queries(4):
        found = sharing.renditions_of(
            ShareLink.objects.with_standing().filter(pk__in=[one.pk for one in links_of])
        )
    assert {one.state for one in found.values()} == {"pending"} and len(found) == 4


def test_an_estimate_knows_its_rungs() -> None:
    link = made(film())
    step = work(link.asset).steps.get(name="marking")
    assert any(measure.startswith("encode h264") for measure in step.work)
