"""The form of a preset: its words, what holds for all rungs, and a row for each rung. The service judges the recipe."""

from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from itertools import chain, repeat
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mediaportal.core.problems import FieldProblem, Problem
from processing.ffmpeg.codecs import CODECS
from processing.ffmpeg.keyframes import FORMS, Keyframes
from processing.ffmpeg.ladder import BEST, CLASSIC, KEEP, STANDARD, TONE_MAP
from processing.ffmpeg.marks import Mark
from processing.models import Preset
from processing.services.recipeform import MOST_LEVELS
from processing.services.recipes import LONGEST_MARK, RateProblem

_KILO = 1000
_MARK = "mark_"
_KEYFRAMES = "keyframe_"
_PLACES = [
    ("top-left", _("Top left")),
    ("top", _("Top")),
    ("top-right", _("Top right")),
    ("left", _("Left")),
    ("center", _("Centre")),
    ("right", _("Right")),
    ("bottom-left", _("Bottom left")),
    ("bottom", _("Bottom")),
    ("bottom-right", _("Bottom right")),
]


class RateField(forms.DecimalField):
    """A rate, which a recipe has in bit/s, in kbit/s as people know it; no bit of it is lost on the way."""

    def __init__(self, *, label: Any) -> None:
        super().__init__(
            label=label, max_digits=12, decimal_places=3, widget=forms.NumberInput({"step": "any"})
        )

    def clean(self, value: Any) -> int:
        """What was sent, in bit/s."""
        return int(super().clean(value) * _KILO)

    def prepare_value(self, value: Any) -> Any:
        """A recipe's rate in kbit/s; what was sent stays as it is."""
        return Decimal(value) / _KILO if isinstance(value, int) else value


class ShareField(forms.FloatField):
    """A share, which a recipe has from 0 to 1, in percent as people know it."""

    def __init__(self, *, label: Any, help_text: Any = "") -> None:
        super().__init__(label=label, help_text=help_text, widget=forms.NumberInput({"step": "any"}))

    def clean(self, value: Any) -> float:
        """What was sent, from 0 to 1."""
        return float(round(super().clean(value) / 100, 4))

    def prepare_value(self, value: Any) -> Any:
        """A recipe's share in percent; what was sent stays as it is."""
        return round(value * 100, 2) if isinstance(value, int | float) else value


