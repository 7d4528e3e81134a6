"""Taking faces in and removing them: by consents, and until it is done."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from analysis.engines import EngineAway, FaceRefused, Failure
from analysis.models import FaceExpense, FaceRemoval, Person, PersonPicture
from analysis.services import budget, faces, people
from mediaportal.audit.models import Entry
from tests.analysis.people import FakeAlbum, kept_picture, person_of
from tests.factories import UserFactory
from tests.media import media

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(album: FakeAlbum) -> PersonPicture:
    """A picture as it was sent."""
    image = media("picture.png").read_bytes()
    made: PersonPicture = PersonPicture.objects.create(person=person_of(), image=image, mime_type="image/png")
    return made


def now_due() -> None:
    FaceRemoval.objects.update(due_at=timezone.now())


def waiting_no_more() -> None:
    PersonPicture.objects.update(again_at=timezone.now())


def test_a_picture_is_taken_in_as_a_jpeg_of_our_own(album: FakeAlbum, waiting: PersonPicture) -> None:
    faces.sweep()
    waiting.refresh_from_db()
    assert (waiting.status, waiting.collection, waiting.prepared) == ("kept", "people", True)
    assert waiting.image is not None
    assert bytes(waiting.image).startswith(b"\xff\xd8")
    assert album.kept == {waiting.face_id: waiting.pk.hex}
    assert waiting.cost == Decimal("0.001")
    assert Entry.objects.filter(action="person.face_kept", object_id=str(waiting.person_id)).count() == 1
    assert faces.take_in() == 0


def test_who_does_not_consent_is_not_taken_in(album: FakeAlbum, waiting: PersonPicture) -> None:
    waiting.person.consents.update(withdrawn_at=timezone.now())
    faces.sweep()
    assert album.kept == {}
    waiting.refresh_from_db()
    assert (waiting.status, waiting.prepared) == ("waiting", False)


def test_nothing_is_sent_where_people_are_not_named(
    album: FakeAlbum, waiting: PersonPicture, settings: Any
) -> None:
    settings.ANALYSIS_FACE_COLLECTION = ""
    faces.sweep()
    assert album.kept == {}


def test_a_picture_that_is_refused_says_why(album: FakeAlbum, waiting: PersonPicture) -> None:
    album.errors = [FaceRefused(Failure("several_faces", "More than one."))]
    faces.sweep()
    waiting.refresh_from_db()
    assert (waiting.status, waiting.error_code, waiting.error_detail) == (
        "refused",
        "several_faces",
        "More than one.",
    )
    assert faces.take_in() == 0


def test_what_is_no_image_is_refused(album: FakeAlbum, waiting: PersonPicture) -> None:
    PersonPicture.objects.update(image=b"nothing of the kind")
    faces.sweep()
    waiting.refresh_from_db()
    assert (waiting.status, waiting.error_code) == ("refused", "corrupt_media")
    assert album.kept == {}


def test_an_engine_that_is_away_is_asked_again(album: FakeAlbum, waiting: PersonPicture) -> None:
    album.errors = [EngineAway("throttled")]
    faces.sweep()
    waiting.refresh_from_db()
    assert (waiting.status, waiting.cost) == ("waiting", Decimal(0))
    assert not FaceExpense.objects.exists()
    assert faces.take_in() == 0, "not at once"
    waiting_no_more()
    faces.take_in()
    waiting.refresh_from_db()
    assert (waiting.status, waiting.error_code) == ("kept", "")


def test_what_is_no_fault_of_the_picture_is_tried_again_and_told(
    album: FakeAlbum, waiting: PersonPicture
) -> None:
    refused = FaceRefused(Failure("aws_refused", "Other credentials are wanted."), "denied", passes=True)
    album.errors = [refused, refused]
    faces.sweep()
    waiting.refresh_from_db()
    first = waiting.again_at - timezone.now()
    assert (waiting.status, waiting.cost, waiting.error_code) == ("waiting", Decimal(0), "aws_refused")
    waiting_no_more()
    faces.take_in()
    waiting.refresh_from_db()
    assert waiting.again_at - timezone.now() > first, "longer each time"
    waiting_no_more()
    faces.take_in()
    waiting.refresh_from_db()
    assert (waiting.status, waiting.error_code, waiting.error_detail) == ("kept", "", "")


def test_one_that_keeps_failing_keeps_no_other_waiting(
    album: FakeAlbum, waiting: PersonPicture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faces, "_AT_ONCE", 1)
    other = PersonPicture.objects.create(
        person=waiting.person, image=waiting.image, mime_type=waiting.mime_type
    )
    album.errors = [EngineAway("throttled")]
    faces.take_in()
    PersonPicture.objects.filter(pk=waiting.pk).update(again_at=timezone.now())
    faces.take_in()
    other.refresh_from_db()
    assert other.status == "kept"


def test_what_may_have_been_kept_before_the_answer_was_lost_is_removed(
    album: FakeAlbum, waiting: PersonPicture
) -> None:
    album.errors = [EngineAway("no answer in time")]
    faces.sweep()
    album.kept = {"face-1": waiting.pk.hex}
    people.remove(user=UserFactory(role="manager"), person=waiting.person)
    faces.remove_due()
    assert (album.kept, album.forgotten) == ({}, ["face-1"])


def test_deleting_a_picture_or_a_person_gives_no_money_back(
    album: FakeAlbum, waiting: PersonPicture, settings: Any
) -> None:
    settings.ANALYSIS_MONTHLY_BUDGET = Decimal(1)
    faces.sweep()
    people.remove(user=UserFactory(role="manager"), person=waiting.person)
    assert not PersonPicture.objects.exists()
    assert budget.purse().left == Decimal("0.999")
    FaceExpense.objects.update(at=budget.month_began() - timedelta(seconds=1))
    assert budget.purse().left == 1


def test_of_what_a_picture_cost_this_months_money_counts(
    album: FakeAlbum, waiting: PersonPicture, settings: Any
) -> None:
    settings.ANALYSIS_MONTHLY_BUDGET = Decimal(1)
    faces.sweep()
    FaceExpense.objects.update(at=budget.month_began() - timedelta(days=3))
    PersonPicture.objects.update(status="waiting", face_id="")
    faces.take_in()
    waiting.refresh_from_db()
    assert waiting.cost == Decimal("0.002")
    assert budget.purse().left == Decimal("0.999")


def test_a_consent_withdrawn_while_the_face_is_taken_in_removes_it_again(
    album: FakeAlbum, waiting: PersonPicture
) -> None:
    manager = UserFactory(role="manager")
    album.during = lambda: people.withdraw(user=manager, person=waiting.person)
    faces.sweep()
    waiting.refresh_from_db()
    assert (waiting.status, waiting.face_id) == ("waiting", "")
    now_due()
    faces.remove_due()
    assert album.kept == {}
    assert not FaceRemoval.objects.exists()


def test_a_person_deleted_while_the_face_is_taken_in_leaves_none(
    album: FakeAlbum, waiting: PersonPicture
) -> None:
    album.during = lambda: people.remove(user=UserFactory(role="manager"), person=waiting.person)
    faces.sweep()
    assert not Person.objects.exists()
    now_due()
    faces.remove_due()
    assert album.kept == {}


def test_a_worker_that_died_is_followed(album: FakeAlbum, waiting: PersonPicture) -> None:
    PersonPicture.objects.update(status="sending", collection="people", tried_at=timezone.now())
    assert faces.take_in() == 0
    PersonPicture.objects.update(tried_at=timezone.now() - timedelta(minutes=20))
    faces.take_in()
    waiting.refresh_from_db()
    assert waiting.status == "kept"


def test_a_face_that_cannot_be_removed_stays_to_be_removed(album: FakeAlbum) -> None:
    picture = kept_picture(person_of())
    album.kept = {"face-1": picture.pk.hex}
    album.errors = [EngineAway("no connection"), FaceRefused(Failure("aws_refused", "No."), "denied")]
    people.remove(user=UserFactory(role="manager"), person=picture.person)
    for tries, error in ((1, "no connection"), (2, "denied")):
        assert faces.remove_due() == 0
        removal = FaceRemoval.objects.get()
        assert (removal.tries, removal.error) == (tries, error)
        assert removal.due_at > timezone.now()
        now_due()
    assert faces.remove_due() == 1
    assert (album.kept, album.forgotten) == ({}, ["face-1"])
    assert Entry.objects.filter(action="person.face_removed", object_id=str(picture.person_id)).exists()


def test_a_face_is_not_taken_in_before_the_old_one_is_removed(
    album: FakeAlbum, waiting: PersonPicture
) -> None:
    FaceRemoval.objects.create(
        collection="people",
        key=waiting.pk.hex,
        face_id="face-1",
        person_id=waiting.person_id,
        due_at=timezone.now() + timedelta(hours=1),
    )
    assert faces.take_in() == 0
    now_due()
    faces.sweep()
    waiting.refresh_from_db()
    assert waiting.status == "kept"


def test_what_is_spent_is_not_spent_on_faces(album: FakeAlbum, waiting: PersonPicture, settings: Any) -> None:
    settings.ANALYSIS_MONTHLY_BUDGET = Decimal("0.0005")
    assert faces.take_in() == 0
    settings.ANALYSIS_MONTHLY_BUDGET = Decimal("0.0015")
    assert faces.take_in() == 1
    assert budget.purse().left == Decimal("0.0005")
