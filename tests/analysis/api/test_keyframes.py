"""Labelled key frames over HTTP: who may see and order them, what is refused, and addresses that do not end."""

from collections.abc import Callable

import pytest
from django.test import Client

from analysis.engines import Type
from analysis.engines.local import LocalEngine, sight_parts
from analysis.models import Analysis, Order
from assets.models import Asset, Variant
from mediaportal.accounts.models import User
from processing.models import Job
from tests.analysis.conftest import FakeEngine, film_of, sight
from tests.factories import AssetFactory, UserFactory, VariantFactory
from tests.processing.api.test_views import signed_in

pytestmark = pytest.mark.django_db
LABEL = {"label": "Car", "parent": "Vehicle", "confidence": 0.8, "box": [0.1, 0.2, 0.3, 0.4]}


def url(asset: Asset) -> str:
    return f"/api/v1/assets/{asset.pk}/keyframes"


def captured(film: Asset, *, error: str = "") -> Job:
    """A film whose key frames have been captured and labelled."""
    job = Job.objects.create(
        asset=film, job_type="preview", status="completed", parameters={"keyframes": {"count": 1}}
    )
    order = Order.objects.create(asset=film, types=["objects"], job=job)
    status = "failed" if error else "completed"
    Analysis.objects.create(
        order=order, asset=film, type="objects", engine="local", status=status, error_code=error
    )
    job.steps.create(name="keyframes", position=0, queue="ingest", status="completed")
    job.steps.create(
        name="keyframe_labels",
        position=1,
        queue="analysis",
        status="completed",
        results={"missing": ["Install it."]} if error else {},
    )
    VariantFactory(
        asset=film,
        variant_type="derived",
        format="png",
        filename="a.png",
        timestamp=2.5,
        detail={"step": "keyframes", "capture": str(job.pk), "labels": [] if error else [LABEL]},
    )
    VariantFactory(asset=film, sidecar=True, detail={"keyframes": 1})
    return job


@pytest.fixture
def labeller(only_engines: Callable[..., None]) -> FakeEngine:
    engine = FakeEngine(abilities={Type.OBJECTS: sight("video", "image")})
    only_engines(engine)
    return engine


def test_before_there_were_any(film: Asset) -> None:
    found = signed_in(film.uploaded_by).get(url(film)).json()
    assert (found["status"], found["job_id"], found["parts"], found["captures"]) == (None, None, None, [])


def test_they_are_told_with_their_labels(film: Asset) -> None:
    job = captured(film)
    VariantFactory(asset=film, variant_type="preview", format="webp", filename="p.webp")
    found = signed_in(film.uploaded_by).get(url(film)).json()
    assert (found["job_id"], found["status"], found["engine"]) == (str(job.pk), "completed", "local")
    (capture,) = found["captures"]
    assert (capture["timestamp"], capture["labels"], capture["error"]) == (2.5, [LABEL], None)
    assert capture["url"].startswith("/files/") and found["metadata_url"] and found["preview_url"]
    assert found["labels"] == [{"label": "Car", "parent": "Vehicle", "captures": 1, "confidence": 0.8}]
    assert {name: part["status"] for name, part in found["parts"].items()} == dict.fromkeys(
        ["preview", "captures", "labels"], "completed"
    )


def test_what_to_install_is_told(film: Asset) -> None:
    captured(film, error="engine_unavailable")
    told = signed_in(film.uploaded_by).get(url(film)).json()["parts"]["labels"]
    assert (told["status"], told["error"]["code"], told["error"]["missing"]) == (
        "failed",
        "engine_unavailable",
        ["Install it."],
    )


def test_who_may_only_watch_has_labels_and_no_files_that_are_kept(film: Asset) -> None:
    captured(film)
    Asset.objects.filter(pk=film.pk).update(allow_download=False)
    found = signed_in(UserFactory(role="viewer")).get(url(film)).json()
    assert found["captures"][0]["labels"] == [LABEL]
    assert (found["captures"][0]["url"], found["metadata_url"]) == (None, None)


def test_they_are_ordered_once_for_a_key(labeller: FakeEngine, film: Asset) -> None:
    client = signed_in(film.uploaded_by)
    wish = {"every": 2, "format": "webp"}
    answers = [
        client.post(url(film), wish, format="json", headers={"Idempotency-Key": "k"}) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    job = Job.objects.get(pk=answers[0].json()["job_id"])
    assert job.parameters["keyframes"] == {"count": 0, "every": 2.0, "format": "webp", "width": 960}
    assert client.post(url(film), {}, format="json").status_code == 429


def test_what_is_not_said_is_as_it_was(labeller: FakeEngine, film: Asset) -> None:
    Job.objects.create(
        asset=film,
        job_type="preview",
        status="completed",
        parameters={"keyframes": {"count": 0, "every": 7.0, "format": "webp", "width": 320}},
    )
    signed_in(film.uploaded_by).post(url(film), {"count": 5}, format="json")
    job = Job.objects.get(status="pending")
    assert job.parameters["keyframes"] == {"count": 5, "every": 0.0, "format": "webp", "width": 320}


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"count": 0}, "count"),
        ({"count": 101}, "count"),
        ({"count": 5, "every": 5}, "count"),
        ({"every": 0.1}, "every"),
        ({"width": 7}, "width"),
        ({"format": "gif"}, "format"),
        ({"engine": "steam"}, "engine"),
    ],
)
def test_nonsense_is_refused_at_its_field(film: Asset, wish: dict[str, object], field: str) -> None:
    answer = signed_in(film.uploaded_by).post(url(film), wish, format="json")
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_others_do_not_order_and_strangers_see_nothing(film: Asset) -> None:
    assert signed_in(UserFactory()).post(url(film), {}, format="json").status_code == 403
    hidden = AssetFactory(published=True, visibility="private")
    assert signed_in(UserFactory()).get(url(hidden)).status_code == 404
    image = AssetFactory(published=True, image=True)
    assert signed_in(image.uploaded_by).post(url(image), {}, format="json").json()["code"] == "no_pictures"


def panel(film: Asset, user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.get(f"/assets/{film.pk}/keyframes/").content.decode()


def test_the_panel_offers_shows_and_tells_what_is_missing(
    only_engines: Callable[..., None], film: Asset
) -> None:
    only_engines(LocalEngine(sight_parts(None), ()))
    empty = panel(film, film.uploaded_by)
    assert "data-keyframes-ask" in empty and "MODEL_DIR" in empty
    assert panel(film, UserFactory(role="viewer")) == ""
    captured(film, error="engine_unavailable")
    page = panel(film, film.uploaded_by)
    assert "engine_unavailable" in page and "Install it." in page and "metadata.json" in page
    other = film_of("hard_cuts.mp4")
    captured(other)
    page = panel(other, UserFactory(role="viewer"))
    assert "Car" in page and "80 %" in page and "data-keyframes-ask" not in page


def test_a_file_has_an_address_that_leads_to_a_link_for_whoever_asks(film: Asset) -> None:
    captured(film)
    capture = Variant.objects.get(asset=film, variant_type="derived")
    address = f"/api/v1/assets/{film.pk}/variants/{capture.pk}/file"
    answer = signed_in(film.uploaded_by).get(address)
    assert (answer.status_code, answer["Location"].startswith("/files/")) == (302, True)
    assert "no-store" in answer["Cache-Control"]
    Asset.objects.filter(pk=film.pk).update(allow_download=False)
    assert signed_in(UserFactory()).get(address).status_code == 403
    Asset.objects.filter(pk=film.pk).update(visibility="private")
    assert signed_in(UserFactory()).get(address).status_code == 404
