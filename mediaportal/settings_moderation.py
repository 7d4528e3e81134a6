"""The settings of moderation, a part of `mediaportal.settings`."""

from mediaportal.core.env import Env

__all__ = [
    "MODERATION_APPEAL_DAYS",
    "MODERATION_LEASE",
    "MODERATION_PUBLISHING",
    "MODERATION_QUICK_CHECK",
    "MODERATION_REPORTS_HOUR",
    "MODERATION_SCHEDULE",
    "MODERATION_STRIKES_HOLD",
    "MODERATION_STRIKES_STOP",
    "MODERATION_STRIKE_DAYS",
    "MODERATION_UNDO",
    "PUBLIC_AGE_LIMIT",
]

env = Env()

# What people may see who are not signed in, or come by a share link: up to this age rating.
PUBLIC_AGE_LIMIT = env.choice("PUBLIC_AGE_LIMIT", "12", ("all", "7", "12", "16", "18"))
# Whether what comes in waits for the policies where no collection says: `hold` or `publish`.
MODERATION_PUBLISHING = env.choice("MODERATION_PUBLISHING", "publish", ("publish", "hold"))
# Who looks at a few pictures of everything that comes in: any engine that can (`auto`), only one on our own machines
# (`local`), or nobody (`off`).
MODERATION_QUICK_CHECK = env.choice("MODERATION_QUICK_CHECK", "auto", ("auto", "local", "off"))
# How long a case stays with whoever claimed it without a sign of life, and how long a decision can be undone, seconds.
MODERATION_LEASE = env.number("MODERATION_LEASE", 120, least=10, most=3600)
MODERATION_UNDO = env.number("MODERATION_UNDO", 60, most=3600)
# How many reports of files one person may send in an hour.
MODERATION_REPORTS_HOUR = env.number("MODERATION_REPORTS_HOUR", 20, least=1, most=10_000)
# For how long an owner may appeal, and for how long a strike counts, in days.
MODERATION_APPEAL_DAYS = env.number("MODERATION_APPEAL_DAYS", 30, most=3650)
MODERATION_STRIKE_DAYS = env.number("MODERATION_STRIKE_DAYS", 90, most=3650)
# From how many strikes on what a person sends waits for a decision, and nothing more may be sent; 0: never.
MODERATION_STRIKES_HOLD = env.number("MODERATION_STRIKES_HOLD", 3, most=1000)
MODERATION_STRIKES_STOP = env.number("MODERATION_STRIKES_STOP", 5, most=1000)

MODERATION_SCHEDULE = {
    "analysis.moderate": {
        "task": "analysis.moderate",
        "schedule": 15.0,
        "options": {"queue": "upkeep", "expires": 900},
    }
}
