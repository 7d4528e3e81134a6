"""What is done now and then: one part that fails keeps no other from its work."""

import pytest

from analysis import tasks
from analysis.services import automatic, faces, matching


def test_a_part_that_fails_keeps_no_other_from_its_work(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def fails() -> None:
        raise RuntimeError("something unforeseen")

    monkeypatch.setattr(automatic, "sweep", fails)
    monkeypatch.setattr(matching, "catch_up", lambda: done.append("compared"))
    monkeypatch.setattr(faces, "sweep", lambda: done.append("forgotten"))
    tasks.sweep()
    assert done == ["compared", "forgotten"]
