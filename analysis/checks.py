"""System checks: can the models be used that the operator has provided?"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from analysis.engines.local import cards

_HINT = "docs/operating.md says what a card holds; take the file away, or write down what is missing."


@register("models")
def models_can_be_used(app_configs: Any, **_kwargs: Any) -> Sequence[CheckMessage]:
    """Name every card of a model that is refused, with the reason."""
    folder = Path(settings.MODEL_DIR) if settings.MODEL_DIR else None
    _found, refused = cards.read_all(folder)
    return [
        Error(f"The model of {name} is refused: {reason}.", hint=_HINT, id="analysis.E001")
        for name, reason in refused.items()
    ]
