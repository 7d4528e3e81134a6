"""The words of the scripts in the browser."""

import re
from pathlib import Path

from django.conf import settings
from django.utils import translation

from assets.words import catalogue, step_word, watch_catalogue


def test_every_word_that_a_script_asks_for_is_in_the_catalogue() -> None:
    words = catalogue()
    for script in (Path(settings.BASE_DIR) / "static" / "js").glob("*.js"):
        for key in re.findall(r"""\bt\(["']([\w.]+)["']""", script.read_text(encoding="utf-8")):
            assert key in words, f"{script.name} asks for {key}"


def test_each_trouble_of_a_player_is_told_with_a_next_step_wherever_it_plays() -> None:
    says = (Path(settings.BASE_DIR) / "static" / "js" / "playersays.js").read_text(encoding="utf-8")
    told = set(re.findall(r"""(?:return|\?|:) ["'](\w+)["']""", says))
    assert {"refused", "ended", "keyRefused", "keyWrong", "unplayable"} <= told
    for words in (catalogue(), watch_catalogue()):
        assert {f"trouble.{word}{part}" for word in told | {"blocked"} for part in ("", ".next")} <= set(
            words
        )


def test_arabic_has_all_six_plural_forms() -> None:
    with translation.override("ar"):
        forms = catalogue()["upload.files"]
    assert isinstance(forms, dict)
    assert set(forms) == {"zero", "one", "two", "few", "many", "other"}


def test_a_step_of_another_app_is_named_as_it_is() -> None:
    assert step_word("face_finding") == "Face finding"
