"""The pages of the people who may be named."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from analysis.models import FaceRemoval, Person, PersonConsent, PersonPicture
from assets.models import Asset
from tests.analysis.people import FakeAlbum, kept_picture, named_moment, person_of, wanting
from tests.factories import UserFactory
from tests.media import media

pytestmark = pytest.mark.django_db
FILLED = {
    "name": "Lina Haddad",
    "note": "",
    "given_by": "Lina Haddad",
    "given_on": "2026-01-02",
    "expires_on": "",
    "how": "form",
    "scope": "all films",
}


@pytest.fixture
def desk(client: Client) -> Client:
    """The browser of a manager."""
    client.force_login(UserFactory(role="manager"))
    return client


def page(desk: Client, address: str, status: int = 200) -> str:
    answer = desk.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def test_the_list_says_when_nobody_is_named_and_how_that_is_changed(
    album: FakeAlbum, desk: Client, settings: Any, only_engines: Any
) -> None:
    shown = page(desk, "/people/")
    assert "Nobody may be named yet" in shown
    assert "People are named in no collection yet." in shown
    assert reverse("person-new") in shown
    only_engines()
    assert "ANALYSIS_S3_BUCKET" in page(desk, "/people/")
    settings.ANALYSIS_FACE_COLLECTION = ""
    for address in ("/people/", "/people/new/"):
        shown = page(desk, address)
        assert "ANALYSIS_FACE_COLLECTION" in shown
        assert f'href="{reverse("person-new")}"' not in shown


def test_a_person_is_added(album: FakeAlbum, desk: Client) -> None:
    page(desk, "/people/new/")
    answer = desk.post("/people/new/", FILLED)
    person = Person.objects.get()
    assert answer["Location"] == f"/people/{person.pk}/"
    shown = page(desk, answer["Location"])
    assert "Consent in force" in shown
    assert "Named nowhere yet." in shown
    assert "not known by any picture" in page(desk, "/people/")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "This field is required."),
        ("scope", " ", "This field is required."),
        ("given_on", "2099-01-01", "A consent cannot be given in the future."),
        ("expires_on", "2026-01-03", "This day is over."),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    album: FakeAlbum, desk: Client, field: str, value: str, said: str
) -> None:
    answer = desk.post("/people/new/", {**FILLED, field: value})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Person.objects.exists()


def test_a_person_is_changed_withdrawn_and_deleted(album: FakeAlbum, desk: Client, film: Asset) -> None:
    wanting(film)
    picture = kept_picture(person_of())
    named_moment(film, picture)
    address = f"/people/{picture.person_id}/"
    assert "Named in 1 moment" in page(desk, address)
    assert "known by 1 picture" in page(desk, "/people/")
    assert desk.post(address, {"name": "Lina Khoury", "note": ""}).status_code == 302
    assert desk.post(address, {"name": "", "note": ""}).status_code == 422
    assert "Lina Khoury" in page(desk, address)
    desk.post(f"{address}withdraw/")
    shown = page(desk, address)
    assert "Consent withdrawn" in shown
    assert "1 face is still to be removed" in shown
    assert f'action="{address}pictures/send/"' not in shown
    assert desk.post(f"{address}consents/", {**FILLED, "how": ""}).status_code == 422
    assert desk.post(f"{address}consents/", FILLED).status_code == 302
    assert PersonConsent.objects.in_force().count() == 1
    desk.post(f"{address}delete/")
    assert not Person.objects.exists()
    assert FaceRemoval.objects.count() == 1
    assert "1 face is still to be removed" in page(desk, "/people/")


def test_pictures_are_sent_awaited_and_deleted(album: FakeAlbum, desk: Client) -> None:
    person = person_of()
    address = f"/people/{person.pk}/"
    png = SimpleUploadedFile("lina.png", media("picture.png").read_bytes(), "image/png")
    desk.post(f"{address}pictures/send/", {"file": png})
    picture = PersonPicture.objects.get()
    assert "every 4s" in page(desk, f"{address}pictures/")
    PersonPicture.objects.update(status="refused", error_code="no_face", error_detail="No face.")
    shown = page(desk, f"{address}pictures/")
    assert "no_face" in shown
    assert "every 4s" not in shown
    desk.post(f"{address}pictures/{picture.pk}/delete/")
    assert not PersonPicture.objects.exists()
    assert desk.post(f"{address}pictures/{picture.pk}/delete/").status_code == 404
    answer = desk.post(f"{address}pictures/send/", follow=True)
    assert "Choose a picture first." in answer.content.decode()
    person.consents.update(withdrawn_at=timezone.now())
    bad = SimpleUploadedFile("lina.png", b"words", "image/png")
    answer = desk.post(f"{address}pictures/send/", {"file": bad}, follow=True)
    assert "toast-line" in answer.content.decode()


PAGES = [
    ("get", "/people/"),
    ("get", "/people/new/"),
    ("post", "/people/new/"),
    ("get", "/people/{person}/"),
    ("post", "/people/{person}/"),
    ("post", "/people/{person}/consents/"),
    ("post", "/people/{person}/withdraw/"),
    ("get", "/people/{person}/pictures/"),
    ("post", "/people/{person}/pictures/send/"),
    ("post", "/people/{person}/pictures/{picture}/delete/"),
    ("post", "/people/{person}/delete/"),
]


@pytest.mark.parametrize("role", ["viewer", "contributor", "moderator"])
def test_others_are_let_into_none_of_it(album: FakeAlbum, client: Client, role: str) -> None:
    client.force_login(UserFactory(role=role))
    picture = kept_picture(person_of())
    for verb, path in PAGES:
        address = path.format(person=picture.person_id, picture=picture.pk)
        assert getattr(client, verb)(address, FILLED).status_code == 403, path
    assert "/people/" not in client.get("/").content.decode()
    assert Person.objects.consenting().count() == PersonPicture.objects.count() == 1


def test_managers_find_the_page(album: FakeAlbum, desk: Client) -> None:
    assert 'href="/people/"' in page(desk, "/")
    assert desk.get("/people/00000000-0000-0000-0000-000000000000/").status_code == 404
