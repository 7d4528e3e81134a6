"""The settings of e-mail and of links in it, a part of `mediaportal.settings`. Without `EMAIL_HOST` none is sent."""

from mediaportal.core.env import Env

__all__ = [
    "DEFAULT_FROM_EMAIL",
    "EMAIL_HOST",
    "EMAIL_HOST_PASSWORD",
    "EMAIL_HOST_USER",
    "EMAIL_PORT",
    "EMAIL_TIMEOUT",
    "EMAIL_USE_SSL",
    "EMAIL_USE_TLS",
    "MAIL_TRIES",
    "PUBLIC_URL",
]

env = Env()

_SECURITY = env.choice("EMAIL_SECURITY", "starttls", ("none", "starttls", "tls"))
_PORTS = {"none": 25, "starttls": 587, "tls": 465}

EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = env.number("EMAIL_PORT", _PORTS[_SECURITY], least=1, most=65_535)
EMAIL_HOST_USER = env.text("EMAIL_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_PASSWORD")
EMAIL_USE_TLS = _SECURITY == "starttls"
EMAIL_USE_SSL = _SECURITY == "tls"
# How long the mail server is waited for, in seconds.
EMAIL_TIMEOUT = env.number("EMAIL_TIMEOUT", 20, least=1, most=120)
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", "portal@localhost")
# How often an e-mail is tried; each time is later than the one before.
MAIL_TRIES = env.number("MAIL_TRIES", 6, least=1, most=50)
# Where people find the portal, such as https://media.example.org; without it links name the first of ALLOWED_HOSTS.
PUBLIC_URL = env.text("PUBLIC_URL").rstrip("/")
