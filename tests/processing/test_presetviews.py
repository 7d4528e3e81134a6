"""The pages of presets: seen and changed by managers alone, with what is wrong beside its field."""

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
            value = field.initial
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
    ("changes", "sentence"),
    [
        ({"crf": "5"}, "CRF of H.264 is between 10 and 40."),
        ({"audio_kbits": "1"}, "Between 32000 and 320000."),
        ({"levels-0-width": "1921"}, "A side must be an even number of pixels."),
        ({"levels-3-codec": "av1"}, "The lowest rung must be H.264"),
        ({"levels-0-height": "tall"}, "Enter a whole number."),
        ({"levels": "0"}, "it needs rungs"),
        ({"title": " "}, "This field is required."),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    manager: Client, changes: dict[str, str], sentence: str
) -> None:
    preset = Preset.objects.get(slug="standard")
    answer = manager.post("/presets/standard/", sent(preset, **changes))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    preset.refresh_from_db()
    assert preset.recipe == STANDARD.as_data()


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
