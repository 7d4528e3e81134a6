"""Presets: recipes as data, which one a job follows, and whether a recipe is sound."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from assets.exceptions import InvalidOptions
from mediaportal.core.problems import FieldProblem
from processing.ffmpeg.ladder import STANDARD, WEAK_NETWORK, Ladder, Rung, plan
from processing.ffmpeg.media import Probe
from processing.models import Job, Preset

# What comes with the portal: name, title, description, recipe; the first is the default. The titles are kept in
# English and said in the reader's language.
_SHIPPED = (
    ("standard", gettext_noop("Standard"), "1080p, 720p, 480p and 360p, never above the source.", STANDARD),
    (
        "weak-network",
        gettext_noop("Weak network"),
        "720p down to 144p with lean sound, for slow links.",
        WEAK_NETWORK,
    ),
)
_SPEEDS = {"ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow"}
_LEAST_SIDE, _LARGEST_SIDE = 64, 4320
_LEAST_RATE, _LARGEST_RATE = 32_000, 100_000_000
_CRF = range(10, 41)
_HIGHEST_FLOOR = 98


def ship() -> None:
    """Give an installation that has no preset at all those that come with the portal; otherwise nothing changes."""
    if Preset.objects.exists():
        return
    Preset.objects.bulk_create(
        [
            Preset(slug=slug, title=title, description=words, recipe=recipe.as_data(), is_default=number == 0)
            for number, (slug, title, words, recipe) in enumerate(_SHIPPED)
        ],
        ignore_conflicts=True,
    )


def validate(recipe: Any) -> Ladder:
    """The ladder that a recipe describes; raises `InvalidOptions` with a sentence about what is wrong with it."""
    try:
        found = Ladder.from_data(recipe)
    except (KeyError, TypeError, ValueError) as error:
        raise _wrong(_("The recipe does not have the form of a ladder: %(why)s.") % {"why": error}) from error
    if found.speed not in _SPEEDS or found.crf not in _CRF:
        raise _wrong(_("Speed must be one of x264's presets, and CRF between 10 and 40."))
    if not 0 <= found.vmaf_floor <= _HIGHEST_FLOOR:
        raise _wrong(_("The floor of VMAF must be between 0, which is none, and 98."))
    for level in found.levels:
        sides = range(_LEAST_SIDE, _LARGEST_SIDE + 1)
        rates = range(_LEAST_RATE, _LARGEST_RATE + 1)
        if level.height not in sides or not level.height <= level.width <= 2 * _LARGEST_SIDE:
            raise _wrong(_("The size of %(name)s is out of bounds.") % {"name": level.name})
        if level.max_rate not in rates or level.max_rate_fast not in rates:
            raise _wrong(_("The bit rate of %(name)s is out of bounds.") % {"name": level.name})
    if len({level.name for level in found.levels}) != len(found.levels):
        raise _wrong(_("Two rungs have the same name."))
    return found


def ladder_for(job: Job) -> Ladder:
    """The ladder of the preset that the job names, of the default preset otherwise, of the code as a last resort."""
    wanted = job.parameters.get("preset")
    found = Preset.objects.filter(slug=wanted).first() if wanted else None
    found = found or Preset.objects.filter(is_default=True).first()
    return validate(found.recipe) if found else STANDARD


def rungs_for(job: Job, probe: Probe) -> tuple[Rung, ...]:
    """The rungs that a job's video gets, largest first; raises `ValueError` for what has no pictures."""
    if probe.video is None:
        raise ValueError("a job of a video whose probe found no picture")
    return plan(probe.video, ladder_for(job))


def preset_choices() -> list[tuple[str, str]]:
    """Every preset's name, and its title and rungs in words, the default first."""
    return [(preset.slug, _described(preset)) for preset in Preset.objects.order_by("-is_default", "slug")]


def _described(preset: Preset) -> str:
    """A preset's title with its largest and smallest rung."""
    levels = Ladder.from_data(preset.recipe).levels
    words = {"title": _(preset.title), "most": levels[0].name, "least": levels[-1].name}
    return _("%(title)s (%(most)s to %(least)s)") % words


@transaction.atomic
def make_default(*, preset: Preset) -> None:
    """Let new jobs follow this preset when they name none."""
    list(Preset.objects.select_for_update().order_by("pk"))  # two at once take turns
    Preset.objects.filter(is_default=True).exclude(pk=preset.pk).update(is_default=False)
    Preset.objects.filter(pk=preset.pk).update(is_default=True)


def validate_options(options: dict[str, Any]) -> None:
    """Check of an upload's `processing_options`: the preset must exist. Raises `InvalidOptions`."""
    wanted = options.get("preset")
    if wanted is None:
        return
    if not isinstance(wanted, str) or not Preset.objects.filter(slug=wanted).exists():
        raise _wrong(_("There is no preset of this name."), field="processing_options.preset")


def _wrong(detail: str, *, field: str = "recipe") -> InvalidOptions:
    """The error with the field that it is about."""
    return InvalidOptions(detail, errors=[FieldProblem(field, "invalid", detail)])
