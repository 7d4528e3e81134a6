"""What the settings say of the installation's account at Amazon Web Services, as the engine there is told."""

from django.conf import settings

from analysis.engines.aws import Options


def options() -> Options:
    """The settings as they are now."""
    return Options(
        bucket=settings.ANALYSIS_S3_BUCKET,
        region=settings.ANALYSIS_AWS_REGION,
        prefix=settings.ANALYSIS_S3_PREFIX,
        dialects=tuple(settings.ANALYSIS_AWS_DIALECTS),
        vocabularies=tuple(sorted(settings.ANALYSIS_AWS_VOCABULARIES.items())),
        speakers=settings.ANALYSIS_AWS_SPEAKERS,
        prices=settings.ANALYSIS_AWS_PRICES,
    )
