"""The document of the contract, type by type."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analysis.models import Analysis, Fingerprint, Moment, Order
from analysis.services import results
from assets.models import Asset
from tests.factories import AssetFactory

pytestmark = pytest.mark.django_db


def done(order: Order, type_: str, **traits: object) -> Analysis:
    """A completed analysis."""
    return Analysis.objects.create(
        order=order, asset=order.asset, type=type_, engine="local", status="completed", **traits
    )


def moment(analysis: Analysis, kind: str, start: float, end: float, **traits: object) -> None:
    Moment.objects.create(
        **{
            "asset": analysis.asset,
            "analysis": analysis,
            "kind": kind,
            "start": start,
            "end": end,
            "confidence": 0.9,
            **traits,
        }
    )


@pytest.fixture
def order(db: None) -> Order:
    asset: Asset = AssetFactory(published=True)
    return Order.objects.create(asset=asset, types=["shots"])


def test_each_type_in_its_form(order: Order) -> None:
    speech = done(order, "transcription", language="ar", confidence=0.8)
    moment(speech, "speech", 2.0, 3.0, text="الخير")
    moment(speech, "speech", 1.0, 2.0, text="صباح", speaker="A")
    objects = done(order, "objects")
    moment(objects, "label", 4.0, 5.0, label="Dog", parent="Animal", box=[0.1, 0.2, 0.3, 0.4])
    unsafe = done(order, "moderation", confidence=0.9)
    moment(unsafe, "moderation", 4.0, 5.0, label="Smoking", parent="Tobacco")
    faces = done(order, "faces")
    moment(faces, "face", 1.0, 1.5, box=[0, 0, 1, 1], detail={"smile": 0.4})
    text = done(order, "text")
    moment(text, "text", 1.0, 1.5, text="EXIT", language="en")
    shots = done(order, "shots", results={"shots": 1})
    moment(shots, "shot", 0.0, 9.0)
    quality = done(order, "quality", results={"seconds": {"black": 1.0}})
    moment(quality, "quality", 0.0, 1.0, label="black")
    assert order.asset is not None
    known = done(order, "fingerprint", results={"method": "dhash64", "hashes": 1})
    Fingerprint.objects.create(
        asset=order.asset,
        analysis=known,
        kind="picture",
        method="dhash64",
        start=0.0,
        step=1.0,
        values=[-256],
    )
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = results.document_of(order=order)
    assert len(queries) == 3
    assert (found["status"], found["engine"], found["errors"]) == ("completed", "local", {})
    assert found["results"] == {
        "transcription": {
            "language": "ar",
            "confidence": 0.8,
            "text": "صباح الخير",
            "timestamps": [
                {"start": 1.0, "end": 2.0, "text": "صباح", "confidence": 0.9, "speaker": "A"},
                {"start": 2.0, "end": 3.0, "text": "الخير", "confidence": 0.9, "speaker": None},
            ],
        },
        "objects": [
            {
                "label": "Dog",
                "parent": "Animal",
                "confidence": 0.9,
                "timestamp": 4.0,
                "end": 5.0,
                "box": [0.1, 0.2, 0.3, 0.4],
            }
        ],
        "moderation": {
            "safe": False,
            "confidence": 0.9,
            "flags": [{"label": "Smoking", "parent": "Tobacco", "confidence": 0.9, "start": 4.0, "end": 5.0}],
        },
        "faces": [
            {
                "name": None,
                "detail": {"smile": 0.4},
                "confidence": 0.9,
                "timestamp": 1.0,
                "end": 1.5,
                "box": [0, 0, 1, 1],
            }
        ],
        "text": [
            {"text": "EXIT", "language": "en", "confidence": 0.9, "timestamp": 1.0, "end": 1.5, "box": None}
        ],
        "shots": [{"start": 0.0, "end": 9.0}],
        "quality": {"seconds": {"black": 1.0}, "faults": [{"fault": "black", "start": 0.0, "end": 1.0}]},
        "fingerprint": {"method": "dhash64", "hashes": [[0.0, "ffffffffffffff00"]]},
    }


def test_nothing_unsafe_is_safe(order: Order) -> None:
    done(order, "moderation")
    assert results.document_of(order=order)["results"]["moderation"]["safe"] is True


@pytest.mark.parametrize(
    ("statuses", "whole"),
    [
        (["pending", "pending"], "pending"),
        (["pending", "completed"], "processing"),
        (["processing", "failed"], "processing"),
        (["completed", "failed"], "completed"),
        (["failed", "cancelled"], "failed"),
        (["cancelled", "cancelled"], "cancelled"),
    ],
)
def test_where_the_whole_stands(order: Order, statuses: list[str], whole: str) -> None:
    for name, status in zip(["shots", "text"], statuses, strict=True):
        code = "corrupt_media" if status == "failed" else ""
        Analysis.objects.create(
            order=order, asset=order.asset, type=name, engine=name, status=status, error_code=code
        )
    found = results.document_of(order=order)
    assert found["status"] == whole
    assert found["engine"] == "auto"
    assert ("errors" in found) and set(found["errors"]) == {
        name for name, status in zip(["shots", "text"], statuses, strict=True) if status == "failed"
    }
