"""Prices: the table that comes with the engine, and one of the operator's own."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from analysis.engines.aws.prices import prices
from analysis.engines.base import People, Type
from tests.analysis.engines.contract import request_for

PEOPLE = People("people", 0.95)
SIGHT = (Type.OBJECTS, Type.MODERATION, Type.FACES, Type.TEXT, Type.SHOTS)


def test_the_table_says_where_it_is_from() -> None:
    table = prices()
    assert table.as_of.startswith("20")
    assert "https://aws.amazon.com/rekognition/pricing/" in table.source
    assert set(table.video_minute) == set(SIGHT)


def test_seconds_are_counted_whole_and_sound_has_a_least(tmp_path: Path) -> None:
    film = request_for("hard_cuts.mp4", tmp_path, Type.OBJECTS)
    hour = replace(film, duration=3599.2)
    assert prices().of(Type.OBJECTS, hour) == Decimal(6)
    assert prices().of(Type.TRANSCRIPTION, hour) == Decimal("1.44")
    assert prices().of(Type.TRANSCRIPTION, replace(film, duration=2.0)) == Decimal("0.006")


def test_an_operator_may_have_other_prices(tmp_path: Path) -> None:
    own = {
        "as_of": "2027-01-01",
        "source": "our contract",
        "video_minute": {"objects": "0.05"},
        "image": {"objects": "0.0005"},
        "sound_minute": {"transcription": "0.01"},
        "least_sound_seconds": 1,
    }
    path = tmp_path / "prices.json"
    path.write_text(json.dumps(own))
    table = prices(str(path))
    film = replace(request_for("hard_cuts.mp4", tmp_path, Type.OBJECTS), duration=60.0)
    assert table.of(Type.OBJECTS, film) == Decimal("0.05")
    assert table.of(Type.SHOTS, film) == Decimal("0.05")
    # Without a price of its own, looking for people costs as the dearest.
    assert table.of(Type.FACES, replace(film, people=PEOPLE)) == Decimal("0.05")
    assert (table.search(), table.keep()) == (Decimal("0.0005"), Decimal("0.001"))


def test_people_are_looked_for_at_their_own_price(tmp_path: Path) -> None:
    own = json.loads(Path("analysis/engines/aws/prices.json").read_text())
    path = tmp_path / "prices.json"
    path.write_text(json.dumps(own | {"people": {"video_minute": "0.30", "image": "0.002"}}))
    table = prices(str(path))
    film = replace(request_for("hard_cuts.mp4", tmp_path, Type.FACES), duration=60.0, people=PEOPLE)
    image = replace(request_for("picture.png", tmp_path, Type.FACES), people=PEOPLE)
    assert table.of(Type.FACES, film) == Decimal("0.30")
    assert table.of(Type.FACES, replace(film, people=None)) == Decimal("0.10")
    assert table.of(Type.TEXT, film) == Decimal("0.10")
    assert table.of(Type.FACES, image, searched=3) == Decimal("0.007")


@pytest.mark.parametrize(
    "change", [{"image": {}}, {"image": {"faces": "-1"}}, {"video_minute": None}, {"people": None}]
)
def test_what_is_no_table_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    own = json.loads(Path("analysis/engines/aws/prices.json").read_text())
    path = tmp_path / "prices.json"
    path.write_text(json.dumps(own | change))
    with pytest.raises(ValueError, match="price"):
        prices(str(path))
