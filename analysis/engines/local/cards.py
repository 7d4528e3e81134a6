"""Cards of models: what stands in a JSON file beside an ONNX model that the operator puts into the folder of models.

A card says all that is needed to ask the model and to understand its answer, and under which licence it may be used.
What is not said in a way that is known here is refused, with the reason.
"""

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from analysis.engines.base import Type

TYPES = (Type.OBJECTS, Type.MODERATION)
FAMILIES = ("classifier", "detector")
_LARGEST_CARD, _MOST_LABELS, _MOST_PIXELS = 1 << 20, 20_000, 2048
_COLOURS = 3
_INPUT = {
    "colours": ("rgb", "bgr"),
    "layout": ("nchw", "nhwc"),
    "fit": ("stretch", "letterbox"),
}
_ACTIVATIONS = ("softmax", "sigmoid", "none")


class CardRefused(ValueError):
    """A card cannot be used; the text says why."""


@dataclass(frozen=True)
class ModelLabel:
    """What one number of a model's answer stands for; one to `ignore` is no finding, such as *neutral*."""

    label: str
    parent: str = ""
    ignore: bool = False


@dataclass(frozen=True)
class Card:
    """A model that may be asked. `given` is what the script in the sandbox is told of it, as it stands in the card."""

    name: str
    type: Type
    model: Path
    family: str
    labels: tuple[ModelLabel, ...]
    licence: str
    given: Mapping[str, Any]


def read_all(folder: Path | None) -> tuple[list[Card], dict[str, str]]:
    """Return the cards of a folder in the order of their names, and why others are refused, by the names of files."""
    found: list[Card] = []
    refused: dict[str, str] = {}
    if folder is None:
        return found, refused
    if not folder.is_dir():
        return found, {str(folder): "there is no such folder"}
    for path in sorted(folder.glob("*.json")):
        try:
            found.append(read(path))
        except CardRefused as error:
            refused[path.name] = str(error)
    return found, refused


def known(folder: Path | None) -> Sequence[Card]:
    """Return the cards of a folder as `read_all` does; they are read again only when a file of it is another one."""
    if folder is None or not folder.is_dir():
        return ()
    return _known(folder, _stamp(folder))


@lru_cache(maxsize=8)
def _known(folder: Path, _stamp: frozenset[tuple[str, int, int]]) -> tuple[Card, ...]:
    return tuple(read_all(folder)[0])


def _stamp(folder: Path) -> frozenset[tuple[str, int, int]]:
    """The cards and the models of a folder by their names, and when each was written how large."""
    found = set()
    with os.scandir(folder) as files:
        for file in files:
            if file.name.endswith((".json", ".onnx")):
                with suppress(FileNotFoundError):
                    told = file.stat()
                    found.add((file.name, told.st_mtime_ns, told.st_size))
    return frozenset(found)


def read(path: Path) -> Card:
    """Return what a card says; raises `CardRefused`."""
    try:
        if path.stat().st_size > _LARGEST_CARD:
            raise CardRefused("it is larger than a megabyte")
        card = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        if isinstance(error, CardRefused):
            raise
        raise CardRefused(f"it is no JSON that can be read ({error})") from error
    if not isinstance(card, dict):
        raise CardRefused("it is no JSON object")
    family = _choice(card, "family", FAMILIES)
    licence = card.get("licence")
    if not isinstance(licence, str) or not licence.strip():
        raise CardRefused("licence: under which licence the model may be used must be said")
    labels = _labels(card.get("labels"))
    given = {
        "family": family,
        "classes": len(labels),
        "input": _input(card.get("input")),
        "activation": _choice(card, "activation", _ACTIVATIONS, "none"),
        "objectness": _flag(card, "objectness"),
    }
    return Card(
        name=path.stem,
        type=Type(_choice(card, "type", [str(one) for one in TYPES])),
        model=_model(path, card.get("model")),
        family=family,
        labels=labels,
        licence=licence.strip(),
        given=given,
    )


def _choice(
    card: Mapping[str, Any], key: str, choices: Sequence[str], default: str | None = None, *, within: str = ""
) -> str:
    """A word of the card out of a few."""
    value = card.get(key, default)
    if value not in choices:
        raise CardRefused(f"{within}{key}: one of {', '.join(choices)}, not {value!r}")
    return str(value)


def _flag(card: Mapping[str, Any], key: str) -> bool:
    value = card.get(key, False)
    if not isinstance(value, bool):
        raise CardRefused(f"{key}: true or false, not {value!r}")
    return value


def _model(path: Path, name: Any) -> Path:
    """The model's file, which lies beside its card."""
    if not isinstance(name, str) or Path(name).name != name or not name.endswith(".onnx"):
        raise CardRefused(f"model: the name of an ONNX file in the same folder, not {name!r}")
    if not (path.parent / name).is_file():
        raise CardRefused(f"model: {name} is not there")
    return (path.parent / name).absolute()


def _labels(told: Any) -> tuple[ModelLabel, ...]:
    """The labels in the order of the model's answer."""
    if not isinstance(told, list) or not 0 < len(told) <= _MOST_LABELS:
        raise CardRefused("labels: a list with the name of each class")
    return tuple(_label(one) for one in told)


def _label(told: Any) -> ModelLabel:
    """One label: a name alone, or with what stands above it."""
    if isinstance(told, str) and told:
        return ModelLabel(told)
    if isinstance(told, dict) and isinstance(told.get("label"), str) and told["label"]:
        return ModelLabel(told["label"], str(told.get("parent", "")), _flag(told, "ignore"))
    raise CardRefused(f"labels: a name, or an object with label, parent and ignore, not {told!r}")


def _input(told: Any) -> dict[str, Any]:
    """How a picture is made ready."""
    if not isinstance(told, dict):
        raise CardRefused("input: an object with width and height")
    ready: dict[str, Any] = {}
    for side in ("width", "height"):
        pixels = told.get(side)
        if isinstance(pixels, bool) or not isinstance(pixels, int) or not 0 < pixels <= _MOST_PIXELS:
            raise CardRefused(f"input.{side}: pixels from 1 to {_MOST_PIXELS}, not {pixels!r}")
        ready[side] = pixels
    for key, choices in _INPUT.items():
        ready[key] = _choice(told, key, choices, choices[0], within="input.")
    ready["scale"] = _numbers(told.get("scale", 1 / 255), "scale", 1)[0]
    ready["mean"] = _numbers(told.get("mean", [0, 0, 0]), "mean", _COLOURS)
    ready["deviation"] = _numbers(told.get("deviation", [1, 1, 1]), "deviation", _COLOURS)
    if not ready["scale"] or not all(ready["deviation"]):
        raise CardRefused("input: scale and deviation must not be 0")
    return ready


def _numbers(told: Any, key: str, count: int) -> list[float]:
    """So many numbers."""
    every = told if isinstance(told, list) else [told]
    if len(every) != count or any(isinstance(one, bool) or not isinstance(one, int | float) for one in every):
        raise CardRefused(f"input.{key}: {count} numbers, not {told!r}")
    return [float(one) for one in every]
