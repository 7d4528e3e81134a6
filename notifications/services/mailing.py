"""Lines of the bell by e-mail: each in its reader's language, sent by a worker, once, and again later when it fails."""

import logging
from datetime import timedelta
from functools import partial
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from notifications.models import Mail, Notification
from notifications.services.wording import words_of

logger = logging.getLogger(__name__)

TASK = "notifications.mail"
_AT_ONCE = 100
# Nobody else tries while one does; longer than the task may take.
_FIRST_PAUSE = timedelta(minutes=4)
_LONGEST_PAUSE = timedelta(hours=6)


def order(*, line: Notification) -> None:
    """Have a line sent by e-mail too, after this transaction's commit."""
    Mail.objects.create(line=line, next_at=timezone.now())
    transaction.on_commit(partial(_hand_over, line.pk), robust=True)


def _hand_over(line_id: UUID) -> None:
    """Ask a worker to send; when the broker is away the sweep does."""
    current_app.send_task(TASK, args=[str(line_id)], queue="notify", retry=False)


def sweep() -> int:
    """Have those sent whose time has come; returns how many there are."""
    if not settings.EMAIL_HOST:
        return 0
    due = Mail.objects.filter(next_at__lte=timezone.now()).order_by("next_at")
    found = list(due.values_list("pk", flat=True)[:_AT_ONCE])
    for pk in found:
        _hand_over(pk)
    return len(found)


def send(*, line_id: UUID) -> bool:
    """Send one whose time has come, unless somebody else does so now. Returns whether it was sent.

    When it fails it is tried again later, at most `MAIL_TRIES` times.
    """
    now = timezone.now()
    mail = Mail.objects.filter(pk=line_id, next_at__lte=now).select_related("line__user").first()
    if mail is None:
        return False
    attempts = mail.attempts + 1
    pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 3 ** min(attempts - 1, 8))
    mine = Mail.objects.filter(pk=line_id, next_at=mail.next_at, attempts=mail.attempts)
    if not mine.update(attempts=attempts, next_at=now + pause):
        return False
    row = Mail.objects.filter(pk=line_id)
    if not mail.line.user.is_active:
        row.update(next_at=None, error="the account is switched off")
        return False
    try:
        message_of(mail.line).send()
    except Exception as error:  # whatever it is: it is tried again, and not for ever
        logger.warning("the e-mail of notification %s cannot be sent: %s", line_id, error, exc_info=True)
        # What the server says may name the address; the row is read by administrators alone.
        row.update(error=f"{type(error).__name__}: {error}"[:300])
        if attempts >= settings.MAIL_TRIES:
            row.update(next_at=None)
        return False
    row.update(sent_at=timezone.now(), next_at=None, error="")
    return True


def message_of(line: Notification) -> EmailMultiAlternatives:
    """A line as an e-mail to its reader: plain text, and the same as a page, in the reader's language."""
    with translation.override(line.user.language):
        words = words_of(line)
        subject = words.plain
        found = {
            "words": words,
            "reader": line.user,
            "link": public_url() + str(line.data.get("link_to") or "/notifications/"),
            "account": public_url() + "/account/",
            "site_name": settings.SITE_NAME,
            "language": translation.get_language(),
            "direction": "rtl" if translation.get_language_bidi() else "ltr",
            "always": words.always,
        }
        message = EmailMultiAlternatives(
            subject=f"{subject} · {settings.SITE_NAME}",
            body=render_to_string("notifications/mail.txt", found),
            to=[line.user.email],
            # Nobody answers to a machine, nor do machines.
            headers={"Auto-Submitted": "auto-generated", "Message-ID": _message_id(line)},
        )
        message.attach_alternative(render_to_string("notifications/mail.html", found), "text/html")
    return message


def public_url() -> str:
    """Where people find the portal, without a slash at its end."""
    if settings.PUBLIC_URL:
        return str(settings.PUBLIC_URL)
    named = next((host for host in settings.ALLOWED_HOSTS if not host.startswith((".", "*"))), "localhost")
    return f"https://{named}" if settings.HTTPS else f"http://{named}:{settings.PORT}"


def _message_id(line: Notification) -> str:
    """The same for each try: mail servers and readers then know that it is one message."""
    host = public_url().split("//", 1)[-1].split("/", 1)[0].split(":", 1)[0]
    return f"<{line.pk}@{host}>"
