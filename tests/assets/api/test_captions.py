"""Text tracks over HTTP."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from assets.api.captions import MOST_BODY_BYTES
from assets.models import Asset, Caption
from mediaportal import asgi
from mediaportal.accounts.models import User
from mediaportal.core.captions import MOST_BYTES
from tests.asgi import request
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db
SRT = "1\n00:00:01,000 --> 00:00:02,500\nمرحبا <i>بكم</i>\n".encode("cp1256")
CUES = [{"start": 1.5, "end": 2, "text": "one", "settings": "line:0", "id": "a"}]


@pytest.fixture
def asset() -> Asset:
    return AssetFactory(published=True)


def client_of(user: User | None) -> APIClient:
    client = APIClient()
    if user:
        client.force_authenticate(User.objects.get(pk=user.pk))
    return client


def home(asset: Asset) -> str:
    return f"/api/v1/assets/{asset.pk}/captions/"


def send(client: APIClient, asset: Asset, content: bytes = SRT, **words: Any) -> Any:
    """Send a file as a form does."""
    file = SimpleUploadedFile("film.ar.srt", content)
    return client.post(home(asset), {"language": "ar", "file": file} | words, format="multipart")


def test_a_file_is_sent_listed_read_edited_described_and_deleted(asset: Asset) -> None:
    client = client_of(asset.uploaded_by)
    made = send(client, asset, kind="captions", label="Ours", default="true")
    assert made.status_code == 201, made.json()
    track = made.json()
    url = f"{home(asset)}{track['id']}/"
    assert (track["language"], track["kind"], track["label"], track["default"], track["cues"]) == (
        "ar",
        "captions",
        "Ours",
        True,
        1,
    )
    assert (track["original_format"], track["original_encoding"]) == ("srt", "cp1256")
    assert track["url"].startswith("/files/") and track["original_url"].endswith("/film.ar.srt")
    assert client.get(home(asset)).json() == [client.get(url).json()]
    assert client.get(f"{url}cues").json() == {
        "version": 1,
        "cues": [{"start": 1.0, "end": 2.5, "text": "مرحبا <i>بكم</i>"}],
    }
    saved = client.put(url, {"version": 1, "cues": CUES}, format="json").json()
    assert (saved["version"], saved["cues"]) == (2, 1)
    assert client.get(f"{url}cues").json() == {"version": 2, "cues": CUES}
    again = client.put(url, {"version": 1, "cues": []}, format="json")
    assert (again.status_code, again.json()["code"], again.json()["version"]) == (409, "conflict", 2)
    changed = client.patch(url, {"version": 2, "language": "ar-EG", "default": False}, format="json").json()
    assert (changed["language"], changed["default"], changed["version"]) == ("ar-EG", False, 3)
    assert client.delete(url).status_code == 204
    assert client.get(url).status_code == 404
    assert client.get(home(asset)).json() == []


def test_a_track_is_written_by_hand(asset: Asset) -> None:
    client = client_of(asset.uploaded_by)
    made = client.post(home(asset), {"language": "en", "kind": "chapters", "cues": []}, format="json")
    assert (made.status_code, made.json()["cues"], made.json()["original_url"]) == (201, 0, None)
    playback = f"/api/v1/assets/{asset.pk}/playback"
    assert client.get(playback).json()["captions"] == []
    url = f"{home(asset)}{made.json()['id']}/"
    client.put(url, {"version": 1, "cues": CUES}, format="json")
    (told,) = client.get(playback).json()["captions"]
    assert (told["kind"], told["language"], told["default"]) == ("chapters", "en", False)


# caller -> the status of: list, cues, post, put, patch, delete
TABLE = {
    "anonymous": (401, 401, 401, 401, 401, 401),
    "viewer": (200, 200, 403, 403, 403, 403),
    "contributor": (200, 200, 403, 403, 403, 403),
    "owner": (200, 200, 201, 200, 200, 204),
    "manager": (200, 200, 201, 200, 200, 204),
}


@pytest.mark.parametrize(("name", "expected"), TABLE.items())
def test_who_may_do_what(asset: Asset, name: str, expected: tuple[int, ...]) -> None:
    url = f"{home(asset)}{send(client_of(asset.uploaded_by), asset).json()['id']}/"
    user = None
    if name != "anonymous":
        user = asset.uploaded_by if name == "owner" else UserFactory(role=name)
    client = client_of(user)
    found = (
        client.get(home(asset)).status_code,
        client.get(f"{url}cues").status_code,
        send(client, asset, language="en").status_code,
        client.put(url, {"version": 1, "cues": CUES}, format="json").status_code,
        client.patch(url, {"label": "x"}, format="json").status_code,
        client.delete(url).status_code,
    )
    assert found == expected


def test_hidden_assets_and_foreign_tracks_are_not_there(asset: Asset) -> None:
    other = AssetFactory(published=True, visibility="private")
    track = send(client_of(other.uploaded_by), other).json()["id"]
    client = client_of(asset.uploaded_by)
    assert client.get(home(other)).status_code == 404
    assert send(client, other).status_code == 404
    for url in (f"{home(other)}{track}/", f"{home(asset)}{track}/"):
        assert client.get(url).status_code == 404
        assert client.get(f"{url}cues").status_code == 404
        assert client.delete(url).status_code == 404


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"nothing", 415, "unsupported_caption"),
        (b"", 400, "empty_caption"),
        (b"x" * (MOST_BYTES + 1), 413, "caption_too_large"),
        (b"1\n00:00:01,000 --> soon\nx\n", 400, "caption_unreadable"),
    ],
)
def test_files_that_are_not_taken(asset: Asset, content: bytes, status: int, code: str) -> None:
    answer = send(client_of(asset.uploaded_by), asset, content)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert code != "caption_unreadable" or answer.json()["line"] == 2


def test_what_has_not_the_right_form_is_refused(asset: Asset) -> None:
    client = client_of(asset.uploaded_by)
    assert client.post(home(asset), {"language": "ar"}, format="json").json()["errors"][0]["field"] == "file"
    assert client.post(home(asset), [], format="json").status_code == 400
    assert client.post(home(asset), {"cues": []}, format="json").json()["errors"][0]["field"] == "language"
    assert send(client, asset, kind="songs").json()["errors"][0]["field"] == "kind"
    assert send(client, asset).status_code == 201
    assert send(client, asset).json()["code"] == "caption_exists"
    url = f"{home(asset)}{Caption.objects.get().pk}/"
    bodies: list[Any] = [
        [],
        {},
        {"cues": []},
        {"version": 0, "cues": []},
        {"version": 1},
        {"version": 1, "cues": "x"},
    ]
    for body in bodies:
        assert client.put(url, body, format="json").status_code == 400
    wrong = client.put(url, {"version": 1, "cues": [CUES[0] | {"end": 0}]}, format="json").json()
    assert [one["field"] for one in wrong["errors"]] == ["cues.0.end"]
    assert client.patch(url, {"language": "?"}, format="json").json()["errors"][0]["field"] == "language"


def test_only_who_may_change_it_is_given_the_file_that_came(asset: Asset) -> None:
    send(client_of(asset.uploaded_by), asset)
    (track,) = client_of(UserFactory(role="viewer")).get(home(asset)).json()
    assert track["original_url"] is None and track["url"] and track["download_url"]


@pytest.mark.django_db(transaction=True)
def test_the_door_takes_tracks_and_nothing_else_of_this_size(asset: Asset) -> None:
    def answered(path: str, size: int) -> int:
        headers = {"Content-Type": "application/json"}
        return request(asgi.application, "POST", path, headers=headers, body=[b" " * size]).status

    assert answered(home(asset), MOST_BODY_BYTES) == 401
    assert answered(home(asset), MOST_BODY_BYTES + 1) == 413
    assert answered(f"/api/v1/assets/{asset.pk}/", MOST_BODY_BYTES) == 413
