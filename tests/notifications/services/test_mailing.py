"""A line of the bell by e-mail: in its reader's language, once, and again when it could not be sent."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import override_settings
from django.utils import timezone

from mediaportal.accounts.models import User
from notifications.models import Mail, Notification
from notifications.services import mailing, notices
from notifications.services.wording import words_of
from tests.factories import UserFactory
from tests.postbox import postbox

pytestmark = pytest.mark.django_db

WITH_MAIL = override_settings(EMAIL_HOST="mail.example.org", PUBLIC_URL="https://media.example.org")
SMTP = "django.core.mail.backends.smtp.EmailBackend"


def told(user: User, kind: str = "report.rejected", **data: Any) -> Notification:
    """A piece of news for somebody."""
    facts = {"link": "/review/reports/mine/", "asset_id": None, "title": "A film\nof “mine”"} | data
    return notices.tell(user=user, kind=kind, **facts)


def about_a_decision(user: User) -> Notification:
    """A decision on a file of theirs, as it is remembered."""
    decision = {
        "policy": {"en": "Unsafe content", "ar": "محتوى غير آمن"},
        "statement": {"en": "Not here.", "ar": "ليس هنا."},
        "reason": "violence",
        "action": "reject",
        "restriction": {},
        "until": "2027-01-02",
        "strike_until": "2027-03-04",
    }
    return told(user, "decision.rejected", always=True, decision=decision, link="/review/decisions/1/")


@WITH_MAIL
def test_it_is_sent_once_to_its_reader_with_a_link() -> None:
    user = UserFactory(language="en")
    line = told(user)
    assert mailing.send(line_id=line.pk)
    assert not mailing.send(line_id=line.pk)
    (sent,) = mail.outbox
    assert sent.to == [user.email]
    assert sent.subject == (
        "Your report of A film of “mine” was looked at: it is not shown any more. · Mediaportal"
    )
    assert "https://media.example.org/review/reports/mine/" in sent.body
    assert "https://media.example.org/account/" in sent.body
    row = Mail.objects.get(line=line)
    assert (row.attempts, row.next_at, row.error) == (1, None, "")
    assert row.sent_at is not None


@WITH_MAIL
def test_a_decision_is_told_in_full_and_marks_no_way_out() -> None:
    message = mailing.message_of(about_a_decision(UserFactory(language="en")))
    for said in (
        "Policy: Unsafe content",
        "Not here.",
        "Reason: Violence",
        "It is blocked",
        "until 2027-01-02",
        "until 2027-03-04",
    ):
        assert said in message.body
    assert "account" not in message.body
    html = str(message.alternatives[0][0])
    assert '<html lang="en" dir="ltr">' in html
    assert "“mine”" in html


@WITH_MAIL
def test_in_arabic_it_reads_from_the_right() -> None:
    line = about_a_decision(UserFactory(language="ar"))
    message = mailing.message_of(line)
    assert "محتوى غير آمن" in message.body
    assert "ليس هنا." in message.body
    assert "Unsafe content" not in message.body
    assert '<html lang="ar" dir="rtl">' in str(message.alternatives[0][0])


@WITH_MAIL
def test_a_title_cannot_write_the_page() -> None:
    line = told(UserFactory(), title="<script>alert(1)</script>\r\nBcc: all@example.org")
    message = mailing.message_of(line)
    assert "<script>" not in str(message.alternatives[0][0])
    assert "\n" not in message.subject
    assert message.recipients() == [line.user.email]


@WITH_MAIL
def test_who_wants_no_news_is_told_of_what_is_theirs_all_the_same() -> None:
    user = UserFactory(mail_news=False)
    assert not Mail.objects.filter(line=told(user)).exists()
    assert Mail.objects.filter(line=about_a_decision(user)).exists()


def test_without_a_mail_server_the_bell_tells() -> None:
    line = about_a_decision(UserFactory())
    assert words_of(line).reason == "Unsafe content: Violence"
    assert not Mail.objects.exists()
    assert mailing.sweep() == 0


@WITH_MAIL
def test_nobody_writes_to_an_account_that_is_switched_off() -> None:
    line = told(UserFactory())
    User.objects.filter(pk=line.user_id).update(is_active=False)
    assert not mailing.send(line_id=line.pk)
    assert mail.outbox == []
    assert Mail.objects.get().next_at is None


def test_a_server_that_is_busy_is_asked_again_and_not_for_ever() -> None:
    with (
        postbox() as box,
        override_settings(
            EMAIL_BACKEND=SMTP,
            EMAIL_HOST="127.0.0.1",
            EMAIL_PORT=box.port,
            EMAIL_USE_TLS=False,
            MAIL_TRIES=3,
        ),
    ):
        line = told(UserFactory())
        box.refuses = True
        pauses = []
        for _turn in range(2):
            assert not mailing.send(line_id=line.pk)
            row = Mail.objects.get(line=line)
            assert row.next_at is not None
            pauses.append(row.next_at - timezone.now())
            assert "451" in row.error
            assert not mailing.send(line_id=line.pk)  # its time has not come
            Mail.objects.update(next_at=timezone.now())
        assert pauses[1] > pauses[0] > timedelta(minutes=3)
        box.refuses = False
        assert mailing.send(line_id=line.pk)
        assert [str(one["To"]) for one in box.messages] == [line.user.email]
        gone = told(UserFactory())
        box.refuses = True
        for _turn in range(3):
            Mail.objects.filter(line=gone).update(next_at=timezone.now())
            mailing.send(line_id=gone.pk)
        row = Mail.objects.get(line=gone)
        assert (row.attempts, row.next_at, row.sent_at) == (3, None, None)


@WITH_MAIL
def test_the_sweep_hands_over_what_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    line, later = told(UserFactory()), told(UserFactory())
    Mail.objects.filter(line=later).update(next_at=timezone.now() + timedelta(hours=1))
    sent: list[Any] = []
    monkeypatch.setattr(mailing, "_hand_over", sent.append)
    assert mailing.sweep() == 1
    assert sent == [line.pk]


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        ({"PUBLIC_URL": "https://a.example"}, "https://a.example"),
        (
            {"PUBLIC_URL": "", "HTTPS": True, "ALLOWED_HOSTS": ["*", ".b.example", "b.example"]},
            "https://b.example",
        ),
        (
            {"PUBLIC_URL": "", "HTTPS": False, "PORT": 8001, "ALLOWED_HOSTS": ["localhost"]},
            "http://localhost:8001",
        ),
    ],
)
def test_where_links_lead(settings: dict[str, Any], url: str) -> None:
    with override_settings(**settings):
        assert mailing.public_url() == url
