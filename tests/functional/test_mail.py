"""A decision reaches its owner by a real mail server, through the worker's task."""

from datetime import timedelta
from email.message import EmailMessage

import pytest
from django.test import override_settings
from django.utils import timezone

from analysis.models import Decision
from analysis.services.moderation import claiming, deciding, settling
from analysis.services.moderation.verdicts import Verdict
from notifications import tasks
from notifications.models import Mail
from tests.analysis import moderating
from tests.factories import AssetFactory, UserFactory
from tests.postbox import postbox

pytestmark = pytest.mark.django_db


def text_of(message: EmailMessage, kind: str) -> str:
    """The part of a message that is of this kind."""
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_a_decision_arrives_in_its_owners_language() -> None:
    owner = UserFactory(email="amal@example.org", language="ar", role="contributor")
    case = moderating.case(AssetFactory(published=True, uploaded_by=owner, title="فيلم قصير"))
    who = UserFactory(role="manager", email="judge@example.org")
    claiming.claim(user=who, case_id=case.pk)
    made = deciding.decide(
        user=who, case_id=case.pk, verdict=Verdict("reject", "violence", note="between us")
    )
    Decision.objects.update(made_at=timezone.now() - timedelta(minutes=2))
    with (
        postbox() as box,
        override_settings(
            EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
            EMAIL_HOST="127.0.0.1",
            EMAIL_PORT=box.port,
            EMAIL_USE_TLS=False,
            PUBLIC_URL="https://media.example.org",
        ),
    ):
        assert settling.sweep() == 1
        row = Mail.objects.get()
        tasks.mail(str(row.pk))
        tasks.mail(str(row.pk))
    assert box.recipients == ["amal@example.org"]
    (message,) = box.messages
    plain, page = text_of(message, "plain"), text_of(message, "html")
    assert "فيلم قصير" in str(message["Subject"])
    assert message["Auto-Submitted"] == "auto-generated"
    assert "قواعد المؤسسة" in plain
    assert f"https://media.example.org/review/decisions/{made.pk}/" in plain
    assert 'dir="rtl"' in page
    for hidden in ("between us", "judge@example.org"):
        assert hidden not in plain + page
    row.refresh_from_db()
    assert (row.attempts, row.error, row.next_at) == (1, "", None)
    assert row.sent_at is not None
