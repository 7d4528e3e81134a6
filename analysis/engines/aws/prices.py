"""What work costs: unit prices as data (`prices.json`, with their date and where they stand), in US dollars."""

import json
import math
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from analysis.engines.base import Request, Type

_OWN = Path(__file__).with_name("prices.json")
_MINUTE = 60
MOST_SEARCHED = 10
"""So many faces of an image are looked for among people, each by a call of its own."""
_CENT_PARTS = Decimal("0.000001")


@dataclass(frozen=True)
class Prices:
    """Prices of a minute of film, of an image and of a minute of sound, by type; and of looking for `people`."""

    as_of: str
    source: str
    video_minute: dict[Type, Decimal]
    image: dict[Type, Decimal]
    sound_minute: dict[Type, Decimal]
    least_sound_seconds: int
    people: dict[str, Decimal]

    def of(self, name: Type, request: Request, *, searched: int = MOST_SEARCHED) -> Decimal:
        """What one type of a request costs; seconds are counted whole. A type without a price counts as the dearest.
        Where people are looked for in an image, `searched` is of how many faces that was done.
        """
        looked_for = name == Type.FACES and request.people is not None
        if request.kind == "image":
            return _price(self.image, name) + (self.search() * searched if looked_for else 0)
        seconds = max(1, math.ceil(request.duration))
        if name == Type.TRANSCRIPTION:
            table, seconds = self.sound_minute, max(seconds, self.least_sound_seconds)
        else:
            table = self.video_minute
        minute = _price(table, name)
        if looked_for:
            minute = self.people.get("video_minute", max(self.video_minute.values()))
        return (minute * seconds / _MINUTE).quantize(_CENT_PARTS)

    def search(self) -> Decimal:
        """What looking for one face in an image costs."""
        return self.people.get("image", max(self.image.values()))

    def keep(self) -> Decimal:
        """What keeping a face costs, whose picture is looked at before."""
        return self.search() + _price(self.image, Type.FACES)


def _price(table: dict[Type, Decimal], name: Type) -> Decimal:
    return table.get(name, max(table.values()))


@lru_cache(maxsize=4)
def prices(path: str = "") -> Prices:
    """Read a table; raises `ValueError` for one that is none, and `OSError`."""
    data = json.loads((Path(path) if path else _OWN).read_text(encoding="utf-8"))
    try:
        return Prices(
            as_of=str(data["as_of"]),
            source=str(data["source"]),
            video_minute=_table(data["video_minute"]),
            image=_table(data["image"]),
            sound_minute=_table(data["sound_minute"]),
            least_sound_seconds=int(data["least_sound_seconds"]),
            people=_amounts(data.get("people", {})),
        )
    except (ArithmeticError, AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"{path or _OWN} is no table of prices: {error!r}") from error


def _table(data: dict[str, Any]) -> dict[Type, Decimal]:
    """Prices by type: at least one, none below nothing."""
    found = {Type(name): price for name, price in _amounts(data).items()}
    if not found:
        raise ValueError("at least one type must have a price")
    return found


def _amounts(data: dict[str, Any]) -> dict[str, Decimal]:
    """Prices, none below nothing."""
    found = {str(name): Decimal(str(price)) for name, price in data.items()}
    if any(not price.is_finite() or price < 0 for price in found.values()):
        raise ValueError("a price must be a number of at least 0")
    return found
