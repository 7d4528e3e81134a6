"""What an uploader may wish for, and how refusals are told."""

import json
from typing import Any

import pytest

from assets import offers
from assets.exceptions import InvalidOptions
from assets.services import wishes

pytestmark = pytest.mark.django_db


def test_nothing_is_needed() -> None:
    assert wishes.parse({}) == wishes.Wishes()


def test_everything_that_is_known() -> None:
    metadata = {
        "title": "عرس",
        "description": "x",
        "visibility": "internal",
        "tags": ["a", "b"],
        "email": "a@example.org",
    }
    found = wishes.parse({"filename": " a.mp4 ", "content_type": "video", "metadata": json.dumps(metadata)})
    assert (found.filename, found.kind, found.metadata, found.options) == ("a.mp4", "video", metadata, {})


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"content_type": "text"}, "content_type"),
        ({"metadata": "{"}, "metadata"),
        ({"metadata": "[]"}, "metadata"),
        ({"metadata": "[" * 5000}, "metadata"),
        ({"metadata": '{"title": NaN}'}, "metadata"),
        ({"metadata": '{"title": "\\ud800"}'}, "metadata"),
        ({"metadata": '{"title": "\\u0000"}'}, "metadata"),
        ({"metadata": '{"title": 5}'}, "metadata.title"),
        ({"metadata": json.dumps({"title": "x" * 256})}, "metadata.title"),
        ({"metadata": '{"visibility": "everyone"}'}, "metadata.visibility"),
        ({"metadata": '{"visibility": []}'}, "metadata.visibility"),
        ({"metadata": '{"tags": "a"}'}, "metadata.tags"),
        ({"metadata": '{"tags": [""]}'}, "metadata.tags"),
        ({"metadata": '{"email": "nobody"}'}, "metadata.email"),
        ({"metadata": '{"email": 7}'}, "metadata.email"),
        ({"metadata": '{"collection": "x"}'}, "metadata.collection"),
        ({"processing_options": "no"}, "processing_options"),
        ({"processing_options": '{"encrypt": 5}'}, "processing_options.encrypt"),
        ({"processing_options": '{"preset": 5}'}, "processing_options.preset"),
        ({"processing_options": '{"preset": "no-such-preset"}'}, "processing_options.preset"),
    ],
)
def test_what_is_wrong_is_named(fields: dict[str, str], wrong: str) -> None:
    with pytest.raises(InvalidOptions) as caught:
        wishes.parse(fields)
    assert [e.field for e in caught.value.errors] == [wrong]
    assert caught.value.code == "invalid_options"


def test_everything_wrong_is_told_at_once() -> None:
    with pytest.raises(InvalidOptions) as caught:
        wishes.parse({"content_type": "x", "metadata": '{"title": 1, "colour": 2}'})
    assert {e.field for e in caught.value.errors} == {"content_type", "metadata.title", "metadata.colour"}


def test_a_preset_that_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offers, "validate_options", lambda options: None)
    options: dict[str, Any] = {"preset": "weak-network"}
    assert wishes.parse({"processing_options": json.dumps(options)}).options == options


def test_values_of_a_json_body_are_checked_as_those_of_a_form() -> None:
    found = wishes.of_values(filename=" a.mp4 ", kind="video", metadata={"title": "بحر"}, options={})
    assert found == wishes.Wishes("a.mp4", "video", {"title": "بحر"})
    with pytest.raises(InvalidOptions) as refused:
        wishes.of_values(filename="", kind="text", metadata={"title": "\x00"}, options={"preset": 5})
    assert {error.field for error in refused.value.errors} == {
        "content_type",
        "metadata",
        "processing_options.preset",
    }


def test_an_option_that_may_be_true_or_false() -> None:
    for said in (True, False, "cbcs"):
        found = wishes.of_values(filename="", kind="", metadata={}, options={"encrypt": said})
        assert found.options == {"encrypt": said}
    wrong: list[Any] = [1, None, [], "c" * 101]
    for one in wrong:
        with pytest.raises(InvalidOptions) as caught:
            wishes.of_values(filename="", kind="", metadata={}, options={"encrypt": one})
        assert [error.field for error in caught.value.errors] == ["processing_options.encrypt"]
    with pytest.raises(InvalidOptions):
        wishes.of_values(filename="", kind="", metadata={}, options={"preset": True})
