"""A chosen poster is taken exactly, stays when the work is done again, and can be given up."""

from pathlib import Path

import pytest
from PIL import Image

from assets.models import Asset, ScanVerdict, Variant
from assets.services import gate, links, places, standins
from mediaportal.audit.models import Entry
from mediaportal.core.ids import new_id
from mediaportal.core.problems import InvalidInput, NotFound, NotPermitted, RateLimited
from processing.exceptions import NoPictures, NotReadYet
from processing.models import Job, JobType, Status, Step
from processing.services import jobs, planning, posters, stilljobs
from tests.factories import AssetFactory, UserFactory, VariantFactory
from tests.media import media
from tests.processing.ffmpeg.conftest import probed
from tests.processing.test_pipeline import carried_out, let_links_end

pytestmark = pytest.mark.django_db(transaction=True)


def film(name: str = "long_25.mp4", **traits: object) -> Asset:
    """A film that is ready, with its original in the storage."""
    facts = {"probed": True, "probe": probed(name).as_data()}
    asset: Asset = AssetFactory(
        published=True, content=media(name).read_bytes(), duration=probed(name).duration, **traits
    )
    Asset.objects.filter(pk=asset.pk).update(metadata=facts)
    asset.refresh_from_db()
    return asset


def chosen(asset: Asset) -> dict[str, Variant]:
    """The chosen poster by its formats."""
    found = Variant.objects.filter(asset=asset, variant_type="poster", detail__step="poster")
    return {variant.format: variant for variant in found}


def test_the_frame_at_a_second_becomes_the_poster() -> None:
    asset = film()
    job = posters.choose_frame(user=asset.uploaded_by, asset=asset, seconds=4.0)
    assert (job.job_type, job.status) == (JobType.PREVIEW, Status.PENDING)
    assert carried_out(job).status == Status.COMPLETED
    made = chosen(asset)
    assert set(made) == {"webp", "jpg"} and made["webp"].timestamp == 4.0
    assert made["webp"].detail["chosen"] == "frame"
    with Image.open(places.path_of(made["webp"].storage_key)) as picture:
        assert picture.size == (256, 144)
    assert Entry.objects.filter(action="poster.chosen", object_id=str(asset.pk)).count() == 1
    asset.refresh_from_db()
    assert (asset.publication, asset.upload_status) == ("published", "completed")


def test_a_second_choice_takes_the_place_of_the_first_under_another_name() -> None:
    asset = film()
    carried_out(posters.choose_frame(user=asset.uploaded_by, asset=asset, seconds=1.0))
    first = chosen(asset)["webp"]
    carried_out(posters.choose_frame(user=asset.uploaded_by, asset=asset, seconds=9.0))
    second = chosen(asset)["webp"]
    assert second.timestamp == 9.0 and second.storage_key != first.storage_key
    let_links_end()
    assert not places.path_of(first.storage_key).exists() and places.path_of(second.storage_key).exists()


def test_a_picture_that_is_gone_takes_no_poster_away() -> None:
    asset = film()
    carried_out(posters.choose_frame(user=asset.uploaded_by, asset=asset, seconds=1.0))
    order = sent(asset, media("picture.png"), "image/png")
    jobs.cancel(job=order, user=asset.uploaded_by)
    again = carried_out(jobs.retry(job=Job.objects.get(pk=order.pk), user=asset.uploaded_by))
    assert (again.status, again.error_code) == (Status.FAILED, "picture_gone")
    assert set(chosen(asset)) == {"webp", "jpg"}


def test_what_was_chosen_survives_that_the_pictures_are_taken_again() -> None:
    asset = film("tiny.mp4")
    carried_out(planning.create(asset=asset, job_id=asset.job_id, parameters={}))
    asset.refresh_from_db()
    carried_out(posters.choose_frame(user=asset.uploaded_by, asset=asset, seconds=1.5))
    job = Job.objects.get(pk=asset.job_id)
    Job.objects.filter(pk=job.pk).update(status=Status.FAILED, error_code="worker_trouble")
    Step.objects.filter(job=job, name__in=["thumbnails", "metadata"]).update(status=Status.FAILED)
    assert carried_out(jobs.retry(job=job, user=asset.uploaded_by)).status == Status.COMPLETED
    posters_now = Variant.objects.filter(asset=asset, variant_type="poster", format="webp")
    assert posters_now.count() == 2
    best = standins.poster_of(posters_now)
    assert best is not None and best.detail.get("chosen") == "frame"


def test_a_thumbnail_is_taken_anew_and_larger() -> None:
    asset = film("full_1080.mp4")
    still = VariantFactory(asset=asset, thumbnail=True, timestamp=2.5)
    carried_out(posters.choose_thumbnail(user=asset.uploaded_by, asset=asset, variant_id=still.pk))
    assert (chosen(asset)["jpg"].width, chosen(asset)["jpg"].timestamp) == (1280, 2.5)


