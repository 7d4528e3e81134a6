"""The people who may be named over HTTP: who may do what, and what the answers hold."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from analysis.models import Person, PersonPicture
from assets.models import Asset
from tests.analysis.people import FakeAlbum, kept_picture, named_moment, person_of, wanting
from tests.factories import UserFactory
from tests.media import media
from tests.processing.api.test_views import signed_in

pytestmark = pytest.mark.django_db
PEOPLE = "/api/v1/people/"
CONSENT = {"given_by": "Lina Haddad", "given_on": "2026-01-02", "how": "form", "scope": "all films"}


@pytest.fixture
def manager() -> APIClient:
    return signed_in(UserFactory(role="manager"))


def png() -> SimpleUploadedFile:
    return SimpleUploadedFile("lina.png", media("picture.png").read_bytes(), "image/png")


def test_a_person_from_the_first_word_to_the_last(album: FakeAlbum, manager: APIClient) -> None:
    made = manager.post(PEOPLE, {"name": "Lina Haddad", "consent": CONSENT}, format="json")
    assert made.status_code == 201, made.json()
    address = f"{PEOPLE}{made.json()['id']}/"
    consent = made.json()["consent"]
    assert (made.json()["consent_status"], consent["given_on"], consent["expires_on"]) == (
        "in_force",
        "2026-01-02",
        None,
    )
    changed = manager.patch(address, {"name": "Lina Khoury", "note": "x"}, format="json")
    assert (changed.json()["name"], changed.json()["note"]) == ("Lina Khoury", "x")
    sent = manager.post(f"{address}pictures/", {"file": png()}, format="multipart")
    assert sent.status_code == 201, sent.json()
    (picture,) = sent.json()["pictures"]
    assert (picture["status"], picture["url"], picture["error"]) == ("waiting", None, None)
    withdrawn = manager.post(f"{address}withdraw/")
    assert (withdrawn.status_code, withdrawn.json()["consent_status"]) == (200, "withdrawn")
    again = manager.post(f"{address}consents/", {**CONSENT, "expires_on": "2099-01-01"}, format="json")
    assert (again.status_code, again.json()["consent_status"]) == (201, "in_force")
    assert manager.get(address).json()["consent"]["expires_on"] == "2099-01-01"
    assert manager.delete(f"{address}pictures/{picture['id']}/").status_code == 204
    assert manager.delete(address).status_code == 204
    assert manager.get(address).status_code == 404


def test_the_list_is_by_name_and_of_few_queries(album: FakeAlbum, manager: APIClient) -> None:
    for name in ("Omar", "Lina", "Zeina"):
        kept_picture(person_of(name))
    with CaptureQueriesContext(connection) as asked:
        listed = manager.get(PEOPLE).json()["results"]
    assert [one["name"] for one in listed] == ["Lina", "Omar", "Zeina"]
    assert len(asked) <= 6
    assert listed[0]["pictures"][0]["status"] == "kept"


def test_a_picture_is_shown_to_managers_and_kept_nowhere(album: FakeAlbum, manager: APIClient) -> None:
    picture = kept_picture(person_of(), image=b"\xff\xd8jpeg")
    (told,) = manager.get(f"{PEOPLE}{picture.person_id}/").json()["pictures"]
    answer = manager.get(told["url"], headers={"accept": "image/avif,image/webp"})
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (
        200,
        b"\xff\xd8jpeg",
        "image/jpeg",
    )
    assert answer["Cache-Control"] == "private, no-store"
    PersonPicture.objects.update(prepared=False)
    assert manager.get(told["url"]).status_code == 404
    other = kept_picture(person_of("Omar"))
    assert manager.get(f"{PEOPLE}{picture.person_id}/pictures/{other.pk}/").status_code == 404


def test_a_deleted_person_is_not_known_at_once(album: FakeAlbum, manager: APIClient, film: Asset) -> None:
    wanting(film)
    picture = kept_picture(person_of())
    named_moment(film, picture)
    manager.delete(f"{PEOPLE}{picture.person_id}/")
    found = signed_in(film.uploaded_by).get(f"/api/v1/assets/{film.pk}/moments/").json()["results"]
    assert [one["label"] for one in found] == [""]


@pytest.mark.parametrize(
    ("state", "verb", "path", "data", "status", "code"),
    [
        ("off", "post", "", {"name": "Lina", "consent": CONSENT}, 409, "naming_off"),
        ("on", "post", "", {"name": "Lina"}, 400, "invalid"),
        ("on", "post", "", {"name": "Lina", "consent": {**CONSENT, "how": ""}}, 400, "invalid"),
        ("on", "post", "{person}/pictures/", {}, 400, "invalid"),
        ("on", "post", "{person}/pictures/", {"moment": 1}, 404, "not_found"),
        ("withdrawn", "post", "{person}/withdraw/", {}, 409, "no_consent"),
        ("on", "get", "{nobody}/", None, 404, "not_found"),
        ("on", "delete", "{nobody}/", None, 404, "not_found"),
        ("on", "post", "{nobody}/withdraw/", {}, 404, "not_found"),
    ],
)
def test_what_is_refused_says_why(
    album: FakeAlbum,
    manager: APIClient,
    settings: Any,
    state: str,
    verb: str,
    path: str,
    data: Any,
    status: int,
    code: str,
) -> None:
    person = person_of(withdrawn_at=timezone.now() if state == "withdrawn" else None)
    if state == "off":
        settings.ANALYSIS_FACE_COLLECTION = ""
    address = PEOPLE + path.format(person=person.pk, nobody=uuid4())
    answer = getattr(manager, verb)(address, data, format="json")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_pictures_are_refused_with_their_own_codes(album: FakeAlbum, manager: APIClient) -> None:
    person = person_of()
    address = f"{PEOPLE}{person.pk}/pictures/"
    text = SimpleUploadedFile("lina.png", b"only words " * 40, "image/png")
    answer = manager.post(address, {"file": text}, format="multipart")
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    person.consents.update(withdrawn_at=timezone.now())
    answer = manager.post(address, {"file": png()}, format="multipart")
    assert (answer.status_code, answer.json()["code"]) == (409, "no_consent")


CALLS = [
    ("get", ""),
    ("post", ""),
    ("get", "{person}/"),
    ("patch", "{person}/"),
    ("post", "{person}/consents/"),
    ("post", "{person}/withdraw/"),
    ("post", "{person}/pictures/"),
    ("get", "{person}/pictures/{picture}/"),
    ("delete", "{person}/pictures/{picture}/"),
    ("delete", "{person}/"),
]


@pytest.mark.parametrize(
    ("role", "refused"),
    [
        (None, 401),
        ("viewer", 403),
        ("contributor", 403),
        ("moderator", 403),
        ("manager", None),
        ("administrator", None),
    ],
)
def test_who_may_what(album: FakeAlbum, role: str | None, refused: int | None) -> None:
    client = APIClient() if role is None else signed_in(UserFactory(role=role))
    for verb, path in CALLS:
        picture = kept_picture(person_of())
        address = PEOPLE + path.format(person=picture.person_id, picture=picture.pk)
        answer = getattr(client, verb)(address, {}, format="json")
        if refused is None:
            assert answer.status_code not in {401, 403, 404}, (verb, path)
        else:
            assert answer.status_code == refused, (verb, path)
    assert refused is None or Person.objects.consenting().count() == len(CALLS)
