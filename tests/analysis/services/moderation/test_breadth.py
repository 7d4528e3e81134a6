"""How much of the library rules are against: counted in a small one, estimated in a large one."""

import pytest

from analysis.rules import read
from analysis.services.moderation import breadth
from analysis.services.moderation.breadth import Breadth
from tests.factories import AssetFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("count", "total", "most"),
    [
        (0, 0, False),
        (1, 1, True),
        (0, 5, False),
        (4, 5, False),
        (5, 5, True),
        (10, 20, False),
        (11, 20, True),
    ],
)
def test_most_is_everything_or_more_than_half_of_what_is_not_small(
    count: int, total: int, most: bool
) -> None:
    assert Breadth(count, total).is_most is most


def test_a_large_library_is_estimated_from_what_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breadth, "_DRAWN", 4)
    AssetFactory.create_batch(8, published=True)
    AssetFactory(trashed=True)
    rules, _problems = read(
        [{"key": "v", "kind": "metadata", "field": "kind", "names": ["video"], "review": 1}]
    )
    assert breadth.of(rules) == Breadth(8, 8, estimated=True)


def test_no_rules_are_against_nothing() -> None:
    AssetFactory(published=True)
    assert breadth.of([]) == Breadth(0, 1)
