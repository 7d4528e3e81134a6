"""Identifiers that sort by the time they were made."""

import time

from mediaportal.core.ids import new_id


def test_ids_are_version_7_and_sort_by_time() -> None:
    early = new_id()
    time.sleep(0.002)
    late = new_id()
    assert early.version == late.version == 7
    assert early < late
