"""System checks: can what the settings say of Amazon Web Services be used?"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from analysis.engines.aws import hearing
from analysis.engines.aws.prices import prices


@register("analysis")
def account_can_be_used(app_configs: Any, **_kwargs: Any) -> Sequence[CheckMessage]:
    """Name prices that cannot be read, dialects that Transcribe does not know, and a bucket without a region."""
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
    return found
