"""What is sent has somebody who listens: the workers of the Procfile serve every queue, and so do those of tests."""

import re
from pathlib import Path
from typing import Any

from django.conf import settings

from processing.services.queues import SERVED
from script.lib.processes import WORKERS

ROOT = Path(__file__).resolve().parents[2]


def test_every_queue_has_a_worker() -> None:
    lines = (ROOT / "Procfile").read_text()
    served = dict(re.findall(r"^(\w+): .* -Q (\S+) ", lines, re.M))
    assert served == {name: queues for name, (queues, _threads) in WORKERS.items()}
    listened_to = [queue for queues in served.values() for queue in queues.split(",")]
    assert sorted(listened_to) == sorted(SERVED)
    schedule: dict[str, Any] = settings.CELERY_BEAT_SCHEDULE
    assert {one["options"]["queue"] for one in schedule.values()} <= set(SERVED)
