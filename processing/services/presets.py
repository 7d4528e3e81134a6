"""Presets: recipes as data, which one a job follows, and whether a recipe is sound."""

import re
from dataclasses import replace
from typing import Any, Literal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from assets.access import Caller, person
from assets.exceptions import InvalidOptions
from assets.models import Asset
from mediaportal.accounts.models import User
from mediaportal.audit.services.log import record
from mediaportal.core.problems import FieldProblem, NotPermitted
from processing.exceptions import PresetExists, PresetIsDefault
from processing.ffmpeg import complexity
from processing.ffmpeg.ladder import (
    CLASSIC,
    EFFICIENT,
    HDR_KEPT,
    LABELLED,
    POSTERS,
    STANDARD,
    WEAK_NETWORK,
    Ladder,
    Rung,
    plan,
)
from processing.ffmpeg.marks import Mark
from processing.ffmpeg.media import Probe
from processing.models import Job, JobType, Preset, Status
from processing.services import recipes

# What comes with the portal: name, title, description, recipe; the first is the default. Titles and descriptions
# are kept in English and said in the reader's language.
_SHIPPED = (
    (
        "standard",
        gettext_noop("Standard"),
        gettext_noop("1080p, 720p, 480p and 360p, never above the source."),
        STANDARD,
    ),
    (
        "weak-network",
        gettext_noop("Weak network"),
        gettext_noop("720p down to 144p with lean sound, for slow links."),
        WEAK_NETWORK,
    ),
    (
        "efficient",
        gettext_noop("Efficient"),
        gettext_noop(
            "The same pictures in fewer bits: 1080p and 720p also in AV1, which takes longer to make."
        ),
        EFFICIENT,
    ),
    (
        "hdr",
        gettext_noop("HDR kept"),
        gettext_noop("Up to 2160p in H.265 with the colours of HDR, and ordinary H.264 beside it."),
        HDR_KEPT,
    ),
    (
        "keyframe-labels",
        gettext_noop("Labelled key frames"),
        gettext_noop(
            "720p and 360p with a moving preview, then key frames with labels, and a metadata.json of all."
        ),
        LABELLED,
    ),
)
_RECIPE = "recipe"
NAMED = "named"
"""The parameter of a job that has the name and the time of one viewer, as a mark that is burnt into every rung."""

_SLUG = re.compile(r"[A-Za-z0-9_-]{1,50}")
_TAKEN = frozenset({"new"})  # the address of the page on which presets are made
_LONGEST_TITLE, _LONGEST_DESCRIPTION = 100, 300


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
    """The ladder that a recipe describes; raises `InvalidOptions` with everything that is wrong with it."""
    return recipes.sound(recipe)


