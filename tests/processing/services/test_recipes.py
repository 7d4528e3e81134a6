"""A recipe that asks the impossible is refused, at its place, with a stable code."""

from typing import Any

import pytest

from assets.exceptions import InvalidOptions
from processing.ffmpeg.keyframes import Keyframes
from processing.ffmpeg.ladder import EFFICIENT, HDR_KEPT, LABELLED, STANDARD, WEAK_NETWORK, Ladder
from processing.services import recipes
from tests.factories import AssetFactory, VariantFactory


def level(**changes: Any) -> dict[str, Any]:
    return {
        "name": "360p", "width": 640, "height": 360, "max_rate": 750_000, "max_rate_fast": 1_125_000,
    } | changes  # fmt: skip


def wrong(recipe: Any) -> set[tuple[str, str]]:
    with pytest.raises(InvalidOptions) as caught:
        recipes.sound(recipe)
    assert caught.value.detail == caught.value.errors[0].detail
    return {(error.field, error.code) for error in caught.value.errors}


@pytest.mark.parametrize("ladder", [STANDARD, WEAK_NETWORK, EFFICIENT, HDR_KEPT, LABELLED])
def test_what_ships_is_sound(ladder: Ladder) -> None:
    assert recipes.sound(ladder.as_data()) == ladder


def test_levels_alone_are_enough() -> None:
    assert recipes.sound({"levels": [level()]}).segment_seconds == 4


@pytest.mark.parametrize(
    ("recipe", "field", "code"),
    [
        (None, "recipe", "recipe_form"),
        ([], "recipe", "recipe_form"),
        ({}, "recipe.levels", "recipe_form"),
        ({"levels": []}, "recipe.levels", "recipe_form"),
        ({"levels": "no"}, "recipe.levels", "recipe_form"),
        ({"levels": [5]}, "recipe.levels", "recipe_form"),
        ({"levels": [level()], "speeed": 1}, "recipe.speeed", "unknown_setting"),
        ({"levels": [level(colour="red")]}, "recipe.levels.0.colour", "unknown_setting"),
        ({"levels": [{"name": "x"}]}, "recipe.levels.0.width", "required"),
        ({"levels": [level()], "crf": "23"}, "recipe.crf", "wrong_kind"),
        ({"levels": [level()], "crf": True}, "recipe.crf", "wrong_kind"),
        ({"levels": [level()], "per_title": 1}, "recipe.per_title", "wrong_kind"),
        ({"levels": [level(width=640.5)]}, "recipe.levels.0.width", "wrong_kind"),
    ],
)
def test_form(recipe: Any, field: str, code: str) -> None:
    assert (field, code) in wrong(recipe)


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"crf": 9}, "crf", "crf_out_of_bounds"),
        ({"speed": "warp"}, "speed", "unknown_speed"),
        ({"audio_bit_rate": 8000}, "audio_bit_rate", "audio_rate_out_of_bounds"),
        ({"audio_bit_rate": 640_000}, "audio_bit_rate", "audio_rate_out_of_bounds"),
        ({"segment_seconds": 1}, "segment_seconds", "segment_out_of_bounds"),
        ({"segment_seconds": 11}, "segment_seconds", "segment_out_of_bounds"),
        ({"loudness": 0}, "loudness", "loudness_out_of_bounds"),
        ({"loudness": float("nan")}, "loudness", "loudness_out_of_bounds"),
        ({"vmaf_floor": 99}, "vmaf_floor", "floor_out_of_bounds"),
        ({"vmaf_floor": -1}, "vmaf_floor", "floor_out_of_bounds"),
        ({"color": "sepia"}, "color", "unknown_color"),
        ({"encryption": "rot13"}, "encryption", "unknown_encryption"),
        ({"color": "keep"}, "color", "hdr_needs_codec"),
        ({"levels": [level(name=f"{n}", height=360 - 2 * n) for n in range(13)]}, "levels", "too_many_rungs"),
    ],
)
def test_the_ladder(change: dict[str, Any], field: str, code: str) -> None:
    assert wrong({"levels": [level()]} | change) == {(f"recipe.{field}", code)}


def test_a_size_beyond_all_numbers_is_refused() -> None:
    huge = {"levels": [level(width=10**200, height=10**200)]}
    assert wrong(huge) == {(f"recipe.levels.0.{side}", "size_out_of_bounds") for side in ("width", "height")}


def test_of_too_many_rungs_nothing_else_is_said() -> None:
    assert wrong({"levels": [level()] * 1000}) == {("recipe.levels", "too_many_rungs")}


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"name": "../x"}, "name", "rung_name"),
        ({"width": 641}, "width", "size_odd"),
        ({"width": 9000, "max_rate": 900_000_00, "max_rate_fast": 900_000_00}, "width", "size_out_of_bounds"),
        ({"height": 32}, "height", "size_out_of_bounds"),
        ({"height": 700}, "width", "size_out_of_bounds"),
        ({"max_rate": 30_000}, "max_rate", "cap_too_low"),
        ({"max_rate_fast": 700_000}, "max_rate_fast", "cap_too_low"),
        ({"max_rate_fast": 10**9}, "max_rate_fast", "cap_too_high"),
        ({"codec": "h266"}, "codec", "unknown_codec"),
        ({"codec": "av1", "speed": "13"}, "speed", "unknown_speed"),
        ({"codec": "av1", "speed": "veryfast"}, "speed", "unknown_speed"),
        ({"codec": "av1", "crf": 64}, "crf", "crf_out_of_bounds"),
        ({"codec": "vp9", "crf": 14}, "crf", "crf_out_of_bounds"),
        ({"codec": "h265", "crf": 41}, "crf", "crf_out_of_bounds"),
    ],
)
def test_a_rung(change: dict[str, Any], field: str, code: str) -> None:
    lowest = level(name="90p", width=160, height=90)
    found = wrong({"levels": [level(**change), lowest]})
    assert (f"recipe.levels.0.{field}", code) in found
    assert {place.rpartition(".")[2] for place, _code in found} == {field}


