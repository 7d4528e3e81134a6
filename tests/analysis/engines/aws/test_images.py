"""Images go with a call that answers at once."""

from decimal import Decimal
from pathlib import Path

from analysis.engines import Type
from analysis.engines.aws import AwsEngine
from tests.analysis.engines.aws.conftest import Account
from tests.analysis.engines.aws.test_engine import ended
from tests.analysis.engines.contract import request_for
from tests.rekognition import Refusal, box, face, label, text


def test_an_image_goes_with_the_call(engine: AwsEngine, account: Account, tmp_path: Path) -> None:
    account.rekognition.in_images = {
        "DetectLabels": {"Labels": [label(0, "Cat", "Animal")["Label"]]},
        "DetectModerationLabels": {
            "ModerationLabels": [{"Name": "Weapons", "ParentName": "Violence", "Confidence": 80.0}]
        },
        "DetectFaces": {"FaceDetails": [face(0, box(0, 0))["Face"], face(0, box(0.5, 0.5))["Face"]]},
        "DetectText": {"TextDetections": [text(0, "نص")["TextDetection"]]},
    }
    types = (Type.OBJECTS, Type.MODERATION, Type.FACES, Type.TEXT)
    found = ended(engine, request_for("picture.png", tmp_path, *types))
    assert {name: len(one.findings) for name, one in found.results.items()} == {
        Type.OBJECTS: 1,
        Type.MODERATION: 1,
        Type.FACES: 2,
        Type.TEXT: 1,
    }
    assert found.results[Type.FACES].cost == Decimal("0.001")
    assert account.rekognition.of("DetectFaces")[0]["Image"]["Bytes"].startswith("/9j/")
    assert account.keys() == []


def test_an_image_that_is_refused_fails_its_type(engine: AwsEngine, account: Account, tmp_path: Path) -> None:
    account.rekognition.refusals = {"DetectFaces": [Refusal("InvalidImageFormatException")]}
    found = ended(engine, request_for("picture.png", tmp_path, Type.FACES, Type.TEXT))
    assert found.failures[Type.FACES].code == "aws_not_taken"
    assert set(found.results) == {Type.TEXT}
