"""Lists that upper rooms fill."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from assets import registry
from assets.exceptions import InvalidOptions
from assets.models import Asset


def test_panels_stand_in_their_order_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_panels", {})
    registry.register_panel(registry.Panel("b", "B", "b-url", order=20))
    registry.register_panel(registry.Panel("a", "A", "a-url", order=30))
    registry.register_panel(registry.Panel("a", "A again", "a-url", order=10))
    assert [(panel.name, panel.title) for panel in registry.panels()] == [("a", "A again"), ("b", "B")]
    registry.register_panel(registry.Panel("c", "C", "c-url", order=1, changers_only=True))
    assert [panel.name for panel in registry.panels(changing=True)] == ["c", "a", "b"]
    assert [panel.name for panel in registry.panels(changing=False)] == ["a", "b"]


def test_every_check_of_options_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_option_validators", [])
    asked: list[dict[str, Any]] = []

    def check(options: dict[str, Any]) -> None:
        asked.append(options)
        if "bad" in options:
            raise InvalidOptions

    registry.register_option_validator(check)
    registry.register_option_validator(check)
    registry.validate_options({"preset": "x"})
    with pytest.raises(InvalidOptions):
        registry.validate_options({"bad": 1})
    assert asked == [{"preset": "x"}, {"bad": 1}]


def test_options_are_known_by_their_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_option_validators", [])
    for name in ("_option_names", "_option_flags", "_option_lists"):
        monkeypatch.setattr(registry, name, set())
    registry.register_option_validator(lambda _options: None, names=["a"], flags=["b"], lists=["c"])
    assert registry.option_names() == {"a", "b", "c"}
    assert registry.option_flags() == {"b"}
    assert registry.option_lists() == {"c"}


def test_a_choice_of_one_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_upload_choices", {})
    registry.register_upload_choice(registry.UploadChoice("a", "A", lambda: [("1", "One"), ("2", "Two")]))
    registry.register_upload_choice(registry.UploadChoice("b", "B", lambda: [("1", "One")]))
    assert registry.upload_choices() == [("a", "A", [("1", "One"), ("2", "Two")])]


def test_parts_of_the_playback_document_are_put_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_playback_parts", [])
    asked: list[Any] = []

    def first(asset: Any, user: Any) -> dict[str, Any]:
        asked.append((asset, user))
        return {"a": 1, "b": 1}

    registry.register_playback(first)
    registry.register_playback(first)
    registry.register_playback(lambda _asset, _user: {"b": 2})
    asset, user = Asset(), AnonymousUser()
    assert registry.playback_parts(asset, user) == {"a": 1, "b": 2}
    assert asked == [(asset, user)]


def test_what_is_no_file_is_found_by_the_end_of_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_no_files", {})

    def answer(asked: registry.Asked) -> registry.Told:
        return registry.Told(asked.body, "text/plain")

    for method in ("GET", "POST"):
        registry.register_no_file(registry.NoFile("a", re.compile(r"/a/(?P<one>\d)\Z"), method, answer))
    found = registry.no_file_at("x/y/a/7")
    assert found is not None
    assert (found[0].method, found[1]) == ("POST", {"one": "7"})
    for key in ("x/y/a/7/z", "a/7", "x/a/77", "x/b/7"):
        assert registry.no_file_at(key) is None
