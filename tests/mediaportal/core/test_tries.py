"""Each door counts by itself, and a refusal says when to come again."""

import pytest

from mediaportal.core import tries
from mediaportal.core.problems import RateLimited

pytestmark = pytest.mark.usefixtures("clean_cache")


@pytest.fixture(autouse=True)
def _minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute of which twenty seconds are over and that does not end."""
    monkeypatch.setattr("time.time", lambda: 6_000_000_020.0)


def test_every_limit_counts_and_any_refuses() -> None:
    tries.count("door", ("a", "x", 1), ("b", "y", 9))
    with pytest.raises(RateLimited) as caught:
        tries.count("door", ("a", "x", 1), ("b", "y", 9), detail="Slowly")
    assert (caught.value.detail, caught.value.headers["Retry-After"]) == ("Slowly", "40")
    with pytest.raises(RateLimited):
        tries.count("door", ("b", "y", 2))


def test_doors_values_and_minutes_are_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    tries.count("door", ("a", "x", 1))
    tries.count("other", ("a", "x", 1))
    tries.count("door", ("a", "z", 1))
    monkeypatch.setattr("time.time", lambda: 6_000_000_060.0)
    tries.count("door", ("a", "x", 1))
