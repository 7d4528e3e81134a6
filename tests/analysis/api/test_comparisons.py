"""Comparing two analyses over HTTP: who may, and what is told."""

from uuid import uuid4

import pytest

from analysis.engines import Label
from assets.models import Asset
from tests.analysis.services.test_comparing import found
from tests.factories import AssetFactory, UserFactory
from tests.processing.api.test_views import signed_in

pytestmark = pytest.mark.django_db


def address(asset: Asset, first: object, second: object) -> str:
    return f"/api/v1/assets/{asset.pk}/analyses/{first}/compare/{second}"


def test_what_is_told() -> None:
    asset = AssetFactory(published=True)
    first = found(asset, "objects", Label(0.0, 4.0, 0.8, label="Boat"))
    second = found(asset, "objects", Label(2.0, 4.0, 0.5, label="Boat"), engine="aws")
    answer = signed_in(asset.uploaded_by).get(address(asset, first.pk, second.pk))
    assert answer.status_code == 200
    told = answer.json()
    assert (told["first"]["engine"], told["second"]["engine"]) == ("local", "aws")
    assert (told["agreement"], told["more"]) == (0.5, False)
    assert told["rows"] == [
        {
            "first": {"text": "Boat", "start": 0.0, "end": 4.0, "count": 1, "confidence": 0.8},
            "second": {"text": "Boat", "start": 2.0, "end": 4.0, "count": 1, "confidence": 0.5},
            "agreement": 0.5,
        }
    ]


def test_what_cannot_be_is_said() -> None:
    asset = AssetFactory(published=True)
    first = found(asset, "objects")
    caller = signed_in(asset.uploaded_by)
    answer = caller.get(address(asset, first.pk, found(asset, "shots").pk))
    assert (answer.status_code, answer.json()["code"]) == (409, "not_comparable")
    for other in (uuid4(), found(AssetFactory(published=True), "objects").pk):
        assert caller.get(address(asset, first.pk, other)).status_code == 404


def test_only_who_may_play_it() -> None:
    asset = AssetFactory(published=True, visibility="private")
    pair = (found(asset, "objects").pk, found(asset, "objects").pk)
    assert signed_in(UserFactory()).get(address(asset, *pair)).status_code == 404
