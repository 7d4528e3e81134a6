"""A picture for a poster: what is taken, what is refused and when, and that nothing is left behind."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as portal
from rest_framework_simplejwt.tokens import AccessToken

from assets.doors.arriving import Turnstile
from assets.models import Asset, Kind
from assets.services import places
from assets.services.names import asset_folder
from mediaportal import asgi
from mediaportal.accounts.models import User
from mediaportal.core.doors import App
from mediaportal.core.ids import new_id
from processing.doors import posters as door
from processing.models import Job, Status
from tests.asgi import Answer, request
from tests.factories import AssetFactory, UserFactory
from tests.forms import CONTENT_TYPE, field, file_part, form, pieces, png
from tests.polyglots import archive
from tests.processing.test_pipeline import carried_out

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clean_cache")]
PICTURE = png(64, 48)


@pytest.fixture
def app() -> App:
    return door.posters_app(Turnstile())


@pytest.fixture
def asset() -> Asset:
    return AssetFactory(published=True, visibility="private", content=b"film")


@pytest.fixture(autouse=True)
def _nothing_left_behind() -> Iterator[None]:
    yield
    assert not list(Path(portal.INCOMING_ROOT).iterdir())


def send(app: App, asset: Asset, user: User | None, body: bytes, **headers: str) -> Answer:
    given = {"Content-Type": CONTENT_TYPE, "Content-Length": str(len(body))} | headers
    if user is not None:
        given["Authorization"] = f"Bearer {AccessToken.for_user(user)}"
    return request(app, "POST", f"/api/v1/assets/{asset.pk}/poster", headers=given, body=pieces(body, 1000))


def interim(asset: Asset) -> list[Path]:
    return [path for path in places.path_of(f"{asset_folder(asset.pk)}/interim").rglob("*") if path.is_file()]


def test_a_picture_is_taken_and_becomes_the_poster(app: App, asset: Asset) -> None:
    answer = send(app, asset, asset.uploaded_by, form(file_part(PICTURE, "me.png")))
    assert answer.status == 202
    job = Job.objects.get(pk=answer.json()["job_id"])
    assert [path.read_bytes() for path in interim(asset)] == [PICTURE]
    assert carried_out(job).status == Status.COMPLETED
    assert set(asset.variants.values_list("format", "width")) == {("webp", 64), ("jpg", 64)}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (form(file_part(b"just words " * 50, "me.png")), 415, "unsupported_media_type"),
        (form(file_part(b"", "me.png")), 400, "empty_file"),
        (form(), 400, "invalid_options"),
        (form(field("title", "no")), 400, "invalid"),
        (form(file_part(PICTURE, "me.png"))[:-30], 400, "upload_incomplete"),
        (form(file_part(PICTURE + archive(), "me.png")), 415, "disguised_file"),
    ],
    ids=["words", "empty", "no file", "other field", "broken off", "disguised"],
)
def test_what_is_no_picture_is_refused(app: App, asset: Asset, body: bytes, status: int, code: str) -> None:
    answer = send(app, asset, asset.uploaded_by, body)
    assert (answer.status, answer.json()["code"]) == (status, code)
    assert not interim(asset) and not Job.objects.exists()


def test_what_is_too_large_is_refused_before_and_while_it_comes(
    app: App, asset: Asset, settings: Any
) -> None:
    settings.MAX_POSTER_SIZE = 100
    body = form(file_part(PICTURE + bytes(8000), "me.png"))
    assert send(app, asset, asset.uploaded_by, body).status == 413
    unannounced = send(app, asset, asset.uploaded_by, body, **{"Content-Length": ""})
    assert (unannounced.status, unannounced.json()["code"]) == (413, "file_too_large")
    assert not interim(asset)


@pytest.mark.parametrize(
    ("who", "status"),
    [("nobody", 401), ("stranger", 404), ("moderator", 403), ("manager", 202), ("owner", 202)],
)
def test_who_may_send(app: App, asset: Asset, who: str, status: int) -> None:
    user = None
    if who == "owner":
        user = asset.uploaded_by
    elif who != "nobody":
        user = UserFactory(role="contributor" if who == "stranger" else who)
    assert send(app, asset, user, form(file_part(PICTURE))).status == status


def test_an_image_stands_for_itself(app: App) -> None:
    image = AssetFactory(image=True, published=True)
    assert image.kind == Kind.IMAGE
    answer = send(app, image, image.uploaded_by, form(file_part(PICTURE)))
    assert (answer.status, answer.json()["code"]) == (409, "no_pictures")


def test_only_forms_to_a_poster_come_here() -> None:
    path = f"/api/v1/assets/{new_id()}/poster"
    assert door.serves(path) and asgi.app_for(path) is asgi.poster
    assert not door.serves(f"{path}/") and not door.serves("/api/v1/assets/x/poster")

    def takes(method: str, kind: str) -> bool:
        return door.takes({"method": method, "headers": [(b"content-type", kind.encode())]})

    assert takes("POST", CONTENT_TYPE)
    assert not takes("POST", "application/json") and not takes("DELETE", CONTENT_TYPE)
