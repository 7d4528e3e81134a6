"""Waking workers: after the commit, one message for each step, and a broker that is away harms nobody."""

import pytest
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from processing.services import queues

pytestmark = pytest.mark.django_db(transaction=True)


def test_messages_go_out_after_the_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    monkeypatch.setattr(queues, "_send", lambda queue, _hops: sent.append(queue))
    with transaction.atomic():
        queues.wake(["ingest", "transcode", "transcode"])
        assert sent == []
    assert sent == ["ingest", "transcode", "transcode"]


def test_without_a_broker_the_act_itself_stands(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_args: object, **_wishes: object) -> None:
        raise OperationalError("nobody answers")

    monkeypatch.setattr(current_app, "send_task", away)
    with transaction.atomic():
        queues.wake(["ingest"])
    assert "could not be told" in caplog.text
