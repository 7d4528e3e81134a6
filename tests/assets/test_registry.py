"""Lists that upper rooms fill."""

from typing import Any

import pytest

from assets import registry
from assets.exceptions import InvalidOptions


def test_panels_stand_in_their_order_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_panels", {})
    registry.register_panel(registry.Panel("b", "B", "b-url", order=20))
    registry.register_panel(registry.Panel("a", "A", "a-url", order=30))
    registry.register_panel(registry.Panel("a", "A again", "a-url", order=10))
    assert [(panel.name, panel.title) for panel in registry.panels()] == [("a", "A again"), ("b", "B")]


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


def test_a_choice_of_one_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_upload_choices", {})
    registry.register_upload_choice(registry.UploadChoice("a", "A", lambda: [("1", "One"), ("2", "Two")]))
    registry.register_upload_choice(registry.UploadChoice("b", "B", lambda: [("1", "One")]))
    assert registry.upload_choices() == [("a", "A", [("1", "One"), ("2", "Two")])]
