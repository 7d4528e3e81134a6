"""Presets: what ships, which one a job follows, what a recipe may be."""

from dataclasses import replace
from typing import Any

import pytest

from assets.exceptions import InvalidOptions
from mediaportal.accounts.models import User
from mediaportal.audit.models import Entry
from mediaportal.core.ids import new_id
from mediaportal.core.problems import NotPermitted
from processing.exceptions import PresetExists, PresetIsDefault
from processing.ffmpeg.ladder import EFFICIENT, HDR_KEPT, LABELLED, STANDARD, WEAK_NETWORK
from processing.ffmpeg.marks import Mark
from processing.models import Job, Preset
from processing.services import planning, presets
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> User:
    """Somebody who may change presets."""
    return UserFactory(role="manager")


def test_the_shipped_presets_are_sound_and_one_is_the_default() -> None:
    assert {p.slug: presets.validate(p.recipe) for p in Preset.objects.all()} == {
        "standard": STANDARD,
        "weak-network": WEAK_NETWORK,
        "efficient": EFFICIENT,
        "hdr": HDR_KEPT,
        "keyframe-labels": LABELLED,
    }
    assert Preset.objects.get(is_default=True).slug == "standard"


def test_what_ships_comes_once_and_never_over_what_an_operator_has_made() -> None:
    Preset.objects.filter(slug="standard").delete()
    presets.ship()
    assert set(Preset.objects.values_list("slug", flat=True)) == {
        "weak-network",
        "efficient",
        "hdr",
        "keyframe-labels",
    }
    Preset.objects.all().delete()
    presets.ship()
    presets.ship()
    assert Preset.objects.count() == 5


def test_people_choose_by_title_and_rungs_with_the_default_first() -> None:
    assert presets.preset_choices() == [
        ("standard", "Standard (1080p to 360p)"),
        ("efficient", "Efficient (1080p to 360p)"),
        ("hdr", "HDR kept (2160p to 360p)"),
        ("keyframe-labels", "Labelled key frames (720p to 360p)"),
        ("weak-network", "Weak network (720p to 144p)"),
    ]


def test_a_job_follows_the_preset_it_names_and_the_default_otherwise(video_job: Job) -> None:
    assert presets.ladder_for(video_job) == STANDARD
    video_job.parameters = presets.frozen({"preset": "weak-network"})
    assert presets.ladder_for(video_job) == WEAK_NETWORK
    video_job.parameters = {"preset": "weak-network"}
    assert presets.ladder_for(video_job) == WEAK_NETWORK


def test_a_job_keeps_the_recipe_that_it_began_with(video_job: Job, manager: User) -> None:
    preset = Preset.objects.get(is_default=True)
    presets.change(user=manager, preset=preset, changes={"recipe": WEAK_NETWORK.as_data()})
    video_job.refresh_from_db()
    assert presets.ladder_for(video_job) == STANDARD
    later = planning.create(asset=video_job.asset, job_id=new_id(), parameters={})
    assert presets.ladder_for(later) == WEAK_NETWORK


def test_managers_make_change_and_delete(manager: User) -> None:
    made = presets.create(user=manager, slug="mine", title="Mine", recipe=STANDARD.as_data())
    with pytest.raises(PresetExists):
        presets.create(user=manager, slug="mine", title="Mine too", recipe=STANDARD.as_data())
    changed = presets.change(user=manager, preset=made, changes={"title": "Ours"})
    assert changed.title == "Ours"
    presets.make_default(user=manager, preset=made)
    assert list(Preset.objects.filter(is_default=True)) == [made]
    with pytest.raises(PresetIsDefault):
        presets.delete(user=manager, preset=made)
    presets.make_default(user=manager, preset=Preset.objects.get(slug="standard"))
    presets.delete(user=manager, preset=made)
    assert not Preset.objects.filter(slug="mine").exists()
    assert list(Entry.objects.order_by("pk").values_list("action", flat=True)) == [
        "preset.made",
        "preset.changed",
        "preset.made_default",
        "preset.made_default",
        "preset.deleted",
    ]


@pytest.mark.parametrize("role", ["viewer", "contributor", "moderator"])
def test_nobody_else_does(role: str) -> None:
    other = UserFactory(role=role)
    preset = Preset.objects.get(slug="weak-network")
    for act in (
        lambda: presets.create(user=other, slug="x", title="X", recipe=STANDARD.as_data()),
        lambda: presets.change(user=other, preset=preset, changes={"title": "X"}),
        lambda: presets.delete(user=other, preset=preset),
        lambda: presets.make_default(user=other, preset=preset),
    ):
        with pytest.raises(NotPermitted):
            act()
    assert Preset.objects.get(slug="weak-network").title == "Weak network"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"slug": "no spaces"}, "slug"),
        ({"slug": ""}, "slug"),
        ({"slug": "new"}, "slug"),
        ({"title": " "}, "title"),
        ({"title": "x" * 101}, "title"),
        ({"description": "x" * 301}, "description"),
        ({"recipe": {}}, "recipe.levels"),
    ],
)
def test_words_that_do_not_fit_are_refused(manager: User, change: dict[str, Any], field: str) -> None:
    wanted: dict[str, Any] = {"slug": "mine", "title": "Mine", "recipe": STANDARD.as_data()} | change
    with pytest.raises(InvalidOptions) as caught:
        presets.create(user=manager, **wanted)
    assert caught.value.errors[0].field == field


@pytest.mark.parametrize("wanted", ["nothing-like-it", 7, ["standard"]])
def test_an_unknown_preset_is_refused_at_the_door(wanted: Any) -> None:
    with pytest.raises(InvalidOptions) as caught:
        presets.validate_options({"preset": wanted})
    assert caught.value.errors[0].field == "processing_options.preset"
    presets.validate_options({"preset": "standard"})
    presets.validate_options({})


def test_an_upload_brings_words_of_its_own_for_the_watermark(video_job: Job) -> None:
    video_job.parameters = presets.frozen({"watermark": "Draft"})
    mark = presets.ladder_for(video_job).watermark
    assert mark == Mark(text="Draft")
    own = Mark(image=str(new_id()), position="top", opacity=0.3)
    Preset.objects.filter(is_default=True).update(recipe=replace(STANDARD, watermark=own).as_data())
    video_job.parameters = presets.frozen({"watermark": "Draft"})
    assert presets.ladder_for(video_job).watermark == replace(own, text="Draft", image="")
    video_job.parameters = presets.frozen({})
    assert presets.ladder_for(video_job).watermark == own


@pytest.mark.parametrize("words", ["", "  ", "漢字", "a\tb"])
def test_words_that_cannot_be_drawn_are_refused_with_the_upload(words: str) -> None:
    with pytest.raises(InvalidOptions) as caught:
        presets.validate_options({"watermark": words})
    assert [error.field for error in caught.value.errors] == ["processing_options.watermark"]
    presets.validate_options({"watermark": "Draft"})
