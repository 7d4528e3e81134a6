"""Presets over HTTP: read by all, changed by managers, refused with every reason."""

from typing import Any

import pytest
from django.test import Client

from processing.ffmpeg.ladder import STANDARD
from processing.models import Preset
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/presets/"


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(UserFactory(role=role))
    return client


def sent(client: Client, method: str, path: str, data: Any = None) -> tuple[int, Any]:
    call = getattr(client, method)
    answer = call(path, data, content_type="application/json") if data is not None else call(path)
    return answer.status_code, answer.json() if answer.content else None


def test_everybody_reads_them() -> None:
    client = signed_in("viewer")
    code, body = sent(client, "get", URL)
    assert code == 200
    assert {row["slug"] for row in body} == {
        "standard",
        "weak-network",
        "efficient",
        "hdr",
        "keyframe-labels",
    }
    code, one = sent(client, "get", f"{URL}standard/")
    assert (code, one["recipe"], one["is_default"]) == (200, STANDARD.as_data(), True)
    assert sent(client, "get", f"{URL}no-such/")[0] == 404
    assert Client().get(URL).status_code == 401


def test_managers_make_change_and_delete_them() -> None:
    client = signed_in("manager")
    wanted = {"slug": "mine", "title": "Mine", "recipe": {"levels": STANDARD.as_data()["levels"][-1:]}}
    code, made = sent(client, "post", URL, wanted)
    assert (code, made["slug"], made["recipe"]["segment_seconds"]) == (201, "mine", 4)
    assert sent(client, "post", URL, wanted)[1]["code"] == "preset_exists"
    code, changed = sent(client, "patch", f"{URL}mine/", {"title": "Ours"})
    assert (code, changed["title"], changed["recipe"]) == (200, "Ours", made["recipe"])
    code, body = sent(client, "post", f"{URL}mine/make-default")
    assert (code, body["is_default"]) == (200, True)
    code, body = sent(client, "delete", f"{URL}mine/")
    assert (code, body["code"]) == (409, "preset_is_default")
    assert sent(client, "delete", f"{URL}standard/")[0] == 204
    assert not Preset.objects.filter(slug="standard").exists()


@pytest.mark.parametrize("role", ["viewer", "contributor", "moderator"])
def test_others_do_not(role: str) -> None:
    client = signed_in(role)
    wanted = {"slug": "mine", "title": "Mine", "recipe": STANDARD.as_data()}
    for method, path, data in (
        ("post", URL, wanted),
        ("patch", f"{URL}standard/", {"title": "X"}),
        ("delete", f"{URL}weak-network/", None),
        ("post", f"{URL}weak-network/make-default", None),
    ):
        code, body = sent(client, method, path, data)
        assert (code, body["code"]) == (403, "not_permitted")
    assert Preset.objects.count() == 5


def test_what_is_wrong_is_told_at_its_place() -> None:
    recipe = STANDARD.as_data() | {"crf": 5}
    recipe["levels"][0]["codec"] = "h266"
    code, body = sent(signed_in("manager"), "patch", f"{URL}standard/", {"recipe": recipe})
    assert (code, body["code"]) == (400, "invalid_options")
    assert {(error["field"], error["code"]) for error in body["errors"]} == {
        ("recipe.crf", "crf_out_of_bounds"),
        ("recipe.levels.0.codec", "unknown_codec"),
    }
    assert Preset.objects.get(slug="standard").recipe == STANDARD.as_data()