def frozen(parameters: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a new job with the recipe of its preset as it stands now, unless one was ordered with it, and
    the watermark that the upload asked for in it, where the recipe's own would stand.

    All its steps then follow the same, though the preset may be changed or deleted meanwhile.
    """
    ordered = parameters.get(_RECIPE)
    ladder = Ladder.from_data(ordered) if ordered else _preset_of(parameters)
    if words := parameters.get("watermark"):
        mark = replace(ladder.watermark or Mark(), text=words, image="")
        ladder = replace(ladder, watermark=mark)
    return {**parameters, _RECIPE: ladder.as_data()}


def ladder_for(job: Job) -> Ladder:
    """The ladder that a job began with; for one that tells none, that of its preset."""
    recipe = job.parameters.get(_RECIPE)
    return Ladder.from_data(recipe) if recipe else _preset_of(job.parameters)


def poster_for(job: Job) -> Literal["best", "classic"]:
    """Which frame stands for a job's video, as its upload or its preset says."""
    wanted = job.parameters.get("poster") or ladder_for(job).poster
    return "classic" if wanted == CLASSIC else "best"


def _preset_of(parameters: dict[str, Any]) -> Ladder:
    """The ladder of the preset that is named, of the default preset otherwise, of the code as a last resort."""
    wanted = parameters.get("preset")
    found = Preset.objects.filter(slug=wanted).first() if wanted else None
    found = found or Preset.objects.filter(is_default=True).first()
    return Ladder.from_data(found.recipe) if found else STANDARD


def rungs_for(job: Job, probe: Probe) -> tuple[Rung, ...]:
    """The rungs that a job's video gets, largest first, as its title wants them once that has been measured.

    The lowest one is made before and stays as the preset says. Raises `ValueError` for what has no pictures.
    """
    *upper, lowest = rungs_as_planned(job, probe)
    if choice := measurement_of(job).get("choice"):
        upper = list(complexity.applied(complexity.Choice.from_data(choice), upper))
    return (*upper, lowest)


def measurement_of(job: Job) -> dict[str, Any]:
    """What the samples of a job's title have told; empty until they have been measured."""
    done = job.steps.filter(name="measuring", status=Status.COMPLETED)
    results: dict[str, Any] | None = done.values_list("results", flat=True).first()
    return results or {}


def rungs_as_planned(job: Job, probe: Probe) -> tuple[Rung, ...]:
    """The rungs of a job's video as its preset has them; raises `ValueError` for what has no pictures."""
    if probe.video is None:
        raise ValueError("a job of a video whose probe found no picture")
    rungs = plan(probe.video, ladder_for(job))
    if NAMED not in job.parameters:
        return rungs
    named = Mark(**job.parameters[NAMED])
    return tuple(replace(rung, named=named) for rung in rungs)


def last_recipe(asset: Asset) -> dict[str, Any] | None:
    """The recipe by which the renditions of an asset were made last, if that is told."""
    making = Job.objects.filter(
        asset=asset, job_type__in=(JobType.INGEST, JobType.TRANSCODE), status=Status.COMPLETED
    )
    last = making.order_by("-created_at").values_list("parameters", flat=True).first() or {}
    return last.get(_RECIPE)


def preset_choices() -> list[tuple[str, str]]:
    """Every preset's name, and its title and rungs in words, the default first."""
    return [(preset.slug, _described(preset)) for preset in Preset.objects.order_by("-is_default", "slug")]


def _described(preset: Preset) -> str:
    """A preset's title with its largest and smallest rung."""
    levels = Ladder.from_data(preset.recipe).levels
    words = {"title": _(preset.title), "most": f"{levels[0].height}p", "least": f"{levels[-1].height}p"}
    return _("%(title)s (%(most)s to %(least)s)") % words


def may_change(user: Caller) -> bool:
    """Whether somebody may make and change presets: managers and administrators."""
    return isinstance(user, User) and user.is_active and user.has_perm("processing.change_preset")


@transaction.atomic
def create(*, user: Caller, slug: str, title: str, description: str = "", recipe: Any) -> Preset:
    """Make a preset. Raises `NotPermitted`, `InvalidOptions`, `PresetExists`."""
    _require(user)
    ladder = validate(recipe)
    _check_words(slug=slug, title=title, description=description)
    made, is_new = Preset.objects.get_or_create(
        slug=slug, defaults={"title": title, "description": description, "recipe": ladder.as_data()}
    )
    if not is_new:
        raise PresetExists
    record(action="preset.made", target=made, actor=person(user), name=slug)
    return made


@transaction.atomic
def change(*, user: Caller, preset: Preset, changes: dict[str, Any]) -> Preset:
    """Change `title`, `description` or `recipe`; jobs that have begun keep what they began with.

    Raises `NotPermitted` and `InvalidOptions`.
    """
    _require(user)
    if "recipe" in changes:
        changes = {**changes, "recipe": validate(changes["recipe"]).as_data()}
    _check_words(**{name: value for name, value in changes.items() if name != "recipe"})
    if changes:
        Preset.objects.filter(pk=preset.pk).update(**changes, updated_at=timezone.now())
        record(action="preset.changed", target=preset, actor=person(user), fields=sorted(changes))
    preset.refresh_from_db()
    return preset


@transaction.atomic
def delete(*, user: Caller, preset: Preset) -> None:
    """Delete a preset. Raises `NotPermitted`, and `PresetIsDefault` for the one that jobs follow by themselves."""
    _require(user)
    gone, _rows = Preset.objects.filter(pk=preset.pk, is_default=False).delete()
    if not gone:
        raise PresetIsDefault
    record(action="preset.deleted", target=preset, actor=person(user), name=preset.slug)


@transaction.atomic
def make_default(*, user: Caller, preset: Preset) -> None:
    """Let new jobs follow this preset when they name none. Raises `NotPermitted`."""
    _require(user)
    list(Preset.objects.select_for_update().order_by("pk"))  # two at once take turns
    Preset.objects.filter(is_default=True).exclude(pk=preset.pk).update(is_default=False)
    Preset.objects.filter(pk=preset.pk).update(is_default=True)
    record(action="preset.made_default", target=preset, actor=person(user), name=preset.slug)


def _require(user: Caller) -> None:
    if not may_change(user):
        raise NotPermitted


def _check_words(*, slug: str = "a", title: str = "a", description: str = "") -> None:
    """Raise `InvalidOptions` for words that do not fit into their fields."""
    problems = []
    if not _SLUG.fullmatch(slug) or slug in _TAKEN:
        said = _("A name has letters, digits, _ and -, 50 at most, and “new” is taken.")
        problems.append(FieldProblem("slug", "preset_name", said))
    if not title.strip() or len(title) > _LONGEST_TITLE:
        said = _("A title is needed, of 100 letters at most.")
        problems.append(FieldProblem("title", "preset_title", said))
    if len(description) > _LONGEST_DESCRIPTION:
        problems.append(FieldProblem("description", "too_long", _("At most 300 letters.")))
    if problems:
        raise InvalidOptions(problems[0].detail, errors=problems)


def validate_options(options: dict[str, Any]) -> None:
    """Check of an upload's `processing_options`: the preset must exist, the words of a watermark must be such that they
    can be drawn, and the poster be one that can be taken. Raises `InvalidOptions`.
    """
    if (words := options.get("watermark")) is not None and (detail := recipes.undrawable(words)):
        raise InvalidOptions(detail, errors=[FieldProblem("processing_options.watermark", "invalid", detail)])
    if options.get("poster", CLASSIC) not in POSTERS:
        detail = _("The poster is either best or classic.")
        raise InvalidOptions(detail, errors=[FieldProblem("processing_options.poster", "invalid", detail)])
    wanted = options.get("preset")
    if wanted is None:
        return
    if not isinstance(wanted, str) or not Preset.objects.filter(slug=wanted).exists():
        detail = _("There is no preset of this name.")
        raise InvalidOptions(detail, errors=[FieldProblem("processing_options.preset", "invalid", detail)])
