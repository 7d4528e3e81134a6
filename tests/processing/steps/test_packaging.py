"""What is packaged keeps the order of the source."""

import re

import pytest

from assets.models import Variant
from assets.services import places
from processing.models import Preset
from processing.steps.renditions import TRACK_ORDER
from tests.media import media
from tests.processing.test_pipeline import carried_out, files_of, stored

pytestmark = pytest.mark.django_db(transaction=True)


def test_sound_tracks_keep_their_order_to_the_last() -> None:
    """Also where more than nine have names that differ in their number."""
    preset = Preset.objects.get(slug="standard")
    preset.recipe = {**preset.recipe, "measure_quality": False}
    preset.save()
    asset = carried_out(stored(media("eleven_tracks.mkv"))).asset
    root = places.path_of(asset.storage_key).parent.parent
    masters = [root / path for path in files_of(asset) if path.name == "master.m3u8"]
    assert {path.relative_to(root).parts[0] for path in masters} == {"first_play", "packaging"}
    for master in masters:
        sounds = [line for line in master.read_text().splitlines() if "TYPE=AUDIO" in line]
        tracks = {value(line, "URI").partition("/")[0]: value(line, "NAME") for line in sounds}
        expected = {f"audio_und_{number}": f"Track-{number}" for number in range(2, 12)}
        assert tracks == {"audio_und": "Track-1", **expected}
    ordered = Variant.objects.filter(asset=asset, variant_type="audio_only").order_by(*TRACK_ORDER)
    assert [variant.detail["title"] for variant in ordered] == [f"Track-{n}" for n in range(1, 12)]


def value(line: str, name: str) -> str:
    """What an attribute of a playlist's line says."""
    found = re.search(f'{name}="([^"]+)"', line)
    assert found
    return found[1]
