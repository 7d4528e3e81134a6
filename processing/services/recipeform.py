"""Whether what is sent as a recipe has the form of one: the settings that it may name, and of which kind each is."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from mediaportal.core.problems import FieldProblem

MOST_LEVELS = 12
_WHOLE, _NUMBER, _WORD, _FLAG = (int,), (int, float), (str,), (bool,)
_KINDS: dict[str, tuple[type, ...]] = {
    "crf": _WHOLE,
    "speed": _WORD,
    "audio_bit_rate": _WHOLE,
    "segment_seconds": _WHOLE,
    "color": _WORD,
    "loudness": (*_NUMBER, type(None)),
    "per_title": _FLAG,
    "measure_quality": _FLAG,
    "vmaf_floor": _NUMBER,
    "encryption": _WORD,
    "watermark": (dict, type(None)),
    "poster": _WORD,
    "preview_seconds": _NUMBER,
    "preview_avif": _FLAG,
    "keyframes": (dict, type(None)),
}
_KEYFRAME_KINDS: dict[str, tuple[type, ...]] = {
    "count": _WHOLE,
    "every": _NUMBER,
    "format": _WORD,
    "width": _WHOLE,
}
_MARK_KINDS: dict[str, tuple[type, ...]] = {
    "text": _WORD,
    "image": _WORD,
    "position": _WORD,
    "opacity": _NUMBER,
    "size": _NUMBER,
    "margin": _NUMBER,
}
_LEVEL_KINDS: dict[str, tuple[type, ...]] = {
    "name": _WORD,
    "width": _WHOLE,
    "height": _WHOLE,
    "max_rate": _WHOLE,
    "max_rate_fast": _WHOLE,
    "codec": _WORD,
    "crf": (*_WHOLE, type(None)),
    "speed": (*_WORD, type(None)),
}
_NEEDED = ("name", "width", "height", "max_rate", "max_rate_fast")


def problem_at(path: str, code: str, sentence: str) -> FieldProblem:
    """A problem of a recipe at a place in it, such as `levels.0.width`; an empty path is the whole."""
    return FieldProblem(f"recipe.{path}" if path else "recipe", code, sentence)


def problems_of(recipe: Any) -> Iterator[FieldProblem]:
    """What is not of the form of a ladder: nothing else can be said of it then."""
    if not isinstance(recipe, dict):
        yield problem_at("", "recipe_form", _("The recipe does not have the form of a ladder."))
        return
    levels = recipe.get("levels")
    if not isinstance(levels, list) or not levels or not all(isinstance(level, dict) for level in levels):
        yield problem_at(
            "levels", "recipe_form", _("The recipe does not have the form of a ladder: it needs rungs.")
        )
        return
    if len(levels) > MOST_LEVELS:  # nor is each of them looked at
        said = _("A ladder has at most %(most)d rungs.") % {"most": MOST_LEVELS}
        yield problem_at("levels", "too_many_rungs", said)
        return
    yield from _kinds({name: value for name, value in recipe.items() if name != "levels"}, _KINDS, "")
    if isinstance(recipe.get("watermark"), dict):
        yield from _kinds(recipe["watermark"], _MARK_KINDS, "watermark.")
    if isinstance(recipe.get("keyframes"), dict):
        yield from _kinds(recipe["keyframes"], _KEYFRAME_KINDS, "keyframes.")
    for number, level in enumerate(levels):
        yield from _kinds(level, _LEVEL_KINDS, f"levels.{number}.")
        for name in _NEEDED:
            if name not in level:
                yield problem_at(f"levels.{number}.{name}", "required", _("This is needed."))


def _kinds(data: dict[str, Any], kinds: dict[str, tuple[type, ...]], path: str) -> Iterator[FieldProblem]:
    """Names that are not known, and values of another kind."""
    for name, value in data.items():
        kind = kinds.get(name)
        if kind is None:
            said = _("There is no such setting: %(name)s.") % {"name": str(name)[:40]}
            yield problem_at(f"{path}{str(name)[:40]}", "unknown_setting", said)
        elif not isinstance(value, kind) or (isinstance(value, bool) and bool not in kind):
            yield problem_at(f"{path}{name}", "wrong_kind", _("This has the wrong form."))
