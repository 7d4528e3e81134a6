"""The pages on which managers see, make and change presets."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mediaportal.core.problems import Problem
from processing.exceptions import PresetIsDefault
from processing.ffmpeg.codecs import CODECS
from processing.ffmpeg.ladder import Ladder
from processing.forms import PresetForm, facts_of, with_rung, without_rung
from processing.models import Preset
from processing.services import presets


@require_GET
def preset_list(request: HttpRequest) -> HttpResponse:
    """Every preset with its rungs drawn as a ladder, the default first."""
    _require_manager(request)
    found = Preset.objects.order_by("-is_default", "slug")
    lines = [{"preset": preset, **_words(preset), **_drawn(preset)} for preset in found]
    return render(request, "processing/presets.html", {"lines": lines})


@require_http_methods(["GET", "POST"])
def preset_new(request: HttpRequest) -> HttpResponse:
    """Make a preset, `?copy=` from another one."""
    _require_manager(request)
    copied = Preset.objects.filter(slug=request.GET.get("copy", "")).first()
    return _form(request, None, facts_of(copied, copied=True))


@require_http_methods(["GET", "POST"])
def preset_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change a preset."""
    _require_manager(request)
    preset = _preset(slug)
    return _form(request, preset, facts_of(preset))


@require_POST
def preset_default(request: HttpRequest, slug: str) -> HttpResponse:
    """Let new jobs follow it."""
    _require_manager(request)
    presets.make_default(user=request.user, preset=_preset(slug))
    messages.success(request, _("New jobs follow this preset now."))
    return redirect("presets")


@require_POST
def preset_delete(request: HttpRequest, slug: str) -> HttpResponse:
    """Delete a preset that is not the default."""
    _require_manager(request)
    try:
        presets.delete(user=request.user, preset=_preset(slug))
    except PresetIsDefault as problem:
        messages.error(request, problem.detail)
    else:
        messages.success(request, _("The preset has been deleted."))
    return redirect("presets")


def _form(request: HttpRequest, preset: Preset | None, facts: dict[str, Any]) -> HttpResponse:
    """Show the form; a button may ask for one rung more or less before anything is saved."""
    data = request.POST.dict() if request.method == "POST" else None
    act = (data or {}).get("act", "")
    if data is not None and act != "save":
        data = with_rung(data) if act == "add" else without_rung(data, _number(act))
    form = PresetForm(data, facts=facts, is_new=preset is None)
    wrong = False
    if act == "save":
        if _saved(request, form, preset):
            messages.success(request, _("Saved"))
            return redirect("presets")
        wrong = True
    title = _(preset.title) if preset else ""
    context = {"form": form, "preset": preset, "title": title, "codecs": CODECS.values(), "wrong": wrong}
    return render(request, "processing/preset.html", context, status=422 if wrong else 200)


def _saved(request: HttpRequest, form: PresetForm, preset: Preset | None) -> bool:
    """Ask the service to keep what was sent; what it refuses stands beside the fields."""
    if not form.is_valid():
        return False
    try:
        if preset is None:
            presets.create(user=request.user, **form.words, recipe=form.recipe)
        else:
            presets.change(user=request.user, preset=preset, changes={**form.words, "recipe": form.recipe})
    except Problem as problem:
        form.refuse(problem)
        return False
    return True


def _words(preset: Preset) -> dict[str, str]:
    """A preset's title and description; those that come with the portal are said in the reader's language."""
    return {"title": _(preset.title), "description": preset.description and _(preset.description)}


def _drawn(preset: Preset) -> dict[str, Any]:
    """A preset's rungs, each as long as its height is of the largest."""
    ladder = Ladder.from_data(preset.recipe)
    largest = ladder.levels[0].height
    return {
        "ladder": ladder,
        "rungs": [
            {
                "level": level,
                "codec": CODECS[level.codec].title,
                "share": round(100 * level.height / largest),
                "kbits": level.max_rate // 1000,
            }
            for level in ladder.levels
        ],
    }


def _number(act: str) -> int:
    """Which rung is to go: `drop-2`; none for anything else."""
    told = act.removeprefix("drop-")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 3 else -1  # noqa: PLR2004


def _preset(slug: str) -> Preset:
    found = Preset.objects.filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def _require_manager(request: HttpRequest) -> None:
    if not presets.may_change(request.user):
        raise PermissionDenied