class RungForm(forms.Form):
    """One rung."""

    name = forms.CharField(label=_("Name"), max_length=20)
    codec = forms.ChoiceField(
        label=_("Codec"), choices=[(codec.name, codec.title) for codec in CODECS.values()]
    )
    width = forms.IntegerField(label=_("Width"))
    height = forms.IntegerField(label=_("Height"))
    max_rate = RateField(label=_("Most kbit/s"))
    max_rate_fast = RateField(label=_("Most at 60 fps"))
    crf = forms.IntegerField(label=_("CRF"), required=False)
    speed = forms.CharField(label=_("Speed"), max_length=20, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(self)

    @property
    def level(self) -> dict[str, Any]:
        """The rung as a recipe has it; what was left empty is not said."""
        return {name: value for name, value in self.cleaned_data.items() if value not in {None, ""}}


class PresetForm(forms.Form):
    """A whole preset with its rungs in `rows`."""

    slug = forms.CharField(
        label=_("Name"), max_length=50, help_text=_("Uploads ask for it by this name; it stays.")
    )
    title = forms.CharField(label=_("Title"), max_length=100)
    description = forms.CharField(label=_("Description"), max_length=300, required=False)
    crf = forms.IntegerField(label=_("CRF of H.264"), help_text=_("Less is better and larger."))
    speed = forms.CharField(label=_("Speed of H.264"), max_length=20)
    segment_seconds = forms.IntegerField(label=_("Seconds of a segment"))
    audio_bit_rate = RateField(label=_("Sound, in kbit/s"))
    loudness = forms.FloatField(
        label=_("Loudness, in LUFS"),
        required=False,
        help_text=_("Such as -16; empty: sound is left as it is."),
    )
    color = forms.ChoiceField(
        label=_("HDR"),
        choices=[(TONE_MAP, _("Make it ordinary")), (KEEP, _("Keep it in H.265 and AV1"))],
    )
    encryption = forms.ChoiceField(
        label=_("Encryption"),
        required=False,
        choices=[("", _("None")), ("cbcs", "CBCS"), ("cenc", _("CENC, for DASH alone"))],
        help_text=_("Of streaming sets, unless an upload or its collection says otherwise."),
    )
    vmaf_floor = forms.FloatField(label=_("Least VMAF"), help_text=_("0: none."))
    mark_text = forms.CharField(
        label=_("Words of the watermark"),
        max_length=LONGEST_MARK,
        required=False,
        help_text=_("Burnt into every rendition; empty: none."),
    )
    mark_image = forms.CharField(
        label=_("Image of the watermark"),
        max_length=36,
        required=False,
        help_text=_("Instead of words: the id of an image in the library, the last part of its address."),
    )
    mark_position = forms.ChoiceField(label=_("Its place"), choices=_PLACES, required=False)
    mark_opacity = ShareField(label=_("Its opacity, in percent"))
    mark_size = ShareField(
        label=_("Its height, in percent"), help_text=_("Of the shorter side of the picture.")
    )
    mark_margin = ShareField(label=_("Distance from the edge, in percent"))
    poster = forms.ChoiceField(
        label=_("Poster"),
        choices=[(BEST, _("The best of several frames")), (CLASSIC, _("The frame at 7 seconds"))],
    )
    preview_seconds = forms.FloatField(
        label=_("Seconds of a preview film"),
        help_text=_("A silent MP4 of several moments, such as 30; 0: none."),
    )
    preview_avif = forms.BooleanField(label=_("Moving previews as AVIF, too"), required=False)
    keyframe_count = forms.IntegerField(
        label=_("Number of key frames"),
        help_text=_("Captured and labelled when the film is ready; 0: none, unless seconds are said."),
    )
    keyframe_every = forms.FloatField(
        label=_("Or one for so many seconds"), help_text=_("0: so many as the number says.")
    )
    keyframe_format = forms.ChoiceField(
        label=_("Their format"), choices=[(form, form.upper()) for form in FORMS]
    )
    keyframe_width = forms.IntegerField(
        label=_("Their width in pixels"), help_text=_("0: as wide as the film.")
    )
    per_title = forms.BooleanField(label=_("Let each title's pictures decide"), required=False)
    measure_quality = forms.BooleanField(label=_("Measure the quality"), required=False)

    def __init__(
        self, data: Mapping[str, str] | None = None, *, facts: Mapping[str, Any], is_new: bool
    ) -> None:
        """Show `facts`, a preset as data, or what was sent."""
        recipe = facts["recipe"]
        mark = asdict(Mark()) | (recipe.get("watermark") or {})
        marked = {f"{_MARK}{name}": value for name, value in mark.items()}
        wanted = asdict(Keyframes()) | (recipe.get("keyframes") or {"count": 0})
        captured = {f"{_KEYFRAMES}{name}": value for name, value in wanted.items()}
        super().__init__(data, initial={**recipe, **marked, **captured, **facts})
        if not is_new:
            del self.fields["slug"]
        _dress(self)
        count = _count(data) if data else len(recipe["levels"])
        self.rows = [
            RungForm(data, initial=level, prefix=f"levels-{number}")
            for number, level in zip(range(count), chain(recipe["levels"], repeat({})), strict=False)
        ]

    def is_valid(self) -> bool:
        """The rows, too."""
        return all([super().is_valid(), *(row.is_valid() for row in self.rows)])

    @property
    def recipe(self) -> dict[str, Any]:
        """What was sent, as a recipe."""
        sent = {name: value for name, value in self.cleaned_data.items() if name not in _WORDS}
        own = {name: value for name, value in sent.items() if not name.startswith((_MARK, _KEYFRAMES))}
        mark = {name.removeprefix(_MARK): sent[name] for name in sent if name.startswith(_MARK)}
        captured = {name.removeprefix(_KEYFRAMES): sent[name] for name in sent if name.startswith(_KEYFRAMES)}
        return {
            **own,
            "watermark": mark if mark["text"] or mark["image"] else None,
            "keyframes": captured if captured["count"] or captured["every"] else None,
            "levels": [row.level for row in self.rows],
        }

    @property
    def words(self) -> dict[str, str]:
        """What was sent beside the recipe."""
        return {name: value for name, value in self.cleaned_data.items() if name in _WORDS}

    def refuse(self, problem: Problem) -> None:
        """Show why the service refused it, beside the fields that it names."""
        for error in problem.errors or ():
            parts = error.field.removeprefix("recipe.").split(".")
            name = f"{_PREFIXES.get(parts[0], '')}{parts[-1]}"
            form: forms.Form = self
            if parts[0] == "levels" and len(parts) > 2 and int(parts[1]) < len(self.rows):  # noqa: PLR2004 - a path
                form = self.rows[int(parts[1])]
            form.add_error(name if name in form.fields else None, _in_kbits(error))
        if not problem.errors:
            self.add_error("slug" if "slug" in self.fields else None, problem.detail)

    @property
    def may_add(self) -> bool:
        """Whether another rung has room."""
        return len(self.rows) < MOST_LEVELS


_WORDS = ("slug", "title", "description")
_PREFIXES = {"watermark": _MARK, "keyframes": _KEYFRAMES}


def facts_of(preset: Preset | None, *, copied: bool = False) -> dict[str, Any]:
    """A preset as the form shows it; with none, the standard one without a name."""
    if preset is None:
        return {"slug": "", "title": "", "description": "", "recipe": STANDARD.as_data()}
    words = {"slug": "", "title": ""} if copied else {"slug": preset.slug, "title": preset.title}
    return {**words, "description": preset.description, "recipe": STANDARD.as_data() | preset.recipe}


def with_rung(data: Mapping[str, str]) -> dict[str, str]:
    """What was sent, with one rung more: a copy of the last one to change."""
    count = _count(data)
    more = {
        name.replace(f"levels-{count - 1}-", f"levels-{count}-"): value
        for name, value in data.items()
        if name.startswith(f"levels-{count - 1}-")
    }
    return {**data, **more, "levels": str(min(count + 1, MOST_LEVELS))}


def without_rung(data: Mapping[str, str], dropped: int) -> dict[str, str]:
    """What was sent, with one rung less."""
    count = _count(data)
    kept = [number for number in range(count) if number != dropped]
    rest = {name: value for name, value in data.items() if not name.startswith("levels-")}
    for place, number in enumerate(kept):
        prefix = f"levels-{number}-"
        rest |= {
            f"levels-{place}-{name.removeprefix(prefix)}": value
            for name, value in data.items()
            if name.startswith(prefix)
        }
    return {**rest, "levels": str(len(kept))}


def _count(data: Mapping[str, str]) -> int:
    """How many rungs were sent."""
    told = data.get("levels", "")
    return min(int(told), MOST_LEVELS) if told.isascii() and told.isdigit() and len(told) < 3 else 0  # noqa: PLR2004


def _in_kbits(problem: FieldProblem) -> str:
    """What is wrong, with the bounds of a rate in the unit that the form asks for."""
    if not isinstance(problem, RateProblem):
        return problem.detail
    bounds = {
        "least": None if problem.least is None else -(-problem.least // _KILO),
        "most": None if problem.most is None else problem.most // _KILO,
    }
    if problem.most is None:
        return gettext("So few bits show nothing at this size: %(least)d kbit/s at least.") % bounds
    if problem.least is None:
        return gettext("At most %(most)d kbit/s.") % bounds
    return gettext("Between %(least)d and %(most)d kbit/s.") % bounds


def _dress(form: forms.Form) -> None:
    """Give fields the house's look; numbers and names of codecs are read from the left."""
    for field in form.fields.values():
        if not isinstance(field, forms.BooleanField):
            field.widget.attrs["class"] = "input"
    for name in ("title", "description", "mark_text"):
        if name in form.fields:
            form.fields[name].widget.attrs["dir"] = "auto"
