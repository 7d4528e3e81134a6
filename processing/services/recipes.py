"""Whether a recipe can be followed: what is wrong with it, at which place, in sentences and stable codes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from assets.exceptions import InvalidOptions
from mediaportal.core.problems import FieldProblem
from processing.ffmpeg import keyframes
from processing.ffmpeg.codecs import CODECS, H264, Codec
from processing.ffmpeg.keyframes import Keyframes
from processing.ffmpeg.ladder import COLORS, ENCRYPTIONS, KEEP, POSTERS, Ladder, Level
from processing.ffmpeg.marks import PLACES, Mark
from processing.ffmpeg.program import has_encoder
from processing.services import recipeform
from processing.services.marks import web_picture
from processing.services.recipeform import problem_at

SEGMENT_SECONDS = (2, 10)
AUDIO_BIT_RATES = (32_000, 320_000)
LOUDNESS = (-31.0, -10.0)
HIGHEST_FLOOR = 98
PREVIEW_SECONDS = (3.0, 60.0)
KEYFRAMES = (1, keyframes.MOST)
KEYFRAME_SECONDS = (0.5, 3600.0)
KEYFRAME_WIDTHS = (64, 4096)

LONGEST_MARK = 100
_OPACITY, _MARK_SIZE, _MARK_MARGIN = (0.05, 1.0), (0.02, 0.5), (0.0, 0.25)
# Letters that the fonts of the portal have: Latin, Arabic, and the signs among them.
_DRAWN = re.compile(r"[ -~\u00a0-\u024f\u0600-\u06ff\u0750-\u077f\u2013-\u2022\u2026\u20ac\u2122]+")
_SIDES = (64, 8192)
_RATES = (32_000, 100_000_000)
# Below this share of a bit for each pixel of 30 pictures a second there is nothing left to see.
_LEAST_BITS_OF_A_PIXEL = 0.005
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,19}")


@dataclass(frozen=True)
class RateProblem(FieldProblem):
    """A rate beyond its bounds, which are in bit/s; None where there is none on that side."""

    least: int | None = None
    most: int | None = None


def sound(recipe: Any) -> Ladder:
    """Return the ladder that a recipe describes; raises `InvalidOptions` with everything that is wrong with it.

    The fields of its errors are paths such as `recipe.levels.0.width`.
    """
    _refuse(list(recipeform.problems_of(recipe)))
    mark = Mark(**recipe["watermark"]) if recipe.get("watermark") else None
    levels = tuple(Level(**level) for level in recipe["levels"])
    captured = Keyframes.from_data(recipe["keyframes"]) if recipe.get("keyframes") else None
    ladder = Ladder(**{**recipe, "levels": levels, "watermark": mark, "keyframes": captured})
    _refuse(
        [
            *_whole(ladder),
            *_levels(ladder),
            *_order(ladder),
            *(_mark(mark) if mark else ()),
            *(keyframe_problems(captured, "keyframes.") if captured else ()),
        ]
    )
    return Ladder.from_data(recipe)


def _refuse(problems: list[FieldProblem]) -> None:
    if problems:
        raise InvalidOptions(problems[0].detail, errors=problems)


def _whole(ladder: Ladder) -> Iterator[FieldProblem]:
    """What is wrong with the ladder as a whole."""
    yield from _quality(H264, ladder.crf, ladder.speed, "")
    yield from _audio_rate(ladder.audio_bit_rate)
    yield from _between("segment_seconds", "segment_out_of_bounds", ladder.segment_seconds, SEGMENT_SECONDS)
    if ladder.loudness is not None:
        yield from _between("loudness", "loudness_out_of_bounds", ladder.loudness, LOUDNESS)
    yield from _between("vmaf_floor", "floor_out_of_bounds", ladder.vmaf_floor, (0, HIGHEST_FLOOR))
    if ladder.encryption not in ENCRYPTIONS:
        yield problem_at(
            "encryption", "unknown_encryption", _("Encryption is cbcs, cenc, or empty for none.")
        )
    if ladder.preview_seconds:
        yield from _between(
            "preview_seconds", "preview_out_of_bounds", ladder.preview_seconds, PREVIEW_SECONDS
        )
    if ladder.poster not in POSTERS:
        yield problem_at("poster", "unknown_poster", _("The poster is either best or classic."))
    if ladder.color not in COLORS:
        yield problem_at("color", "unknown_color", _("Colour is either tone_map or keep."))
    elif ladder.color == KEEP and not any(
        CODECS[level.codec].keeps_hdr for level in ladder.levels if level.codec in CODECS
    ):
        said = _("HDR has ten bits, which no rung here can keep: H.264 and VP9 have eight. Add H.265 or AV1.")
        yield problem_at("color", "hdr_needs_codec", said)


def _levels(ladder: Ladder) -> Iterator[FieldProblem]:
    """What is wrong with each rung by itself."""
    for number, level in enumerate(ladder.levels):
        path = f"levels.{number}."
        if not _NAME.fullmatch(level.name):
            said = _("A name has small letters, digits, _ and -, 20 at most.")
            yield problem_at(f"{path}name", "rung_name", said)
        for side in ("width", "height"):
            yield from _side(f"{path}{side}", getattr(level, side))
        if level.width < level.height:
            said = _("A rung is a box for a wide picture; for tall ones it is turned by itself.")
            yield problem_at(f"{path}width", "size_out_of_bounds", said)
        yield from _caps(path, level)
        codec = CODECS.get(level.codec)
        if codec is None:
            said = _("There is no codec of this name; there are %(names)s.") % {"names": ", ".join(CODECS)}
            yield problem_at(f"{path}codec", "unknown_codec", said)
            continue
        if not has_encoder(codec.encoder):
            said = _("The ffmpeg of this portal has no encoder for %(codec)s.") % {"codec": codec.title}
            yield problem_at(f"{path}codec", "no_encoder", said)
        yield from _quality(codec, level.crf, level.speed, path)


def _mark(mark: Mark) -> Iterator[FieldProblem]:
    """What is wrong with a watermark: it is either words or an image. Asks the database for the image."""
    if bool(mark.text) == bool(mark.image):
        yield problem_at("watermark.text", "mark_of_one_kind", _("A watermark is either words or an image."))
    elif mark.text and (said := undrawable(mark.text)):
        yield problem_at("watermark.text", "mark_undrawable", said)
    elif mark.image and not _is_picture(mark.image):
        said = _("This must be the id of an image that is ready.")
        yield problem_at("watermark.image", "mark_image", said)
    if mark.position not in PLACES:
        said = _("One of %(places)s.") % {"places": ", ".join(PLACES)}
        yield problem_at("watermark.position", "mark_position", said)
    for name, bounds in (("opacity", _OPACITY), ("size", _MARK_SIZE), ("margin", _MARK_MARGIN)):
        yield from _between(f"watermark.{name}", f"mark_{name}", getattr(mark, name), bounds)


def keyframe_problems(wish: Keyframes, path: str = "") -> Iterator[FieldProblem]:
    """What is wrong with a wish for key frames, at places below `recipe.` and `path`."""
    if bool(wish.count) == bool(wish.every):
        said = _("Say how many key frames, or one for how many seconds: one of the two.")
        yield problem_at(f"{path}count", "keyframes_one_of", said)
    elif wish.count:
        yield from _between(f"{path}count", "keyframes_out_of_bounds", wish.count, KEYFRAMES)
    else:
        yield from _between(f"{path}every", "keyframes_out_of_bounds", wish.every, KEYFRAME_SECONDS)
    if wish.format not in keyframes.FORMS:
        said = _("One of %(forms)s.") % {"forms": ", ".join(keyframes.FORMS)}
        yield problem_at(f"{path}format", "unknown_format", said)
    if wish.width:
        yield from _between(f"{path}width", "size_out_of_bounds", wish.width, KEYFRAME_WIDTHS)


def undrawable(words: str) -> str:
    """Why words cannot be drawn as a watermark; empty when they can."""
    if not 0 < len(words.strip()) <= LONGEST_MARK:
        return _("A watermark has 1 to %d letters.") % LONGEST_MARK
    if not _DRAWN.fullmatch(words):
        return _("Only Latin and Arabic letters, digits and signs can be drawn.")
    return ""


def _is_picture(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return web_picture(text) is not None


def _side(path: str, side: int) -> Iterator[FieldProblem]:
    if side % 2:
        yield problem_at(path, "size_odd", _("A side must be an even number of pixels."))
    yield from _between(path, "size_out_of_bounds", side, _SIDES)


def _audio_rate(rate: int) -> Iterator[FieldProblem]:
    for problem in _between("audio_bit_rate", "audio_rate_out_of_bounds", rate, AUDIO_BIT_RATES):
        least, most = AUDIO_BIT_RATES
        yield RateProblem(problem.field, problem.code, problem.detail, least=least, most=most)


def _caps(path: str, level: Level) -> Iterator[FieldProblem]:
    """Caps that leave nothing to see, or that are none; of a size that no rung has nothing is worked out."""
    least = _RATES[0]
    if all(_SIDES[0] <= side <= _SIDES[1] for side in (level.width, level.height)):
        least = max(least, int(level.width * level.height * 30 * _LEAST_BITS_OF_A_PIXEL))
    if level.max_rate < least:
        said = _("So few bits show nothing at this size: %(least)d bit/s at least.") % {"least": least}
        yield RateProblem(f"recipe.{path}max_rate", "cap_too_low", said, least=least)
    if level.max_rate_fast < level.max_rate:
        said = _("With 60 pictures a second the cap must not be lower than with 30.")
        yield problem_at(f"{path}max_rate_fast", "cap_too_low", said)
    for name in ("max_rate", "max_rate_fast"):
        if getattr(level, name) > _RATES[1]:
            said = _("At most %(most)d bit/s.") % {"most": _RATES[1]}
            yield RateProblem(f"recipe.{path}{name}", "cap_too_high", said, most=_RATES[1])


def _quality(codec: Codec, crf: int | None, speed: str | None, path: str) -> Iterator[FieldProblem]:
    """A quality or a speed that the codec's encoder does not know."""
    if crf is not None and not codec.least_crf <= crf <= codec.most_crf:
        said = _("CRF of %(codec)s is between %(least)d and %(most)d.") % {
            "codec": codec.title,
            "least": codec.least_crf,
            "most": codec.most_crf,
        }
        yield problem_at(f"{path}crf", "crf_out_of_bounds", said)
    if speed is not None and speed not in codec.speeds:
        said = _("Speed of %(codec)s is one of %(speeds)s.") % {
            "codec": codec.title,
            "speeds": ", ".join(codec.speeds),
        }
        yield problem_at(f"{path}speed", "unknown_speed", said)


