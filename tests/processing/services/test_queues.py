"""Waking workers: after the commit, one message for each step, and a broker that is away harms nobody."""

import socket
import tempfile
import threading
from pathlib import Path

import pytest
from celery import Celery, current_app
from django.conf import settings
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


def test_a_broker_that_has_stopped_to_answer_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As behind a firewall that has forgotten the connection: it can be written to, and nothing comes back."""
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(Path(folder) / "redis"))
        silent.listen()
        app = Celery("silent", broker=f"redis+socket://{folder}/redis", set_as_current=False)
        app.conf.broker_transport_options = {
            name: value / 20 if name.endswith("timeout") else value
            for name, value in settings.CELERY_BROKER_TRANSPORT_OPTIONS.items()
        }
        monkeypatch.setattr(queues, "current_app", app)
        waiting = threading.Thread(target=queues._send, args=("ingest", 0), daemon=True)
        waiting.start()
        waiting.join(20)
        assert not waiting.is_alive()
    assert "could not be told" in caplog.text
