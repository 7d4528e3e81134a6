"""The settings of analyses, a part of `mediaportal.settings`: who does them, what they may cost, and the account at
Amazon Web Services.
"""

from mediaportal.core.env import Env

__all__ = [
    "ANALYSIS_AWS_DIALECTS",
    "ANALYSIS_AWS_PRICES",
    "ANALYSIS_AWS_REGION",
    "ANALYSIS_AWS_SPEAKERS",
    "ANALYSIS_AWS_VOCABULARIES",
    "ANALYSIS_CONFIDENCE",
    "ANALYSIS_ENGINES",
    "ANALYSIS_FACE_COLLECTION",
    "ANALYSIS_FACE_MATCH",
    "ANALYSIS_KEPT",
    "ANALYSIS_MONTHLY_BUDGET",
    "ANALYSIS_S3_BUCKET",
    "ANALYSIS_S3_PREFIX",
    "ANALYSIS_SCHEDULE",
    "MODEL_DIR",
    "WHISPER_FETCH",
    "WHISPER_HUB",
    "WHISPER_MODEL",
    "WHISPER_REVISION",
]

env = Env()

_TYPES = ("transcription", "moderation", "objects", "faces", "text", "shots", "fingerprint", "quality")
# Which engine does a type where neither the request nor the collection says; the others are tried after it.
ANALYSIS_ENGINES = env.pairs("ANALYSIS_ENGINES", _TYPES, ("auto", "local", "aws"))
# What an engine is less sure of is left out, as a share.
ANALYSIS_CONFIDENCE = env.number("ANALYSIS_CONFIDENCE", 50, most=100) / 100
# How many analyses of a type are kept of an asset beside the one that is shown.
ANALYSIS_KEPT = env.number("ANALYSIS_KEPT", 3, most=1000)
# Models that the operator provides, and the one that writes down what is said: its name there, or its folder.
MODEL_DIR, WHISPER_MODEL = env.text("MODEL_DIR"), env.text("WHISPER_MODEL")
# Where `fetch_whisper` finds a model by its name, in which revision, and whether workers may fetch it themselves.
WHISPER_HUB = (env.text("HF_ENDPOINT") or "https://huggingface.co").rstrip("/")
WHISPER_REVISION = env.text("WHISPER_REVISION") or "main"
WHISPER_FETCH = env.flag("WHISPER_FETCH", default=False)

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

# The collection in which the faces of people who have consented are kept; without one nobody is ever named.
ANALYSIS_FACE_COLLECTION = env.text("ANALYSIS_FACE_COLLECTION")
# How alike a face must be to one of them, as a share.
ANALYSIS_FACE_MATCH = env.number("ANALYSIS_FACE_MATCH", 95, least=80, most=100) / 100

# What is looked for now and then; a message that waits longer than fifteen minutes is stale.
ANALYSIS_SCHEDULE = {
    f"analysis.{name}": {
        "task": f"analysis.{name}",
        "schedule": seconds,
        "options": {"queue": "upkeep", "expires": 900},
    }
    for name, seconds in (("sweep", 300.0), ("clear_up", 60.0), ("prune", 86_400.0))
}