def _order(ladder: Ladder) -> Iterator[FieldProblem]:
    """Rungs that stand twice or in another order than from the largest down, and a lowest one not for everybody."""
    names = [level.name for level in ladder.levels]
    for number, level in enumerate(ladder.levels):
        if level.name in names[:number]:
            yield problem_at(f"levels.{number}.name", "rung_doubled", _("Two rungs have the same name."))
        same = [(one.width, one.height, one.codec) for one in ladder.levels[:number]]
        if (level.width, level.height, level.codec) in same:
            said = _("Two rungs have the same size and codec.")
            yield problem_at(f"levels.{number}.height", "rung_doubled", said)
    for number, (larger, smaller) in enumerate(pairwise(ladder.levels), start=1):
        if smaller.height > larger.height or smaller.width > larger.width:
            said = _("Rungs stand from the largest to the smallest.")
            yield problem_at(f"levels.{number}.height", "rungs_not_ordered", said)
    lowest = min(level.height for level in ladder.levels)
    if not any(level.codec == H264.name for level in ladder.levels if level.height == lowest):
        said = _("The lowest rung must be H.264: it is watched first, and it plays everywhere.")
        yield problem_at(f"levels.{len(names) - 1}.codec", "lowest_not_h264", said)


def _between(path: str, code: str, value: float, bounds: tuple[float, float]) -> Iterator[FieldProblem]:
    if not bounds[0] <= value <= bounds[1]:
        said = _("Between %(least)s and %(most)s.") % {"least": bounds[0], "most": bounds[1]}
        yield problem_at(path, code, said)
