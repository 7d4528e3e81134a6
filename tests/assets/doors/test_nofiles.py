"""What upper rooms answer in the place of a file is asked of the same question as files."""

import re
from collections.abc import Iterator

import pytest

from assets import delivery, registry
from assets.doors import files, nofiles
from assets.models import Asset
from assets.registry import Asked, NoFile, Told
from mediaportal.core.doors import App
from mediaportal.core.problems import Conflict
from tests.asgi import request
from tests.factories import AssetFactory, VariantFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def app() -> App:
    """A server that remembers nothing of other tests."""
    return files.files_app()


@pytest.fixture
def asset() -> Asset:
    return AssetFactory(published=True)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Asked]]:
    """Two rooms: one that listens below `told/`, one that is asked below `said/`."""
    asked: list[Asked] = []

    def answer(one: Asked) -> Told:
        asked.append(one)
        if one.body == b"no":
            raise Conflict
        return Told(b"%d: %s" % (len(asked), one.body), "text/x-told")

    monkeypatch.setattr(registry, "_no_files", {})
    registry.register_no_file(NoFile("tell", re.compile(r"/told/(?P<word>\w+)\Z"), "POST", answer))
    registry.register_no_file(NoFile("say", re.compile(r"/said/(?P<word>\w+)\Z"), "GET", answer))
    yield asked


def url_of(asset: Asset, place: str, name: str) -> str:
    return delivery.place_url(asset, place, name, user=asset.uploaded_by, seconds=6.0)


def test_the_room_is_asked_and_its_answer_sent(app: App, asset: Asset, heard: list[Asked]) -> None:
    answer = request(app, "POST", url_of(asset, "told/", "once"), body=(b"a ", b"word"))
    assert (answer.status, answer.body, answer.finished) == (200, b"1: a word", True)
    assert answer.headers["content-type"] == "text/x-told"
    assert answer.headers["content-length"] == "9"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    (asked,) = heard
    assert (asked.asset_id, asked.parts) == (asset.pk, {"word": "once"})
    assert asked.caller == f"{asset.uploaded_by_id}@127.0.0.1"
    assert "a word" not in repr(asked)


def test_it_is_found_below_a_package_at_any_depth(app: App, asset: Asset, heard: list[Asked]) -> None:
    base = delivery.variant_url(VariantFactory(asset=asset, hls=True), user=asset.uploaded_by).rpartition(
        "/"
    )[0]
    for depth in ("said/x", "video/said/x"):
        assert request(app, "GET", f"{base}/{depth}").status == 200
    for other in ("said/x/y", "said/", "said/../x", "unsaid/x"):
        assert request(app, "GET", f"{base}/{other}").status == 404


def test_a_link_to_one_file_leads_nowhere_else(app: App, asset: Asset, heard: list[Asked]) -> None:
    base = delivery.original_url(asset, user=asset.uploaded_by).rpartition("/")[0]
    assert request(app, "GET", f"{base}/said/x").status == 404
    assert heard == []


@pytest.mark.parametrize(
    ("method", "place", "allowed"),
    [
        ("GET", "told/", "POST"),
        ("HEAD", "told/", "POST"),
        ("POST", "said/", "GET"),
        ("POST", "x/", "GET, HEAD"),
    ],
)
def test_other_verbs(
    app: App, asset: Asset, heard: list[Asked], method: str, place: str, allowed: str
) -> None:
    answer = request(app, method, url_of(asset, place, "x"))
    assert (answer.status, answer.headers["allow"]) == (405, allowed)
    assert heard == []


def test_a_refusal_of_the_room_is_told(app: App, asset: Asset, heard: list[Asked]) -> None:
    answer = request(app, "POST", url_of(asset, "told/", "x"), body=(b"no",))
    assert (answer.status, answer.json()["code"]) == (409, "conflict")


def test_a_body_that_is_too_long_is_not_read(app: App, asset: Asset, heard: list[Asked]) -> None:
    answer = request(app, "POST", url_of(asset, "told/", "x"), body=(b"x" * (nofiles.BODY_BYTES + 1),))
    assert (answer.status, answer.json()["code"]) == (413, "request_too_large")
    assert heard == []


def test_who_may_not_play_is_not_heard(app: App, asset: Asset, heard: list[Asked]) -> None:
    url = url_of(asset, "told/", "x")
    Asset.objects.update(publication="blocked", deleted_at="2026-01-01T00:00:00Z")
    assert request(app, "POST", url, body=(b"x",)).status == 404
    assert heard == []
