"""Keeping the people who may be named, and their consents."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from analysis.exceptions import NamingOff, NoConsent
from analysis.models import FaceRemoval, Moment, Person, PersonConsent, PersonPicture
from analysis.services import people
from assets.models import Asset
from mediaportal.audit.models import Entry
from mediaportal.core.problems import InvalidInput, NotFound, NotPermitted
from tests.analysis.people import (
    FakeAlbum,
    consent,
    kept_picture,
    named_moment,
    person_of,
    wanting,
    yesterday,
)
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def acts() -> list[str]:
    return list(Entry.objects.order_by("id").values_list("action", flat=True))


def test_a_person_is_added_with_a_consent(album: FakeAlbum) -> None:
    manager = UserFactory(role="manager")
    made = people.add(user=manager, name="  Lina Haddad ", note="Speaker", consent=consent())
    assert (made.name, made.note, made.added_by) == ("Lina Haddad", "Speaker", manager)
    written = PersonConsent.objects.get()
    assert (written.how, written.recorded_by) == ("Signed form, folder 12", manager)
    assert acts() == ["person.added", "person.consent_recorded"]
    assert "Lina" not in str(list(Entry.objects.values("detail"))), "the log has no names"


@pytest.mark.parametrize(
    ("traits", "field", "code"),
    [
        ({"given_by": " "}, "given_by", "required"),
        ({"how": ""}, "how", "required"),
        ({"scope": "x" * 5_001}, "scope", "too_long"),
        ({"given_on": timezone.localdate() + timedelta(days=2)}, "given_on", "in_the_future"),
        ({"given_on": yesterday(), "expires_on": yesterday()}, "expires_on", "over"),
    ],
)
def test_a_consent_is_whole(album: FakeAlbum, traits: dict[str, Any], field: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        people.add(user=UserFactory(role="manager"), name="Lina", consent=consent(**traits))
    assert [(one.field, one.code) for one in refused.value.errors] == [(field, code)]
    assert not Person.objects.exists()


def test_nobody_is_taken_in_where_people_are_not_named(album: FakeAlbum, settings: Any) -> None:
    settings.ANALYSIS_FACE_COLLECTION = ""
    manager = UserFactory(role="manager")
    with pytest.raises(NamingOff):
        people.add(user=manager, name="Lina", consent=consent())
    person = person_of()
    with pytest.raises(NamingOff):
        people.consented(user=manager, person=person, consent=consent())
    people.withdraw(user=manager, person=person)
    people.remove(user=manager, person=person)


def test_another_name_is_the_name_of_the_moments(album: FakeAlbum, film: Asset) -> None:
    wanting(film)
    picture = kept_picture(person_of())
    named_moment(film, picture)
    people.change(user=UserFactory(role="manager"), person=picture.person, name="Lina Khoury", note="x")
    assert Moment.objects.saying("Khoury").get().label == "Lina Khoury"
    assert not Moment.objects.saying("Haddad").exists()
    assert Entry.objects.get().detail == {"fields": ["name", "note"]}


def test_a_withdrawn_consent_takes_effect_at_once(album: FakeAlbum, film: Asset) -> None:
    wanting(film)
    picture = kept_picture(person_of())
    moment = named_moment(film, picture)
    manager = UserFactory(role="manager")
    people.withdraw(user=manager, person=picture.person)
    moment.refresh_from_db()
    assert (moment.label, moment.person_id, moment.vector) == ("", None, None)
    assert FaceRemoval.objects.get().face_id == "face-1"
    assert not PersonConsent.objects.in_force().exists()
    entry = Entry.objects.get()
    assert (entry.action, entry.actor, entry.detail) == (
        "person.consent_withdrawn",
        manager,
        {"moments": 1, "faces": 1},
    )
    with pytest.raises(NoConsent):
        people.withdraw(user=manager, person=picture.person)
    people.consented(user=manager, person=picture.person, consent=consent())
    assert list(Person.objects.consenting()) == [picture.person]


def test_a_deleted_person_leaves_a_face_to_be_removed_and_nothing_else(album: FakeAlbum, film: Asset) -> None:
    wanting(film)
    picture = kept_picture(person_of())
    moment = named_moment(film, picture)
    people.remove(user=UserFactory(role="manager"), person=picture.person)
    moment.refresh_from_db()
    assert (moment.label, moment.person_id) == ("", None)
    assert not Person.objects.exists()
    assert not PersonPicture.objects.exists()
    assert not PersonConsent.objects.exists()
    assert FaceRemoval.objects.get().face_id == "face-1"
    with pytest.raises(NotFound):
        people.remove(user=UserFactory(role="manager"), person=picture.person)


@pytest.mark.parametrize("role", ["viewer", "contributor", "moderator"])
def test_others_may_nothing(album: FakeAlbum, role: str) -> None:
    user, person = UserFactory(role=role), person_of()
    for act in (
        lambda: people.add(user=user, name="Omar", consent=consent()),
        lambda: people.change(user=user, person=person, name="Omar"),
        lambda: people.consented(user=user, person=person, consent=consent()),
        lambda: people.withdraw(user=user, person=person),
        lambda: people.remove(user=user, person=person),
    ):
        with pytest.raises(NotPermitted):
            act()
    assert list(Person.objects.consenting()) == [person]


def test_what_is_chosen_for_a_collection_is_written_down(album: FakeAlbum, film: Asset) -> None:
    setting, manager = wanting(film), UserFactory(role="manager")
    people.choose_collection(user=manager, setting=setting)
    setting.names_people = False
    people.choose_collection(user=manager, setting=setting)
    assert acts() == ["collection.people_named", "collection.people_not_named"]
