"""What a shadow would have done stands beside what those that are on have said."""

import pytest

from analysis.models import Judgement
from analysis.services.moderation import samples, shadows
from tests.analysis.moderating import NUDITY, found, judged, policy
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_shadow_is_compared_with_all_that_are_on() -> None:
    policy("on", NUDITY | {"review": 0.9, "block": None})
    shadow = policy("shade", NUDITY, mode="shadow")
    assets = []
    for score in (0.1, 0.7, 0.92, 0.99):
        asset = AssetFactory(published=True)
        found(asset, ("Explicit Nudity", score, 0.0, 1.0))
        assets.append(judged(asset))
    gone = AssetFactory(trashed=True)
    Judgement.objects.create(asset=gone, shadows={"shade": "block"})
    Judgement.objects.create(asset=AssetFactory(), shadows={"other": "block"})
    told = shadows.of(policy=shadow)
    assert told.counts == {"pass>pass": 1, "pass>review": 1, "review>review": 1, "review>block": 1}
    assert told.samples == {"pass>review": [str(assets[1].pk)], "review>block": [str(assets[3].pk)]}
    assert told.total == 4


def test_a_shadow_that_was_not_asked_yet_has_said_nothing() -> None:
    told = shadows.of(policy=policy(mode="shadow"))
    assert (told.counts, told.total) == ({}, 0)


def test_samples_are_those_that_a_person_may_see() -> None:
    person = UserFactory()
    mine, other = AssetFactory(uploaded_by=person), AssetFactory()
    some = {"pass>review": [str(mine.pk), str(other.pk)], "pass>block": []}
    assert samples.shown(user=person, samples=some) == {"pass>review": [mine], "pass>block": []}