@pytest.mark.parametrize("other", ["poster", "elsewhere", "nothing"])
def test_only_stills_of_the_asset_can_be_chosen(other: str) -> None:
    asset = film("tiny.mp4")
    picked = {
        "poster": lambda: VariantFactory(asset=asset, poster=True).pk,
        "elsewhere": lambda: VariantFactory(thumbnail=True).pk,
        "nothing": new_id,
    }[other]()
    with pytest.raises(NotFound):
        posters.choose_thumbnail(user=asset.uploaded_by, asset=asset, variant_id=picked)


def sent(asset: Asset, path: Path, mime_type: str) -> Job:
    """A picture that has come through the door."""
    job_id = new_id()
    staged = Path(places.path_of(asset.storage_key).parent) / "staged"
    staged.write_bytes(path.read_bytes())
    key = posters.lay_down(asset_id=asset.pk, job_id=job_id, staged=staged)
    return posters.choose_picture(
        user=asset.uploaded_by, asset=asset, job_id=job_id, key=key, mime_type=mime_type
    )


def test_a_picture_that_was_sent_becomes_the_poster_upright_and_bare() -> None:
    asset = film("tiny.mp4")
    job = carried_out(sent(asset, media("turned.jpg"), "image/jpeg"))
    assert job.status == Status.COMPLETED
    made = chosen(asset)["jpg"]
    assert (made.width, made.height, made.timestamp) == (480, 640, None)
    with Image.open(places.path_of(made.storage_key)) as picture:
        assert not picture.getexif()
    let_links_end()
    assert not places.path_of(stilljobs.folder_of(asset_id=asset.pk, job_id=job.pk)).exists()


def test_sound_can_have_a_picture_that_was_sent() -> None:
    asset: Asset = AssetFactory(audio=True, published=True, content=b"sound")
    assert carried_out(sent(asset, media("picture.png"), "image/png")).status == Status.COMPLETED
    asset = Asset.objects.with_poster().get(pk=asset.pk)
    assert links.poster_url(asset=asset, user=asset.uploaded_by)


def test_a_picture_that_cannot_be_read_ends_its_job_and_nothing_else() -> None:
    asset = film("tiny.mp4")
    job = carried_out(sent(asset, media("cut_off.jpg"), "image/jpeg"))
    assert (job.status, job.error_code) == (Status.FAILED, "corrupt_media")
    asset.refresh_from_db()
    assert asset.publication == "published" and not asset.error_code and not chosen(asset)
    let_links_end()
    assert not places.path_of(stilljobs.folder_of(asset_id=asset.pk, job_id=job.pk)).exists()


def test_a_picture_with_malware_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Finder:
        name = "finder"

        def scan(self, path: Path, *, stop: object = None) -> gate.Scan:
            return gate.Scan(ScanVerdict.INFECTED, "Eicar")

    monkeypatch.setattr(gate, "scanner", Finder)
    asset = film("tiny.mp4")
    job = carried_out(sent(asset, media("picture.png"), "image/png"))
    assert (job.status, job.error_code) == (Status.FAILED, "malware_found")
    asset.refresh_from_db()
    assert asset.scan_verdict != "infected" and not chosen(asset)


def test_the_automatic_poster_comes_back() -> None:
    asset = film("tiny.mp4")
    VariantFactory(asset=asset, poster=True, detail={"step": "thumbnails"})
    carried_out(posters.choose_frame(user=asset.uploaded_by, asset=asset, seconds=1.0))
    kept = chosen(asset)["webp"]
    posters.reset(user=asset.uploaded_by, asset=asset)
    assert not chosen(asset) and Variant.objects.filter(asset=asset, variant_type="poster").count() == 1
    let_links_end()
    assert not places.path_of(kept.storage_key).exists()


def test_who_may_choose_and_of_what() -> None:
    asset = film("tiny.mp4")
    stranger = UserFactory()
    with pytest.raises(NotPermitted):
        posters.choose_frame(user=stranger, asset=asset, seconds=1.0)
    with pytest.raises(NotPermitted):
        posters.reset(user=stranger, asset=asset)
    with pytest.raises(InvalidInput):
        posters.choose_frame(user=asset.uploaded_by, asset=asset, seconds=99.0)
    image = AssetFactory(image=True, published=True)
    with pytest.raises(NoPictures):
        posters.choose_frame(user=image.uploaded_by, asset=image, seconds=0.0)
    with pytest.raises(NoPictures):
        posters.require_poster(user=image.uploaded_by, asset=image)
    fresh = AssetFactory()
    with pytest.raises(NotReadYet):
        posters.choose_frame(user=fresh.uploaded_by, asset=fresh, seconds=0.0)


def test_nobody_piles_up_work() -> None:
    asset = film("tiny.mp4")
    for _turn in range(5):
        posters.choose_frame(user=asset.uploaded_by, asset=asset, seconds=1.0)
    with pytest.raises(RateLimited):
        posters.choose_frame(user=asset.uploaded_by, asset=asset, seconds=1.0)
    assert Job.objects.filter(asset=asset).count() == 5
