"""The pictures that people are known by: sent, or taken out of a file."""

from collections.abc import Callable
from typing import Any

import pytest

from analysis.exceptions import NamingOff, NoConsent, OnlyHere, PictureGone, TooManyPictures
from analysis.models import Analysis, CollectionSetting, FaceRemoval, Moment, Order, PersonPicture
from analysis.services import faces, portraits
from assets.exceptions import FileTooLarge, UnsupportedMediaType
from assets.models import Asset
from mediaportal.accounts.models import User
from mediaportal.audit.models import Entry
from mediaportal.core.problems import NotFound, NotPermitted
from tests.analysis.people import FakeAlbum, kept_picture, person_of, wanting
from tests.factories import AssetFactory, UserFactory
from tests.media import media

pytestmark = pytest.mark.django_db
PNG = media("picture.png").read_bytes()


@pytest.fixture
def manager() -> User:
    return UserFactory(role="manager")


def face_of(asset: Asset, **traits: Any) -> Moment:
    """A face that was found in a file."""
    order = Order.objects.create(asset=asset, types=["faces"])
    analysis = Analysis.objects.create(order=order, asset=asset, type="faces", status="completed")
    told: dict[str, Any] = {"kind": "face", "start": 1.0, "end": 2.0, "confidence": 0.9}
    told |= {"box": [0.2, 0.2, 0.4, 0.4], "detail": {"at": 1.5}}
    return Moment.objects.create(asset=asset, analysis=analysis, **{**told, **traits})


def test_a_picture_is_sent(album: FakeAlbum, manager: User) -> None:
    made = portraits.send(user=manager, person=person_of(), data=PNG)
    made.refresh_from_db()
    assert (made.status, made.mime_type, made.added_by) == ("waiting", "image/png", manager)
    entry = Entry.objects.get()
    assert (entry.action, entry.detail) == ("person.picture_added", {"picture": str(made.pk), "asset": None})


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"%PDF-1.7 nothing", UnsupportedMediaType),
        (b"", UnsupportedMediaType),
        (b"x" * (portraits.MOST_BYTES + 1), FileTooLarge),
        (media("hard_cuts.mp4").read_bytes()[:300_000], UnsupportedMediaType),
    ],
)
def test_only_images_are_taken(
    album: FakeAlbum, manager: User, data: bytes, problem: type[Exception]
) -> None:
    with pytest.raises(problem):
        portraits.send(user=manager, person=person_of(), data=data)
    assert not PersonPicture.objects.exists()


def test_without_a_consent_or_where_nobody_is_named_no_picture_is_taken(
    album: FakeAlbum, manager: User, settings: Any
) -> None:
    with pytest.raises(NoConsent):
        portraits.send(user=manager, person=person_of(consents=False), data=PNG)
    settings.ANALYSIS_FACE_COLLECTION = ""
    with pytest.raises(NamingOff):
        portraits.send(user=manager, person=person_of(), data=PNG)
    with pytest.raises(NotPermitted):
        portraits.send(user=UserFactory(role="moderator"), person=person_of(), data=PNG)


def test_there_is_an_end_to_pictures(album: FakeAlbum, manager: User) -> None:
    person = person_of()
    for number in range(portraits.MOST):
        kept_picture(person, face_id=f"face-{number}")
    with pytest.raises(TooManyPictures):
        portraits.send(user=manager, person=person, data=PNG)


def test_a_picture_is_deleted_with_its_face(album: FakeAlbum, manager: User) -> None:
    picture = kept_picture(person_of())
    portraits.remove(user=manager, picture=picture)
    assert not PersonPicture.objects.exists()
    assert FaceRemoval.objects.get().face_id == "face-1"
    with pytest.raises(NotFound):
        portraits.remove(user=manager, picture=picture)
    assert FaceRemoval.objects.count() == 1


@pytest.mark.parametrize("kind", ["film", "image"])
def test_a_face_that_was_found_is_taken_out_of_its_file(
    album: FakeAlbum, manager: User, film: Asset, kind: str
) -> None:
    asset = film if kind == "film" else AssetFactory(published=True, image=True, content=PNG)
    made = portraits.take(user=manager, person=person_of(), moment_id=face_of(asset).pk)
    assert (made.asset, made.second) == (asset, 1.5 if kind == "film" else None)
    faces.take_in()
    made.refresh_from_db()
    assert (made.status, made.error_code) == ("kept", "")
    assert made.image is not None
    assert bytes(made.image).startswith(b"\xff\xd8")


def test_a_face_whose_file_is_gone_is_refused(album: FakeAlbum, manager: User) -> None:
    asset = AssetFactory(published=True, image=True, content=PNG)
    made = portraits.take(user=manager, person=person_of(), moment_id=face_of(asset).pk)
    asset.delete()
    faces.take_in()
    made.refresh_from_db()
    assert (made.status, made.error_code) == ("refused", "picture_gone")


@pytest.mark.parametrize(
    "change",
    [
        lambda face: Moment.objects.filter(pk=face.pk).update(kind="text"),
        lambda face: Moment.objects.filter(pk=face.pk).update(box=None),
        lambda face: Moment.objects.filter(pk=face.pk).update(detail={}),
        lambda face: Asset.objects.filter(pk=face.asset_id).update(metadata={}),
    ],
)
def test_no_other_moment_is_a_face(
    album: FakeAlbum, manager: User, film: Asset, change: Callable[[Moment], None]
) -> None:
    face = face_of(film)
    change(face)
    with pytest.raises(NotFound):
        portraits.take(user=manager, person=person_of(), moment_id=face.pk)


def test_nothing_is_taken_out_of_what_may_not_be_sent_elsewhere(
    album: FakeAlbum, manager: User, film: Asset
) -> None:
    moment = face_of(film)
    kept = portraits.take(user=manager, person=person_of(), moment_id=moment.pk)
    setting = wanting(film)
    CollectionSetting.objects.filter(pk=setting.pk).update(only_here=True)
    with pytest.raises(OnlyHere):
        portraits.take(user=manager, person=person_of("Omar"), moment_id=moment.pk)
    faces.take_in()
    kept.refresh_from_db()
    assert (kept.status, kept.error_code, album.kept) == ("refused", PictureGone.code, {})
