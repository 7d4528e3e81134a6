"""Taking names away, and the faces that they were found by."""

from typing import Any

import pytest
from django.utils import timezone

from analysis.models import CollectionSetting, FaceRemoval, Moment, PersonConsent, PersonPicture, WordPlace
from analysis.services import forgetting, searching
from assets.models import Asset
from mediaportal.audit.models import Entry
from mediaportal.core.searchwords import terms_of
from tests.analysis.people import FakeAlbum, kept_picture, named_moment, person_of, wanting, yesterday

pytestmark = pytest.mark.django_db


def is_nameless(moment: Moment) -> bool:
    moment.refresh_from_db()
    return (moment.label, moment.person_id, moment.vector) == ("", None, None) and moment.detail == {
        "at": 1.0
    }


def test_a_consent_that_has_ended_takes_the_name_and_the_face_away(album: FakeAlbum, film: Asset) -> None:
    wanting(film)
    lina, omar = person_of(), person_of("Omar")
    picture, other = kept_picture(lina), kept_picture(omar, face_id="face-2")
    moment, stays = named_moment(film, picture), named_moment(film, other)
    assert list(searching.find(terms_of("Omar"), film.uploaded_by)) == [film.pk]
    assert (moment.label, moment.person, moment.detail["similarity"]) == ("Lina Haddad", lina, 0.97)
    assert WordPlace.objects.filter(analysis=moment.analysis, word="lina").exists()
    assert forgetting.lapse() == 0
    PersonConsent.objects.filter(person=lina).update(expires_on=yesterday())
    assert forgetting.lapse() == 1
    assert is_nameless(moment)
    assert not Moment.objects.saying("Lina").exists()
    assert not WordPlace.objects.filter(analysis=moment.analysis).exists()
    stays.refresh_from_db()
    assert (stays.label, stays.person) == ("Omar", omar)
    picture.refresh_from_db()
    assert (picture.status, picture.face_id, picture.collection) == ("waiting", "", "")
    removal = FaceRemoval.objects.get()
    assert (removal.collection, removal.key, removal.face_id) == ("people", picture.pk.hex, "face-1")
    entry = Entry.objects.get(action="person.consent_lapsed")
    assert (entry.object_id, entry.actor, entry.detail) == (str(lina.pk), None, {"moments": 1, "faces": 1})
    assert forgetting.lapse() == 0, "once"


def test_a_face_that_is_being_taken_in_is_looked_for_later(album: FakeAlbum) -> None:
    picture = kept_picture(person_of(withdrawn_at=timezone.now()), status="sending", face_id="")
    forgetting.lapse()
    removal = FaceRemoval.objects.get()
    assert (removal.face_id, removal.key) == ("", picture.pk.hex)
    assert removal.due_at > timezone.now()


def test_a_collection_that_names_no_more_has_no_names(album: FakeAlbum, film: Asset) -> None:
    setting = wanting(film)
    picture = kept_picture(person_of())
    named = [named_moment(film, picture) for _number in range(3)]
    CollectionSetting.objects.filter(pk=setting.pk).update(names_people=False)
    forgetting.lapse()
    assert all(is_nameless(moment) for moment in named)
    assert PersonPicture.objects.get().status == "kept", "others may name them"
    assert Entry.objects.get(action="person.unnamed").detail["moments"] == 3


def test_an_installation_that_names_no_more_lets_everybody_go(
    album: FakeAlbum, film: Asset, settings: Any
) -> None:
    wanting(film)
    moment = named_moment(film, kept_picture(person_of()))
    settings.ANALYSIS_FACE_COLLECTION = ""
    forgetting.lapse()
    assert is_nameless(moment)
    assert PersonPicture.objects.get().status == "waiting"
    assert FaceRemoval.objects.get().collection == "people"


def test_faces_of_another_collection_are_let_go(album: FakeAlbum, film: Asset, settings: Any) -> None:
    kept_picture(person_of())
    settings.ANALYSIS_FACE_COLLECTION = "people-2"
    forgetting.lapse()
    assert FaceRemoval.objects.get().collection == "people"


def test_one_who_cannot_be_forgotten_keeps_no_other_from_it(
    album: FakeAlbum, film: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanting(film)
    moments = [named_moment(film, kept_picture(person_of(name), face_id=name)) for name in ("Lina", "Omar")]
    PersonConsent.objects.update(expires_on=yesterday())
    forget = forgetting.forget
    tried: list[Any] = []

    def fails_once(*, person: Any) -> dict[str, int]:
        tried.append(person)
        if len(tried) == 1:
            raise RuntimeError("something unforeseen")
        return forget(person=person)

    monkeypatch.setattr(forgetting, "forget", fails_once)
    assert forgetting.lapse() == 1
    for moment in moments:
        moment.refresh_from_db()
    assert len([moment for moment in moments if moment.label == ""]) >= 1
