"""What a killed worker left on a machine goes, whatever the machine's workers serve."""

import os
import shutil
import time
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings

from tests.functional.conftest import worker_process

pytestmark = [pytest.mark.xdist_group("workers"), pytest.mark.django_db(transaction=True)]


def test_a_machine_with_a_transcode_worker_alone_is_swept() -> None:
    left = Path(settings.SCRATCH_ROOT) / f"{uuid4()}-transcoding-0000aaaa"
    fetched = Path(settings.SCRATCH_ROOT) / "fetched" / f"{'0' * 40}.part"
    left.mkdir(parents=True)
    fetched.parent.mkdir(exist_ok=True)
    for path in (left / "half.mp4", fetched):
        path.write_bytes(b"half")
    long_ago = time.time() - 86_400
    for path in (left, fetched):
        os.utime(path, (long_ago, long_ago))
    with worker_process("transcode,analysis", threads=2) as process:
        deadline = time.monotonic() + 60
        while left.exists() or fetched.exists():
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.1)
    shutil.rmtree(fetched.parent)
