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
_CENT_PARTS = Decimal("0.000001")


@dataclass(frozen=True)
class Prices:
    """Prices of a minute of film, of an image and of a minute of sound, by type."""

    as_of: str
    source: str
    video_minute: dict[Type, Decimal]
    image: dict[Type, Decimal]
    sound_minute: dict[Type, Decimal]
    least_sound_seconds: int

    def of(self, name: Type, request: Request) -> Decimal:
        """What one type of a request costs; seconds are counted whole. A type without a price counts as the dearest."""
        if request.kind == "image":
            return _price(self.image, name)
        seconds = max(1, math.ceil(request.duration))
        if name == Type.TRANSCRIPTION:
            table, seconds = self.sound_minute, max(seconds, self.least_sound_seconds)
        else:
            table = self.video_minute
        return (_price(table, name) * seconds / _MINUTE).quantize(_CENT_PARTS)


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
        )
    except (ArithmeticError, AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"{path or _OWN} is no table of prices: {error!r}") from error


def _table(data: dict[str, Any]) -> dict[Type, Decimal]:
    """Prices by type: at least one, none below nothing."""
    found = {Type(name): Decimal(str(price)) for name, price in data.items()}
    if not found or any(not price.is_finite() or price < 0 for price in found.values()):
        raise ValueError("a price must be a number of at least 0")
    return found
