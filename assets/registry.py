"""Lists that upper rooms fill when they are ready, so that `assets` shows their parts without importing them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

OptionValidator = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Panel:
    """A part of the asset page, served as an htmx fragment by its own app.

    `url_name` takes the asset's id. `order` sorts panels, `place` is where they stand.
    """

    name: str
    title: str | Promise
    url_name: str
    order: int = 100
    place: str = "main"


_panels: dict[str, Panel] = {}
_option_validators: list[OptionValidator] = []


def register_panel(panel: Panel) -> None:
    """Add a panel to the asset page; a second one of the same name replaces the first."""
    _panels[panel.name] = panel


def panels() -> list[Panel]:
    """All panels in their order."""
    return sorted(_panels.values(), key=lambda panel: (panel.order, panel.name))


def register_option_validator(validator: OptionValidator) -> None:
    """Add a check of an upload's `processing_options`; it raises `InvalidOptions`."""
    if validator not in _option_validators:
        _option_validators.append(validator)


def validate_options(options: dict[str, Any]) -> None:
    """Run every registered check; raises `InvalidOptions`."""
    for validator in _option_validators:
        validator(options)
