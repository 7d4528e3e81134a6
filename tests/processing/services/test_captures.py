"""Frames are taken exactly where they are asked for, kept beside each other, and bounded in number."""

import pytest
from PIL import Image

from assets.models import Variant
from assets.services import places
from mediaportal.core.problems import InvalidInput, NotFound, NotPermitted
from processing.exceptions import NoPictures, TooManyCaptures
from processing.models import Status
from processing.services import captures
from processing.services.captures import Wish
from processing.services.status import job_document
from tests.factories import AssetFactory, UserFactory, VariantFactory
from tests.processing.services.test_posters import film
from tests.processing.test_pipeline import carried_out, let_links_end

pytestmark = pytest.mark.django_db(transaction=True)


def test_frames_at_seconds_in_the_size_of_the_film() -> None:
    asset = film()
    job = captures.ask(user=asset.uploaded_by, asset=asset, wish=Wish(timestamps=(1.0, 7.02), format="png"))
    assert carried_out(job).status == Status.COMPLETED
    found = list(captures.listed(asset))
    assert [(one.timestamp, one.format, one.width, one.height) for one in found] == [
        (1.0, "png", 256, 144), (7.0, "png", 256, 144),
    ]  # fmt: skip
    assert found[0].filename.endswith("_0-00-01.000_256w.png") and found[0].mime_type == "image/png"
    with Image.open(places.path_of(found[0].storage_key)) as picture:
        assert picture.size == (256, 144)
    assert job_document(job=job, user=asset.uploaded_by)["results"]["variants"] == []


def test_one_for_every_few_seconds_and_smaller() -> None:
    asset = film()
    carried_out(captures.ask(user=asset.uploaded_by, asset=asset, wish=Wish(every=5.0, width=128)))
    assert [(one.timestamp, one.width) for one in captures.listed(asset)] == [
        (0.0, 128),
        (5.0, 128),
        (10.0, 128),
    ]


def test_key_frames() -> None:
    asset = film()
    carried_out(captures.ask(user=asset.uploaded_by, asset=asset, wish=Wish(keyframes=True)))
    assert [one.timestamp for one in captures.listed(asset)] == [0, 2, 4, 6, 8, 10, 12]


def test_what_one_job_took_stays_when_another_takes_more() -> None:
    asset = film()
    for second in (1.0, 2.0, 1.0):
        carried_out(captures.ask(user=asset.uploaded_by, asset=asset, wish=Wish(timestamps=(second,))))
    assert [one.timestamp for one in captures.listed(asset)] == [1.0, 2.0]


def test_two_times_of_one_frame_are_one_picture() -> None:
    asset = film()
    carried_out(captures.ask(user=asset.uploaded_by, asset=asset, wish=Wish(timestamps=(1.0, 1.01))))
    assert captures.listed(asset).count() == 1


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (Wish(), "timestamps"),
        (Wish(timestamps=(1.0,), every=2.0), "timestamps"),
        (Wish(timestamps=(1.0, 99.0)), "timestamps.1"),
        (Wish(timestamps=(-1.0,)), "timestamps.0"),
        (Wish(timestamps=(1.0,) * 201), "timestamps"),
        (Wish(every=0.001), "every"),
        (Wish(every=0.05), "every"),
        (Wish(every=5.0, width=4), "width"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_its_place(wish: Wish, field: str) -> None:
    asset = film()
    with pytest.raises(InvalidInput) as refused:
        captures.ask(user=asset.uploaded_by, asset=asset, wish=wish)
    assert [error.field for error in refused.value.errors] == [field]


def test_who_may_ask_and_who_sees() -> None:
    asset = film()
    with pytest.raises(NotPermitted):
        captures.ask(user=UserFactory(), asset=asset, wish=Wish(timestamps=(1.0,)))
    VariantFactory(asset=asset, variant_type="derived", detail={"capture": "x"}, filename="c.png")
    assert captures.seen(user=UserFactory(), asset=asset).count() == 1
    hidden = AssetFactory()
    VariantFactory(asset=hidden, variant_type="derived", detail={"capture": "x"}, filename="c.png")
    assert captures.seen(user=hidden.uploaded_by, asset=hidden).count() == 0
    sound = AssetFactory(audio=True, published=True)
    with pytest.raises(NoPictures):
        captures.ask(user=sound.uploaded_by, asset=sound, wish=Wish(timestamps=(1.0,)))


def test_so_many_are_kept_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(captures, "MOST_KEPT", 2)
    asset = film()
    with pytest.raises(TooManyCaptures):
        captures.ask(user=asset.uploaded_by, asset=asset, wish=Wish(timestamps=(1.0, 2.0, 3.0)))


def test_one_is_deleted_with_its_file() -> None:
    asset = film()
    carried_out(captures.ask(user=asset.uploaded_by, asset=asset, wish=Wish(timestamps=(1.0, 2.0))))
    first, second = captures.listed(asset)
    captures.delete(user=asset.uploaded_by, asset=asset, capture_id=first.pk)
    assert list(captures.listed(asset)) == [second]
    let_links_end()
    assert not places.path_of(first.storage_key).exists()
    with pytest.raises(NotFound):
        captures.delete(user=asset.uploaded_by, asset=asset, capture_id=first.pk)
    poster = VariantFactory(asset=asset, poster=True)
    with pytest.raises(NotFound):
        captures.delete(user=asset.uploaded_by, asset=asset, capture_id=poster.pk)
    assert Variant.objects.filter(pk=poster.pk).exists()
