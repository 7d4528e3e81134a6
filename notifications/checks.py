"""System checks: can people be told by e-mail, and do the links in it lead here?"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register


@register("notifications", deploy=True)
def mail_is_set_up(app_configs: Any, **_kwargs: Any) -> Sequence[CheckMessage]:
    """Say that nobody gets an e-mail, or that links in them may lead nowhere."""
    if not settings.EMAIL_HOST:
        said = "No mail server is set up: people are told of decisions by the bell alone."
        return [Warning(said, hint="Set EMAIL_HOST, and PUBLIC_URL for the links.", id="notifications.W001")]
    found: list[CheckMessage] = []
    if not settings.PUBLIC_URL:
        said = "Links in e-mails name the first of ALLOWED_HOSTS."
        found.append(Warning(said, hint="Set PUBLIC_URL.", id="notifications.W002"))
    if settings.DEFAULT_FROM_EMAIL.endswith("@localhost"):
        said = "E-mails come from an address at localhost, which mail servers refuse."
        found.append(Warning(said, hint="Set EMAIL_FROM.", id="notifications.W003"))
    return found
