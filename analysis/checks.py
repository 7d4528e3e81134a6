"""System checks: can what the settings say of Amazon Web Services be used, and the models that are provided?"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from analysis.engines.aws import abilities, hearing
from analysis.engines.aws.prices import prices
from analysis.engines.local import cards

_HINT = "docs/operating.md says what a card holds; take the file away, or write down what is missing."


@register("analysis")
def account_can_be_used(app_configs: Any, **_kwargs: Any) -> Sequence[CheckMessage]:
    """Name prices that cannot be read, dialects that Transcribe does not know, and a bucket without a region, or in one
    where a service is not offered.
    """
    found: list[CheckMessage] = []
    try:
        prices(settings.ANALYSIS_AWS_PRICES)
    except (OSError, ValueError) as error:
        found.append(Error(f"ANALYSIS_AWS_PRICES cannot be read: {error}", id="analysis.E001"))
    named = {*settings.ANALYSIS_AWS_DIALECTS, *settings.ANALYSIS_AWS_VOCABULARIES}
    if unknown := sorted(named - set(hearing.dialects())):
        said = f"Transcribe knows no such dialects: {', '.join(unknown)}."
        hint = "They are written as ar-SA or en-US, in ANALYSIS_AWS_DIALECTS and ANALYSIS_AWS_VOCABULARIES."
        found.append(Error(said, hint=hint, id="analysis.E002"))
    if settings.ANALYSIS_S3_BUCKET and not settings.ANALYSIS_AWS_REGION:
        said = "ANALYSIS_S3_BUCKET has no region: set ANALYSIS_AWS_REGION."
        found.append(Warning(said, id="analysis.W001"))
    elif settings.ANALYSIS_S3_BUCKET:
        region = settings.ANALYSIS_AWS_REGION
        away = [name for name in ("rekognition", "transcribe") if not abilities.is_offered(name, region)]
        if away:
            said = f"In {region}, where ANALYSIS_S3_BUCKET lies, these are not offered: {', '.join(away)}."
            hint = "What they do is done by other engines, or not at all; another region may have both."
            found.append(Warning(said, hint=hint, id="analysis.W002"))
    return found


@register("models")
def models_can_be_used(app_configs: Any, **_kwargs: Any) -> Sequence[CheckMessage]:
    """Name every card of a model that is refused, with the reason."""
    folder = Path(settings.MODEL_DIR) if settings.MODEL_DIR else None
    _found, refused = cards.read_all(folder)
    return [
        Error(f"The model of {name} is refused: {reason}.", hint=_HINT, id="analysis.E003")
        for name, reason in refused.items()
    ]
