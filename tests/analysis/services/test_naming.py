"""Who may be named where."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from analysis.engines import Face, People, Type
from analysis.models import CollectionSetting, PersonConsent, PersonPicture
from analysis.services import choosing, naming
from analysis.services.requests import request_for
from assets.models import Asset
from tests.analysis.conftest import FakeEngine, sight
from tests.analysis.people import FakeAlbum, found_face, kept_picture, person_of, wanting, yesterday

pytestmark = pytest.mark.django_db


def name_in(asset: Asset, key: str) -> str:
    with transaction.atomic():
        (face,) = naming.named(asset, found_face(key)).findings
    assert isinstance(face, Face)
    assert bool(face.who) == bool(face.name) == ("similarity" in face.detail)
    return face.name


def test_who_consents_is_named_where_that_is_wanted(album: FakeAlbum, film: Asset) -> None:
    picture = kept_picture(person_of())
    assert naming.people_for(film) is None
    assert name_in(film, picture.pk.hex) == ""
    wanting(film)
    assert naming.people_for(film) == People("people", 0.95)
    assert name_in(film, picture.pk.hex) == "Lina Haddad"


@pytest.mark.parametrize(
    "traits",
    [
        {"withdrawn_at": timezone.now()},
        {"expires_on": yesterday()},
        {"given_on": timezone.localdate() + timedelta(days=1)},
    ],
)
def test_nobody_is_named_without_a_consent_in_force(
    album: FakeAlbum, film: Asset, traits: dict[str, Any]
) -> None:
    wanting(film)
    picture = kept_picture(person_of(**traits))
    assert naming.people_for(film) is None
    assert name_in(film, picture.pk.hex) == ""


def test_a_consent_lasts_to_the_end_of_its_last_day(album: FakeAlbum, film: Asset) -> None:
    wanting(film)
    picture = kept_picture(person_of(expires_on=timezone.localdate()))
    assert name_in(film, picture.pk.hex) == "Lina Haddad"


def test_one_consent_in_force_suffices(album: FakeAlbum, film: Asset) -> None:
    wanting(film)
    person = person_of(expires_on=yesterday())
    PersonConsent.objects.create(
        person=person, given_by="Lina", given_on=yesterday(), how="form", scope="all"
    )
    assert name_in(film, kept_picture(person).pk.hex) == "Lina Haddad"


def test_where_the_installation_does_not_say_so_nobody_is_named(
    album: FakeAlbum, film: Asset, settings: Any
) -> None:
    wanting(film)
    picture = kept_picture(person_of())
    settings.ANALYSIS_FACE_COLLECTION = ""
    assert not naming.is_on()
    assert naming.people_for(film) is None
    assert name_in(film, picture.pk.hex) == ""


def test_without_an_engine_that_can_nobody_is_named(album: FakeAlbum, film: Asset, only_engines: Any) -> None:
    wanting(film)
    kept_picture(person_of())
    only_engines(FakeEngine(abilities={Type.FACES: sight()}))
    assert not naming.is_on()
    assert naming.people_for(film) is None


@pytest.mark.parametrize(
    "traits", [{"status": "waiting", "face_id": ""}, {"collection": "another"}, {"status": "sending"}]
)
def test_only_what_is_kept_here_names(album: FakeAlbum, film: Asset, traits: dict[str, str]) -> None:
    wanting(film)
    kept_picture(person_of("Omar"))
    assert name_in(film, kept_picture(person_of(), **traits).pk.hex) == ""


def test_a_key_of_nobody_names_nobody(album: FakeAlbum, film: Asset) -> None:
    wanting(film)
    kept_picture(person_of())
    for key in ("not a key", "0" * 32, ""):
        assert name_in(film, key) == ""


def test_a_request_says_among_whom_faces_are_looked_for(
    album: FakeAlbum, film: Asset, tmp_path: Path
) -> None:
    wanting(film)
    kept_picture(person_of())

    def asked(*types: str) -> People | None:
        return request_for(film, types=types, languages=(), source=tmp_path, folder=tmp_path).people

    assert asked("faces", "text") == People("people", 0.95)
    assert asked("text") is None


def test_the_engine_that_can_name_comes_first_where_people_are_named(
    album: FakeAlbum, film: Asset, only_engines: Any
) -> None:
    able = replace(sight(), names=True)
    only_engines(
        FakeEngine(abilities={Type.FACES: sight()}), FakeEngine(name="aws", abilities={Type.FACES: able})
    )
    assert choosing.choose(types=["faces"], asset=film)["faces"].engine == "local"
    CollectionSetting.objects.all().delete()
    wanting(film)
    kept_picture(person_of())
    assert choosing.choose(types=["faces"], asset=film)["faces"].engine == "aws"
    PersonPicture.objects.all().delete()
    assert choosing.choose(types=["faces"], asset=film)["faces"].engine == "local"
