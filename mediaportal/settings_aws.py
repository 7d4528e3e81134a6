"""The settings of analyses that cost money, a part of `mediaportal.settings`: what they may cost, and the account at
Amazon Web Services.
"""

from mediaportal.core.env import Env

__all__ = [
    "ANALYSIS_AWS_DIALECTS",
    "ANALYSIS_AWS_PRICES",
    "ANALYSIS_AWS_REGION",
    "ANALYSIS_AWS_SPEAKERS",
    "ANALYSIS_AWS_VOCABULARIES",
    "ANALYSIS_MONTHLY_BUDGET",
    "ANALYSIS_S3_BUCKET",
    "ANALYSIS_S3_PREFIX",
]

env = Env()

# What engines that cost money may cost in a month, in US dollars; none: without bound.
ANALYSIS_MONTHLY_BUDGET = env.money("ANALYSIS_MONTHLY_BUDGET")
# Without a bucket, in which media are staged, the engine at Amazon Web Services is not used.
ANALYSIS_S3_BUCKET = env.text("ANALYSIS_S3_BUCKET")
ANALYSIS_S3_PREFIX = env.text("ANALYSIS_S3_PREFIX").strip("/") or "analysis"
ANALYSIS_AWS_REGION = (
    env.text("ANALYSIS_AWS_REGION")
    or env.text("S3_REGION")
    or env.text("AWS_REGION")
    or env.text("AWS_DEFAULT_REGION")
)
ANALYSIS_AWS_DIALECTS = env.words("ANALYSIS_AWS_DIALECTS", ("ar-SA", "en-US"))
ANALYSIS_AWS_VOCABULARIES = env.names("ANALYSIS_AWS_VOCABULARIES")
ANALYSIS_AWS_SPEAKERS = env.number("ANALYSIS_AWS_SPEAKERS", 10, most=30)
ANALYSIS_AWS_PRICES = env.text("ANALYSIS_AWS_PRICES")
