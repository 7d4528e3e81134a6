"""The pages of presets: seen and changed by managers alone, with what is wrong beside its field."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from django.utils.html import escape

from processing.ffmpeg.ladder import STANDARD, WEAK_NETWORK
from processing.forms import PresetForm, facts_of
from processing.models import Preset
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> Client:
    """A manager's browser."""
    client = Client()
    client.force_login(UserFactory(role="manager"))
    return client


def sent(preset: Preset | None, **changes: str) -> dict[str, str]:
    """What a browser sends of the form as it is shown."""
    facts = facts_of(preset) if preset else facts_of(None) | {"slug": "mine", "title": "Mine"}
    form = PresetForm(facts=facts, is_new=preset is None)
    data: dict[str, Any] = {"levels": len(form.rows), "act": "save"}
    for part in (form, *form.rows):
        for field in part:
            value = field.value()
            if value is not None and value is not False:
                data[field.html_name] = "on" if value is True else value
    return {name: str(value) for name, value in data.items()} | changes


def test_only_managers_come_here() -> None:
    client = Client()
    client.force_login(UserFactory(role="contributor"))
    for address in ("/presets/", "/presets/new/", "/presets/standard/"):
        assert client.get(address).status_code == 403
    for act in ("default", "delete"):
        assert client.post(f"/presets/weak-network/{act}/").status_code == 403
    assert client.post("/presets/standard/", sent(None)).status_code == 403


def test_the_list_shows_every_rung(manager: Client) -> None:
    page = manager.get("/presets/").content.decode()
    for name in ("Standard", "Weak network", "1080p_av1", "2160p_h265", "144p"):
        assert name in page
    assert page.count('data-state="ready"') == 1


def test_what_comes_with_the_portal_is_said_in_the_language_of_its_reader() -> None:
    client = Client()
    client.force_login(UserFactory(role="manager", language="ar"))
    page, form = (client.get(path).content.decode() for path in ("/presets/", "/presets/standard/"))
    with translation.override("ar"):
        for preset in Preset.objects.all():
            assert escape(translation.gettext(preset.title)) in page
            assert escape(translation.gettext(preset.description)) in page
        assert f"<h1><bdi>{translation.gettext('Standard')}</bdi></h1>" in form
    assert 'value="Standard"' in form


def test_what_is_shown_and_saved_unchanged_stays(manager: Client) -> None:
    preset = Preset.objects.get(slug="standard")
    assert manager.get("/presets/standard/").status_code == 200
    assert manager.post("/presets/standard/", sent(preset)).status_code == 302
    preset.refresh_from_db()
    assert preset.recipe == STANDARD.as_data()


def test_a_copy_is_made(manager: Client) -> None:
    page = manager.get("/presets/new/", {"copy": "weak-network"}).content.decode()
    assert 'value="144p"' in page and 'value="weak-network"' not in page
    source = Preset.objects.get(slug="weak-network")
    data = sent(source, slug="lean", title="Lean", loudness="-16")
    assert manager.post("/presets/new/", data).status_code == 302
    assert Preset.objects.get(slug="lean").recipe == WEAK_NETWORK.as_data() | {"loudness": -16.0}


def test_rungs_are_added_and_removed_before_saving(manager: Client) -> None:
    preset = Preset.objects.get(slug="standard")
    more = manager.post("/presets/standard/", sent(preset, act="add")).content.decode()
    assert 'name="levels-4-name"' in more
    less = manager.post("/presets/standard/", sent(preset, act="drop-0")).content.decode()
    assert 'name="levels-3-name"' not in less and 'value="1080p"' not in less
    assert manager.post("/presets/standard/", sent(preset, act="drop-x")).status_code == 200
    preset.refresh_from_db()
    assert preset.recipe == STANDARD.as_data()


