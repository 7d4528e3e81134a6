"""What a version says otherwise than the one before it."""

import pytest

from analysis.models import PolicyVersion
from analysis.rules import Bands, Rule
from analysis.services.moderation import differences
from tests.analysis.moderating import NUDITY, policy

pytestmark = pytest.mark.django_db


def test_rules_that_came_went_and_changed_and_numbers_are_told() -> None:
    guest = {"key": "guest", "kind": "guest", "review": 1.0}
    bare = policy("bare", NUDITY, guest)
    second = PolicyVersion.objects.create(
        policy=bare,
        number=2,
        rules=[NUDITY | {"review": 0.5}, {"key": "work", "kind": "work", "review": 0.5}],
        severity=4,
    )
    told = differences.by_version(list(bare.versions.all()))
    assert [(one.what, one.key, one.aspect) for one in told[2]] == [
        ("removed", "guest", ""),
        ("changed", "nudity", "bands"),
        ("added", "work", ""),
        ("number", "", "severity"),
    ]
    changed, severity = told[2][1], told[2][3]
    assert isinstance(changed.before, Rule)
    assert isinstance(changed.after, Rule)
    assert (changed.before.bands, changed.after.bands) == (Bands(0.6, 0.95), Bands(0.5, 0.95))
    assert (severity.before, severity.after) == (2, second.severity)
    assert [(one.what, one.key) for one in told[1]] == [("added", "nudity"), ("added", "guest")]