@pytest.mark.parametrize(
    ("levels", "field", "code"),
    [
        ([level(), level(height=240)], "1.name", "rung_doubled"),
        ([level(), level(name="again")], "1.height", "rung_doubled"),
        ([level(), level(name="480p", width=854, height=480)], "1.height", "rungs_not_ordered"),
        ([level(codec="av1")], "0.codec", "lowest_not_h264"),
        ([level(), level(name="240p", height=240, codec="vp9")], "1.codec", "lowest_not_h264"),
    ],
)
def test_the_order(levels: list[dict[str, Any]], field: str, code: str) -> None:
    assert wrong({"levels": levels}) == {(f"recipe.levels.{field}", code)}


def test_an_encoder_that_this_ffmpeg_does_not_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipes, "has_encoder", lambda name: name == "libx264")
    found = wrong({"levels": [level(name="360p_av1", codec="av1"), level()]})
    assert found == {("recipe.levels.0.codec", "no_encoder")}


def test_everything_wrong_is_told_at_once() -> None:
    found = wrong({"levels": [level(width=641), level(name="x", codec="h266")], "crf": 1})
    assert len(found) == 3


# --- Watermark ------------------------------------------------------------------------------------------------------
def marked(**mark: Any) -> dict[str, Any]:
    return {"levels": [level()], "watermark": mark}


def test_a_watermark_of_words() -> None:
    found = recipes.sound(marked(text="مسودة 2026", position="center", opacity=1)).watermark
    assert found is not None and (found.text, found.position, found.opacity) == ("مسودة 2026", "center", 1)
    assert recipes.sound({"levels": [level()], "watermark": None}).watermark is None


@pytest.mark.parametrize(
    ("mark", "field", "code"),
    [
        ({}, "text", "mark_of_one_kind"),
        ({"text": "a", "image": "b"}, "text", "mark_of_one_kind"),
        ({"text": "x" * 101}, "text", "mark_undrawable"),
        ({"text": "漢字"}, "text", "mark_undrawable"),
        ({"text": "a\nb"}, "text", "mark_undrawable"),
        ({"text": "a", "position": "middle"}, "position", "mark_position"),
        ({"text": "a", "opacity": 0}, "opacity", "mark_opacity"),
        ({"text": "a", "size": 0.6}, "size", "mark_size"),
        ({"text": "a", "margin": -0.1}, "margin", "mark_margin"),
        ({"text": 5}, "text", "wrong_kind"),
        ({"text": "a", "colour": "red"}, "colour", "unknown_setting"),
        ({"image": "no id"}, "image", "mark_image"),
    ],
)
def test_watermarks_that_cannot_be_drawn(mark: dict[str, Any], field: str, code: str) -> None:
    recipe = marked(**mark) if mark else {"levels": [level()], "watermark": {"position": "top"}}
    assert (f"recipe.watermark.{field}", code) in wrong(recipe)


@pytest.mark.django_db
def test_the_image_of_a_watermark_must_be_ready() -> None:
    asset = AssetFactory(image=True, published=True)
    assert ("recipe.watermark.image", "mark_image") in wrong(marked(image=str(asset.pk)))
    VariantFactory(asset=asset, format="webp", quality="web", filename="w.webp")
    assert recipes.sound(marked(image=str(asset.pk))).watermark
    film = VariantFactory(quality="web").asset
    assert ("recipe.watermark.image", "mark_image") in wrong(marked(image=str(film.pk)))


@pytest.mark.parametrize(
    ("wish", "field", "code"),
    [
        ({"count": 0, "every": 0}, "count", "keyframes_one_of"),
        ({"count": 5, "every": 5}, "count", "keyframes_one_of"),
        ({"count": 101}, "count", "keyframes_out_of_bounds"),
        ({"every": 0.1}, "every", "keyframes_out_of_bounds"),
        ({"format": "gif"}, "format", "unknown_format"),
        ({"width": 10}, "width", "size_out_of_bounds"),
        ({"count": "many"}, "count", "wrong_kind"),
        ({"often": 1}, "often", "unknown_setting"),
    ],
)
def test_key_frames_that_nobody_could_capture(wish: dict[str, Any], field: str, code: str) -> None:
    recipe = {"levels": [level()], "keyframes": wish}
    assert wrong(recipe) == {(f"recipe.keyframes.{field}", code)}


def test_key_frames_by_number_or_by_seconds() -> None:
    found = recipes.sound({"levels": [level()], "keyframes": {"every": 2.5, "format": "webp"}}).keyframes
    assert found == Keyframes(count=0, every=2.5, format="webp")
    assert recipes.sound({"levels": [level()], "keyframes": None}).keyframes is None
