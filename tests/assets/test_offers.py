"""What uploads may ask of upper rooms."""

from typing import Any

import pytest

from assets import offers
from assets.exceptions import InvalidOptions


def test_every_check_of_options_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offers, "_option_validators", [])
    asked: list[dict[str, Any]] = []

    def check(options: dict[str, Any]) -> None:
        asked.append(options)
        if "bad" in options:
            raise InvalidOptions

    offers.register_option_validator(check)
    offers.register_option_validator(check)
    offers.validate_options({"preset": "x"})
    with pytest.raises(InvalidOptions):
        offers.validate_options({"bad": 1})
    assert asked == [{"preset": "x"}, {"bad": 1}]


def test_options_are_known_by_their_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offers, "_option_validators", [])
    for name in ("_option_names", "_option_flags", "_option_lists"):
        monkeypatch.setattr(offers, name, set())
    offers.register_option_validator(lambda _options: None, names=["a"], flags=["b"], lists=["c"])
    assert offers.option_names() == {"a", "b", "c"}
    assert offers.option_flags() == {"b"}
    assert offers.option_lists() == {"c"}


def test_a_choice_of_one_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offers, "_upload_choices", {})
    offers.register_upload_choice(offers.UploadChoice("a", "A", lambda: [("1", "One"), ("2", "Two")]))
    offers.register_upload_choice(offers.UploadChoice("b", "B", lambda: [("1", "One")]))
    assert offers.upload_choices() == [("a", "A", [("1", "One"), ("2", "Two")])]