@pytest.mark.parametrize(
    ("changes", "place", "sentence"),
    [
        ({"crf": "5"}, "crf", "CRF of H.264 is between 10 and 40."),
        ({"audio_bit_rate": "1"}, "audio_bit_rate", "Between 32 and 320 kbit/s."),
        (
            {"levels-0-max_rate": "300"},
            "levels-0-max_rate",
            "So few bits show nothing at this size: 312 kbit/s at least.",
        ),
        ({"levels-1-max_rate_fast": "100001"}, "levels-1-max_rate_fast", "At most 100000 kbit/s."),
        ({"levels-0-max_rate": "1.2345"}, "levels-0-max_rate", "no more than 3 decimal places"),
        ({"levels-0-width": "1921"}, "levels-0-width", "A side must be an even number of pixels."),
        (
            {"levels-3-codec": "av1", "levels-3-speed": ""},
            "levels-3-codec",
            "The lowest rung must be H.264",
        ),
        ({"levels-0-height": "tall"}, "levels-0-height", "Enter a whole number."),
        ({"levels": "0"}, "", "it needs rungs"),
        ({"title": " "}, "title", "This field is required."),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    manager: Client, changes: dict[str, str], place: str, sentence: str
) -> None:
    preset = Preset.objects.get(slug="standard")
    answer = manager.post("/presets/standard/", sent(preset, **changes))
    assert answer.status_code == 422
    form = answer.context["form"]
    fields = {field.html_name: field for part in (form, *form.rows) for field in part}
    told = fields[place].errors if place else form.non_field_errors()
    assert len(told) == 1 and sentence in told[0]
    everything = [error for part in (form, *form.rows) for errors in part.errors.values() for error in errors]
    assert everything == told
    page = answer.content.decode()
    assert escape(told[0]) in page
    if place:
        described = re.search(rf'name="{place}"[^>]*aria-describedby="([^"]*)"', page)
        assert described
        for name in described[1].split():
            assert page.count(f'id="{name}"') == 1
        beside = page[page.index(f'id="id_{place}_error"') :]
        assert escape(told[0]) in beside[: beside.index("</div>")]
    preset.refresh_from_db()
    assert preset.recipe == STANDARD.as_data()


def test_a_bound_that_is_obeyed_in_the_unit_of_the_form_is_enough(manager: Client) -> None:
    preset = Preset.objects.get(slug="standard")
    obeyed = {"levels-0-max_rate": "312", "audio_bit_rate": "32"}
    assert manager.post("/presets/standard/", sent(preset, **obeyed)).status_code == 302
    preset.refresh_from_db()
    assert (preset.recipe["levels"][0]["max_rate"], preset.recipe["audio_bit_rate"]) == (312_000, 32_000)


def test_a_rate_keeps_each_of_its_bits_when_something_else_is_changed(manager: Client) -> None:
    recipe = STANDARD.as_data() | {"audio_bit_rate": 128_001}
    recipe["levels"][0]["max_rate"] = 1_234_567
    preset = Preset.objects.create(slug="exact", title="Exact", recipe=recipe)
    assert 'value="1234.567"' in manager.get("/presets/exact/").content.decode()
    assert manager.post("/presets/exact/", sent(preset, title="Renamed")).status_code == 302
    preset.refresh_from_db()
    assert (preset.title, preset.recipe) == ("Renamed", recipe)


def test_key_frames_are_asked_for_and_given_up(manager: Client) -> None:
    preset = Preset.objects.get(slug="standard")
    wish = {"keyframe_count": "0", "keyframe_every": "10", "keyframe_format": "webp"}
    assert manager.post("/presets/standard/", sent(preset, **wish)).status_code == 302
    preset.refresh_from_db()
    assert preset.recipe["keyframes"] == {"count": 0, "every": 10.0, "format": "webp", "width": 960}
    answer = manager.post("/presets/standard/", sent(preset, keyframe_count="3"))
    assert answer.status_code == 422
    assert answer.context["form"]["keyframe_count"].errors
    assert manager.post("/presets/standard/", sent(preset, keyframe_every="0")).status_code == 302
    preset.refresh_from_db()
    assert preset.recipe["keyframes"] is None


def test_a_name_that_is_taken(manager: Client) -> None:
    answer = manager.post("/presets/new/", sent(None, slug="standard"))
    assert answer.status_code == 422
    assert "There is a preset of this name already" in answer.content.decode()


def test_the_default_and_the_end_of_one(manager: Client) -> None:
    assert manager.post("/presets/weak-network/default/").status_code == 302
    assert Preset.objects.get(is_default=True).slug == "weak-network"
    answer = manager.post("/presets/weak-network/delete/", follow=True)
    assert "The default preset cannot be deleted" in answer.content.decode()
    assert Preset.objects.filter(slug="weak-network").exists()
    assert manager.post("/presets/standard/delete/").status_code == 302
    assert manager.get("/presets/standard/").status_code == 404


def test_a_watermark_is_made_changed_and_taken_away(manager: Client) -> None:
    preset = Preset.objects.get(slug="standard")
    marked = {"mark_text": "Draft", "mark_position": "top", "mark_opacity": "35", "mark_size": "12.5"}
    assert manager.post("/presets/standard/", sent(preset, **marked)).status_code == 302
    preset.refresh_from_db()
    assert preset.recipe["watermark"] == {
        "text": "Draft", "image": "", "position": "top", "opacity": 0.35, "size": 0.125, "margin": 0.04,
    }  # fmt: skip
    form = PresetForm(facts=facts_of(preset), is_new=False)
    assert [form[f"mark_{name}"].value() for name in ("text", "opacity", "size")] == ["Draft", 35, 12.5]
    answer = manager.post("/presets/standard/", sent(preset, mark_opacity="0", mark_position="top"))
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"mark_opacity"}
    assert manager.post("/presets/standard/", sent(preset, mark_text="")).status_code == 302
    preset.refresh_from_db()
    assert preset.recipe["watermark"] is None
