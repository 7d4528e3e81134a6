"""Presets: what ships, which one a job follows, what a recipe may be."""

from typing import Any

import pytest

from assets.exceptions import InvalidOptions
from processing.ffmpeg.ladder import STANDARD, WEAK_NETWORK
from processing.models import Job, Preset
from processing.services import presets

pytestmark = pytest.mark.django_db


def test_the_shipped_presets_are_sound_and_one_is_the_default() -> None:
    assert {p.slug: presets.validate(p.recipe) for p in Preset.objects.all()} == {
        "standard": STANDARD,
        "weak-network": WEAK_NETWORK,
    }
    assert Preset.objects.get(is_default=True).slug == "standard"


def test_what_ships_comes_once_and_never_over_what_an_operator_has_made() -> None:
    Preset.objects.filter(slug="standard").delete()
    presets.ship()
    assert set(Preset.objects.values_list("slug", flat=True)) == {"weak-network"}
    Preset.objects.all().delete()
    presets.ship()
    presets.ship()
    assert Preset.objects.count() == 2


def test_people_choose_by_title_and_rungs_with_the_default_first() -> None:
    assert presets.preset_choices() == [
        ("standard", "Standard (1080p to 360p)"),
        ("weak-network", "Weak network (720p to 144p)"),
    ]


def test_a_job_follows_the_preset_it_names_and_the_default_otherwise(video_job: Job) -> None:
    assert presets.ladder_for(video_job) == STANDARD
    video_job.parameters = {"preset": "weak-network"}
    assert presets.ladder_for(video_job) == WEAK_NETWORK


@pytest.mark.parametrize(
    "change",
    [
        {"levels": []},
        {"levels": "no"},
        {"speed": "warp"},
        {"crf": 3},
        {
            "levels": [
                {"name": "x", "width": 10**6, "height": 10**6, "max_rate": 10**6, "max_rate_fast": 10**6}
            ]
        },
        {"levels": [{"name": "x", "width": 640, "height": 360, "max_rate": 1, "max_rate_fast": 1}]},
        {"levels": [STANDARD.as_data()["levels"][0]] * 2},
        {"vmaf_floor": 99},
        {"vmaf_floor": -1},
    ],
)
def test_an_unsound_recipe_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidOptions):
        presets.validate(STANDARD.as_data() | change)


@pytest.mark.parametrize("wanted", ["nothing-like-it", 7, ["standard"]])
def test_an_unknown_preset_is_refused_at_the_door(wanted: Any) -> None:
    with pytest.raises(InvalidOptions) as caught:
        presets.validate_options({"preset": wanted})
    assert caught.value.errors[0].field == "processing_options.preset"
    presets.validate_options({"preset": "standard"})
    presets.validate_options({})
